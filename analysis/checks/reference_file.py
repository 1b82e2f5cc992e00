"""References on disk: one JSON file, ``<folder>/<scenario>/reference.json``.

A changed quantity, column or setting is one changed line. A file that is no reference is refused in one line.
"""

from __future__ import annotations

import json
import math
from collections.abc import Iterator, Mapping
from dataclasses import asdict
from pathlib import Path
from typing import Annotated, Any, Literal

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, JsonValue, ValidationError, model_validator

from analysis.checks.held_quantities import Held
from analysis.checks.reference import FORMAT, Reference
from analysis.claims.verdicts import Judgement
from analysis.errors import AnalysisError
from sim.errors import found, printable
from sim.file_kinds import read_bytes, what_it_is
from sim.files import write_whole

FILE = "reference.json"
OLD_FORMAT = 1
_RESTORE = "restore the file, or delete it and make a new one with --update --why '...'"
_ON_ONE_LINE = ("settings", "quantities", "left_out", "columns", "claims", "history")
_DEPTH = 12  # no reference is nested deeper
_DIGITS = 19  # whole numbers of more digits are no seed, count or value
_LARGEST = 1e15
_MOST_BYTES = 50_000_000


def reference_file(folder: str | Path, scenario: str) -> Path:
    """Return the path of a scenario's reference."""
    return Path(folder) / scenario / FILE


# ---- reading --------------------------------------------------------------------------------------------------------


def read_reference(path: str | Path) -> Reference:
    """Read a reference, of this format or the one before.

    Raises
    ------
    AnalysisError
        If the file is missing or is not a reference; the message says where, what was found and what to do.
    """
    path = Path(path)
    if not _is_there(path):
        raise AnalysisError(f"{path}: there is no reference; make one with --update --why '...'")
    try:
        content = _parsed(_text_of(path))
        _refuse_deep(content)
    except json.JSONDecodeError as problem:
        raise AnalysisError(f"{path}:{problem.lineno}:{problem.colno}: not JSON; {_RESTORE}") from None
    except UnicodeDecodeError:
        raise AnalysisError(f"{path}: not JSON; {_RESTORE}") from None
    except RecursionError:
        raise AnalysisError(f"{path}: nested deeper than any reference; {_RESTORE}") from None
    except ValueError as problem:
        raise AnalysisError(f"{path}: {problem}; {_RESTORE}") from None
    if not isinstance(content, dict) or content.get("format") not in (OLD_FORMAT, FORMAT):
        what = _found(content.get("format") if isinstance(content, dict) else content)
        raise AnalysisError(f"{path}: format: found {what}; expected {FORMAT}; {_RESTORE}")
    try:
        return _File.model_validate(content).reference()
    except ValidationError as problem:
        raise AnalysisError(f"{path}: {_first_of(problem)}; {_RESTORE}") from None


def _is_there(path: Path) -> bool:
    """Whether there is something at a path, or something that may not be looked at."""
    try:
        return path.exists()
    except OSError:
        return True


def _text_of(path: Path) -> str:
    """Read the file as text, with or without the mark that some editors set before it."""
    data = read_bytes(path, _MOST_BYTES)
    kind, _ = what_it_is(data)
    if kind:
        raise ValueError(kind)
    return data.decode("utf-8-sig")


def _parsed(text: str) -> Any:
    return json.loads(
        text, parse_int=_whole, parse_float=_fraction, parse_constant=_no_number, object_pairs_hook=_each_once
    )


def _each_once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) < len(pairs):
        names = [name for name, _ in pairs]
        twice = next(name for at, name in enumerate(names) if name in names[:at])
        raise ValueError(f"'{printable(twice)}' is given twice")
    return found


def _whole(digits: str) -> int:
    if len(digits) > _DIGITS:
        raise ValueError(f"found a number of {len(digits)} digits; expected at most {_DIGITS}")
    return int(digits)


def _fraction(digits: str) -> float:
    number = float(digits)
    if not abs(number) <= _LARGEST:
        raise ValueError(f"found {printable(digits)}; expected numbers up to {_LARGEST:g}")
    return number


def _no_number(word: str) -> float:
    raise ValueError(f"found {word}; expected a number")


def _refuse_deep(content: Any) -> None:
    level = [content]
    for _ in range(_DEPTH):
        level = [
            part
            for one in level
            for part in (one.values() if isinstance(one, dict) else one if isinstance(one, list) else ())
        ]
    if level:
        raise RecursionError


def _found(value: object) -> str:
    """Name a value in a message: a group by its kind, anything else as it is."""
    return "a list" if isinstance(value, list) else "a mapping" if isinstance(value, dict) else found(value)


def _first_of(problem: ValidationError) -> str:
    """Word the first thing that is wrong in one line."""
    first = problem.errors(include_url=False)[0]
    where = printable(".".join(str(part) for part in first["loc"] if part != "[key]"), 120)
    kind, limits = first["type"], first.get("ctx", {})
    if kind == "missing":
        return f"'{where}' is missing"
    if kind == "extra_forbidden":
        return f"'{where}' is no part of a reference"
    if kind == "value_error":
        said = printable(str(limits["error"]), 200)
        return f"{where}: {said}" if where else said
    expected = _EXPECTED.get(kind, "another value").format(**limits)
    return f"{where}: found {_found(first['input'])}; expected {expected}"


# What is expected, by the kind of mistake that the check of types names.
_EXPECTED = {
    "literal_error": "{expected}",
    "model_type": "a mapping",
    "model_attributes_type": "a mapping",
    "dict_type": "a mapping",
    "list_type": "a list",
    "too_short": "at least {min_length} values",
    "too_long": "at most {max_length} values",
    "string_type": "a text",
    "string_unicode": "a text of whole characters",
    "string_too_short": "a name",
    "string_too_long": "at most {max_length} characters",
    "string_pattern_mismatch": "a name on one line, without control characters",
    "bool_type": "true or false",
    "int_type": "a whole number",
    "int_from_float": "a whole number",
    "float_type": "a number",
    "finite_number": "a number",
    "greater_than": "a number greater than {gt:g}",
    "greater_than_equal": "a number of at least {ge:g}",
    "less_than": "a number less than {lt:g}",
    "less_than_equal": "a number of at most {le:g}",
}

_WORDS = {"nan": math.nan, "inf": math.inf, "-inf": -math.inf}  # JSON has no numbers for these
Text = Annotated[str, Field(max_length=20_000)]
Name = Annotated[str, Field(min_length=1, max_length=400, pattern=r"^[^\x00-\x1f\x7f-\x9f\u2028\u2029]+$")]
Number = Annotated[float, Field(allow_inf_nan=False, le=_LARGEST, ge=-_LARGEST)]
Size = Annotated[float, Field(allow_inf_nan=False, ge=0, le=_LARGEST)]
Margin = Annotated[float, Field(allow_inf_nan=False, gt=0, le=_LARGEST)]
AnyNumber = Annotated[
    float, BeforeValidator(lambda value: _WORDS.get(value, value) if isinstance(value, str) else value)
]


class _Row(BaseModel):
    model_config = ConfigDict(strict=True, extra="forbid")


class _HeldRow(_Row):
    unit: Name
    margin: Margin
    chosen: bool
    n: Size
    values: list[Number | None]

    def held(self) -> Held:
        values = tuple(math.nan if value is None else value for value in self.values)
        return Held(self.unit, self.margin, self.chosen, self.n, values)


class _ClaimRow(_Row):
    kind: Literal["rate", "order", "ratio", "difference"]
    claim: Name
    verdict: Literal["holds", "fails", "undecided"]
    value: AnyNumber
    low: AnyNumber
    high: AnyNumber
    within: Annotated[list[AnyNumber], Field(min_length=2, max_length=2)]
    n: AnyNumber
    replications: Annotated[int, Field(ge=0)]
    confidence: Annotated[float, Field(gt=0, lt=1)]
    source: Text
    method: Text
    note: Text = ""

    def judgement(self) -> Judgement:
        return Judgement(**{**dict(self), "within": (self.within[0], self.within[1])})


class _Step(_Row):
    why: Text
    referralsim: Text = ""
    moved: list[Name] = []


class _File(_Row):
    format: Literal[1, 2]
    scenario: Name
    digest: Text
    settings: dict[Name, JsonValue]
    seed: Annotated[int, Field(ge=0, le=2**63 - 1)]
    replications: Annotated[int, Field(ge=2, le=1_000_000)]
    size_chosen: bool = False
    made_with: dict[Name, Name]
    cpu_seconds: Size
    columns: Annotated[list[dict[Name, Name]], Field(max_length=1000)]
    quantities: dict[Name, _HeldRow]
    left_out: dict[Name, Text]
    claims: dict[Text, _ClaimRow]
    history: list[_Step]

    @model_validator(mode="after")
    def _as_many_values(self) -> _File:
        for name, row in self.quantities.items():
            count, known = len(row.values), sum(value is not None for value in row.values)
            if count != self.replications:
                raise ValueError(f"quantities.{name}.values: found {count} values; expected {self.replications}")
            if known < 2:
                raise ValueError(f"quantities.{name}.values: found {known} numbers; expected at least 2")
        return self

    def reference(self) -> Reference:
        return Reference(
            self.scenario,
            self.digest,
            self.settings,
            self.seed,
            self.replications,
            self.size_chosen,
            self.made_with,
            self.cpu_seconds,
            # Digests of the old format are of every digit, and say nothing about those of today.
            tuple(self.columns) if self.format == FORMAT else (),
            {name: row.held() for name, row in self.quantities.items()},
            self.left_out,
            {key: row.judgement() for key, row in self.claims.items()},
            tuple(step.model_dump() for step in self.history),
            self.format,
        )


# ---- writing --------------------------------------------------------------------------------------------------------


def write_reference(reference: Reference, path: str | Path) -> None:
    """Write a reference whole, or not at all."""
    content = {"format": FORMAT, **{key: value for key, value in asdict(reference).items() if key != "format"}}
    content["claims"] = {key: _plain(asdict(judgement)) for key, judgement in reference.claims.items()}
    content["quantities"] = {
        name: {**row, "values": [None if math.isnan(value) else value for value in row["values"]]}
        for name, row in content["quantities"].items()
    }
    write_whole(Path(path), ("\n".join(_lines(content)) + "\n").encode("utf-8", "backslashreplace"))


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


def _plain(row: Mapping[str, Any]) -> dict[str, Any]:
    def word(value: Any) -> Any:
        if isinstance(value, tuple | list):
            return [word(part) for part in value]
        return repr(value) if isinstance(value, float) and not math.isfinite(value) else value

    return {key: word(value) for key, value in row.items()}
