"""The JSON Schema of scenario files, made from the table of parameters."""

from __future__ import annotations

from typing import Any

from pydantic import BaseModel

from sim.scenario.cast import ANY_ROLE, CAST, MAX_ROLES
from sim.scenario.client_reader import CLIENT, KINDS, KNOWN, QUESTIONS, STANDING, THINGS
from sim.scenario.parameter_spec import Parameter, parameters_of
from sim.scenario.parameters import Role
from sim.scenario.quantities import MEASURES
from sim.scenario.quantity_names import NAMES, RESERVED, WRITTEN_NAME, may_be_negative
from sim.scenario.scenario import Scenario, parameters_table
from sim.scenario.units import OFF, ON, example, pattern

_PERCENT = pattern("share")
# What the ends of a band may be written in; days also take in hours and other times.
_BAND_UNITS = ("share", "days", "ties", "sd")


def scenario_schema() -> dict[str, Any]:
    """Return the schema (JSON Schema 2020-12), with meaning, unit, default and source of every parameter.

    It checks the form of texts with units, but not their bounds: whether ``400%`` is too much shows on loading.
    """
    rows = {row.path: row for row in (*parameters_of(Scenario()), *parameters_table())}
    properties: dict[str, Any] = {
        "extends": {
            "type": "string",
            "minLength": 1,
            "description": "Scenario to start from: a shipped name, or a path relative to this file. "
            "Title, story, name and claims are not taken over.",
        }
    }
    properties.update(_group(Scenario(), "", rows))
    properties[CAST] = {
        "type": "object",
        "description": f"{Scenario.model_fields[CAST].description} Each has a name of its own.",
        "maxProperties": MAX_ROLES,
        "propertyNames": {"pattern": f"^{WRITTEN_NAME}$", "not": {"enum": list(RESERVED)}},
        "additionalProperties": {
            "type": "object",
            "additionalProperties": False,
            "description": "So many copies of one person, placed into the market to follow their story.",
            "properties": _group(Role(), f"{CAST}.{ANY_ROLE}.", rows),
        },
        "default": {},
    }
    properties[CLIENT] = _client()
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


def _client() -> dict[str, Any]:
    """Return the schema of a client; bounds and units show on loading."""
    amount: dict[str, Any] = {"type": ["number", "string"]}
    contacts = {
        "type": "object",
        "additionalProperties": False,
        "properties": {"number": amount, "last_in_touch": {"type": ["number", "string", "null"]}},
        "required": ["number"],
    }
    plan = {"type": "object", "additionalProperties": False, "properties": dict.fromkeys(THINGS, amount)}
    answers = {
        "in_work": {"enum": ["yes", "no", "on", "off", True, False]},
        "searching_for": amount,
        "hours_a_week": amount,
        "compared_with_others": {"enum": list(STANDING)},
        "contacts": {
            "type": "object",
            "additionalProperties": False,
            "properties": dict.fromkeys(KINDS, contacts),
            "required": list(KINDS),
        },
        "contacts_know_the_work": {"enum": list(KNOWN)},
        "plans": {"type": "object", "minProperties": 2, "additionalProperties": plan},
    }
    return {
        "type": "object",
        "additionalProperties": False,
        "description": "One client, and plans in things a week: each plan becomes a role.",
        "properties": {name: answers[name] for name in QUESTIONS},
        "required": list(QUESTIONS),
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
    if row.unit not in ("text", "label", "switch"):
        facts.append(f"Unit: {row.unit}{f'; {row.bounds}' if row.bounds else ''}.")
    if row.unit != "text":
        facts.append(f"Source: {row.source}.")
    schema: dict[str, Any] = {"description": " ".join(facts), "default": row.default}
    null: list[Any] = [None] if row.optional else []
    if row.choices:
        return {**schema, "enum": [*row.choices, *null]}
    if row.type == "bool":
        return {**schema, "enum": [True, False, ON, OFF, *null]}
    if row.type == "text":
        kinds = ["string", *(["integer"] if row.unit == "label" else []), *(["null"] if row.optional else [])]
        return {**schema, "type": kinds if len(kinds) > 1 else "string"}
    kind = "integer" if row.type == "int" else "number"
    number: dict[str, Any] = {"type": [kind, "null"] if row.optional else kind}
    if row.minimum is not None:
        number["exclusiveMinimum" if row.above_minimum else "minimum"] = row.minimum
    if row.maximum is not None:
        number["exclusiveMaximum" if row.below_maximum else "maximum"] = row.maximum
    with_unit = pattern(row.unit)
    if with_unit is None:
        return {**schema, **number}
    written = example(row.unit, row.default).split(",")[0].split(" or ")[0]
    examples = [] if row.default is None else [row.default]
    if any(not c.isdigit() and c not in ".-" for c in written):
        examples.append(written)
    elif not examples:
        examples.append(float(written))
    return {**schema, "anyOf": [number, {"type": "string", "pattern": with_unit}], "examples": examples}


def _names(*, signed: bool) -> list[dict[str, Any]]:
    """Names of rates that can fall below 0, or that cannot; those of roles by their form."""
    fixed = [name for name in NAMES if may_be_negative(name) == signed]
    measures = "|".join(name for name in MEASURES if may_be_negative(f"x.{name}") == signed)
    of_roles = {"type": "string", "pattern": rf"^{WRITTEN_NAME}\.({measures})$"}
    return [*([{"enum": fixed}] if fixed else []), of_roles]


def _band(*, signed: bool) -> dict[str, Any]:
    number: dict[str, Any] = {"type": "number"} if signed else {"type": "number", "minimum": 0}
    return {
        "type": "array",
        "items": {"anyOf": [number, *({"type": "string", "pattern": pattern(unit)} for unit in _BAND_UNITS)]},
        "minItems": 2,
        "maxItems": 2,
        "examples": [[-0.2, 0.2]] if signed else [["2%", "5%"]],
        "description": "Lower and upper end of the band.",
    }


def _claim() -> dict[str, Any]:
    positive, signed = _names(signed=False), _names(signed=True)
    rate = {"anyOf": [*positive, *signed]}
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

    def kind(name: str, value: dict[str, Any], meaning: str, band: dict[str, Any] | None) -> dict[str, Any]:
        return {
            "type": "object",
            "additionalProperties": False,
            "description": meaning,
            "required": [name, "within"] if band else [name],
            "properties": {name: value, **({"within": band} if band else {}), **common},
        }

    def names(what: dict[str, Any], most: int | None = None) -> dict[str, Any]:
        ends = {"minItems": 2, **({"maxItems": most} if most else {})}
        return {"type": "array", "items": what, **ends, "uniqueItems": True}

    return {
        "oneOf": [
            kind(
                "rate",
                {"anyOf": positive},
                "A rate, market quantity or measure of a role lies within a band.",
                _band(signed=False),
            ),
            kind(
                "rate",
                {"anyOf": signed},
                "A measure of a role that can fall below 0 lies within a band.",
                _band(signed=True),
            ),
            kind("order", names(rate), "Rates stand in descending order.", None),
            kind(
                "ratio",
                names({"anyOf": positive}, 2),
                "The first rate divided by the second lies within a band.",
                _band(signed=False),
            ),
            kind(
                "difference", names(rate, 2), "The first rate less the second lies within a band.", _band(signed=True)
            ),
        ]
    }
