"""What recruiters do: search profiles, approach the best, and present interested candidates with a report."""

from __future__ import annotations

import numpy as np

from sim.arrays import first_of_pairs
from sim.market.codes import Channel
from sim.market.market import Market
from sim.market.profiles import currency_now
from sim.mechanisms import screening
from sim.processes import applying, desk


def source(market: Market) -> None:
    """Recruiters whose search is due look at profiles of the opening's field and approach the best."""
    due = market.sourcing.pop(market.env.now)
    if due is None or not market.scenario.mechanisms.recruiters:
        return
    s, people, streams, now = market.scenario, market.people, market.streams, market.env.now
    openings = np.unique(due["opening"][market.is_open(due["opening"])])
    viewed = s.recruiters.profiles_viewed
    opening = np.repeat(openings, viewed)
    key = market.openings["draw_key"][opening]
    luck = streams.uniform("profiles", key, np.tile(np.arange(viewed), len(openings)))
    person = np.empty(len(opening), np.int64)
    for i, o in enumerate(openings.tolist()):
        pool = people.by_field[int(market.openings["field"][o])]
        block = slice(i * viewed, (i + 1) * viewed)
        person[block] = pool[np.floor(luck[block] * len(pool)).astype(np.int64)] if len(pool) else -1
    fine = (person >= 0) & (people.employer[person] != market.openings["employer"][opening])
    rows = first_of_pairs(opening, person, fine)
    opening, person, key = opening[rows], person[rows], key[rows]
    stale, current = s.signals.profile_stale, s.signals.profile_current
    noise = stale * (current / stale) ** currency_now(market, person)
    seen = market.match(person, opening) + noise * streams.normal("profile", person, key)
    belief, _ = screening.update(0.0, 1.0, seen, noise**-2)
    size = np.full(len(openings), s.recruiters.approaches)
    best = np.flatnonzero(screening.top_by_group(np.searchsorted(openings, opening), belief, size))
    best = best[market.board.claim(market.openings["board_slot"][opening[best]], person[best])]
    opening, person, key, seen, noise = opening[best], person[best], key[best], seen[best], noise[best]
    n = len(person)
    chance = np.choose(
        people.state[person],
        [
            s.recruiters.interest_not_looking,
            0.5 * (s.recruiters.interest_not_looking + s.recruiters.interest_searching),
            s.recruiters.interest_searching,
        ],
    )
    luck = streams.uniform("interest", person, key)
    interested = luck < chance
    replies = interested | (luck < chance + (1.0 - chance) * s.recruiters.reply)
    replied = now + s.recruiters.reply_lag * streams.exponential("reply", person, key)
    first = applying.enter(market, person, opening, channel=Channel.RECRUITER, sent=np.full(n, now))
    candidacy = market.candidacies.add(
        n, row=first + np.arange(n), report=seen, report_precision=s.screening.trust * noise**-2
    )
    market.endorsements.add(
        n,
        candidacy=candidacy + np.arange(n),
        replied=np.where(replies, replied, np.nan),
        interested=np.where(interested, replied, np.nan),
    )
    rows = np.flatnonzero(interested)
    market.replies.add(replied[rows], candidacy=candidacy + rows, opening=opening[rows])


def bring_in(market: Market) -> None:
    """Recruiters present interested candidates whose opening is still open and who are still free."""
    due = market.replies.pop(market.env.now)
    if due is None:
        return
    candidacy, opening = due["candidacy"], due["opening"]
    fine = market.is_open(opening) & market.still_free(candidacy)
    market.candidacies["arrived"][candidacy[fine]] = due["due"][fine]
    desk.receive(market, candidacy[fine], opening[fine], due["due"][fine])
