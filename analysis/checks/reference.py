"""References: the results of a scenario that later runs are compared with.

A reference is one JSON file, ``<folder>/<scenario>/reference.json``. It keeps the value of every held quantity in
every replication of one seed, digests of the tables of some replications, the settings of the scenario, the verdicts
on its claims, the versions of the tools, and why it was made and updated.
"""

from __future__ import annotations

import hashlib
import json
import math
import platform
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from analysis.checks.held_quantities import Held
from analysis.claims.verdicts import Judgement
from analysis.errors import AnalysisError
from sim.display import Shown
from sim.files import write_whole
from sim.scenario.scenario import without_edge_list_settings

if TYPE_CHECKING:
    import pyarrow as pa

    from sim import Scenario

FILE = "reference.json"
FORMAT = 1
DIGESTED = 2
"""Replications whose tables are kept as digests."""
_HEX = 16  # 64 bits: two different columns share a digest by chance in 1 of 10^19
# Names and texts do not affect the simulation; the reference has a seed and replications of its own.
_NOT_SIMULATED = {"name", "title", "story", "seed", "replications", "expect"}
_ON_ONE_LINE = ("settings", "quantities", "left_out", "columns", "claims", "history")


@dataclass(frozen=True, repr=False)
class Reference(Shown):
    """What later runs of a scenario are compared with.

    Attributes
    ----------
    scenario
        Name of the scenario.
    digest, settings
        Digest of the scenario, and every setting by dotted path.
    seed, replications
        Seed and number of the replications.
    made_with
        Versions of the tools and kind of machine.
    cpu_seconds
        Mean processor time of one replication.
    columns
        For each of the first replications: digest of each column, by ``table.column``.
    quantities
        The held quantities, by name.
    left_out
        Why tracked quantities are not held, by name.
    claims
        The verdict on each claim, by :func:`claim_key`.
    history
        Why it was made and updated, oldest first: ``why``, the version of ``referralsim``, which quantities ``moved``.
    """

    scenario: str
    digest: str
    settings: dict[str, Any]
    seed: int
    replications: int
    made_with: dict[str, str]
    cpu_seconds: float
    columns: tuple[dict[str, str], ...]
    quantities: dict[str, Held]
    left_out: dict[str, str]
    claims: dict[str, Judgement]
    history: tuple[dict[str, Any], ...]

    def shown(self) -> tuple[str, Mapping[str, object]]:
        """Return what a prompt shows of it."""
        facts = {"quantities": len(self.quantities), "replications": self.replications, "seed": self.seed}
        return f"of {self.scenario}", facts | {"claims": len(self.claims)}


def reference_file(folder: str | Path, scenario: str) -> Path:
    """Return the path of a scenario's reference."""
    return Path(folder) / scenario / FILE


def read_reference(path: str | Path) -> Reference:
    """Read a reference.

    Raises
    ------
    AnalysisError
        If the file is missing or is not a reference; the message says what to do.
    """
    path = Path(path)
    try:
        content = json.loads(path.read_text(encoding="utf-8"))
    except FileNotFoundError:
        raise AnalysisError(f"{path}: there is no reference; make one with --update --why '...'") from None
    except OSError as problem:
        raise AnalysisError(f"{path}: cannot be read: {(problem.strerror or str(problem)).lower()}") from None
    except ValueError as problem:
        where = f":{problem.lineno}:{problem.colno}" if isinstance(problem, json.JSONDecodeError) else ""
        raise AnalysisError(f"{path}{where}: not JSON; {_RESTORE}") from None
    if not isinstance(content, dict) or content.get("format") != FORMAT:
        found = content.get("format") if isinstance(content, dict) else type(content).__name__
        raise AnalysisError(f"{path}: format: found {found!r}; expected {FORMAT}; {_RESTORE}")
    try:
        return _from_json(content)
    except (KeyError, TypeError, ValueError) as problem:
        what = f"{problem} is missing" if isinstance(problem, KeyError) else str(problem)
        raise AnalysisError(f"{path}: not a complete reference: {what}; {_RESTORE}") from None


_RESTORE = "restore the file, or delete it and make a new one with --update --why '...'"


def _from_json(content: dict[str, Any]) -> Reference:
    replications = int(content["replications"])
    held = {}
    for name, row in content["quantities"].items():
        values = tuple(float(value) for value in row["values"])
        margin = float(row["margin"])
        if len(values) != replications or replications < 2:
            raise ValueError(f"quantities.{name}: found {len(values)} values; expected {replications}, and at least 2")
        if not 0 < margin < math.inf:
            raise ValueError(f"quantities.{name}.margin: found {margin:g}; expected a number above 0")
        held[name] = Held(str(row["unit"]), margin, bool(row["chosen"]), float(row["n"]), values)
    claims = {key: _judgement(row) for key, row in content["claims"].items()}
    return Reference(
        str(content["scenario"]),
        str(content["digest"]),
        dict(content["settings"]),
        int(content["seed"]),
        replications,
        dict(content["made_with"]),
        float(content["cpu_seconds"]),
        tuple(dict(row) for row in content["columns"]),
        held,
        dict(content["left_out"]),
        claims,
        tuple(content["history"]),
    )


def write_reference(reference: Reference, path: str | Path) -> None:
    """Write a reference whole, or not at all."""
    content = {"format": FORMAT, **asdict(reference)}
    content["claims"] = {key: _plain(asdict(judgement)) for key, judgement in reference.claims.items()}
    write_whole(Path(path), ("\n".join(_lines(content)) + "\n").encode())


def _lines(content: Mapping[str, Any]) -> Iterator[str]:
    """Lay JSON out so that a changed quantity, column or setting is one changed line."""
    yield "{"
    last = list(content)[-1]
    for key, value in content.items():
        comma = "" if key == last else ","
        if key in _ON_ONE_LINE and value:
            opening, closing = "{}" if isinstance(value, Mapping) else "[]"
            rows = (
                [f"{json.dumps(name, ensure_ascii=False)}: {_dumps(row)}" for name, row in value.items()]
                if isinstance(value, Mapping)
                else [_dumps(row) for row in value]
            )
            yield f' "{key}": {opening}'
            yield ",\n".join(f"  {row}" for row in rows)
            yield f" {closing}{comma}"
        else:
            yield f' "{key}": {_dumps(value)}{comma}'
    yield "}"


def _dumps(value: object) -> str:
    return json.dumps(value, ensure_ascii=False, allow_nan=False)


# JSON has no numbers for these.
_WORDS = {"nan": math.nan, "inf": math.inf, "-inf": -math.inf}


def _plain(row: Mapping[str, Any]) -> dict[str, Any]:
    def word(value: Any) -> Any:
        if isinstance(value, tuple | list):
            return [word(part) for part in value]
        return repr(value) if isinstance(value, float) and not math.isfinite(value) else value

    return {key: word(value) for key, value in row.items()}


def _judgement(row: Mapping[str, Any]) -> Judgement:
    numbers = {key: float(_WORDS.get(row[key], row[key])) for key in ("value", "low", "high", "n", "confidence")}
    within = tuple(float(_WORDS.get(end, end)) for end in row["within"])
    return Judgement(**{**row, **numbers, "within": (within[0], within[1])})


def claim_key(claim: Any) -> str:
    """Return a claim's identity: everything in it except the source."""
    content = claim.model_dump(mode="json", exclude={"source"})
    return json.dumps(content, sort_keys=True, ensure_ascii=False)


# ---- settings of the scenario ---------------------------------------------------------------------------------------


def settings_of(scenario: Scenario) -> dict[str, Any]:
    """Return every setting that affects the simulation, by dotted path."""
    content = scenario.model_dump(mode="json", exclude=_NOT_SIMULATED)
    if scenario.network.edge_list is None:
        content["network"] = without_edge_list_settings(content["network"])
    else:
        # The file may lie elsewhere on another machine; the scenario's digest covers its content.
        content["network"]["edge_list"] = Path(scenario.network.edge_list).name
    return dict(_flat(content, ""))


def _flat(content: Mapping[str, Any], prefix: str) -> Iterator[tuple[str, Any]]:
    for key, value in content.items():
        if isinstance(value, Mapping) and value:
            yield from _flat(value, f"{prefix}{key}.")
        else:
            yield f"{prefix}{key}", value


def scenario_changes(before: Mapping[str, Any], now: Mapping[str, Any]) -> tuple[str, ...]:
    """Return what changed in the settings, one text for each change, such as ``screening.capacity 60 -> 50``."""
    changes = []
    for path in dict.fromkeys([*before, *now]):
        if path not in now:
            changes.append(f"{path} is gone (was {_short(before[path])})")
        elif path not in before:
            changes.append(f"{path} is new ({_short(now[path])})")
        elif before[path] != now[path]:
            changes.append(f"{path} {_short(before[path])} -> {_short(now[path])}")
    return tuple(changes)


def _short(value: object) -> str:
    return f"{value:g}" if isinstance(value, float) else str(value)


# ---- bytes --------------------------------------------------------------------------------------------------------


def column_digests(tables: Mapping[str, pa.Table]) -> dict[str, str]:
    """Return a digest of each column's type and values, by ``table.column``; it does not depend on the file format."""
    return {
        f"{name}.{column}": _digest(table.column(column))
        for name, table in tables.items()
        for column in table.column_names
    }


def _digest(column: pa.ChunkedArray) -> str:
    import pyarrow as pa

    array = column.combine_chunks()
    # NULL in a column of numbers counts as NaN, so that references from before tables had NULL still hold.
    missing = 0 if pa.types.is_floating(array.type) else array.null_count
    digest = hashlib.sha256(f"{array.type} {len(array)} {missing}".encode())
    if pa.types.is_dictionary(array.type):
        digest.update("\0".join(str(category) for category in array.dictionary.to_pylist()).encode())
        array = array.indices
    values = array.to_numpy(zero_copy_only=False)
    digest.update(repr(values.tolist()).encode() if values.dtype == object else np.ascontiguousarray(values).tobytes())
    return digest.hexdigest()[:_HEX]


def moved_columns(before: Sequence[Mapping[str, str]], now: Sequence[Mapping[str, str]]) -> tuple[str, ...]:
    """Return the columns present in both whose bytes differ in any replication."""
    pairs = zip(before, now, strict=False)
    return tuple(sorted({name for old, new in pairs for name in old if new.get(name, old[name]) != old[name]}))


def added_and_gone(before: Mapping[str, str], now: Mapping[str, str]) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """Return the columns that are new and those that are missing."""
    return tuple(sorted(now.keys() - before.keys())), tuple(sorted(before.keys() - now.keys()))


def made_with(versions: Mapping[str, str]) -> dict[str, str]:
    """Return what the last digits may depend on other than our code: versions of the tools and the kind of machine."""
    try:
        from numpy._core._multiarray_umath import (  # type: ignore[import-not-found,unused-ignore]
            __cpu_features__ as features,
        )

        instructions = " ".join(sorted(name for name, has in features.items() if has))
    except ImportError:
        instructions = "unknown"
    return {
        **versions,
        "system": platform.system(),
        "machine": platform.machine(),
        "processor": hashlib.sha256(instructions.encode()).hexdigest()[:8],
    }
