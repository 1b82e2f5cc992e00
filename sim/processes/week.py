"""What people do with their week: apply, ask contacts, keep in touch, practise habits."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from sim.arrays import how_often
from sim.market.codes import State
from sim.market.market import Market
from sim.processes import habits
from sim.processes.applying import send_applications
from sim.processes.clock import cohort
from sim.processes.referral import reach_out
from sim.processes.tie_changes import touch


def plan_week(market: Market) -> None:
    """The week of a seventh of the people: seekers apply and ask; all with hours keep in touch and practise habits."""
    people, plans = market.people, market.plans
    today = cohort(market)
    searching = people.state[today] == State.SEARCHING
    role = people.role[today]
    hours = np.where(searching, people.hours[today], plans.quiet_hours[role]) * plans.saved_up(role, market.env.now)
    busy = np.flatnonzero(hours > 0)
    today, searching, hours = today[busy], searching[busy], hours[busy]
    people.spent[today] += hours
    seekers: NDArray[np.int64] = today[searching]
    if len(seekers):
        send_applications(market, seekers, hours[searching])
        reach_out.ask_contacts(market, seekers, hours[searching])
    if len(today):
        keep_in_touch(market, today, hours)
        habits.practise_habits(market, today, hours)


def keep_in_touch(market: Market, person: NDArray[np.int64], hours: NDArray[Any]) -> None:
    """People get in touch with some of their contacts and tell them about their skills and aims."""
    if not market.plans.anybody("upkeep"):
        return
    rng = market.streams.generator("upkeep")
    given = market.plans.hours("upkeep", market.people.role[person], hours)
    who = np.repeat(person, how_often(given / market.scenario.search.hours_per_touch, rng))
    row, _ = market.ties.pick(who, rng.random(len(who)))
    touch(market, np.unique(row), gain=market.scenario.upkeep.touch_gain, tells=True)
