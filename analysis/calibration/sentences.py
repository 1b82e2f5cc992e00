"""The result of a calibration in words, as tables, and as a scenario that can be run at once."""

from __future__ import annotations

import json
import os
import re
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from analysis.calibration.best_fit import CONTRADICTED, PRIOR
from analysis.claims.verdicts import verdict
from analysis.presentation.csv_text import csv_text
from analysis.presentation.wording import records
from sim.errors import ScenarioError
from sim.files import write_whole
from sim.own_files.own_files import own_files
from sim.scenario.parameter_spec import written

if TYPE_CHECKING:
    import pandas as pd

    from analysis.calibration.result import Calibrated

FITTED = "fitted.yaml"
FILES = ("targets.csv", "calibration.csv", "directions.csv", "points.csv", FITTED)
"""Files that a calibration writes into its folder."""
PATIENCE = 30.0  # seconds to wait while another calibration writes its tables
_PINNED = {"yes": "pinned", "partly": "partly", "no": "NOT pinned"}


def calibration_text(found: Calibrated) -> str:
    """Write all tables and findings for a terminal."""
    parts = [targets_text(found)]
    if found.fit is not None:
        parts += [parameters_text(found.parameters), "\n".join(findings(found))]
    return "\n\n".join(parts)


def targets_text(found: Calibrated) -> str:
    """Write a line for each target: its range, and value and verdict before and after the fit."""
    titles = {"start": "scenario as it is"} if found.fit is None else {"start": "before the fit", "reached": "fitted"}
    lines = [["target", "target range", *(cell for title in titles.values() for cell in (title, "")), "source"]]
    for row in records(found.targets):
        line = [str(row["quantity"]), _span(row["low"], row["high"], row["unit"])]
        for column in titles:
            line += [_with_interval(row, column), _verdict(row, column)]
        lines.append([*line, str(row["source"])])
    return _table(lines, left=(0, len(lines[0]) - 1))


def parameters_text(parameters: pd.DataFrame) -> str:
    """Write a line for each parameter: its range, fitted value and interval, and whether the targets pin it down."""
    lines = [["parameter", "range", "start", "fitted", "95 % interval", "of the range", ""]]
    lines += [
        [
            row["path"],
            f"{row['low']:g} to {row['high']:g}",
            f"{row['start']:.4g}",
            f"{row['value']:.4g}",
            f"{row['value_low']:.4g} to {row['value_high']:.4g}",
            f"{100 * row['left']:.0f} %",
            _PINNED[row["pinned"]],
        ]
        for row in records(parameters)
    ]
    return _table(lines, left=(0, 6))


def findings(found: Calibrated) -> list[str]:
    """Sum the tables up: how many targets hold, how well parameters are pinned down, which go together."""
    fit, parameters = found.fit, found.parameters
    assert fit is not None  # noqa: S101  (only called after a fit)
    lines = [f"After the fit, {verdict_counts(found, 'reached')}; before it, {verdict_counts(found, 'start')}."]
    if fit.p_value < CONTRADICTED:
        lines.append(
            f"No values meet all targets: the smallest misfit is {fit.deviance:.1f}, more than chance explains "
            f"(p = {fit.p_value:.2g}). The intervals are therefore {fit.spread**0.5:.1f} times as wide."
        )
    known = fit.pinned_directions
    lines.append(
        f"The targets say more than the ranges about {known} of {len(parameters)} independent combinations of the "
        "parameters."
    )
    rows = records(parameters)
    loose = [row["path"] for row in rows if row["pinned"] == "no" and not row["together"]]
    if loose:
        lines.append(f"Not pinned down (any value in the range fits about as well): {', '.join(loose)}.")
    lines += together(parameters)
    edge = [row["path"] for row in rows if row["pinned"] != "no" and row["value"] in (row["low"], row["high"])]
    if edge:
        lines.append(f"Fitted at an end of the range; a wider range might fit better: {', '.join(edge)}.")
    undecided = [str(row["quantity"]) for row in records(found.targets) if _verdict(row, "reached") == "undecided"]
    if undecided:
        lines.append(f"More check replications would decide: {', '.join(undecided)}.")
    return lines


def verdict_counts(found: Calibrated, column: str) -> str:
    """Count the verdicts on the targets.

    Parameters
    ----------
    found : Calibrated
        The result.
    column : str
        ``start`` for the scenario as it was, ``reached`` for the fitted one.
    """
    words = [_verdict(row, column) for row in records(found.targets)]
    holds, fails = words.count("holds"), words.count("fails")
    return f"{holds} of {len(words)} targets hold, {fails} fail, {len(words) - holds - fails} undecided"


def together(parameters: pd.DataFrame) -> list[str]:
    """Name each pair of parameters of which the targets determine only a combination."""
    lines = []
    for row in records(parameters):
        for signed in row["together"].split():
            path, other = row["path"], signed[1:]
            if path < other:
                way = "a higher" if signed[0] == "+" else "a lower"
                lines.append(
                    f"{path} and {other} are only known together: "
                    f"a higher {path} with {way} {other} fits about as well."
                )
    return lines


def write_calibration(found: Calibrated, folder: Path, out: Path) -> None:
    """Write the tables as CSV files, and the fitted scenario.

    Parameters
    ----------
    found : Calibrated
        The result.
    folder : path
        Gets targets.csv and, after a fit, calibration.csv, directions.csv and points.csv.
    out : path
        File of the scenario.

    Raises
    ------
    ScenarioError
        If a file is in the way that the program did not write.
    """
    tables = {"targets": found.targets}
    if found.fit is not None:
        tables |= {"calibration": found.parameters, "directions": found.directions, "points": found.points}
    files = {f"{name}.csv": csv_text(table) for name, table in tables.items()}
    beside = out.resolve() == (folder / FITTED).resolve()
    if found.fit is not None and beside:
        files[FITTED] = scenario_text(found, out)
    with own_files(folder, former=former_calibration, wait=PATIENCE) as own:
        own.put_all({name: text.encode() for name, text in files.items()}, last=FITTED)
    if found.fit is not None and not beside:
        refuse_scenario(out)
        write_whole(out, scenario_text(found, out).encode())


def former_calibration(folder: Path) -> Iterator[str]:
    """Names of the files of a calibration that a version without a list of files wrote into a folder."""
    if (folder / "store" / "store.json").is_file():
        yield from FILES


def refuse_scenario(out: Path) -> None:
    """Refuse to write the fitted scenario over a file that no calibration wrote.

    Raises
    ------
    ScenarioError
        If there is one.
    """
    try:
        start = out.read_bytes()[:400] if out.is_file() else b""
    except OSError:
        return  # writing it says what is wrong
    if start and not re.match(rb'title: ".* \(fitted\)"\n', start):
        raise ScenarioError("exists, and no calibration wrote it; move it, or name another file", file=str(out))


def scenario_text(found: Calibrated, out: Path) -> str:
    """Write the fitted scenario as YAML, with comments that say where its values come from.

    Parameters
    ----------
    found : Calibrated
        The result.
    out : path
        Its file; the path of the scenario that it extends is relative to it.
    """
    calibration, sweep = found.calibration, found.calibration.sweep
    extends = calibration.extends
    if os.path.isabs(extends):  # noqa: PTH117
        extends = Path(os.path.relpath(extends, out.parent.resolve())).as_posix()
    title = f"{sweep.title or sweep.name} (fitted)"
    aims = ", ".join(found.targets["quantity"])
    story = (
        f"{sweep.base.name} with {len(found.fitted)} parameters fitted to {aims}: {calibration.points} points, "
        f"{sweep.replications} replications each, seed {sweep.seed}. The comment beside each value says how far "
        "the targets pin it down."
    )
    lines = [
        f"title: {_quoted(title)}",
        f"story: {_quoted(story)}",
        f"extends: {_quoted(extends)}",
        f"replications: {calibration.check}",
        f"seed: {sweep.seed}",
        "",
    ]
    lines += [f"{path}: {_scalar(value)}" for path, value in calibration.set.items()]
    lines += [
        f"{row['path']}: {_scalar(found.fitted[row['path']])}  # {row['unit']}; 95 % interval "
        f"{row['value_low']:.4g} to {row['value_high']:.4g}; {_PINNED[row['pinned']]}"
        for row in records(found.parameters)
    ]
    lines += ["", "# Value of each target with its 95 % interval, target range and verdict:"]
    for row in records(found.targets):
        source = f" ({' '.join(str(row['source']).split())})" if row["source"] else ""
        lines.append(
            f"#   {row['quantity']}: {_with_interval(row, 'reached')}; "
            f"{_span(row['low'], row['high'], row['unit'])}{source}: {_verdict(row, 'reached')}"
        )
    return "\n".join(lines) + "\n"


def as_json(found: Calibrated) -> str:
    """Write all that the terminal shows as one JSON object."""
    content: dict[str, Any] = {
        "name": found.calibration.sweep.name,
        "scenario": found.calibration.sweep.base.name,
        "seed": found.calibration.sweep.seed,
        "fitted": found.fitted,
        "all_met": found.all_met,
        "targets": json.loads(found.targets.to_json(orient="records")),
        "parameters": json.loads(found.parameters.to_json(orient="records")),
        "failed": len(found.failures),
    }
    if found.fit is not None:
        content |= {
            "misfit": found.fit.deviance,
            "p_value": found.fit.p_value,
            "pinned_directions": found.fit.pinned_directions,
            "information_of_ranges": 1 / PRIOR,
            "findings": findings(found),
        }
    return json.dumps(content, indent=1, ensure_ascii=False)


def _verdict(row: Any, column: str) -> str:
    if row[column] != row[column]:
        return "nothing to count"
    return verdict(row[f"{column}_low"], row[f"{column}_high"], (row["low"], row["high"]))


def _with_interval(row: Any, column: str) -> str:
    value = _number(row[column], row["unit"])
    return f"{value} ({_span(row[f'{column}_low'], row[f'{column}_high'], row['unit'])})"


def _span(low: float, high: float, unit: str) -> str:
    if low != low or high != high:
        return "-"
    if unit == "share":
        return f"{100 * low:.4g} to {100 * high:.4g} %"
    return f"{low:.4g} to {high:.4g}"


def _number(value: float, unit: str) -> str:
    if value != value:
        return "-"
    return f"{100 * value:.3g} %" if unit == "share" else f"{value:.4g}"


def _table(lines: Sequence[Sequence[str]], left: Sequence[int]) -> str:
    widths = [max(len(line[column]) for line in lines) for column in range(len(lines[0]))]
    return "\n".join(
        "  ".join(
            cell.ljust(width) if column in left else cell.rjust(width)
            for column, (cell, width) in enumerate(zip(line, widths, strict=True))
        ).rstrip()
        for line in lines
    )


def _scalar(value: Any) -> str:
    return _quoted(value) if isinstance(value, str) else written(value, "")


def _quoted(text: str) -> str:
    return json.dumps(text, ensure_ascii=False)
