"""The pathway of a referral: heard of, recalled, spoken of, vouched for, handed in.

What happens on the employer's side afterwards is the same for all and lives in `desk.py`.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from sim import records, ties
from sim.population import NOBODY, NOT_LOOKING, OPEN
from sim.seekers import how_often, strength_now
from sim.streams import as_normal, as_uniform

if TYPE_CHECKING:
    from sim.market import Market

ASK_COST = 0.3
"""Goodwill spent by one ask."""


def tell_insiders(market: Market) -> None:
    """For the openings of the day: colleagues around the opening hear of it, and some think of a seeker they know."""
    openings, market.untold = np.array(market.untold, np.int64), []
    if not len(openings) or not market.scenario.mechanisms.referrals:
        return
    opening, contact = insiders(market, openings)
    row, opening = _ties_to(market, contact, opening)
    network, people = market.ties, market.people
    person = network.person.take(row)
    state = people.state.take(person)
    elsewhere = people.employer.take(person) != market.openings["employer"].take(opening)
    looking = np.flatnonzero(elsewhere & (state != NOT_LOOKING))
    row, opening, person, state = row[looking], opening[looking], person[looking], state[looking]
    contact = network.contact[row].astype(np.int64)
    s, now = market.scenario.referrals, market.env.now
    own_field = people.field.take(person) == market.openings["field"].take(opening)
    weight = np.where(own_field, 1.0, s.other_field_recall)
    weight *= np.where(state == OPEN, s.recall_open, 1.0)
    luck = market.streams.uniform("recall", person, market.openings["key"].take(opening), contact)
    # No tie is stronger than when it was last touched: most are settled without working out what is left of it.
    familiarity = network.familiarity.take(row)
    likely = np.flatnonzero(luck < weight * ties.recall_chance(network.strength.take(row), familiarity, s.recall))
    row, opening = row[likely], opening[likely]
    strength = strength_now(market, row)
    chance = weight[likely] * ties.recall_chance(strength, familiarity[likely], s.recall)
    recalled = np.flatnonzero(luck[likely] < chance)
    row, opening = row[recalled], opening[recalled]
    key = market.openings["key"][opening]
    lag = s.mention_lag * market.streams.exponential("mention", market.ties.person[row], key, row)
    propose(market, row, opening, strength[recalled], reached=now + lag, ask=records.NO_ASK)


def insiders(market: Market, openings: NDArray[np.int64]) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Up to `team` employees around each opening: of its field where the employer has some, else anybody there."""
    team, fields = market.scenario.referrals.team, market.scenario.population.fields
    employer, field = market.openings["employer"][openings].astype(np.int64), market.openings["field"][openings]
    low, high = market.roster_start[employer * fields + field], market.roster_start[employer * fields + field + 1]
    alone = low == high
    low = np.where(alone, market.roster_start[employer * fields], low)
    high = np.where(alone, market.roster_start[(employer + 1) * fields], high)
    opening = np.repeat(openings, team)
    low, size = np.repeat(low, team), np.repeat(high - low, team)
    luck = market.streams.uniform("team", market.openings["key"][opening], np.tile(np.arange(team), len(openings)))
    # A team no larger than its circle is all of it; a larger one is sampled.
    place = np.where(size <= team, np.tile(np.arange(team), len(openings)), np.floor(luck * size).astype(np.int64))
    there = place < size
    opening, contact = opening[there], market.roster[(low + place)[there]].astype(np.int64)
    pairs = np.unique(opening * len(market.people) + contact)
    opening, contact = pairs // len(market.people), pairs % len(market.people)
    still = market.people.employer[contact] == market.openings["employer"][opening]
    return opening[still], contact[still]


def _ties_to(
    market: Market, contact: NDArray[Any], opening: NDArray[Any]
) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """All ties that point at some contacts, and each one's opening."""
    start = market.ties.in_start
    count = start[contact + 1] - start[contact]
    ends = np.cumsum(count)
    place = np.arange(int(ends[-1]) if len(ends) else 0) + np.repeat(start[contact] - (ends - count), count)
    return market.ties.in_tie[place].astype(np.int64), np.repeat(opening, count)


def ask_contacts(market: Market, seekers: NDArray[np.int64]) -> None:
    """Seekers with a contact inside an employer that has posted an opening of their field ask for a referral."""
    s, now = market.scenario, market.env.now
    if not len(seekers) or not s.mechanisms.referrals or s.search.asks == 0.0:
        return
    rng = market.streams.generator("asks")
    rate = market.people.hours[seekers] * (s.search.asks / s.search.hours_per_ask)
    asking = seekers[how_often(rate, rng) > 0]
    network, fields = market.ties, s.population.fields
    posted = np.full(len(market.employers) * fields + 1, -1, np.int64)
    slots = np.flatnonzero(np.isfinite(market.board.posted[: market.board.size]))
    posted[market.board.employer[slots] * fields + market.board.field[slots]] = market.board.opening[slots]
    count = network.start[asking + 1] - network.start[asking]
    ends = np.cumsum(count)
    row = np.arange(int(ends[-1]) if len(ends) else 0) + np.repeat(network.start[asking] - (ends - count), count)
    employer = market.people.employer[network.contact[row]].astype(np.int64)
    cell = np.where(employer == NOBODY, -1, employer * fields + market.people.field[network.person[row]])
    useful = np.flatnonzero(posted[cell] >= 0)
    row, opening = row[useful], posted[cell[useful]]
    elsewhere = market.people.employer[network.person[row]] != market.openings["employer"][opening]
    row, opening = row[elsewhere], opening[elsewhere]
    strength = strength_now(market, row)
    best = _race(network.person[row], strength, rng)
    row, opening, strength = row[best], opening[best], strength[best]
    ask = np.where(network.familiarity[row] >= s.referrals.informed_familiarity, records.INFORMED, records.RUSHED)
    propose(market, row, opening, strength, reached=np.full(len(row), now), ask=ask)
    network.goodwill[row] -= ASK_COST


def _race(person: NDArray[Any], strength: NDArray[Any], rng: np.random.Generator) -> NDArray[np.int64]:
    """One row for each run of equal `person`, drawn in proportion to `strength`: the first to arrive in a race."""
    if not len(person):
        return np.zeros(0, np.int64)
    arrival = rng.standard_exponential(len(person)) / np.maximum(strength, 1e-9)
    first = np.flatnonzero(np.append(True, person[1:] != person[:-1]))
    fastest = np.repeat(np.minimum.reduceat(arrival, first), np.diff(np.append(first, len(person))))
    return np.flatnonzero(arrival == fastest)


def propose(
    market: Market, row: NDArray[Any], opening: NDArray[Any], strength: NDArray[Any], *, reached: NDArray[Any], ask: Any
) -> None:
    """The contact weighs whether to lend a name, and how; paths begin here, and end here where it is a no."""
    if not len(row):
        return
    network, s = market.ties, market.scenario
    person, contact = network.person[row], network.contact[row]
    key = market.openings["key"][opening]
    familiarity, goodwill = network.familiarity[row].astype(float), network.goodwill[row].astype(float)
    ask = np.broadcast_to(np.asarray(ask, np.int8), row.shape)
    noise = ties.contact_noise(familiarity, s.signals.contact_stranger, s.signals.contact_close)
    bits = market.streams.bits_of(("contact", "vouch", "willing", "hand over"), person, key, contact)
    chance = as_uniform(bits[2:])
    seen = market.match(person, opening) + noise * as_normal(bits[0])
    belief = seen / (1.0 + noise * noise)
    willing = ties.willingness(strength, goodwill, s.referrals.willingness)
    willing *= np.where(ask == records.RUSHED, 1.0 - s.referrals.rushed_penalty, 1.0)
    refuses = chance[0] >= willing
    reason = np.where(refuses, np.int8(records.UNWILLING), np.int8(records.GOES_ON))
    if s.mechanisms.referrer_selection:
        reason[~refuses & (belief <= s.referrals.contact_bar)] = records.POOR_FIT
    path = market.paths.add(
        len(row), person=person, opening=opening, referrer=contact, tie=row, initiated_by=np.where(ask, 2, 1),
        recalled=market.env.now, reached=reached, decided=reached, reason=reason)
    on = np.flatnonzero(reason == records.GOES_ON)
    strength, familiarity, noise = strength[on], familiarity[on], noise[on]
    known = familiarity >= s.referrals.letter_familiarity
    vouch = np.where(known & (strength >= s.referrals.manager_strength), records.MANAGER,
                     np.where(known, records.LETTER, records.RESUME)).astype(np.int8)
    added = np.array([s.signals.vouch_resume, s.signals.vouch_letter, s.signals.vouch_manager])[vouch - records.RESUME]
    report = seen[on] + added * as_normal(bits[1][on]) + s.screening.favouritism * (2.0 * strength - 1.0)
    market.handovers.add(
        reached[on] - s.referrals.handover_lag * np.log(chance[1][on]), path=path + on, person=person[on],
        opening=opening[on], report=report, precision=s.screening.trust / (noise * noise + added * added),
        strength=strength, familiarity=familiarity, goodwill=goodwill[on], ask=ask[on], vouch=vouch, tie=row[on])


def hand_over(market: Market) -> None:
    """Names whose day has come are handed in, unless the opening or the person is gone, or they are in already."""
    due = market.handovers.pop(market.env.now)
    if due is None:
        return
    path, person, opening = due["path"], due["person"], due["opening"]
    late = ~market.is_open(opening)
    taken = market.people.hired_at[person] > market.paths["recalled"][path]
    market.paths["reason"][path[late]] = records.TOO_LATE
    market.paths["reason"][path[~late & taken]] = records.FOUND_JOB
    rows = first_of_pairs(opening, person, ~late & ~taken)
    rows = rows[market.board.claim(market.openings["slot"][opening[rows]], person[rows])]
    stays = np.zeros(len(path), dtype=bool)
    stays[rows] = True
    market.paths["reason"][path[~stays & ~late & ~taken]] = records.ALREADY_IN
    rows = rows[np.argsort(opening[rows], kind="stable")]
    n = len(rows)
    sent = np.minimum(due["due"][rows], market.env.now)
    first = market.enter(person[rows], opening[rows], channel=records.REFERRAL, sent=sent)
    case = market.cases.add(n, row=first + np.arange(n), arrived=sent, report=due["report"][rows],
                            report_precision=due["precision"][rows])
    tie = due["tie"][rows]
    market.endorsements.add(
        n, case=case + np.arange(n), referrer=market.ties.contact[tie], tie_kind=market.ties.kind[tie],
        strength=due["strength"][rows], familiarity=due["familiarity"][rows], goodwill=due["goodwill"][rows],
        initiated_by=market.paths["initiated_by"][path[rows]], ask=due["ask"][rows], vouch=due["vouch"][rows])
    market.paths["handed"][path[rows]], market.paths["case"][path[rows]] = sent, case + np.arange(n)
    market.desk.receive(case + np.arange(n), opening[rows], sent)


def first_of_pairs(opening: NDArray[Any], person: NDArray[Any], among: NDArray[np.bool_]) -> NDArray[np.int64]:
    """Indices of the first row of each pair of opening and person among the rows marked."""
    rows = np.flatnonzero(among)
    _, first = np.unique(opening[rows].astype(np.int64) << 32 | person[rows], return_index=True)
    return np.asarray(rows[np.sort(first)])
