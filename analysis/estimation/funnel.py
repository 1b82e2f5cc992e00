"""The funnel of applications: how many reach each stage, what share goes on, and how long a response takes."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pandas as pd
from statsmodels.duration.survfunc import CumIncidenceRight, SurvfuncRight

from analysis.errors import AnalysisError
from analysis.estimation import influence_functions, intervals
from analysis.estimation.intervals import check_level
from analysis.tables.clusters import Bools, Codes, Floats
from analysis.tables.normalise import ROUNDING, STAGE_TIME
from analysis.tables.rows import channels, in_channel, reached, recorded_stages
from analysis.tables.tables import Source, Tables, load
from sim.scenario.quantities import ALL


def funnel(
    source: Source,
    response_window: float | None = None,
    level: float = 0.95,
    *,
    total: bool = False,
) -> pd.DataFrame:
    """Count each stage of each channel and the share that goes on from the stage before.

    Returns
    -------
    DataFrame
        Columns channel, stage (from ``sent``), previous, count (rows that reached the stage), share_of_sent,
        n (rows at the previous stage), went_on (rows at both stages), conditional (``went_on / n``), low,
        high, method, level.  A row can reach a stage without the one before: after a
        response too late to count, an interview is one without a response, so ``went_on`` can be less than
        ``count``.
    """
    check_level(level)
    tables = load(source, response_window=response_window)
    names = list(channels(tables.applications)) + ([ALL] if total else [])
    rows: list[dict[str, object]] = []
    for channel in names:
        part, codes = _rows(tables, channel)
        before = np.ones(len(part), dtype=bool)
        previous = "sent"
        rows.append(
            {
                "channel": channel,
                "stage": "sent",
                "previous": "",
                "count": len(part),
                "level": level,
                "share_of_sent": 1.0 if len(part) else np.nan,
                "n": len(part),
                "went_on": len(part),
                "conditional": np.nan,
                "low": np.nan,
                "high": np.nan,
                "method": "",
            }
        )
        for stage in recorded_stages(part):
            now = reached(part, stage, tables.response_window)
            at = codes.take(before)
            share = influence_functions.ratio(now[before].astype(np.float64), np.ones(int(before.sum())), at)
            bounds = intervals.share_interval(share, level, intervals.main_way(at))
            rows.append(
                {
                    "channel": channel,
                    "stage": stage,
                    "previous": previous,
                    "count": int(now.sum()),
                    "share_of_sent": now.mean() if len(part) else np.nan,
                    "n": int(share.n),
                    "went_on": int(share.count),
                    "conditional": share.value,
                    "low": bounds.low,
                    "high": bounds.high,
                    "method": bounds.method,
                    "level": level,
                }
            )
            before, previous = now, stage
    return pd.DataFrame(rows)


def _rows(tables: Tables, channel: str) -> tuple[pd.DataFrame, Codes]:
    table = tables.eligible.table
    chosen = in_channel(table, channel)
    return table[chosen], tables.application_codes.take(np.flatnonzero(tables.eligible.keep)[chosen])


def _days(table: pd.DataFrame, column: str) -> Floats:
    return table[column].to_numpy(np.float64, na_value=np.nan)


def _check_times(part: pd.DataFrame, responded: Bools) -> None:
    lag = (_days(part, "responded") - _days(part, "sent"))[responded]
    if len(lag) and not np.any(lag > 0):
        raise AnalysisError(
            "Every answer has the same time as its application, so this table says whether, not when; "
            "time to response needs the time of each answer in 'responded'."
        )


def time_to_response(
    source: Source,
    quantiles: Sequence[float] = (0.25, 0.5, 0.75, 0.9),
    response_window: float | None = None,
    level: float = 0.95,
) -> pd.DataFrame:
    """Return quantiles of the days from sending to the response, among applications with a response in the window.

    Every counted row was observed for its whole window, so censoring does not bias them.  Intervals are
    Woodruff's (1952): the clustered interval of the share with a response by that day, read back as days.

    Returns
    -------
    DataFrame
        Columns channel, quantile, days, low, high, n (responses), mean, level.
    """
    check_level(level)
    tables = load(source, response_window=response_window)
    rows: list[dict[str, object]] = []
    for channel in channels(tables.applications):
        part, codes = _rows(tables, channel)
        responded = reached(part, "response", tables.response_window)
        _check_times(part, responded)
        lag = (_days(part, "responded") - _days(part, "sent"))[responded]
        at = codes.take(responded)
        known = {"n": len(lag), "mean": lag.mean() if len(lag) else np.nan, "level": level}
        rows.extend(
            {"channel": channel, "quantile": quantile, **_quantile(lag, at, quantile, level), **known}
            for quantile in quantiles
        )
    return pd.DataFrame(rows)


def _quantile(lag: Floats, codes: Codes, quantile: float, level: float) -> dict[str, float]:
    if not 0 < quantile < 1:
        raise AnalysisError(f"A quantile lies between 0 and 1, not {quantile}.")
    if not len(lag):
        return {"days": np.nan, "low": np.nan, "high": np.nan}
    days = float(np.quantile(lag, quantile, method="inverted_cdf"))
    share = influence_functions.ratio((lag <= days).astype(np.float64), np.ones(len(lag)), codes)
    bounds = intervals.share_interval(share, level, intervals.main_way(codes))
    # The interval is that of the share at or below this day; move it to the quantile, at the same width.
    shift = quantile - share.value
    low, high = (
        float(np.quantile(lag, np.clip(end + shift, 0, 1), method="inverted_cdf")) for end in (bounds.low, bounds.high)
    )
    return {"days": days, "low": low, "high": high}


def response_curve(
    source: Source,
    response_window: float | None = None,
    level: float = 0.95,
    *,
    step: float = 1.0,
) -> pd.DataFrame:
    """Return the share with a response by each day since sending, using censored applications while observed.

    A cumulative incidence (Aalen and Johansen): an application closed without a response (rejected, withdrawn)
    cannot get one any more, so closing competes with the response; an application still open when observation
    ended is censored.  If nothing closes before its response this is one minus Kaplan-Meier.  Intervals:
    Student's t over replications; within one replication the model's own error, which ignores clustering.

    Parameters
    ----------
    source, response_window, level
        As in :func:`analysis.estimation.rates.rates`; here rows whose response window was cut off are used too.
    step
        Days between the points of the curve; times are rounded up to it.

    Returns
    -------
    DataFrame
        Columns channel, days, incidence, low, high, at_risk, n, censored, method, level.
    """
    check_level(level)
    tables = load(source, response_window=response_window)
    seen = _observed(tables, step)
    grid = np.arange(0.0, tables.response_window + step / 2, step)
    rows = []
    for channel in channels(tables.applications):
        part = seen[np.asarray(seen["channel"] == channel)]
        if part.empty:
            continue
        pooled = _incidence(part, grid)
        several = part["replication"].nunique() > 1
        if several:
            each = np.array([_incidence(rows, grid) for _, rows in part.groupby("replication", sort=True)])
            pooled = each.mean(axis=0)
            half = intervals.student(level, len(each) - 1) * each.std(axis=0, ddof=1) / len(each) ** 0.5
            method = f"Student t over {len(each)} replications"
        else:
            half = intervals.student(level, np.inf) * _incidence_error(part, grid)
            method = "Aalen-Johansen, rows independent"
        at_risk = np.array([int((part["time"].to_numpy() >= day).sum()) for day in grid])
        rows.append(
            pd.DataFrame(
                {
                    "channel": channel,
                    "days": grid,
                    "incidence": pooled,
                    "low": np.clip(pooled - half, 0, 1),
                    "high": np.clip(pooled + half, 0, 1),
                    "at_risk": at_risk,
                    "n": len(part),
                    "censored": int((part["status"] == 0).sum()),
                    "method": method,
                    "level": level,
                }
            )
        )
    if not rows:
        raise AnalysisError("No application was sent inside the observation window.")
    return pd.concat(rows, ignore_index=True)


def _observed(tables: Tables, step: float) -> pd.DataFrame:
    """Return channel, replication, time and status (0 censored, 1 response, 2 closed without one)."""
    table = tables.applications
    table = table[
        table["in_window"].to_numpy(bool) & table["sent"].notna().to_numpy() & table["channel"].notna().to_numpy()
    ]
    if table.empty:
        raise AnalysisError("No application was sent inside the observation window.")
    _check_times(table, reached(table, "response", tables.response_window))
    sent = _days(table, "sent")
    lag = _days(table, "responded") - sent
    closed = _days(table, "closed") - sent if "closed" in table.columns else np.full(len(table), np.nan)
    last = np.nanmax(
        np.stack([_days(table, name) for name in (*STAGE_TIME.values(), "closed", "started") if name in table.columns]),
        axis=0,
    )
    end = pd.Series(last).groupby(table["replication"].to_numpy()).transform("max").to_numpy()
    limit = np.where(
        table["censored"].to_numpy(bool),
        np.minimum(end - sent, tables.response_window),
        tables.response_window,
    )
    status = np.zeros(len(table), dtype=np.int8)
    time = np.maximum(limit, 0.0)
    shut = closed <= limit
    time[shut], status[shut] = closed[shut], 2
    hit = lag <= limit + ROUNDING
    time[hit], status[hit] = lag[hit], 1
    # Round up, so that no response is counted before it came.
    time = np.ceil(np.round(time / step, 6)) * step
    return pd.DataFrame(
        {
            "channel": table["channel"].to_numpy(),
            "replication": table["replication"].to_numpy(),
            "time": np.where(status == 0, np.minimum(time, tables.response_window), time),
            "status": status,
        }
    )


def _incidence(part: pd.DataFrame, grid: Floats) -> Floats:
    cells = part.groupby(["time", "status"]).size().reset_index(name="rows")
    if not (cells["status"] == 1).any():
        return np.zeros(len(grid))
    weights = cells["rows"].to_numpy(np.float64)
    times = cells["time"].to_numpy(np.float64)
    status = cells["status"].to_numpy()
    if not (status == 2).any():
        curve = SurvfuncRight(times, status, freq_weights=weights)
        return _step(curve.surv_times, 1 - curve.surv_prob, grid)
    curve = CumIncidenceRight(times, status, freq_weights=weights)
    return _step(curve.times, curve.cinc[0], grid)


def _incidence_error(part: pd.DataFrame, grid: Floats) -> Floats:
    status = part["status"].to_numpy()
    if not (status == 1).any():
        return np.zeros(len(grid))
    # When the last rows at risk all end at once the formula divides by zero; the error known just before is kept.
    with np.errstate(divide="ignore", invalid="ignore"):
        if not (status == 2).any():
            cells = part.groupby(["time", "status"]).size().reset_index(name="rows")
            weights = cells["rows"].to_numpy(np.float64)
            curve = SurvfuncRight(cells["time"].to_numpy(), cells["status"].to_numpy(), freq_weights=weights)
            times, error = curve.surv_times, curve.surv_prob_se
        else:
            curve = CumIncidenceRight(part["time"].to_numpy(), status)
            times, error = curve.times, curve.cinc_se[0]
    known = pd.Series(np.where(np.isfinite(error), error, np.nan)).ffill().fillna(0.0)
    return _step(times, np.asarray(known, dtype=np.float64), grid)


def _step(times: Floats, values: Floats, grid: Floats) -> Floats:
    """Read a right-continuous step function that is zero before its first time."""
    place = np.searchsorted(times, grid + 1e-9, side="right") - 1
    return np.where(place >= 0, np.asarray(values, dtype=np.float64)[np.maximum(place, 0)], 0.0)
