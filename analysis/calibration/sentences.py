"""What a calibration found, in words, as tables, and as a scenario that can be run at once."""

from __future__ import annotations

import json
import os
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from analysis.calibration.best_fit import CONTRADICTED, PRIOR
from analysis.presentation.wording import records
from sim.files import write_whole
from sim.scenario.parameter_spec import written

if TYPE_CHECKING:
    import pandas as pd

    from analysis.calibration.result import Calibrated

_PINNED = {"yes": "pinned", "partly": "partly", "no": "NOT pinned"}


def calibration_text(found: Calibrated) -> str:
    """Write all tables and findings for the terminal."""
    parts = [targets_text(found)]
    if found.fit is not None:
        parts += [parameters_text(found.parameters), "\n".join(findings(found))]
    return "\n\n".join(parts)


def targets_text(found: Calibrated) -> str:
    """Write a line for each target: what was aimed at, what the scenario gave, what the fitted one gives."""
    words = ["start"] if found.fit is None else ["start", "reached"]
    lines = [["target", "aimed at", *(title for word in words for title in (word, "")), "source"]]
    for row in records(found.targets):
        line = [str(row["quantity"]), _span(row["low"], row["high"], row["unit"])]
        for word in words:
            line += [_with_interval(row, word), _verdict(row, word)]
        lines.append([*line, str(row["source"])])
    return _table(lines, left=(0, len(lines[0]) - 1))


def parameters_text(parameters: pd.DataFrame) -> str:
    """Write a line for each parameter: its range, its value and interval, and whether the targets pin it down."""
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
    """Say in sentences what the tables hold: misfit, what is open, what is known only together."""
    fit, parameters = found.fit, found.parameters
    assert fit is not None  # noqa: S101  (asked for where something was fitted)
    met, count = int(found.targets["reached_met"].sum()), len(found.targets)
    said = [f"{met} of {count} targets are met; before, {int(found.targets['start_met'].sum())} were."]
    if fit.p_value < CONTRADICTED:
        said.append(
            f"The targets contradict each other in this model: the best misfit is {fit.deviance:.1f}, more than chance "
            f"gives (p = {fit.p_value:.2g}). Intervals are widened {fit.spread**0.5:.1f} times for it."
        )
    known = fit.pinned_directions
    said.append(
        f"Of {len(parameters)} independent combinations of the parameters the targets pin {known} down better "
        "than the ranges do."
    )
    rows = records(parameters)
    loose = [row["path"] for row in rows if row["pinned"] == "no" and not row["together"]]
    if loose:
        said.append(f"Not pinned down, any value in the range fits about as well: {', '.join(loose)}.")
    said += together(parameters)
    edge = [row["path"] for row in rows if row["pinned"] != "no" and row["value"] in (row["low"], row["high"])]
    if edge:
        said.append(f"At the end of the range, so that a wider one might fit better: {', '.join(edge)}.")
    unsure = found.targets[found.targets["reached_met"] & ~found.targets["reached_sure"]]
    if len(unsure):
        said.append(
            "Met, but the interval crosses an end of what was aimed at: "
            f"{', '.join(unsure['quantity'])}; more check replications would tell."
        )
    return said


def together(parameters: pd.DataFrame) -> list[str]:
    """Name each pair of parameters that the targets tell apart badly."""
    said = []
    for row in records(parameters):
        for signed in row["together"].split():
            path, other = row["path"], signed[1:]
            if path < other:
                way = "a higher" if signed[0] == "+" else "a lower"
                said.append(
                    f"{path} and {other} are known only together: "
                    f"a higher {path} with {way} {other} fits about as well."
                )
    return said


def write_calibration(found: Calibrated, folder: Path, out: Path) -> None:
    """Write the tables as CSV, and the scenario.

    Parameters
    ----------
    found : Calibrated
        The result.
    folder : path
        For targets.csv and, where something was fitted, calibration.csv, directions.csv and points.csv.
    out : path
        For the scenario.
    """
    tables = {"targets": found.targets}
    if found.fit is not None:
        tables |= {"calibration": found.parameters, "directions": found.directions, "points": found.points}
    folder.mkdir(parents=True, exist_ok=True)
    for name, table in tables.items():
        write_whole(folder / f"{name}.csv", table.to_csv(index=False, lineterminator="\n").encode())
    if found.fit is not None:
        out.parent.mkdir(parents=True, exist_ok=True)
        write_whole(out, scenario_text(found, out).encode())


def scenario_text(found: Calibrated, out: Path) -> str:
    """Write the fitted scenario: what it extends, its values, and where they come from.

    Parameters
    ----------
    found : Calibrated
        The result.
    out : path
        Where it will lie, from which the path of the extended file is told.
    """
    asked, sweep = found.asked, found.asked.sweep
    extends = asked.extends
    if os.path.isabs(extends):  # noqa: PTH117
        extends = Path(os.path.relpath(extends, out.parent.resolve())).as_posix()
    title = f"{sweep.title or sweep.name} (fitted)"
    aims = ", ".join(found.targets["quantity"])
    story = (
        f"{sweep.base.name} with {len(found.fitted)} parameters fitted to {aims}: {asked.points} points, "
        f"replications of each {sweep.replications}, seed {sweep.seed}. What the targets do not say of a parameter, "
        "the fit cannot know; see the comment beside each."
    )
    lines = [
        f"title: {_quoted(title)}",
        f"story: {_quoted(story)}",
        f"extends: {_quoted(extends)}",
        f"replications: {asked.check}",
        f"seed: {sweep.seed}",
        "",
    ]
    lines += [f"{path}: {_scalar(value)}" for path, value in asked.set.items()]
    lines += [
        f"{row['path']}: {_scalar(found.fitted[row['path']])}  # {row['unit']}; 95 % interval "
        f"{row['value_low']:.4g} to {row['value_high']:.4g}; {_PINNED[row['pinned']]}"
        for row in records(found.parameters)
    ]
    lines += ["", "# Reached, with the interval between replications, and what was aimed at:"]
    for row in records(found.targets):
        source = f" ({' '.join(str(row['source']).split())})" if row["source"] else ""
        lines.append(
            f"#   {row['quantity']}: {_with_interval(row, 'reached')}; "
            f"{_span(row['low'], row['high'], row['unit'])}{source}: {_verdict(row, 'reached')}"
        )
    return "\n".join(lines) + "\n"


def as_json(found: Calibrated) -> str:
    """Write everything that the terminal shows as one JSON object."""
    content: dict[str, Any] = {
        "name": found.asked.sweep.name,
        "scenario": found.asked.sweep.base.name,
        "seed": found.asked.sweep.seed,
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


def _verdict(row: Any, word: str) -> str:
    if row[word] != row[word]:
        return "nothing to count"
    return ("met" if row[f"{word}_met"] else "MISSED") + ("" if row[f"{word}_sure"] else " (unsure)")


def _with_interval(row: Any, word: str) -> str:
    value = _number(row[word], row["unit"])
    return f"{value} ({_span(row[f'{word}_low'], row[f'{word}_high'], row['unit'])})"


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
