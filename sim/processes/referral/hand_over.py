"""Step 4, hand over: the contact gives the name to the employer."""

from __future__ import annotations

import numpy as np

from sim.arrays import first_of_pairs
from sim.market.codes import Channel, Reason
from sim.market.market import Market
from sim.processes import applying
from sim.processes.referral import weigh


def hand_over(market: Market) -> None:
    """Hand over the names that are due, unless the opening has closed, or the person has a job or has applied."""
    due = market.handovers.pop(market.env.now)
    if due is None:
        return
    path, person, opening = due["path"], due["person"], due["opening"]
    late = ~market.is_open(opening)
    taken = market.people.hired_at[person] > market.paths["recalled"][path]
    market.paths["reason"][path[late]] = Reason.TOO_LATE
    market.paths["reason"][path[~late & taken]] = Reason.FOUND_JOB
    rows = first_of_pairs(opening, person, ~late & ~taken)
    rows = rows[market.board.claim(market.openings["board_slot"][opening[rows]], person[rows])]
    stays = np.zeros(len(path), dtype=bool)
    stays[rows] = True
    market.paths["reason"][path[~stays & ~late & ~taken]] = Reason.ALREADY_IN
    rows = rows[np.argsort(opening[rows], kind="stable")]
    n = len(rows)
    sent = np.minimum(due["due"][rows], market.env.now)
    first = applying.enter(market, person[rows], opening[rows], channel=Channel.REFERRAL, sent=sent)
    candidacy = market.candidacies.add(
        n,
        row=first + np.arange(n),
        arrived=sent,
        report=due["report"][rows],
        report_precision=due["precision"][rows],
        referrer=due["contact"][rows],
    )
    market.endorsements.add(
        n,
        candidacy=candidacy + np.arange(n),
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
    market.paths["handed"][path[rows]], market.paths["candidacy"][path[rows]] = sent, candidacy + np.arange(n)
    weigh.weigh(market, candidacy + np.arange(n), opening[rows], sent)
