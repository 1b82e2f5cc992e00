"""Everything a report shows about a run, as tables, and why a table is missing."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field

import pandas as pd

from analysis.claims.bands import published_table
from analysis.claims.judging import judgements_table
from analysis.errors import AnalysisError
from analysis.estimation.funnel import funnel, response_curve, time_to_response
from analysis.estimation.logit import StageModel, fit_stage
from analysis.estimation.rates import contrasts
from analysis.presentation import wording
from analysis.reporting.summary import Summary
from analysis.tables.tables import Tables

# The covariates of the response model, in which candidates are made equal: term, and its label in a chart.
COVARIATES = {
    "match": "Match of person and opening",
    "experience": "Experience",
    "tie_strength": "Strength of the tie to the referrer",
    "familiarity": "How well the referrer knows the work",
    "goodwill": "Goodwill of the referrer",
}

CURVE_STEP = 0.25


@dataclass(frozen=True)
class Findings:
    """The tables behind a report; one that could not be made is empty, and `missing` says why.

    Attributes
    ----------
    summary
        Rates, bands and claims.
    response, funnel, curve, days, effects
        What the charts declared in :mod:`analysis.reporting.contents` are drawn from.
    steps
        As :func:`analysis.estimation.funnel.funnel`, with the share of each stage that goes on to the next.
    contrasts, calibration, claims
        Comparisons of channels; published numbers beside those of the run; the scenario's claims.
    model
        Logit of the response on channel and covariates, or None.
    missing
        For each table that could not be made, a sentence that says why.
    """

    summary: Summary
    response: pd.DataFrame
    funnel: pd.DataFrame
    steps: pd.DataFrame
    curve: pd.DataFrame
    days: pd.DataFrame
    contrasts: pd.DataFrame
    calibration: pd.DataFrame
    claims: pd.DataFrame
    effects: pd.DataFrame
    model: StageModel | None
    missing: dict[str, str] = field(default_factory=dict)


def find(summary: Summary, told: Callable[[str], None] = lambda _: None) -> Findings:
    """Estimate everything a report shows.

    Parameters
    ----------
    summary
        From :func:`analysis.reporting.summary.summarise`.
    told
        Called with a few words before each longer step.
    """
    tables, missing = summary.tables, dict[str, str]()

    def attempt(name: str, make: Callable[[], pd.DataFrame]) -> pd.DataFrame:
        try:
            return make()
        except AnalysisError as problem:
            missing[name] = str(problem)
            return pd.DataFrame()

    told("comparing channels")
    compared = attempt("contrasts", lambda: contrasts(tables, ("response", "interview", "offer", "hire")))
    steps = funnel(tables)
    told("timing the responses")
    curve = attempt("time_to_response", lambda: response_curve(tables, step=CURVE_STEP))
    days = attempt("time_to_response", lambda: time_to_response(tables))
    if not len(days) or not len(curve):
        curve = days = pd.DataFrame()
    elif not (days["n"] > 0).any():
        missing["time_to_response"] = "No application was answered, so there is nothing to time."
        curve = days = pd.DataFrame()
    told("comparing the run with the published numbers")
    calibration = published_table(tables)
    told("fitting the response model")
    model, effects = _model(tables, missing)
    return Findings(
        summary,
        response_table(summary),
        funnel_table(steps, summary.rates),
        steps,
        curve,
        days,
        compared,
        calibration,
        judgements_table(summary.judgements),
        effects,
        model,
        missing,
    )


def response_table(summary: Summary) -> pd.DataFrame:
    """Return the response rate of each channel, with both kinds of error and the published band."""
    rates = summary.rates[summary.rates["stage"] == "response"].drop(columns="stage")
    bands = summary.bands[["channel", "band_low", "band_high", "verdict", "confidence", "source"]]
    return rates.merge(bands, on="channel", how="left").reset_index(drop=True)


def funnel_table(steps: pd.DataFrame, rates: pd.DataFrame) -> pd.DataFrame:
    """Return the share of applications sent that reached each stage, with the intervals of the rates."""
    sent = steps.loc[steps["stage"] == "sent", ["channel", "stage", "count", "share_of_sent", "level"]]
    unknown = float("nan")
    start = sent.rename(columns={"share_of_sent": "rate"}).assign(n=sent["count"], low=unknown, high=unknown, method="")
    columns = ["channel", "stage", "n", "count", "rate", "low", "high", "level", "method"]
    both = pd.concat([start[columns], rates[columns]], ignore_index=True)
    order = {stage: at for at, stage in enumerate(wording.STAGE_LABELS)}
    channels = {channel: at for at, channel in enumerate(dict.fromkeys(steps["channel"]))}
    both = both.assign(_c=both["channel"].map(channels), _s=both["stage"].map(order))
    return both.sort_values(["_c", "_s"], kind="stable").drop(columns=["_c", "_s"]).reset_index(drop=True)


def _model(tables: Tables, missing: dict[str, str]) -> tuple[StageModel | None, pd.DataFrame]:
    known = [name for name in COVARIATES if name in tables.applications.columns]
    try:
        plain = fit_stage(tables, "response")
    except AnalysisError as problem:
        missing["effects"] = str(problem)
        return None, pd.DataFrame()
    try:
        model = fit_stage(tables, "response", known)
    except AnalysisError as problem:
        missing["covariates"] = f"The model with covariates could not be fitted: {problem}"
        model = plain
    return model, effects_table(tables, model, plain)


def effects_table(tables: Tables, model: StageModel, plain: StageModel) -> pd.DataFrame:
    """Return average marginal effects for a chart: of channels, then of one standard deviation of each covariate.

    Returns
    -------
    DataFrame
        Columns term, kind, label, reference, step (what one unit of the effect is; 1 but for a slope), effect, low,
        high, p, n, level, unadjusted (effect of the channel in the model without covariates).
    """
    plain_effects = plain.effects.set_index("term")["effect"]
    table, rows = tables.eligible.table, []
    for row in wording.records(model.effects):
        term, channel = str(row["term"]), row["kind"] == "channel"
        step = float(table[term].astype(float).std()) if row["kind"] == "slope" else 1.0
        named = f"{wording.label(term)} instead of {wording.label(model.reference).lower()}"
        rows.append(
            {
                "term": term,
                "kind": row["kind"],
                "label": named if channel else COVARIATES[term],
                "reference": model.reference if channel else "",
                "step": step,
                **{name: step * float(row[name]) for name in ("effect", "low", "high")},
                "p": row["p"],
                "n": int(row["n"]),
                "level": model.level,
                "unadjusted": float(plain_effects.get(term, float("nan"))) if channel else float("nan"),
            }
        )
    return pd.DataFrame(rows)
