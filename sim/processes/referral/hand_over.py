"""Step 4, hand over: the name is handed in."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from sim.arrays import first_of_pairs
from sim.market import codes

if TYPE_CHECKING:
    from sim.market.market import Market


def hand_over(market: Market) -> None:
    """Names whose day has come are handed in, unless the opening or the person is gone, or they are in already."""
    due = market.handovers.pop(market.env.now)
    if due is None:
        return
    path, person, opening = due["path"], due["person"], due["opening"]
    late = ~market.is_open(opening)
    taken = market.people.hired_at[person] > market.paths["recalled"][path]
    market.paths["reason"][path[late]] = codes.TOO_LATE
    market.paths["reason"][path[~late & taken]] = codes.FOUND_JOB
    rows = first_of_pairs(opening, person, ~late & ~taken)
    rows = rows[market.board.claim(market.openings["slot"][opening[rows]], person[rows])]
    stays = np.zeros(len(path), dtype=bool)
    stays[rows] = True
    market.paths["reason"][path[~stays & ~late & ~taken]] = codes.ALREADY_IN
    rows = rows[np.argsort(opening[rows], kind="stable")]
    n = len(rows)
    sent = np.minimum(due["due"][rows], market.env.now)
    first = market.enter(person[rows], opening[rows], channel=codes.REFERRAL, sent=sent)
    case = market.cases.add(
        n,
        row=first + np.arange(n),
        arrived=sent,
        report=due["report"][rows],
        report_precision=due["precision"][rows],
        referrer=due["contact"][rows],
    )
    market.endorsements.add(
        n,
        case=case + np.arange(n),
        referrer=due["contact"][rows],
        tie_kind=due["kind"][rows],
        strength=due["strength"][rows],
        familiarity=due["familiarity"][rows],
        goodwill=due["goodwill"][rows],
        initiated_by=market.paths["initiated_by"][path[rows]],
        ask=due["ask"][rows],
        vouch=due["vouch"][rows],
        mutual_contacts=market.ties.shared_contacts(person[rows], due["contact"][rows]),
    )
    market.paths["handed"][path[rows]], market.paths["case"][path[rows]] = sent, case + np.arange(n)
    market.desk.receive(case + np.arange(n), opening[rows], sent)
