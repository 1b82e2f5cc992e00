"""The habits that build a network: each takes hours and acts through ties; none changes how an employer decides."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from sim.arrays import how_often
from sim.market.codes import NOBODY, Kind
from sim.market.market import Market
from sim.market.profiles import currency_now
from sim.processes.tie_changes import befriend, meet, touch
from sim.scenario.cast import HABITS


def practise_habits(market: Market, person: NDArray[np.int64], hours: NDArray[Any]) -> None:
    """A week of habits for today's people, each with the hours that their plan gives it."""
    role = market.people.role[person]
    for name in HABITS:
        if market.plans.anybody(name):
            spent = market.plans.hours(name, role, hours)
            busy = spent > 0
            if busy.any():
                _ACTS[name](market, person[busy], spent[busy])


def _times(market: Market, name: str, rate: NDArray[Any]) -> NDArray[np.int64]:
    return how_often(rate, market.streams.generator(f"habit {name}"))


def _strangers(market: Market, name: str, person: NDArray[Any], *, own_field: bool) -> NDArray[np.int64]:
    """Draw an employed stranger for each person, of the same field or of any other; -1 where none is found."""
    people, rng = market.people, market.streams.generator(f"habit {name}")
    found = np.full(len(person), NOBODY, np.int64)
    for _ in range(20):  # draw again where somebody does not fit; after twenty tries the person meets nobody
        missing = np.flatnonzero(found == NOBODY)
        if not len(missing):
            break
        other = rng.integers(0, len(people), len(missing))
        same = people.field[other] == people.field[person[missing]]
        fine = (people.employer[other] != NOBODY) & (same if own_field else ~same) & (other != person[missing])
        found[missing[fine]] = other[fine]
    return found


def reach_across(market: Market, person: NDArray[Any], hours: NDArray[Any]) -> None:
    """Reach out to people in other fields: new distant ties."""
    times = _times(market, "cross_field", hours / market.scenario.habits.hours_per_outreach)
    _meet_each(market, person, times, "cross_field", own_field=False)


def go_to_meetups(market: Market, person: NDArray[Any], hours: NDArray[Any]) -> None:
    """Go to meetups and follow up: new acquaintances of the own field, some of them with a say in hiring."""
    costs, people = market.scenario.habits, market.people
    times = _times(market, "meetups", hours / costs.hours_per_meetup)
    who = np.repeat(person, times)
    contact = _strangers(market, "meetups", who, own_field=True)
    rng = market.streams.generator("habit meetups")
    managers = np.flatnonzero(people.manager & (people.employer != NOBODY))
    hiring = rng.random(len(who)) < costs.hiring_at_meetup
    chosen = managers[rng.integers(0, len(managers), len(who))] if len(managers) else contact
    same = people.field[chosen] == people.field[who]
    contact = np.where(hiring & same, chosen, contact)
    known = contact != NOBODY
    meet(market, who[known], contact[known])


def work_together(market: Market, person: NDArray[Any], hours: NDArray[Any]) -> None:
    """Volunteer and work on projects: a few ties to mentors who know the person's work and can vouch."""
    costs = market.scenario.habits
    who = np.repeat(person, _times(market, "projects", hours / costs.hours_per_project))
    contact = _strangers(market, "projects", who, own_field=True)
    known = contact != NOBODY
    befriend(
        market,
        who[known],
        contact[known],
        kind=Kind.MENTOR,
        strength=market.scenario.network.mentor.strength,
        familiarity=market.scenario.network.mentor.familiarity,
    )


def keep_profile(market: Market, person: NDArray[Any], hours: NDArray[Any]) -> None:
    """Keep the profile current: recruiters see the match better, and online ties know the person better."""
    people, now = market.people, market.env.now
    gain = 1.0 - np.exp2(-hours / market.scenario.habits.hours_per_profile)
    fresh = currency_now(market, person)
    people.currency[person] = fresh + gain * (1.0 - fresh)
    people.profiled[person] = now
    row, group = market.ties.of(person)
    online = market.ties.kind[row] == Kind.ONLINE
    row, group = row[online], group[online]
    seen = market.streams.generator("habit profile").random(len(row)) < gain[group]
    touch(market, row[seen], gain=0.0, tells=True)


def give_support(market: Market, person: NDArray[Any], hours: NDArray[Any]) -> None:
    """Offer support, feedback and advice: it earns goodwill, which fades slowly."""
    times = _times(market, "support", hours / market.scenario.habits.hours_per_help)
    row = _own_rows(market, "support", np.repeat(person, times))
    touch(market, row, gain=market.scenario.upkeep.touch_gain, gift=market.scenario.upkeep.gift)


def share_news(market: Market, person: NDArray[Any], hours: NDArray[Any]) -> None:
    """Share news and introduce people: light touches of many ties; sometimes a contact's contact becomes a contact."""
    costs, ties = market.scenario.habits, market.ties
    rounds = np.repeat(person, _times(market, "sharing", hours / costs.hours_per_round))
    row = _own_rows(market, "sharing", np.repeat(rounds, costs.round_size))
    touch(market, row, gain=costs.round_gain, tells=False)
    rng = market.streams.generator("habit sharing")
    who = rounds[rng.random(len(rounds)) < costs.introductions]
    first, held = ties.pick(who, rng.random(len(who)))
    who = who[held]
    second, held = ties.pick(ties.contact[first].astype(np.int64), rng.random(len(who)))
    meet(market, who[held], ties.contact[second].astype(np.int64))


def _own_rows(market: Market, name: str, who: NDArray[Any]) -> NDArray[np.int64]:
    row, _ = market.ties.pick(who, market.streams.generator(f"habit {name}").random(len(who)))
    return np.unique(row)


def _meet_each(market: Market, person: NDArray[Any], times: NDArray[Any], name: str, *, own_field: bool) -> None:
    who = np.repeat(person, times)
    contact = _strangers(market, name, who, own_field=own_field)
    known = contact != NOBODY
    meet(market, who[known], contact[known], Kind.ACQUAINTANCE)


_ACTS = {
    "cross_field": reach_across,
    "meetups": go_to_meetups,
    "projects": work_together,
    "profile": keep_profile,
    "support": give_support,
    "sharing": share_news,
}
