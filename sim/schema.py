"""The JSON Schema of scenario files, made from the table of parameters."""

from __future__ import annotations

from typing import Any

from pydantic import BaseModel

from sim.claims import NAMES
from sim.scenario import Scenario
from sim.units import example, pattern
from sim.values import Parameter, parameters_of

_PERCENT = pattern("share")
_BAND_END = {
    "anyOf": [
        {"type": "number", "minimum": 0},
        {"type": "string", "pattern": _PERCENT},
        {"type": "string", "pattern": pattern("days")},
    ]
}


def scenario_schema() -> dict[str, Any]:
    """Return the schema (JSON Schema 2020-12), with meaning, unit, default and source of every parameter.

    Texts with units are checked for their form; whether ``400%`` is too much only loading can tell.
    """
    rows = {row.path: row for row in parameters_of(Scenario())}
    properties: dict[str, Any] = {
        "extends": {
            "type": "string",
            "minLength": 1,
            "description": "Scenario to start from: a shipped name, or a path relative to this file. "
            "Title, story, name and claims are not taken over.",
        }
    }
    properties.update(_group(Scenario(), "", rows))
    properties["expect"] = {
        "type": "array",
        "description": Scenario.model_fields["expect"].description,
        "items": _claim(),
    }
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": "Referral simulation scenario",
        "type": "object",
        "additionalProperties": False,
        "properties": properties,
    }


def _group(model: BaseModel, prefix: str, rows: dict[str, Parameter]) -> dict[str, Any]:
    properties: dict[str, Any] = {}
    for name, info in type(model).model_fields.items():
        value = getattr(model, name)
        if isinstance(value, BaseModel):
            properties[name] = {
                "type": "object",
                "additionalProperties": False,
                "description": info.description or "",
                "properties": _group(value, f"{prefix}{name}.", rows),
            }
        elif prefix + name in rows:
            properties[name] = _parameter(rows[prefix + name])
    return properties


def _parameter(row: Parameter) -> dict[str, Any]:
    facts = [row.meaning]
    if row.unit not in ("text", "switch"):
        facts.append(f"Unit: {row.unit}{f'; {row.bounds}' if row.bounds else ''}.")
    if row.unit != "text":
        facts.append(f"Source: {row.source}.")
    schema: dict[str, Any] = {"description": " ".join(facts), "default": row.default}
    if row.type == "bool":
        return {**schema, "enum": [True, False, "on", "off"]}
    if row.type == "text":
        return {**schema, "type": ["string", "null"] if row.optional else "string"}
    number: dict[str, Any] = {"type": "integer" if row.type == "int" else "number"}
    if row.minimum is not None:
        number["exclusiveMinimum" if row.above_minimum else "minimum"] = row.minimum
    if row.maximum is not None:
        number["exclusiveMaximum" if row.below_maximum else "maximum"] = row.maximum
    with_unit = pattern(row.unit)
    if with_unit is None:
        return {**schema, **number}
    written = example(row.unit, row.default).split(",")[0].split(" or ")[0]
    examples = (
        [row.default, written] if any(not c.isdigit() and c not in ".-" for c in written) else [row.default]
    )
    return {**schema, "anyOf": [number, {"type": "string", "pattern": with_unit}], "examples": examples}


def _claim() -> dict[str, Any]:
    rate = {"enum": list(NAMES)}
    band = {
        "type": "array",
        "items": _BAND_END,
        "minItems": 2,
        "maxItems": 2,
        "examples": [["2%", "5%"]],
        "description": "Lower and upper end of the band.",
    }
    common = {
        "confidence": {
            "anyOf": [
                {"type": "number", "exclusiveMinimum": 0, "exclusiveMaximum": 1},
                {"type": "string", "pattern": _PERCENT},
            ],
            "default": 0.99,
            "description": "Confidence with which the data must say that the claim holds.",
        },
        "source": {"type": "string", "description": "Where the claim comes from, such as evidence:S1."},
    }

    def kind(name: str, value: dict[str, Any], meaning: str, *, banded: bool) -> dict[str, Any]:
        return {
            "type": "object",
            "additionalProperties": False,
            "description": meaning,
            "required": [name, "within"] if banded else [name],
            "properties": {name: value, **({"within": band} if banded else {}), **common},
        }

    return {
        "oneOf": [
            kind("rate", rate, "A rate or market quantity lies within a band.", banded=True),
            kind(
                "order",
                {"type": "array", "items": rate, "minItems": 2, "uniqueItems": True},
                "Rates stand in descending order.",
                banded=False,
            ),
            kind(
                "ratio",
                {"type": "array", "items": rate, "minItems": 2, "maxItems": 2, "uniqueItems": True},
                "The first rate divided by the second lies within a band.",
                banded=True,
            ),
        ]
    }
