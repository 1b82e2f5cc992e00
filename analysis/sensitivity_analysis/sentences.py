"""A sensitivity analysis in words: findings as titles, alternative texts, the text for a terminal."""

from __future__ import annotations

import math
from typing import Any

import pandas as pd

from analysis.presentation import wording
from analysis.sensitivity_analysis.indices import Sensitivity
from sim.experiments.sweep import Factor
from sim.scenario.parameter_spec import written

INDEX_WORDS = {
    "S1": "alone",
    "ST": "with all its interactions",
    "S2": "interaction of the two",
    "mu_star": "mean size of the effect",
    "mu": "mean effect",
    "sigma": "how much the effect varies with the others",
}


def label(found: Sensitivity) -> str:
    """Return the label of the quantity with a capital letter."""
    text = found.responses.label
    return text[:1].upper() + text[1:]


def unit(found: Sensitivity, *, change: bool = False) -> str:
    """Return the unit in which values, or their changes, are shown."""
    return wording.unit_name(found.responses.unit, change=change)


def scale(found: Sensitivity) -> float:
    """Return the factor from a value to its number in a chart: 100 for shares."""
    return 100.0 if found.responses.unit == "share" else 1.0


def amount(found: Sensitivity, value: float) -> str:
    """Write a value of the quantity."""
    return wording.amount(value, found.responses.unit)


def change(found: Sensitivity, value: float, *, sign: bool = True) -> str:
    """Write a difference of two values of the quantity."""
    if math.isnan(value):
        return wording.NOTHING
    if found.responses.unit == "share":
        text = f"{wording.points(value)} points"
        return text if sign else text.lstrip("+")
    text = wording.number(value) + wording.suffix(found.responses.unit)
    return f"+{text}" if sign and value > 0 else text


def level(value: object, factor: Factor, *, units: bool = True) -> str:
    """Write a value of a factor; of the units only % and days are added."""
    if isinstance(value, bool) or factor.type == "bool":
        return written(bool(value))
    if value is None or (isinstance(value, float) and math.isnan(value)):
        return "null"
    if isinstance(value, str):
        return value
    number = float(value)  # type: ignore[arg-type]
    if factor.unit == "share":
        return f"{100 * number:.4g} %"
    digits = f"{number:,.0f}" if abs(number) >= 10_000 else f"{number:.4g}"
    if "e" in digits:  # a small rate is easier to read written out
        digits = f"{number:.10f}".rstrip("0")
    return f"{digits} days" if units and factor.unit == "days" else digits


def sizes(found: Sensitivity) -> str:
    """Say how many points and replications the numbers rest on."""
    points = int(found.responses.points.size)
    each = found.responses.replications
    replications = f"{each} replication{'' if each == 1 else 's'}"
    return f"n = {points} points × {replications}"


def largest(rows: pd.DataFrame) -> pd.DataFrame:
    """Return one row per factor with its lowest and highest value; the factor with the widest span comes first."""
    spans = rows.groupby("factor", sort=False)["value"].agg(["min", "max"])
    spans["size"] = (spans["max"] - spans["min"]).abs()
    return spans.sort_values("size", ascending=False, kind="stable").reset_index()


def tornado(found: Sensitivity) -> str:
    """Say which factor moves the quantity most, one at a time."""
    rows = found.effects.dropna(subset=["value"])
    base = amount(found, float(found.responses.points[0]))
    if rows.empty:
        return f"{label(found)}: nothing differs from the base point"
    ends = rows.assign(value=0.0)
    first = largest(pd.concat([rows, ends])).iloc[0]
    return (
        f"{label(found)}: {first['factor']} moves it most, by {change(found, first['min'])} to "
        f"{change(found, first['max'])} from {base} ({sizes(found)})"
    )


def sobol(found: Sensitivity) -> str:
    """Say which factor has the largest total index, and how much of it is the factor alone."""
    rows = found.indices
    total = rows[rows["index"] == "ST"].sort_values("value", ascending=False, kind="stable").iloc[0]
    alone = rows[(rows["index"] == "S1") & (rows["factor"] == total["factor"])].iloc[0]
    return (
        f"{label(found)}: {total['factor']} accounts for {wording.percent(total['value'], 0)} of the variance, "
        f"{wording.percent(alone['value'], 0)} by itself ({sizes(found)})"
    )


def morris(found: Sensitivity) -> str:
    """Say which factor has the largest mean effect."""
    rows = found.indices[found.indices["index"] == "mu_star"].sort_values("value", ascending=False, kind="stable")
    first = rows.iloc[0]
    size = change(found, first["value"], sign=False)
    sigma = found.indices[(found.indices["index"] == "sigma") & (found.indices["factor"] == first["factor"])]
    often = float(sigma["value"].iloc[0]) > float(first["value"])
    return (
        f"{label(found)}: {first['factor']} moves it most, by {size} over its range"
        f"{', depending much on the other factors' if often else ''} ({sizes(found)})"
    )


def curve(found: Sensitivity, factor: str) -> str:
    """Say where a curve is lowest and highest."""
    rows = found.curves[found.curves["factor"] == factor]
    own = factor_of(found, factor)
    low, high = lowest_and_highest(rows)
    rest = "other factors at their base" if found.data.design == "one-at-a-time" else "mean over the other factors"
    return (
        f"{label(found)}: from {amount(found, low['value'])} at {factor} {level(low['at'], own)} to "
        f"{amount(found, high['value'])} at {level(high['at'], own)}, {rest} ({sizes(found)})"
    )


def surface(found: Sensitivity, table: pd.DataFrame, first: str, second: str) -> str:
    """Say where a surface is lowest and highest."""
    first_factor, second_factor = factor_of(found, first), factor_of(found, second)

    def at(row: Any) -> str:
        return f"{first} {level(row[first], first_factor)} and {second} {level(row[second], second_factor)}"

    low, high = lowest_and_highest(table)
    return (
        f"{label(found)}: from {amount(found, low['value'])} at {at(low)} to {amount(found, high['value'])} at "
        f"{at(high)} ({sizes(found)})"
    )


def lowest_and_highest(rows: pd.DataFrame) -> tuple[pd.Series, pd.Series]:
    """Return the rows with the lowest and the highest value."""
    order = rows.dropna(subset=["value"]).sort_values("value", kind="stable")
    return order.iloc[0], order.iloc[-1]


def factor_of(found: Sensitivity, path: str) -> Factor:
    """Return a factor by its dotted path."""
    return next(factor for factor in found.data.factors if factor.path == path)


def fit(found: Sensitivity) -> str:
    """Say how well the metamodel predicts unseen points; "" without a metamodel."""
    model = found.metamodel
    if model is None:
        return ""
    noise = (
        ""
        if math.isnan(model.noise)
        else (f"; replication noise alone moves a point by {change(found, model.noise, sign=False)}")
    )
    good = "" if model.q2 >= 0.8 else ". For single numbers use the points, not the surface"
    return (
        f"A {model.form} surface predicts unseen points to within {change(found, model.rmse, sign=False)} "
        f"(root mean square, {model.folds}-fold; Q2 {model.q2:.2f}){noise}{good}."
    )


def intervals(found: Sensitivity) -> str:
    """Say what the intervals cover."""
    if found.data.design in ("sobol", "morris"):
        blocks = "base samples" if found.data.design == "sobol" else "trajectories"
        return f"Intervals: bootstrap over {blocks} and over replications, drawn together for all points."
    paired = "; differences are paired by replication" if found.data.design == "one-at-a-time" else ""
    return f"Intervals: between replications, which all points share{paired}."


def alt(title: str, rows: pd.DataFrame, found: Sensitivity, *, shares: bool = False, moves: bool = False) -> str:
    """Describe a chart: its title, then every number that it draws with its interval."""
    parts = []
    for row in rows.to_dict("records"):
        what = " ".join(str(row[key]) for key in ("factor", "other") if row.get(key))
        if row["index"] in INDEX_WORDS:
            what += f", {INDEX_WORDS[str(row['index'])]}"
        else:
            what += f" {level(row['at'], factor_of(found, str(row['factor'])))}"
        parts.append(f"{what}: {_number(row, found, shares, moves)}")
    return f"{title}. {'; '.join(parts)}."


def _number(row: dict[Any, Any], found: Sensitivity, shares: bool, moves: bool) -> str:
    values = [float(row[key]) for key in ("value", "low", "high")]
    if shares:
        value, low, high = (f"{end:.2f}" for end in values)
    elif moves:
        value, low, high = (change(found, end, sign=row["index"] not in ("mu_star", "sigma")) for end in values)
    else:
        value, low, high = (amount(found, end) for end in values)
    return value if math.isnan(values[1]) else f"{value} ({low} to {high})"


def text(found: Sensitivity) -> str:
    """Write the analysis of a quantity for a terminal."""
    lines = [f"{found.responses.name}: {found.responses.label}, {unit(found)}; {sizes(found)}"]
    for rows, head in ((found.indices, "index"), (found.effects, "change"), (found.curves, "mean")):
        if len(rows):
            lines += ["", *_table(rows, head, found)]
    lines += ["", *(line for line in (fit(found), *found.notes, found.cannot) if line)]
    return "\n".join(lines)


def _table(rows: pd.DataFrame, head: str, found: Sensitivity) -> list[str]:
    lines = [["factor", head if head == "index" else "at", "value", "interval"]]
    for row in rows.to_dict("records"):
        name = " × ".join(str(row[key]) for key in ("factor", "other") if row[key])
        where = str(row["index"]) if head == "index" else level(row["at"], factor_of(found, str(row["factor"])))
        shares = row["index"] in ("S1", "ST", "S2")
        text = _number(row, found, shares, head != "mean")
        value, _, interval = text.partition(" (")
        lines.append([name, where, value, interval.rstrip(")")])
    widths = [max(len(line[column]) for line in lines) for column in range(4)]
    return [
        "  ".join(
            [line[0].ljust(widths[0]), *(cell.rjust(width) for cell, width in zip(line[1:], widths[1:], strict=True))]
        ).rstrip()
        for line in lines
    ]
