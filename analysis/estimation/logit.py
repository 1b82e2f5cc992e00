"""Logit of reaching a stage on channel and covariates, with clustered errors.

The coefficients are statsmodels' maximum likelihood.  The errors are the sandwich of its scores and Hessian,
summed by the clusters of :mod:`analysis.estimation.intervals` (person and opening two ways by default).  Effects in
percentage points are averages over the rows of the change in the fitted chance; a linear probability model
stands beside them.  Where cells are empty or separated there is no such model; the error then says what to do,
instead of reporting a standard error of 16,877.
"""

from __future__ import annotations

import warnings
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd
import statsmodels.api as sm
from scipy.special import expit
from statsmodels.tools.sm_exceptions import ConvergenceWarning, HessianInversionWarning, PerfectSeparationWarning

from analysis.errors import AnalysisError
from analysis.estimation import influence_functions
from analysis.estimation.design_matrix import RELATIONAL, Design, build_design
from analysis.estimation.influence_functions import Covariance, Influence
from analysis.estimation.intervals import check_cluster, check_level
from analysis.tables.clusters import By, Codes, Floats, Way
from analysis.tables.rows import reached
from analysis.tables.tables import Source, load
from sim.display import Shown
from sim.errors import did_you_mean
from sim.scenario.quantities import CHANNELS

# With fewer groups than this even Student's t with corrected sums is known to be too narrow (Cameron and
# Miller 2015).
FEWEST_CLUSTERS = 20
PLURAL = {"person": "people", "opening": "openings", "replication": "replications"}


@dataclass(frozen=True, repr=False)
class StageModel(Shown):
    """A fitted model of reaching a stage.

    Attributes
    ----------
    stage
        The stage that was modelled.
    coefficients
        Logit: term, estimate (log odds), se, low, high, p, odds_ratio, odds_low, odds_high.
    effects
        Average marginal effects on the chance (shares, not percent): term, kind (``channel``, ``level``, ``switch``
        for a number that is only ever 0 or 1, ``slope``), effect, se, low, high, p, n (rows averaged over).
    linear
        Linear probability model for comparison: term, estimate, se, low, high, p.
    n, events
        Rows and rows that reached the stage.
    reference
        The channel that others are compared with.
    clusters
        Number of clusters of the errors, by kind.
    level
        Confidence of all intervals.
    notes
        Sentences about rows left out, centring and other choices.
    """

    stage: str
    coefficients: pd.DataFrame
    effects: pd.DataFrame
    linear: pd.DataFrame
    n: int
    events: int
    reference: str
    clusters: dict[str, int]
    level: float
    response_window: float
    notes: tuple[str, ...]

    def summary_text(self) -> str:
        """Describe the model and its effects in sentences."""
        groups = " and ".join(f"{number:,} {PLURAL[name]}" for name, number in self.clusters.items())
        lines = [
            (
                f"Logit of {self.stage} on {self.n:,} applications, {self.events:,} of which reached it; "
                f"errors are clustered over {groups}; intervals are {100 * self.level:g} %."
            )
        ]
        for row in self.effects.to_dict("records"):
            term, kind = row["term"], row["kind"]
            effect, low, high = (100 * float(row[name]) for name in ("effect", "low", "high"))
            points = f"{effect:+.2f} percentage points ({low:+.2f} to {high:+.2f})"
            if kind == "channel":
                lines.append(f"Coming by {term} instead of {self.reference}, all else equal, goes with {points}.")
            elif kind == "level":
                lines.append(f"{term} goes with {points} against its reference level.")
            elif kind == "switch":
                lines.append(f"{term} of 1 instead of 0 goes with {points}.")
            else:
                lines.append(f"One unit more of {term} goes with {points} per unit.")
        lines.append("These are associations at equal covariates in this table, not effects of a change of channel.")
        return "\n".join([*lines, *self.notes])

    def shown(self) -> tuple[str, Mapping[str, object]]:
        """Return what a prompt shows of it."""
        facts = {"applications": self.n, f"with {self.stage}": self.events, "reference": self.reference}
        return f"of {self.stage}", facts | {"terms": ", ".join(self.coefficients["term"])}


def fit_stage(
    source: Source,
    stage: str = "response",
    covariates: Sequence[str] | str = (),
    *,
    reference: str = "direct",
    only: Sequence[str] | str | None = None,
    cluster: By = "clusters",
    response_window: float | None = None,
    level: float = 0.95,
) -> StageModel:
    """Fit a logit of reaching a stage on channel and covariates.

    Parameters
    ----------
    source
        A run, a run folder or a table of applications.
    stage
        ``response``, ``interview``, ``offer``, ``hire`` or ``read``.
    covariates
        Columns of the table: numbers enter linearly, texts and categories as levels, ``"a:b"`` as the product
        of two numbers.  Covariates that only some channels have (tie_strength, familiarity, goodwill,
        mutual_contacts) are centred where known and zero elsewhere, so that a channel's coefficient is for the
        average tie.
    reference
        Channel the others are compared with; if absent, the first one present.
    only
        Channels to use; all by default.  With one channel there is no channel term.
    cluster
        ``clusters`` (person and opening), ``person``, ``opening`` or ``replication``.
    response_window, level
        As in :func:`analysis.estimation.rates.rates`.

    Raises
    ------
    AnalysisError
        If a cell is empty, the outcome is separated, columns are collinear, or there are too few clusters.
    """
    check_level(level)
    check_cluster(cluster)
    tables = load(source, response_window=response_window)
    table = tables.eligible.table
    codes = tables.application_codes.take(np.flatnonzero(tables.eligible.keep))
    for argument, asked in (("reference", [reference]), ("only", [only] if isinstance(only, str) else only or [])):
        _check_channels(argument, asked, table)
    if only is not None:
        rows = np.asarray(table["channel"].isin([only] if isinstance(only, str) else list(only)), dtype=bool)
        table, codes = table[rows], codes.take(rows)
    if table.empty:
        raise AnalysisError(f"No application is left to model {stage} on. {tables.eligible.text()}")
    design = build_design(table, covariates, reference)
    outcome = reached(table, stage, tables.response_window)[design.rows].astype(np.float64)
    codes = codes.take(design.rows)
    _check_cells(design, outcome, stage)
    groups = _check_clusters(codes, cluster)
    notes = [*tables.notes, tables.eligible.text(), *design.notes]
    fewest = min(groups.values())
    if fewest < FEWEST_CLUSTERS:
        notes.append(f"With only {fewest} clusters the intervals are too narrow; take them as a lower bound.")
    logit, covariance = _logit(design, outcome, codes, cluster, stage)
    return StageModel(
        stage=stage,
        coefficients=_coefficients(design, logit, covariance, level, odds=True),
        effects=_effects(design, logit, covariance, level),
        linear=_coefficients(design, *_linear(design, outcome, codes, cluster), level, odds=False),
        n=len(outcome),
        events=int(outcome.sum()),
        reference=design.reference,
        clusters=groups,
        level=level,
        response_window=tables.response_window,
        notes=tuple(notes),
    )


def _check_channels(argument: str, asked: Sequence[str], table: pd.DataFrame) -> None:
    """Refuse the name of a channel that neither the model nor the table has."""
    known = [*dict.fromkeys([*CHANNELS, *map(str, table["channel"].cat.categories)])]
    for name in asked:
        if name not in known:
            near = did_you_mean(str(name), known) or f"; channels are {', '.join(known)}"
            raise AnalysisError(f"{argument}: there is no channel '{name}'{near}")


def _check_cells(design: Design, outcome: Floats, stage: str) -> None:
    events = int(outcome.sum())
    if events == 0 or events == len(outcome):
        word = "no" if events == 0 else "every"
        raise AnalysisError(
            f"In these {len(outcome):,} applications {word} one reached {stage}, so there is nothing to "
            "explain; choose another stage or simulate more replications."
        )
    for name, rows in design.cells.items():
        hits, n = int(outcome[rows].sum()), int(np.count_nonzero(rows))
        if hits in (0, n):
            word = "none" if hits == 0 else "all"
            raise AnalysisError(
                f"Of {n:,} applications with {name}, {word} reached {stage}: its coefficient would be "
                "infinite. Leave that group out (only=...), merge it, or simulate more replications."
            )


def _check_clusters(codes: Codes, cluster: By) -> dict[str, int]:
    ways: tuple[Way, ...] = ("person", "opening") if cluster == "clusters" else (cluster,)
    groups: dict[str, int] = {way: codes.groups(way) for way in ways}
    for way, number in groups.items():
        if number < 2:
            raise AnalysisError(
                f"All these applications belong to one {way}, so nothing says how far another {way} "
                f"would differ; cluster by something else or add {way}s."
            )
    return groups


def _fit_quietly(design: Design, outcome: Floats, stage: str) -> tuple[Floats, Floats]:
    """Return the coefficients and the inverse of minus the Hessian; raise if there is no finite fit."""
    trouble = (PerfectSeparationWarning, ConvergenceWarning, HessianInversionWarning)
    advice = (
        f"The covariates predict (almost) exactly who reached {stage} (they separate the outcome), so the logit has no "
        "finite answer; drop a covariate, merge its levels, or use more data."
    )
    with warnings.catch_warnings():
        for kind in trouble:
            warnings.simplefilter("error", kind)
        warnings.simplefilter("ignore", RuntimeWarning)
        try:
            model = sm.Logit(outcome, design.matrix, check_rank=False)
            fit = model.fit(disp=0, maxiter=50, cov_type="nonrobust")
            inverse = np.linalg.inv(-model.hessian(fit.params))
        except (*trouble, np.linalg.LinAlgError) as problem:
            raise AnalysisError(advice) from problem
    params = np.asarray(fit.params, dtype=np.float64)
    scale = np.sqrt(np.diag(inverse)) * design.matrix.std(axis=0, where=True)
    # An error of 20 log odds per standard deviation means there is no usable fit, converged or not.
    if not np.isfinite(params).all() or not np.isfinite(scale).all() or scale.max() > 20:
        raise AnalysisError(advice)
    return params, np.asarray(inverse, dtype=np.float64)


def _influences(values: Floats, rows: Floats, codes: Codes) -> list[Influence]:
    return [Influence(float(value), rows[:, place], codes, len(rows), 0.0) for place, value in enumerate(values)]


def _logit(
    design: Design,
    outcome: Floats,
    codes: Codes,
    cluster: By,
    stage: str,
) -> tuple[Floats, Covariance]:
    params, inverse = _fit_quietly(design, outcome, stage)
    scores = design.matrix * (outcome - expit(design.matrix @ params))[:, None]
    return params, influence_functions.covariance(_influences(params, scores @ inverse, codes), cluster)


def _linear(design: Design, outcome: Floats, codes: Codes, cluster: By) -> tuple[Floats, Covariance]:
    fit = sm.OLS(outcome, design.matrix).fit()
    params = np.asarray(fit.params, dtype=np.float64)
    scores = design.matrix * np.asarray(fit.resid)[:, None]
    rows = scores @ np.asarray(fit.normalized_cov_params)
    return params, influence_functions.covariance(_influences(params, rows, codes), cluster)


def _line(estimate: float, weights: Floats, covariance: Covariance, level: float) -> dict[str, float]:
    error = covariance.variance(weights) ** 0.5
    half = covariance.quantile(level) * error
    return {
        "se": error,
        "low": estimate - half,
        "high": estimate + half,
        "p": covariance.p_value(estimate, error),
    }


def _coefficients(
    design: Design,
    params: Floats,
    covariance: Covariance,
    level: float,
    *,
    odds: bool,
) -> pd.DataFrame:
    rows: list[dict[str, object]] = []
    for place, name in enumerate(design.terms):
        line = _line(params[place], np.eye(len(params))[place], covariance, level)
        row: dict[str, object] = {"term": name, "estimate": params[place], **line}
        if odds:
            row |= {
                "odds_ratio": np.exp(params[place]),
                "odds_low": np.exp(line["low"]),
                "odds_high": np.exp(line["high"]),
            }
        rows.append(row)
    return pd.DataFrame(rows)


def _effects(design: Design, params: Floats, covariance: Covariance, level: float) -> pd.DataFrame:
    rows = []
    for term, kind, low, high, chosen in design.changes():
        if kind == "slope":
            # The derivative along the covariate, products included.
            chance = expit(low @ params)
            slope = high @ params
            bend = chance * (1 - chance)
            effect = float(np.mean(bend * slope))
            gradient = (bend[:, None] * high + (bend * (1 - 2 * chance) * slope)[:, None] * low).mean(axis=0)
        else:
            before, after = expit(low @ params), expit(high @ params)
            effect = float(np.mean(after - before))
            gradient = ((after * (1 - after))[:, None] * high - (before * (1 - before))[:, None] * low).mean(axis=0)
        rows.append(
            {
                "term": term,
                "kind": kind,
                "effect": effect,
                **_line(effect, np.asarray(gradient, dtype=np.float64), covariance, level),
                "n": chosen,
            }
        )
    return pd.DataFrame(rows, columns=["term", "kind", "effect", "se", "low", "high", "p", "n"])


def experience_logit(outcome: Floats, experience: Floats, codes: Codes) -> Influence:
    """Return the log odds of a response per unit of experience, with the influence of every row.

    Raises
    ------
    AnalysisError
        If no row or every row has a response, or experience does not vary.
    """
    if len(outcome) == 0 or np.ptp(experience) == 0:
        raise AnalysisError("Experience does not vary among these applications, so it has no odds ratio.")
    design = Design.of_columns({"experience": experience})
    _check_cells(design, outcome, "response")
    params, inverse = _fit_quietly(design, outcome, "response")
    scores = design.matrix * (outcome - expit(design.matrix @ params))[:, None]
    return Influence(float(params[1]), scores @ inverse[:, 1], codes, len(outcome), float(outcome.sum()))


__all__ = ["RELATIONAL", "StageModel", "experience_logit", "fit_stage"]
