"""The pathway table: the steps that every referral reached, and why it went no further."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from sim.market.codes import InitiatedBy, Reason, Step
from sim.market.layout import NAN
from sim.market.market import Market
from sim.records.arrow import as_batch, as_category, scattered

if TYPE_CHECKING:
    import pyarrow as pa


def pathway(market: Market, replication: int) -> pa.RecordBatch:
    """Every step that every referral reached, with its time, and at its last step the reason it went no further."""
    p, n = market.paths, len(market.paths)
    candidacy = p["candidacy"]
    has = candidacy >= 0
    times = {name: p[name].astype(float) for name in ("recalled", "reached", "decided", "handed")}
    for name in ("read", "responded", "interviewed", "offered", "accepted", "withdrawn"):
        times[name] = scattered(n, has, market.candidacies[name][candidacy[has]].astype(float), NAN)
    closed = market.openings["closed"][p["opening"]].astype(float)
    # Why referrals that reached the employer went no further: the first of these that holds.
    ends = [
        (~np.isnan(times["accepted"]), Reason.HIRED),
        (~np.isnan(times["withdrawn"]), Reason.WITHDREW),
        (np.isnan(closed) | ~has, Reason.WAITING),
        (~np.isnan(times["offered"]), Reason.DECLINED),
        (~np.isnan(times["interviewed"]), Reason.NOT_OFFERED),
        (~np.isnan(times["read"]), Reason.BELOW_BAR),
    ]
    reason = p["reason"].copy()
    on = reason == Reason.GOES_ON
    reason[on] = np.select([holds for holds, _ in ends], [code for _, code in ends], Reason.NOT_READ)[on]
    reason[times["reached"] > market.horizon] = Reason.WAITING
    end = np.where(np.isnan(times["accepted"]), closed, times["accepted"])
    # A contact begins by recalling the person, a seeker by reaching out.
    step_times = np.column_stack(
        [
            np.where(p["initiated_by"] != InitiatedBy.SEEKER, times["recalled"], NAN),
            times["reached"],
            times["decided"],
            times["handed"],
            times["read"],
            times["interviewed"],
            np.where(np.isnan(times["interviewed"]), NAN, end),
        ]
    )
    step_times[step_times > market.horizon] = NAN
    reached = ~np.isnan(step_times)
    last = step_times.shape[1] - 1 - np.argmax(reached[:, ::-1], axis=1)
    path, step = np.nonzero(reached)
    ended = step == last[path]
    return as_batch(
        {
            "replication": np.full(len(path), replication, np.int16),
            "path": path.astype(np.int32),
            "person": p["person"][path],
            "opening": p["opening"][path],
            "referrer": p["referrer"][path],
            "initiated_by": as_category(p["initiated_by"][path], InitiatedBy.words),
            "step": as_category(step, Step.words),
            "time": step_times[path, step].astype(np.float32),
            "ended": ended,
            "reason": as_category(np.where(ended, reason[path], Reason.GOES_ON), Reason.words),
        }
    )
