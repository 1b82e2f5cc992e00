"""The named quantities of the market, each with its own denominator, per replication and with an interval.

``<channel>.<stage>`` (``direct.response``, ``all.hire``) is a rate as in :mod:`analysis.estimation.rates`; the others
are the market quantities of :mod:`sim.scenario.quantity_names`, and ``<role>.<measure>`` what became of the people of
one role.  Nearly every number is a ratio of two totals, so one engine serves all: pooled value, replication
totals, and influences whose sums give the error of any comparison.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal, TypeAlias

import numpy as np
import pandas as pd

from analysis.errors import AnalysisError
from analysis.estimation import intervals
from analysis.estimation.estimands import Form
from analysis.estimation.influence_functions import Influence
from analysis.estimation.intervals import Interval
from analysis.estimation.logit import experience_logit
from analysis.estimation.rates import check_level, stage_influence
from analysis.quantities import networks_and_jobs, roles
from analysis.quantities.applications import ANSWERS, PARTS, direct_experience, experience_odds, rate_parts
from analysis.tables.clusters import Codes, Floats
from analysis.tables.tables import ALL, CHANNELS, STAGES, Source, Tables, channels, load
from sim.scenario.quantity_names import MEASURES, QUANTITIES, role_of

Scale: TypeAlias = Literal["share", "mean", "ratio", "events", "median"]


@dataclass(frozen=True)
class Quantity:
    """A number that can be measured in the tables.

    Attributes
    ----------
    name, label
        As written in a claim, and in words.
    unit
        As :func:`sim.scenario.quantity_names.unit_of` gives it.
    denominator
        What it is counted over and which rows are in.
    evidence
        Row of ``evidence.csv`` it is held against, or empty.
    scale
        How its interval is made: ``share`` stays in [0, 1], ``ratio`` is symmetric on the logarithm, ``mean``
        is plain.
    measure
        From tables to value and influences.
    form
        From tables to what the number is made of; None for rates and for what is fitted.
    """

    name: str
    label: str
    unit: str
    denominator: str
    evidence: str
    scale: Scale
    measure: Callable[[Tables], Influence]
    form: Callable[[Tables], Form] | None = None

    def interval(self, influence: Influence, level: float) -> Interval:
        """Return the main interval: over replications where there are several, else by clusters."""
        way = intervals.main_way(influence.codes)
        if self.scale == "share":
            return intervals.share_interval(influence, level, way)
        if self.scale == "ratio":
            return intervals.log_interval(influence, level, way)
        if self.scale == "median":
            return intervals.median_interval(influence, level, way)
        if self.scale == "events":
            return intervals.event_interval(influence, level, way)
        return intervals.plain_interval(influence, level, way)


@dataclass(frozen=True)
class Estimate:
    """A measured quantity.

    ``n`` and ``count`` are the denominator and numerator; ``replications`` those that had any; ``between_sd``
    the standard deviation of their values, in the quantity's unit.
    """

    name: str
    value: float
    low: float
    high: float
    level: float
    n: float
    count: float
    replications: int
    between_sd: float
    method: str


def estimate(name: str, source: Source, level: float = 0.95, response_window: float | None = None) -> Estimate:
    """Measure a named quantity with its interval.

    Raises
    ------
    AnalysisError
        If the name is unknown or the tables do not hold what it is made of.
    """
    check_level(level)
    tables = load(source, response_window=response_window)
    what = quantity(name)
    influence = what.measure(tables)
    bounds = what.interval(influence, level)
    values = per_replication(name, tables)["value"].to_numpy(np.float64)
    return Estimate(
        name,
        influence.value,
        bounds.low,
        bounds.high,
        level,
        influence.n,
        influence.count,
        int(np.count_nonzero(~np.isnan(values))),
        intervals.between_sd(values),
        bounds.method,
    )


def per_replication(name: str, source: Source, response_window: float | None = None) -> pd.DataFrame:
    """Measure a quantity in each replication by itself.

    Returns
    -------
    DataFrame
        Columns replication, name, n, value; NaN where a replication cannot answer.
    """
    tables = load(source, response_window=response_window)
    influence = quantity(name).measure(tables)
    codes = influence.codes
    what = quantity(name)
    if what.form is not None:
        n, values = what.form(tables).each()
    elif name == "experience_odds_ratio":
        table, answered, own = direct_experience(tables)
        group, size = own.of("replication")
        values = np.array(
            [_one_logit(answered[group == r], table[group == r], own.take(group == r)) for r in range(size)]
        )
        n = np.bincount(group, minlength=size).astype(np.float64)
    else:
        n, values = rate_parts(influence).each()
    return pd.DataFrame({"replication": codes.labels, "name": name, "n": n, "value": values})


def _one_logit(answered: Floats, experience: Floats, codes: Codes) -> float:
    try:
        return float(np.exp(experience_logit(answered, experience, codes).value))
    except AnalysisError:
        return float("nan")


def measure_all(source: Source, level: float = 0.95, response_window: float | None = None) -> pd.DataFrame:
    """Measure every market quantity and every recorded rate that the tables can answer.

    Returns
    -------
    DataFrame
        Columns name, label, unit, evidence, value, low, high, level, n, replications, between_sd, method,
        note; ``note`` says why a quantity has no value.
    """
    tables = load(source, response_window=response_window)
    names = [f"{channel}.{stage}" for channel in channels(tables.applications) for stage in STAGES] + list(MARKET)
    rows = []
    for name in names:
        what = quantity(name)
        row: dict[str, object] = {
            "name": name,
            "label": what.label,
            "unit": what.unit,
            "evidence": what.evidence,
        }
        try:
            found = estimate(name, tables, level)
        except AnalysisError as problem:
            rows.append({**row, "note": str(problem)})
            continue
        rows.append(
            {
                **row,
                "value": found.value,
                "low": found.low,
                "high": found.high,
                "level": level,
                "n": found.n,
                "replications": found.replications,
                "between_sd": found.between_sd,
                "method": found.method,
                "note": "",
            }
        )
    columns = [
        "name",
        "label",
        "unit",
        "evidence",
        "value",
        "low",
        "high",
        "level",
        "n",
        "replications",
        "between_sd",
        "method",
        "note",
    ]
    return pd.DataFrame(rows, columns=columns)


def quantity(name: str) -> Quantity:
    """Return a market quantity, the rate ``<channel>.<stage>`` or the measure ``<role>.<measure>`` by name.

    Raises
    ------
    AnalysisError
        If there is no such quantity.
    """
    if name in MARKET:
        return MARKET[name]
    role = role_of(name)
    if role is not None:
        return _of_role(name, *role)
    channel, _, stage = name.partition(".")
    if stage not in STAGES or not channel:
        raise AnalysisError(
            f"There is no quantity '{name}'; give <channel>.<stage> with a stage of {', '.join(STAGES)}, "
            f"<role>.<measure>, or one of {', '.join(MARKET)}."
        )
    sent = {
        "referral": "referral hand-overs",
        "recruiter": "recruiter approaches",
        ALL: "applications of all channels",
    }
    denominator = f"{sent.get(channel, f'{channel} applications')} sent in the window and followed to its end"
    return Quantity(
        name,
        f"{stage} rate of {channel}",
        "share",
        denominator,
        _SEEDS.get(name, ""),
        "share",
        lambda tables: _rate(tables, channel, stage),
    )


_SEEDS = {"direct.response": "S1", "referral.response": "S2", "recruiter.response": "S3"}


def _rate(tables: Tables, channel: str, stage: str) -> Influence:
    known = channels(tables.applications)
    if channel not in (*known, *CHANNELS, ALL):
        raise AnalysisError(f"There is no channel '{channel}' in this table; channels are {', '.join(known)}.")
    return stage_influence(tables, channel, stage)


def _made_of(form: Callable[[Tables], Form]) -> Callable[[Tables], Influence]:
    return lambda tables: form(tables).influence()


def _of_role(name: str, role: str, measure: str) -> Quantity:
    unit, meaning = MEASURES[measure]

    def form(tables: Tables) -> Form:
        return roles.FORMS[measure](tables, role)

    scales: dict[str, Scale] = {"share": "share", "count": "events", "days": "median"}
    scale = scales.get(unit, "mean")
    return Quantity(name, f"{measure.replace('_', ' ')} of {role}", unit, meaning, "", scale, _made_of(form), form)


def _market() -> dict[str, Quantity]:
    posted = "publicly posted openings opened in the window and closed before the end of the run"
    rows: list[tuple[str, str, str, str, str, Scale]] = [
        ("applicants_per_opening", "applicants per posted opening", "count", posted, "K1", "mean"),
        ("interviewed_per_opening", "interviewed per posted opening", "count", posted, "K2", "mean"),
        (
            "cold_to_interview",
            "direct application to interview",
            "share",
            "direct applications sent in the window and followed to its end",
            "K3",
            "share",
        ),
        (
            "letter_ratio",
            "responses with a third party's letter over responses without",
            "ratio",
            "responses of the same direct résumés that were read and audited",
            "K5",
            "ratio",
        ),
        (
            "offers_accepted",
            "offers accepted",
            "share",
            "offers that were accepted or declined",
            "K6",
            "share",
        ),
        (
            "arrived_within_48h",
            "direct applications arrived within 48 h of posting",
            "share",
            "all direct applications to openings posted and opened in the window",
            "K7a",
            "share",
        ),
        (
            "arrived_within_96h",
            "direct applications arrived within 96 h of posting",
            "share",
            "all direct applications to openings posted and opened in the window",
            "K7b",
            "share",
        ),
        (
            "days_to_fill",
            "days from posting to filled",
            "days",
            "posted openings opened in the window and filled before the end of the run",
            "K7c",
            "mean",
        ),
    ]
    market = {
        name: Quantity(name, label, unit, denominator, row, scale, _made_of(PARTS[name]), PARTS[name])
        for name, label, unit, denominator, row, scale in rows
    }
    market["experience_odds_ratio"] = Quantity(
        "experience_odds_ratio",
        "odds ratio of a response per standard deviation of experience",
        "ratio",
        "direct applications sent in the window and followed to its end, by logit",
        "K4",
        "ratio",
        experience_odds,
    )
    for channel, answer in ANSWERS.items():
        name = f"days_to_answer_{channel}"
        unit, meaning = QUANTITIES[name]
        words = "answers within the window to what was sent in the window and followed to its end"
        market[name] = Quantity(name, meaning.rstrip("."), unit, words, "", "median", _made_of(answer), answer)
    for name, (row, scale) in _RELATIONS.items():
        unit, meaning = QUANTITIES[name]
        form = networks_and_jobs.FORMS[name]
        market[name] = Quantity(name, meaning.rstrip("."), unit, meaning, row, scale, _made_of(form), form)
    return {name: market[name] for name in QUANTITIES}


# Row of the evidence that publishes the same number, and how the interval is made.
_RELATIONS: dict[str, tuple[str, Scale]] = {
    "contact_share_of_hires": ("P5", "share"),
    "ties_gone_after_a_year": ("K8a", "share"),
    "close_ties_lost_a_year": ("K8b", "share"),
    "mention_given_news": ("K9", "share"),
    "applications_week_1": ("", "events"),
    "applications_week_25": ("", "events"),
    "weekly_hazard_week_4": ("", "share"),
    "weekly_hazard_week_26": ("", "share"),
    "hire_ratio_inside": ("P8", "ratio"),
    "quit_ratio_referred": ("", "ratio"),
}
MARKET = _market()
