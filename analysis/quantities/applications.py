"""Market quantities from applications and openings: their rows, numerators and denominators."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pandas as pd

from analysis.errors import AnalysisError
from analysis.estimation.estimands import Estimand, Median, OddsRatio, RatioOfTotals
from analysis.estimation.rates import stage_ratio
from analysis.quantities.measurement import Measurement
from analysis.tables.clusters import Bools, Codes
from analysis.tables.normalise import ROUNDING
from analysis.tables.rows import in_channel, need_columns, reached
from analysis.tables.tables import Tables
from sim.scenario.quantities import CHANNELS


def _openings(tables: Tables, columns: tuple[str, ...]) -> pd.DataFrame:
    if tables.openings is None:
        raise AnalysisError("This needs the openings table; give a run or a run folder, not applications only.")
    need_columns(tables.openings, ("posted", "in_window", *columns), "This quantity")
    return tables.openings


def _posted(openings: pd.DataFrame) -> Bools:
    return np.asarray(openings["posted"].notna() & openings["in_window"], dtype=bool)


def _mean(values: pd.Series, rows: Bools, codes: Codes) -> RatioOfTotals:
    return RatioOfTotals(values.to_numpy(np.float64, na_value=np.nan)[rows], np.ones(int(rows.sum())), codes.take(rows))


def _applicants(tables: Tables) -> RatioOfTotals:
    openings = _openings(tables, ("closed", "applicants"))
    return _mean(
        openings["applicants"],
        _posted(openings) & openings["closed"].notna().to_numpy(),
        tables.opening_codes,
    )


def _interviewed(tables: Tables) -> RatioOfTotals:
    openings = _openings(tables, ("closed", "interviewed"))
    return _mean(
        openings["interviewed"],
        _posted(openings) & openings["closed"].notna().to_numpy(),
        tables.opening_codes,
    )


def _days_to_fill(tables: Tables) -> RatioOfTotals:
    openings = _openings(tables, ("filled",))
    filled = _posted(openings) & openings["filled"].notna().to_numpy()
    return _mean(openings["filled"] - openings["posted"], filled, tables.opening_codes)


def _cold(tables: Tables) -> RatioOfTotals:
    return stage_ratio(tables, "direct", "interview")


def _letters(tables: Tables) -> RatioOfTotals:
    table, keep = tables.eligible.table, np.flatnonzero(tables.eligible.keep)
    need_columns(table, ("letter_response",), "The ratio with a letter to without")
    with_letter = table["letter_response"].to_numpy(np.float64, na_value=-1.0)
    rows = with_letter >= 0
    return RatioOfTotals(
        with_letter[rows],
        reached(table, "response", tables.response_window)[rows].astype(np.float64),
        tables.application_codes.take(keep[rows]),
    )


def _accepted(tables: Tables) -> RatioOfTotals:
    table, keep = tables.eligible.table, np.flatnonzero(tables.eligible.keep)
    need_columns(table, ("offered", "accepted", "closed_reason"), "The share of offers accepted")
    accepted = table["accepted"].notna().to_numpy()
    decided = table["offered"].notna().to_numpy() & (accepted | np.asarray(table["closed_reason"] == "declined"))
    return RatioOfTotals(
        accepted[decided].astype(np.float64),
        np.ones(int(decided.sum())),
        tables.application_codes.take(keep[decided]),
    )


def _arrived(hours: float) -> Callable[[Tables], RatioOfTotals]:
    def estimand(tables: Tables) -> RatioOfTotals:
        openings = _openings(tables, ("opening",))
        # Join by the code of the opening: a merge of millions of rows would be slow.
        place, size = tables.opening_codes.of("opening")
        posted = np.full(size, np.nan)
        posted[place] = np.where(_posted(openings), openings["posted"].to_numpy(np.float64, na_value=np.nan), np.nan)
        table = tables.applications
        since = posted[tables.application_codes.opening]
        rows = np.asarray(table["channel"] == "direct") & ~np.isnan(since)
        age = table["sent"].to_numpy(np.float64, na_value=np.nan)[rows] - since[rows]
        return RatioOfTotals(
            (age <= hours / 24 + ROUNDING).astype(np.float64),
            np.ones(int(rows.sum())),
            tables.application_codes.take(rows),
        )

    return estimand


def _days_to_response(channel: str) -> Callable[[Tables], Estimand]:
    def estimand(tables: Tables) -> Estimand:
        table, keep = tables.eligible.table, np.flatnonzero(tables.eligible.keep)
        rows = in_channel(table, channel) & reached(table, "response", tables.response_window)
        wait = table["responded"].to_numpy(np.float64, na_value=np.nan) - table["sent"].to_numpy(np.float64)
        return Median(wait[rows], tables.application_codes.take(keep[rows]))

    return estimand


def _experience_odds(tables: Tables) -> Estimand:
    table, keep = tables.eligible.table, np.flatnonzero(tables.eligible.keep)
    need_columns(table, ("experience",), "The odds ratio of experience")
    experience = table["experience"].to_numpy(np.float64, na_value=np.nan)
    rows = np.asarray(table["channel"] == "direct") & ~np.isnan(experience)
    responded = reached(table, "response", tables.response_window)[rows].astype(np.float64)
    return OddsRatio(responded, experience[rows], tables.application_codes.take(keep[rows]))


_POSTED = "publicly posted openings opened in the window and closed before the end of the run"
_DIRECT = "direct applications sent in the window and followed to its end"
_ARRIVED = "all direct applications to openings posted and opened in the window"
_FILLED = "posted openings opened in the window and filled before the end of the run"
_RESPONSES = "responses within the window to what was sent in the window and followed to its end"

MEASUREMENTS: dict[str, Measurement] = {
    "applicants_per_opening": Measurement(_applicants, "mean", _POSTED),
    "interviewed_per_opening": Measurement(_interviewed, "mean", _POSTED),
    "cold_to_interview": Measurement(_cold, "share", _DIRECT),
    "experience_odds_ratio": Measurement(_experience_odds, "ratio", f"{_DIRECT}, by logit"),
    "letter_ratio": Measurement(_letters, "ratio", "responses of the same direct résumés that were read and audited"),
    "offers_accepted": Measurement(_accepted, "share", "offers that were accepted or declined"),
    "arrived_within_48h": Measurement(_arrived(48), "share", _ARRIVED),
    "arrived_within_96h": Measurement(_arrived(96), "share", _ARRIVED),
    "days_to_fill": Measurement(_days_to_fill, "mean", _FILLED),
    **{
        f"days_to_answer_{channel}": Measurement(_days_to_response(channel), "median", _RESPONSES)
        for channel in CHANNELS
    },
}
"""How each of these market quantities is measured."""
