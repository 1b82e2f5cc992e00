"""The pathway of a referral: heard of, recalled, spoken of, vouched for, handed in.

What happens on the employer's side afterwards is the same for all and lives in `desk.py`.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from sim import news, records, ties
from sim.plans import how_often
from sim.population import NOBODY, NOT_LOOKING, OPEN, SEARCHING
from sim.relations import state_now, strength_now
from sim.streams import as_normal, as_uniform

if TYPE_CHECKING:
    from sim.market import Market


def tell_insiders(market: Market) -> None:
    """For the openings of the day: colleagues around the opening hear of it, and some think of a seeker they know."""
    openings, market.untold = np.array(market.untold, np.int64), []
    if not len(openings) or not market.scenario.mechanisms.referrals:
        return
    opening, contact = heard = insiders(market, openings)
    news.spread(market, opening, contact)
    row, group = market.ties.to(contact)
    opening, contact = opening[group], contact[group]
    network, people = market.ties, market.people
    person = network.person.take(row)
    state = people.state.take(person)
    elsewhere = people.employer.take(person) != market.openings["employer"].take(opening)
    looking = np.flatnonzero(elsewhere & (state != NOT_LOOKING))
    row, opening, person, state = row[looking], opening[looking], person[looking], state[looking]
    contact = contact[looking]
    s, now = market.scenario.referrals, market.env.now
    own_field = people.field.take(person) == market.openings["field"].take(opening)
    np.add.at(market.openings["could_mention"], opening[own_field], 1)
    weight = np.where(own_field, 1.0, s.other_field_recall)
    weight *= np.where(state == OPEN, s.recall_open, 1.0)
    weight *= 1.0 + s.bonus_effort * market.scenario.employers.bonus
    luck = market.streams.uniform("recall", person, market.openings["key"].take(opening), contact)
    # No tie is stronger than when it was last touched: most are settled without working out what is left of it.
    most = ties.recall_chance(network.strength.take(row), network.familiarity.take(row), s.recall)
    likely = np.flatnonzero(luck < weight * most)
    row, opening = row[likely], opening[likely]
    strength, familiarity, _ = state_now(market, row)
    gone = market.scenario.network.gone
    chance = weight[likely] * ties.recall_chance(strength, familiarity, s.recall, gone)
    recalled = np.flatnonzero(luck[likely] < chance)
    row, opening = row[recalled], opening[recalled]
    note_missed(market, openings, heard, (row, opening))
    key = market.openings["key"][opening]
    lag = s.mention_lag * market.streams.exponential("mention", market.ties.person[row], key, row)
    propose(market, row, opening, reached=now + lag, ask=records.NO_ASK)


def note_missed(
    market: Market,
    openings: NDArray[np.int64],
    heard: tuple[NDArray[Any], NDArray[Any]],
    recalled: tuple[NDArray[Any], NDArray[Any]],
) -> None:
    """Of searching people in the cast: contacts at the firm who never heard of an opening, or did not think of them.

    `heard` are openings and the insiders who heard of them, `recalled` ties and openings of those thought of. Nothing
    follows from it; it is where most paths to a referral end, and whoever tells a story wants to know.
    """
    if not market.cast_size:
        return
    people, network = market.people, market.ties
    cast = np.flatnonzero((people.role > 0) & (people.state == SEARCHING))
    row, _ = network.of(cast)
    employer = people.employer[network.contact[row]]
    for opening in openings.tolist():
        at, field = market.openings["employer"][opening], market.openings["field"][opening]
        there = row[employer == at]
        person = network.person[there]
        there = there[(people.field[person] == field) & (people.employer[person] != at)]
        there = there[~np.isin(there, recalled[0][recalled[1] == opening])]
        knows = np.isin(network.contact[there], heard[1][heard[0] == opening])
        reason = np.where(knows, records.NOT_RECALLED, records.NOT_HEARD)
        market.paths.add(
            len(there),
            person=network.person[there],
            opening=opening,
            referrer=network.contact[there],
            tie=there,
            initiated_by=0,
            recalled=market.env.now,
            reason=reason,
        )


def insiders(market: Market, openings: NDArray[np.int64]) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Up to `team` employees around each opening, of its field where the employer has some, else anybody there.

    One of them is the one who hires: somebody with a say in hiring, where the field has any there.
    """
    team, fields = market.scenario.referrals.team, market.scenario.population.fields
    employer, field = market.openings["employer"][openings].astype(np.int64), market.openings["field"][openings]
    cell = employer * fields + field
    low, high, managers = market.roster_start[cell], market.roster_start[cell + 1], market.roster_managers[cell]
    alone = low == high
    low = np.where(alone, market.roster_start[employer * fields], low)[:, None]
    high = np.where(alone, market.roster_start[(employer + 1) * fields], high)[:, None]
    seats, size = np.arange(team), high - low
    luck = market.streams.uniform("team", market.openings["key"][openings][:, None], seats)
    # A team no larger than its circle is all of it; a larger one is sampled.
    place = np.where(size <= team, seats, np.floor(luck * size).astype(np.int64))
    hires = np.floor(luck * managers[:, None]).astype(np.int64)
    place = np.where((seats == 0) & (managers[:, None] > 0) & (size > team), hires, place)
    of, seat = np.nonzero(place < size)
    opening, contact = openings[of], market.roster[(low + place)[of, seat]].astype(np.int64)
    pairs = np.unique(opening * len(market.people) + contact)
    opening, contact = pairs // len(market.people), pairs % len(market.people)
    still = market.people.employer[contact] == market.openings["employer"][opening]
    return opening[still], contact[still]


def ask_contacts(market: Market, seekers: NDArray[np.int64], hours: NDArray[Any]) -> None:
    """Seekers with a contact inside an employer that has posted an opening of their field ask for a referral."""
    s, now, plans = market.scenario, market.env.now, market.plans
    if not s.mechanisms.referrals or not plans.anybody("asks"):
        return
    rng = market.streams.generator("asks")
    role = market.people.role[seekers]
    times = how_often(plans.hours("asks", role, hours) / s.search.hours_per_ask, rng)
    # Pride or patience: some ask only when the search has lasted.
    times[now - market.people.search_start[seekers] < plans.asks_from[role]] = 0
    market.people.asked[seekers] += times.astype(np.int32)
    network, fields = market.ties, s.population.fields
    posted = np.full(len(market.employers) * fields + 1, -1, np.int64)
    slots = np.flatnonzero(np.isfinite(market.board.posted[: market.board.size]))
    posted[market.board.employer[slots] * fields + market.board.field[slots]] = market.board.opening[slots]
    for turn in range(int(times.max(initial=0))):
        asking = seekers[times > turn]
        row, group = network.of(asking)
        employer = market.people.employer[network.contact[row]].astype(np.int64)
        cell = np.where(employer == NOBODY, -1, employer * fields + market.people.field[asking[group]])
        useful = np.flatnonzero((posted[cell] >= 0) & (employer != market.people.employer[asking[group]]))
        row, opening = row[useful], posted[cell[useful]]
        best = _race(network.person[row], strength_now(market, row), rng)
        row, opening = row[best], opening[best]
        informed = state_now(market, row)[1] >= s.referrals.informed_familiarity
        ask = np.where(informed, records.INFORMED, records.RUSHED)
        propose(market, row, opening, reached=np.full(len(row), now), ask=ask)
        spend_goodwill(market, row)


def spend_goodwill(market: Market, row: NDArray[Any]) -> None:
    """An ask costs goodwill, whatever becomes of it."""
    network = market.ties
    network.strength[row], network.familiarity[row], goodwill = state_now(market, row)
    network.goodwill[row] = goodwill - market.scenario.upkeep.ask_cost
    network.touched[row] = market.env.now


def _race(person: NDArray[Any], strength: NDArray[Any], rng: np.random.Generator) -> NDArray[np.int64]:
    """One row for each run of equal `person`, drawn in proportion to `strength`: the first to arrive in a race."""
    if not len(person):
        return np.zeros(0, np.int64)
    arrival = rng.standard_exponential(len(person)) / np.maximum(strength, 1e-9)
    first = np.flatnonzero(np.append(True, person[1:] != person[:-1]))
    fastest = np.repeat(np.minimum.reduceat(arrival, first), np.diff(np.append(first, len(person))))
    return np.flatnonzero(arrival == fastest)


def propose(market: Market, row: NDArray[Any], opening: NDArray[Any], *, reached: NDArray[Any], ask: Any) -> None:
    """The contact weighs whether to lend a name, and how; paths begin here, and end here where it is a no."""
    if not len(row):
        return
    network, people, s = market.ties, market.people, market.scenario
    person, contact = network.person[row], network.contact[row]
    key = market.openings["key"][opening]
    strength, familiarity, goodwill = state_now(market, row)
    ask = np.full(len(row), ask, np.int8)
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
        bar = ties.referral_bar(
            s.referrals.contact_bar,
            s.referrals.stake,
            people.record[contact],
            s.referrals.bonus_pull,
            s.employers.bonus,
        )
        reason[~refuses & (belief <= bar)] = records.POOR_FIT
    path = market.paths.add(
        len(row),
        person=person,
        opening=opening,
        referrer=contact,
        tie=row,
        initiated_by=np.where(ask, 2, 1),
        recalled=market.env.now,
        reached=reached,
        decided=reached,
        reason=reason,
    )
    on = np.flatnonzero(reason == records.GOES_ON)
    strength, familiarity, noise = strength[on], familiarity[on], noise[on]
    known = familiarity >= s.referrals.letter_familiarity
    # A word with the hiring manager takes a contact who has a say in hiring, or one near enough to make the effort.
    speaks = known & (people.manager[contact[on]] | (strength >= s.referrals.manager_strength))
    vouch = np.where(speaks, records.MANAGER, np.where(known, records.LETTER, records.RESUME)).astype(np.int8)
    added = np.array([s.signals.vouch_resume, s.signals.vouch_letter, s.signals.vouch_manager])[vouch - records.RESUME]
    report = seen[on] + added * as_normal(bits[1][on]) + s.screening.favouritism * (2.0 * strength - 1.0)
    weight = ties.trust(s.screening.trust, people.record[contact[on]] if s.mechanisms.referrer_record else 0.0)
    market.handovers.add(
        reached[on] - s.referrals.handover_lag * np.log(chance[1][on]),
        path=path + on,
        person=person[on],
        opening=opening[on],
        report=report,
        precision=weight / (noise * noise + added * added),
        contact=contact[on],
        kind=network.kind[row[on]],
        strength=strength,
        familiarity=familiarity,
        goodwill=goodwill[on],
        ask=ask[on],
        vouch=vouch,
    )


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


def remember(market: Market, cases: NDArray[Any]) -> None:
    """Employers remember of whoever vouched how the interview compared with what it had made them expect."""
    if not market.scenario.mechanisms.referrer_record:
        return
    cases = cases[market.cases["referrer"][cases] != NOBODY]
    referrer = market.cases["referrer"][cases]
    surprise = np.clip(market.cases["seen"][cases] - market.cases["mean"][cases], -1.0, 1.0)
    step = 1.0 - np.exp(-market.scenario.screening.learning)
    market.people.record[referrer] += step * (surprise - market.people.record[referrer])


def first_of_pairs(opening: NDArray[Any], person: NDArray[Any], among: NDArray[np.bool_]) -> NDArray[np.int64]:
    """Indices of the first row of each pair of opening and person among the rows marked."""
    rows = np.flatnonzero(among)
    first: dict[int, int] = {}
    for row, pair in zip(rows.tolist(), (opening[rows].astype(np.int64) << 32 | person[rows]).tolist(), strict=True):
        first.setdefault(pair, row)
    return np.array(list(first.values()), np.int64)
