"""How people divide their hours: one plan for the crowd, one for every role of the cast."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from sim.arrays import Floats
from sim.scenario.cast import ACTIVITIES, hour_shares
from sim.scenario.scenario import Scenario


@dataclass(slots=True)
class Plans:
    """Plans by number of the role, 0 for the crowd.

    Attributes
    ----------
    share : ndarray, shape (roles + 1, activities)
        Share of the hours that each of `ACTIVITIES` gets.
    quiet_hours : ndarray, shape (roles + 1,)
        Weekly hours of those who do not search.
    asks_from : ndarray, shape (roles + 1,)
        Days into the search before they ask anybody.
    bursts : ndarray, shape (roles + 1,)
        Days over which hours are saved up, to be spent at once; infinite where they are spent evenly.
    """

    share: Floats
    quiet_hours: Floats
    asks_from: Floats
    bursts: Floats

    def anybody(self, activity: str) -> bool:
        """Whether any plan gives time to an activity."""
        return bool((self.share[:, ACTIVITIES.index(activity)] > 0).any())

    def hours(self, activity: str, role: NDArray[Any], hours: NDArray[Any]) -> Floats:
        """Hours a week that go to an activity, of people by role and all their hours."""
        return np.asarray(self.share[role, ACTIVITIES.index(activity)] * hours)

    def saved_up(self, role: NDArray[Any], now: float) -> Floats:
        """How many weeks' hours are spent this week: 1, or in bursts all that was saved up, or 0."""
        every = self.bursts[role]
        burst = np.floor(now / every) > np.floor((now - 7.0) / every)
        return np.where(np.isinf(every), 1.0, np.where(burst, every / 7.0, 0.0))


def make_plans(scenario: Scenario) -> Plans:
    """Make the plans of the crowd and of every role, in the order of the cast; roles inherit what they do not set."""
    search = scenario.search
    share, quiet, asks_from, bursts = [hour_shares(search)], [search.quiet_hours], [search.asks_from], [np.inf]
    for role in scenario.cast.values():
        share.append(hour_shares(search, role))
        quiet.append(search.quiet_hours if role.quiet_hours is None else role.quiet_hours)
        asks_from.append(search.asks_from if role.asks_from is None else role.asks_from)
        bursts.append(np.inf if role.bursts is None else role.bursts)
    table = np.array([[plan[name] for name in ACTIVITIES] for plan in share])
    return Plans(table, np.array(quiet), np.array(asks_from), np.array(bursts))
