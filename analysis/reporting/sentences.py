"""The words of a report: its findings, the descriptions of its charts, and its numbers for a terminal."""

from __future__ import annotations

import math
from typing import Any

import pandas as pd

from analysis.claims import sentences as claim_sentences
from analysis.presentation import wording
from analysis.presentation.wording import (
    STAGE_LABELS,
    band,
    joined,
    label,
    number,
    out_of,
    percent,
    percent_range,
    plural,
    points,
    records,
)
from analysis.reporting.summary import Summary
from sim.scenario.quantities import MEASURES

TERMINAL_STAGES = ("response", "interview", "offer", "hire")
"""Stages whose rates the terminal shows."""


def by_rate(rates: pd.DataFrame, stage: str) -> list[dict[str, Any]]:
    """Return the rows of a stage that have a rate, highest first."""
    return records(
        rates[(rates["stage"] == stage) & (rates["n"] > 0)].sort_values("rate", ascending=False, kind="stable")
    )


def opening_sentence(rates: pd.DataFrame, response_window: float) -> str:
    """Say in one sentence, for a client, what was simulated and what the result is."""
    rows = by_rate(rates, "response")
    if not rows:
        return "No application could be counted in this simulated market."
    answered = joined([out_of(row["rate"], plural(row["channel"])) for row in rows])
    sentence = f"In this simulated labour market {answered} were answered within {response_window:g} days"
    some = [row for row in by_rate(rates, "interview") if row["count"] > 0]
    if not some:
        return f"{sentence}."
    cost = joined([f"{max(1 / row['rate'], 1):.0f} {plural(str(row['channel']))}" for row in some], "or")
    return f"{sentence}; it took about {cost} to get one interview."


def comparison(contrasts: pd.DataFrame, rates: pd.DataFrame, stage: str, did: str) -> str:
    """Say how many times as often one channel reached a stage as another; referral and direct if both were used.

    `did` is the verb, such as "are answered".
    """
    rows = by_rate(rates, stage)
    if not rows:
        return "No application could be counted"
    names = [row["channel"] for row in rows]
    pair = ["referral", "direct"] if {"referral", "direct"} <= set(names) else [names[0], names[-1]]
    if len(names) < 2:
        return f"{out_of(rows[0]['rate'], plural(names[0]))} {did}".capitalize()
    high, low = sorted(pair, key=names.index)
    if not any(row["count"] > 0 for row in rows if row["channel"] in (high, low)):
        return f"No {label(high).lower()} and no {label(low).lower()} got that far"
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
            text += f"; published band {band(row['band_low'], row['band_high'])}, {row['verdict']}"
        parts.append(text)
    return f"Points with intervals beside the published bands. {'. '.join(parts)}."


def funnel_finding(table: pd.DataFrame, contrasts: pd.DataFrame) -> str:
    """Say what the funnel shows at its last stage."""
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
    return f"Lines of the share of applications sent that reached each stage, on a log scale. {'. '.join(parts)}."


def time_finding(days: pd.DataFrame) -> str:
    """Say within how many days half of the responses come."""
    half = days[(days["quantile"] == 0.5) & (days["n"] > 0)].sort_values("days", kind="stable")
    if half.empty:
        return "No response could be timed"
    names = [str(name) for name in half["channel"]]
    chosen = ["referral", "direct"] if {"referral", "direct"} <= set(names) else [names[0], names[-1]][: len(names)]
    waits = dict(zip(names, half["days"].astype(float), strict=True))
    first, *others = sorted(chosen, key=lambda name: waits[name])
    text = f"Half of the responses to {plural(first)} come within {number(waits[first], 2)} days"
    return text + "".join(f"; to {plural(name)}, within {number(waits[name], 2)} days" for name in others)


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
    """Say how much of a channel's advantage remains among equal candidates."""
    channels = effects[effects["kind"] == "channel"]
    if channels.empty:
        return "What goes with a response"
    name = "referral" if (channels["term"] == "referral").any() else str(channels["term"].iloc[0])
    row = channels[channels["term"] == name].iloc[0]
    effect, raw, reference = float(row["effect"]), float(row["unadjusted"]), str(row["reference"])
    most = f"Among equal candidates {plural(name)} are answered"
    if float(row["low"]) <= 0 <= float(row["high"]):
        return f"{most} about as often as {plural(reference)}, or this run is too small to tell"
    more = "more" if effect > 0 else "less"
    size = points(abs(effect)).lstrip("+")
    if math.isnan(raw) or raw <= 0 or raw == effect or effect < 0:
        return f"{most} {size} points {more} often than {plural(reference)}"
    as_seen = points(raw).lstrip("+")
    return (
        f"{plural(name).capitalize()} are answered {as_seen} points more often than {plural(reference)}; "
        f"among equal candidates {size} points remain"
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


def in_words(name: str) -> str:
    """Return the label of a measure, or the name of a role as words."""
    return MEASURES[name].label if name in MEASURES else name.replace("_", " ")


def roles_finding(table: pd.DataFrame) -> str:
    """Give the first measure for each role that has it."""
    known = table[table["value"].notna()]
    if known.empty:
        return "The people of the cast"
    first = known[known["measure"] == known["measure"].iloc[0]]
    phrases = [f"{in_words(row['role'])} {wording.amount(row['value'], row['unit'])}" for row in wording.records(first)]
    return f"{in_words(str(first['measure'].iloc[0])).capitalize()}: {', '.join(phrases)}"


def roles_alt(table: pd.DataFrame) -> str:
    """Describe the chart with its numbers."""
    parts = []
    for row in wording.records(table[table["value"].notna()]):
        ends = wording.amount_range(row["low"], row["high"], row["unit"])
        parts.append(
            f"{in_words(row['measure'])} of {in_words(row['role'])}: {wording.amount(row['value'], row['unit'])}, "
            f"{100 * row['level']:g} % interval {ends}"
        )
    return f"Points with intervals, one panel for each measure. {'. '.join(parts)}."


def rates_text(summary: Summary) -> str:
    """Lay out the rates for a terminal of 80 columns, each with its interval below, and the bands with verdicts."""
    level = summary.rates["level"].iloc[0]
    lines = [f"{'channel':10}{'sent':>10}" + "".join(f"{stage:>13}" for stage in TERMINAL_STAGES) + f"{'band':>12}"]
    bands = {row["channel"]: row for row in wording.records(summary.bands)}
    for channel, rows in summary.rates.groupby("channel", sort=False):
        own = {row["stage"]: row for row in wording.records(rows)}
        n = next(iter(own.values()))["n"]
        upper, lower = f"{channel:10}{n:>10,}", " " * 20
        for stage in TERMINAL_STAGES:
            row = own.get(stage)
            upper += f"{wording.percent(row['rate']) if row else wording.NOTHING:>13}"
            lower += f"{wording.percent_range(row['low'], row['high']).removesuffix(' %') if row else '':>13}"
        if band := bands.get(str(channel)):
            upper += f"{wording.band(band['band_low'], band['band_high']):>12}"
            lower += f"{band['verdict']:>12}"
        lines += [upper.rstrip(), lower.rstrip()]
    window = summary.tables.response_window
    lines.append("")
    lines.append(
        f"Shares of applications sent; below each its {100 * level:g} % interval ({wording.method(summary.rates)})."
    )
    lines.append(f"A response counts within {window:g} days. Bands: published response rates, judged at 99 %.")
    lines.append(summary.tables.eligible.text())
    return "\n".join(lines)


def claims_text(summary: Summary) -> str:
    """List the claims of the scenario with their verdicts; a failure in capitals."""
    lines = [claim_sentences.verdict_counts(summary.judgements)]
    for judgement in summary.judgements:
        line = claim_sentences.claim_line(judgement)
        verdict = "FAILS" if line["verdict"] == "fails" else line["verdict"]
        found = line["note"] or f"{line['measured']} ({line['confidence']}: {line['interval']})"
        lines.append(f"  {verdict:10} {line['claim']}: {found}")
    return "\n".join(lines)


def cast_text(table: pd.DataFrame) -> str:
    """Lay out the measures of the roles for a terminal; "" if no claim names a role."""
    if table.empty:
        return ""
    level = 100 * float(table["level"].iloc[0])
    wide = max(len(in_words(name)) for name in table["measure"])
    long = max(len(in_words(name)) for name in table["role"])
    lines, last = [f"Measures of the roles, with {level:g} % intervals:"], ""
    for row in wording.records(table):
        measure = in_words(row["measure"]) if row["measure"] != last else ""
        last = row["measure"]
        unit = row["unit"]
        found = f"{wording.amount(row['value'], unit)} ({wording.amount_range(row['low'], row['high'], unit)})"
        cell = row["note"] or found
        lines.append(f"  {measure:{wide}}  {in_words(row['role']):{long}}  {cell}")
    return "\n".join(lines)
