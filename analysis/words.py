"""Numbers as people read them, and the sentences that charts and reports open with, made from the numbers."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

import pandas as pd

from analysis.claims import Judgement
from sim.claims import unit_of

LABELS = {"direct": "Direct application", "referral": "Referral", "recruiter": "Recruiter approach"}
PLURALS = {"direct": "direct applications", "referral": "referrals", "recruiter": "recruiter approaches"}
STAGE_LABELS = {
    "sent": "Sent",
    "read": "Read",
    "response": "Answered",
    "interview": "Interview",
    "offer": "Offer",
    "hire": "Hired",
}
VERDICTS = {"holds": "met", "fails": "missed", "undecided": "undecided"}
NOTHING = "–"
# What stands behind a number; shares have their own way, and ratios, counts and scores stand alone.
UNITS = {"days": " days", "hours": " hours", "sd": " SD"}


def label(channel: str) -> str:
    """Return the name of a channel for a chart or table."""
    return LABELS.get(channel, channel.capitalize())


def plural(channel: str) -> str:
    """Return the applications of a channel in words."""
    return PLURALS.get(channel, f"applications by {channel}")


def number(value: float, digits: int = 3) -> str:
    """Write a number with so many significant digits, thousands set apart, never in powers of ten."""
    if not math.isfinite(value):
        return NOTHING if math.isnan(value) else ("∞" if value > 0 else "-∞")
    if value == 0:
        return "0"
    decimals = max(0, digits - 1 - math.floor(math.log10(abs(value))))
    return f"{value:,.{min(decimals, 6)}f}"


def percent(share: float, decimals: int | None = None) -> str:
    """Write a share as a percentage: one decimal from ten on, else two."""
    if math.isnan(share):
        return NOTHING
    return f"{_hundredfold(share, decimals)} %"


def percent_range(low: float, high: float) -> str:
    """Write an interval of shares as percentages, both ends with the same decimals."""
    if math.isnan(low) or math.isnan(high):
        return NOTHING
    decimals = 1 if abs(high) >= 0.1 else 2
    between = " to " if low < 0 else "–"
    return f"{_hundredfold(low, decimals)}{between}{_hundredfold(high, decimals)} %"


def _hundredfold(share: float, decimals: int | None) -> str:
    if decimals is None:
        decimals = 1 if abs(share) >= 0.1 else 2
    return f"{100 * share:.{decimals}f}"


def points(effect: float) -> str:
    """Write a difference of shares in percentage points, always with its sign."""
    if math.isnan(effect):
        return NOTHING
    text = f"{100 * effect:+.{1 if abs(effect) >= 0.1 else 2}f}"
    return text if float(text) else text[1:]


def band(low: float, high: float, unit: str = "share") -> str:
    """Write the ends of a band as short as they were given."""
    if math.isnan(low) or math.isnan(high):
        return NOTHING
    between = " to " if low < 0 else "–"
    if unit == "share":
        return f"{100 * low:g}{between}{100 * high:g} %"
    return f"{low:g}{between}{high:g}{UNITS.get(unit, '')}"


def amount(value: float, unit: str) -> str:
    """Write a value of a named quantity in its unit."""
    return percent(value) if unit == "share" else number(value) + UNITS.get(unit, "")


def amount_range(low: float, high: float, unit: str) -> str:
    """Write an interval of a named quantity in its unit."""
    if unit == "share":
        return percent_range(low, high)
    between = " to " if low < 0 else "–"
    return NOTHING if math.isnan(low) else f"{number(low)}{between}{number(high)}{UNITS.get(unit, '')}"


def method(rates: pd.DataFrame) -> str:
    """Say how the intervals of a table of rates were made."""
    found = list(dict.fromkeys(rates.loc[(rates["n"] > 0) & (rates["method"] != ""), "method"].astype(str)))
    # An effective number differs from rate to rate, so it is left to the table.
    wilson = [name for name in found if "effective number" in name]
    plain = [name for name in found if name not in wilson]
    if not wilson:
        return joined(plain) if plain else "nothing to count"
    return joined([*plain, f"Wilson with effective numbers{' where events are few' if plain else ''}"])


def joined(parts: Sequence[str], last: str = "and") -> str:
    """Join words as a sentence does."""
    return parts[0] if len(parts) == 1 else f"{', '.join(parts[:-1])} {last} {parts[-1]}"


def out_of(share: float, what: str) -> str:
    """Say a share as a count out of 100, or of as many as it takes to see one."""
    if share == 0:
        return f"none of the {what}"
    base = next(base for base in (100, 1000, 10_000, 100_000, 10**6, 10**9) if share * base >= 0.95)
    return f"{share * base:.0f} of {base:,} {what}"


def records(table: pd.DataFrame) -> list[dict[str, Any]]:
    """Return the rows of a table as dicts."""
    return [{str(key): value for key, value in row.items()} for row in table.to_dict("records")]


def by_rate(rates: pd.DataFrame, stage: str) -> list[dict[str, Any]]:
    """Return the rows of a stage that have a rate, the highest first."""
    return records(
        rates[(rates["stage"] == stage) & (rates["n"] > 0)].sort_values("rate", ascending=False, kind="stable")
    )


def opening_sentence(rates: pd.DataFrame, response_window: float) -> str:
    """Say in one sentence, for a client, what was simulated and what came out."""
    rows = by_rate(rates, "response")
    if not rows:
        return "No application could be counted in this simulated market."
    said = joined([out_of(row["rate"], plural(row["channel"])) for row in rows])
    sentence = f"In this simulated labour market {said} were answered within {response_window:g} days"
    some = [row for row in by_rate(rates, "interview") if row["count"] > 0]
    if not some:
        return f"{sentence}."
    cost = joined([f"{max(1 / row['rate'], 1):.0f} {plural(str(row['channel']))}" for row in some], "or")
    return f"{sentence}; it took about {cost} to get one interview."


def comparison(contrasts: pd.DataFrame, rates: pd.DataFrame, stage: str, did: str) -> str:
    """Say how many times as often one channel reached a stage as another: referral against direct if there are both.

    `did` is the verb, such as "are answered".
    """
    rows = by_rate(rates, stage)
    if not rows:
        return "Nothing was sent that could be counted"
    names = [row["channel"] for row in rows]
    pair = ["referral", "direct"] if {"referral", "direct"} <= set(names) else [names[0], names[-1]]
    if len(names) < 2:
        return f"{out_of(rows[0]['rate'], plural(names[0]))} {did}".capitalize()
    high, low = sorted(pair, key=names.index)
    if not any(row["count"] > 0 for row in rows if row["channel"] in (high, low)):
        return f"No {LABELS.get(high, high).lower()} and no {LABELS.get(low, low).lower()} got that far"
    found = contrasts[
        (contrasts["stage"] == stage)
        & (contrasts["channel"] == high)
        & (contrasts["reference"] == low)
        & (contrasts["measure"] == "risk_ratio")
    ]
    if found.empty or not math.isfinite(float(found["estimate"].iloc[0])):
        return f"{plural(high).capitalize()} {did}, {plural(low)} never"
    ratio, least = float(found["estimate"].iloc[0]), float(found["low"].iloc[0])
    if not least > 1:
        return f"Whether {plural(high)} {did} more often than {plural(low)} is undecided in this run"
    return f"{plural(high).capitalize()} {did} {number(ratio, 2)} times as often as {plural(low)}"


def response_alt(table: pd.DataFrame) -> str:
    """Describe the chart of responses by channel with its numbers."""
    parts = []
    for row in records(table):
        text = (
            f"{label(row['channel'])}: {percent(row['rate'])} answered, {100 * row['level']:g} % interval "
            f"{percent_range(row['low'], row['high'])}, n = {row['n']:,}"
        )
        if not math.isnan(row["band_low"]):
            text += f"; published band {band(row['band_low'], row['band_high'])}, {VERDICTS[row['verdict']]}"
        parts.append(text)
    return f"Points with intervals beside the published bands. {'. '.join(parts)}."


def funnel_finding(table: pd.DataFrame, contrasts: pd.DataFrame) -> str:
    """Say what the funnel shows at its end."""
    last = str(table["stage"].iloc[-1]) if len(table) else "hire"
    did = {"hire": "end in a hire", "offer": "lead to an offer", "interview": "lead to an interview"}
    return comparison(contrasts, table, last, did.get(last, "are answered"))


def funnel_alt(table: pd.DataFrame) -> str:
    """Describe the funnel with its numbers."""
    parts = []
    for channel, rows in table.groupby("channel", sort=False):
        steps = [
            f"{STAGE_LABELS[row['stage']].lower()} {percent(row['rate'])}"
            for row in records(rows)
            if row["stage"] != "sent"
        ]
        parts.append(f"{label(str(channel))}, {int(rows['n'].iloc[0]):,} sent: {', '.join(steps)}")
    return f"Lines of the share of applications sent that reach each stage, on a log scale. {'. '.join(parts)}."


def time_finding(days: pd.DataFrame) -> str:
    """Say how soon half of the answers come."""
    half = days[(days["quantile"] == 0.5) & (days["n"] > 0)].sort_values("days", kind="stable")
    if half.empty:
        return "No answer came that could be timed"
    names = [str(name) for name in half["channel"]]
    chosen = ["referral", "direct"] if {"referral", "direct"} <= set(names) else [names[0], names[-1]][: len(names)]
    waits = dict(zip(names, half["days"].astype(float), strict=True))
    first, *others = sorted(chosen, key=lambda name: waits[name])
    said = f"Half of the answers to {plural(first)} come within {number(waits[first], 2)} days"
    return said + "".join(f"; to {plural(name)}, within {number(waits[name], 2)} days" for name in others)


def time_alt(curve: pd.DataFrame, days: pd.DataFrame) -> str:
    """Describe the chart of time to response with its numbers."""
    parts = []
    for channel, rows in curve.groupby("channel", sort=False):
        at = {
            int(day): percent(float(rows.loc[rows["days"] == day, "incidence"].iloc[0]))
            for day in (2, 7, 14, 30, 60)
            if (rows["days"] == day).any()
        }
        text = ", ".join(f"{share} by day {day}" for day, share in at.items())
        own = days[(days["channel"] == channel) & (days["n"] > 0)].set_index("quantile")["days"]
        if len(own):
            text += (
                f"; among the answered, a quarter within {number(float(own[0.25]))} days, half within "
                f"{number(float(own[0.5]))}, three quarters within {number(float(own[0.75]))}"
            )
        parts.append(f"{label(str(channel))}, {int(rows['n'].iloc[0]):,} sent: answered {text}")
    return f"Curves of the share answered by each day since sending. {'. '.join(parts)}."


def effects_finding(effects: pd.DataFrame) -> str:
    """Say how much of a channel's advantage is left between equal candidates."""
    channels = effects[effects["kind"] == "channel"]
    if channels.empty:
        return "What goes with an answer"
    name = "referral" if (channels["term"] == "referral").any() else str(channels["term"].iloc[0])
    row = channels[channels["term"] == name].iloc[0]
    effect, raw, reference = float(row["effect"]), float(row["unadjusted"]), str(row["reference"])
    most = f"Between equal candidates {plural(name)} are answered"
    if float(row["low"]) <= 0 <= float(row["high"]):
        return f"{most} about as often as {plural(reference)}, or the run cannot tell"
    more = "more" if effect > 0 else "less"
    size = points(abs(effect)).lstrip("+")
    if math.isnan(raw) or raw <= 0 or raw == effect or effect < 0:
        return f"{most} {size} points {more} often than {plural(reference)}"
    as_seen = points(raw).lstrip("+")
    return (
        f"{plural(name).capitalize()} are answered {as_seen} points more often than {plural(reference)}; "
        f"between equal candidates {size} points remain"
    )


def effects_alt(effects: pd.DataFrame) -> str:
    """Describe the chart of average marginal effects with its numbers."""
    parts = [
        f"{row['label']}: {points(row['effect'])} percentage points, {100 * row['level']:g} % interval "
        f"{points(row['low'])} to {points(row['high'])}, n = {row['n']:,}"
        + ("" if math.isnan(row["unadjusted"]) else f"; without the covariates {points(row['unadjusted'])}")
        for row in records(effects)
    ]
    return f"Points with intervals around a line at no effect. {'. '.join(parts)}."


def claim_line(claim: object, judgement: Judgement) -> Mapping[str, str]:
    """Return a claim and its verdict in words: claim, measured, interval, n, verdict."""
    rate, order, ratio, difference = (getattr(claim, name, None) for name in ("rate", "order", "ratio", "difference"))
    unit = "ratio"
    if rate is not None:
        unit = unit_of(str(rate))
        said = f"{rate} within {band(*judgement.within, unit)}"
    elif ratio is not None:
        said = f"{ratio[0]} / {ratio[1]} within {band(*judgement.within, unit)}"
    elif difference is not None:
        unit = unit_of(str(difference[0]))
        said = f"{difference[0]} - {difference[1]} within {band(*judgement.within, unit)}"
    else:
        unit = unit_of(str(order[0])) if order else unit
        said = judgement.claim
    if judgement.note:
        return {
            "claim": said,
            "verdict": judgement.verdict,
            "measured": NOTHING,
            "interval": NOTHING,
            "n": NOTHING,
            "confidence": f"{100 * judgement.confidence:g} %",
            "note": judgement.note,
        }
    measured = amount(judgement.value, unit)
    if order is not None or difference is not None:
        measured = f"{points(judgement.value).lstrip('+')} points" if unit == "share" else measured
    if order is not None:
        measured = f"smallest step {measured}" if len(order) > 2 else f"step {measured}"
    return {
        "claim": said,
        "verdict": judgement.verdict,
        "measured": measured,
        "interval": amount_range(judgement.low, judgement.high, unit),
        "n": f"{judgement.n:,.0f}",
        "confidence": f"{100 * judgement.confidence:g} %",
        "note": "",
    }


def verdict_counts(judgements: Iterable[Judgement]) -> str:
    """Say how many claims hold, fail and are undecided."""
    all_of_them = list(judgements)
    if not all_of_them:
        return "The scenario claims nothing of its results."
    found = {name: sum(one.verdict == name for one in all_of_them) for name in VERDICTS}
    claims = "claims" if len(all_of_them) > 1 else "claim"
    text = f"Of {len(all_of_them)} {claims} {found['holds']} hold, {found['fails']} fail, "
    text += f"{found['undecided']} are undecided"
    return text + (" (more replications would decide)." if found["undecided"] else ".")
