"""What the market quantities K1 to K7c and the days to an answer are made of: rows, numerators and denominators."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pandas as pd

from analysis.errors import AnalysisError
from analysis.estimation.estimands import Form, Median, Parts
from analysis.estimation.influence_functions import Influence
from analysis.estimation.logit import experience_logit
from analysis.estimation.rates import stage_influence
from analysis.tables.clusters import Codes, Floats
from analysis.tables.tables import CHANNELS, ROUNDING, Bools, Tables, in_channel, need_columns, reached


def rate_parts(rate: Influence) -> Parts:
    """Return the rows behind a rate: all count below, those that got there above."""
    return Parts(np.round(rate.rows * rate.n + rate.value), np.ones(len(rate.rows)), rate.codes)


# -------------------------------------------------------------------------------------------


def _openings(tables: Tables, columns: tuple[str, ...]) -> pd.DataFrame:
    if tables.openings is None:
        raise AnalysisError("This needs the openings table; give a run or a run folder, not applications only.")
    need_columns(tables.openings, ("posted", "in_window", *columns), "This quantity")
    return tables.openings


def _posted(openings: pd.DataFrame) -> Bools:
    return np.asarray(openings["posted"].notna() & openings["in_window"], dtype=bool)


def _mean(values: pd.Series, rows: Bools, codes: Codes) -> Parts:
    return Parts(values.to_numpy(np.float64, na_value=np.nan)[rows], np.ones(int(rows.sum())), codes.take(rows))


def _applicants(tables: Tables) -> Parts:
    openings = _openings(tables, ("closed", "applicants"))
    return _mean(
        openings["applicants"],
        _posted(openings) & openings["closed"].notna().to_numpy(),
        tables.opening_codes,
    )


def _interviewed(tables: Tables) -> Parts:
    openings = _openings(tables, ("closed", "interviewed"))
    return _mean(
        openings["interviewed"],
        _posted(openings) & openings["closed"].notna().to_numpy(),
        tables.opening_codes,
    )


def _days_to_fill(tables: Tables) -> Parts:
    openings = _openings(tables, ("filled",))
    filled = _posted(openings) & openings["filled"].notna().to_numpy()
    return _mean(openings["filled"] - openings["posted"], filled, tables.opening_codes)


def _cold(tables: Tables) -> Parts:
    return rate_parts(stage_influence(tables, "direct", "interview"))


def _letters(tables: Tables) -> Parts:
    table, keep = tables.eligible.table, np.flatnonzero(tables.eligible.keep)
    need_columns(table, ("letter_response",), "The ratio with a letter to without")
    answer = table["letter_response"].to_numpy(np.float64, na_value=-1.0)
    rows = answer >= 0
    return Parts(
        answer[rows],
        reached(table, "response", tables.response_window)[rows].astype(np.float64),
        tables.application_codes.take(keep[rows]),
    )


def _accepted(tables: Tables) -> Parts:
    table, keep = tables.eligible.table, np.flatnonzero(tables.eligible.keep)
    need_columns(table, ("offered", "accepted", "closed_reason"), "The share of offers accepted")
    accepted = table["accepted"].notna().to_numpy()
    answered = table["offered"].notna().to_numpy() & (accepted | np.asarray(table["closed_reason"] == "declined"))
    return Parts(
        accepted[answered].astype(np.float64),
        np.ones(int(answered.sum())),
        tables.application_codes.take(keep[answered]),
    )


def _arrived(hours: float) -> Callable[[Tables], Parts]:
    def parts(tables: Tables) -> Parts:
        openings = _openings(tables, ("opening",))
        # Openings are known by their code, so the join needs no merge of millions of rows.
        place, size = tables.opening_codes.of("opening")
        posted = np.full(size, np.nan)
        posted[place] = np.where(_posted(openings), openings["posted"].to_numpy(np.float64, na_value=np.nan), np.nan)
        table = tables.applications
        since = posted[tables.application_codes.opening]
        rows = np.asarray(table["channel"] == "direct") & ~np.isnan(since)
        age = table["sent"].to_numpy(np.float64, na_value=np.nan)[rows] - since[rows]
        return Parts(
            (age <= hours / 24 + ROUNDING).astype(np.float64),
            np.ones(int(rows.sum())),
            tables.application_codes.take(rows),
        )

    return parts


def _answer(channel: str) -> Callable[[Tables], Form]:
    def form(tables: Tables) -> Form:
        table, keep = tables.eligible.table, np.flatnonzero(tables.eligible.keep)
        rows = in_channel(table, channel) & reached(table, "response", tables.response_window)
        wait = table["responded"].to_numpy(np.float64, na_value=np.nan) - table["sent"].to_numpy(np.float64)
        return Median(wait[rows], tables.application_codes.take(keep[rows]))

    return form


def direct_experience(tables: Tables) -> tuple[Floats, Floats, Codes]:
    """Return experience, answer (0 or 1) and codes of the direct applications that count."""
    table, keep = tables.eligible.table, np.flatnonzero(tables.eligible.keep)
    need_columns(table, ("experience",), "The odds ratio of experience")
    experience = table["experience"].to_numpy(np.float64, na_value=np.nan)
    rows = np.asarray(table["channel"] == "direct") & ~np.isnan(experience)
    answered = reached(table, "response", tables.response_window)[rows].astype(np.float64)
    return experience[rows], answered, tables.application_codes.take(keep[rows])


def experience_odds(tables: Tables) -> Influence:
    """Return the odds ratio of an answer per SD of experience, from one logit over all replications."""
    experience, answered, codes = direct_experience(tables)
    log_odds = experience_logit(answered, experience, codes)
    return log_odds.scaled(float(np.exp(log_odds.value)), float(np.exp(log_odds.value)))


ANSWERS = {channel: _answer(channel) for channel in CHANNELS}
"""Days to the answer, by channel."""

PARTS: dict[str, Callable[[Tables], Parts]] = {
    "applicants_per_opening": _applicants,
    "interviewed_per_opening": _interviewed,
    "cold_to_interview": _cold,
    "letter_ratio": _letters,
    "offers_accepted": _accepted,
    "arrived_within_48h": _arrived(48),
    "arrived_within_96h": _arrived(96),
    "days_to_fill": _days_to_fill,
}
