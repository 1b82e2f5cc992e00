"""Writes a scenario as YAML: every value with its unit, in the order of the sections."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from pydantic import BaseModel

from sim.scenario.claims import Claim
from sim.scenario.paths import Paths
from sim.scenario.yaml_reader import resolve

_PLAIN = re.compile(r"[A-Za-z][A-Za-z0-9_./-]*")
_ESCAPED = re.compile('[\\x00-\\x1f\\\\"\\x7f-\\xa0\\xad\u2028\u2029\ud800-\udfff\ufeff\ufffe\uffff]')
# YAML 1.1 readers take these words for booleans, so they are quoted although YAML 1.2 does not ask for it.
_WORDS_OF_OLD = ("y", "n", "yes", "no", "on", "off")


def write_yaml(scenario: BaseModel, paths: Paths) -> str:
    """Write a scenario as YAML 1.2 that YAML 1.1 readers read the same way."""
    lines = [*_group(scenario, "", "", paths)]
    claims: tuple[Claim, ...] = getattr(scenario, "expect", ())
    if claims:
        lines.append("expect:")
        for claim in claims:
            parts = [f"{key}: {_value(value)}" for key, value in claim.model_dump().items()]
            parts.sort(key=lambda part: part.startswith(("confidence:", "source:")))
            lines.extend(("  - " if number == 0 else "    ") + part for number, part in enumerate(parts))
    else:
        lines.append("expect: []")
    return "\n".join(lines) + "\n"


def _group(model: BaseModel | Mapping[str, Any], prefix: str, indent: str, paths: Paths) -> list[str]:
    lines: list[str] = []
    names = model if isinstance(model, Mapping) else type(model).model_fields
    for name in names:
        value = model[name] if isinstance(model, Mapping) else getattr(model, name)
        path = prefix + name
        row = paths.find(path)
        if isinstance(value, Mapping) and not value:
            lines.append(f"{indent}{name}: {{}}")
        elif isinstance(value, BaseModel | Mapping):
            # A role may be called 'on' or 'null'.
            lines.append(f"{indent}{_text(name)}:")
            lines.extend(_group(value, path + ".", indent + "  ", paths))
        elif row is not None:
            unit = row.unit
            comment = "" if unit in ("text", "label", "switch", "count") else f"  # {unit}"
            lines.append(f"{indent}{name}: {_value(value)}{comment}")
    return lines


def _value(value: Any) -> str:
    if value is None:
        return "null"
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, float):
        text = repr(value)
        # 1e-05 is a text to a YAML 1.1 reader, 1.0e-05 a number to both.
        return text if "." in text else text.replace("e", ".0e")
    if isinstance(value, str):
        return _text(value)
    if isinstance(value, list | tuple):
        return "[" + ", ".join(_value(item) for item in value) + "]"
    return str(value)


def _text(text: str) -> str:
    if _PLAIN.fullmatch(text) and isinstance(resolve(text), str) and text.lower() not in _WORDS_OF_OLD:
        return text
    return '"' + _ESCAPED.sub(_escape, text) + '"'


def _escape(match: re.Match[str]) -> str:
    character = match[0]
    if character in '"\\':
        return "\\" + character
    code = ord(character)
    return {"\n": "\\n", "\t": "\\t"}.get(character) or (f"\\x{code:02x}" if code < 256 else f"\\u{code:04x}")
