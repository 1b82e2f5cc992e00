"""How many acts a week the hours of a seeker make: so many that a run would never end are refused."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, NamedTuple

MOST = 1000.0
"""Most acts of one kind that a seeker does in a week: at 100 hours a week, one in six minutes."""


class Act(NamedTuple):
    """An activity whose hours are divided by the time that one act takes.

    Attributes
    ----------
    share : str
        Share of the hours, below ``search``.
    time : str
        Path of the hours that one act takes.
    word : str
        What the acts are.
    size : str
        Path of the number of acts done in that time; empty for one.
    """

    share: str
    time: str
    word: str
    size: str = ""


ACTS = (
    Act("applications", "search.hours_per_application", "applications"),
    Act("asks", "search.hours_per_ask", "asks"),
    Act("upkeep", "search.hours_per_touch", "touches of ties"),
    Act("habits.cross_field", "habits.hours_per_outreach", "contacts in other fields"),
    Act("habits.meetups", "habits.hours_per_meetup", "meetups"),
    Act("habits.projects", "habits.hours_per_project", "projects"),
    Act("habits.support", "habits.hours_per_help", "acts of help"),
    Act("habits.sharing", "habits.hours_per_round", "pieces of news", "habits.round_size"),
)


def _value(scenario: Any, path: str) -> float:
    found = scenario
    for part in path.split("."):
        found = getattr(found, part)
    return float(found)


def _plans(scenario: Any, act: Act) -> Iterator[tuple[str, float, float, float]]:
    """Yield path of the share, share of the hours, hours a week and number of people, for the crowd and each role."""
    share, search = _value(scenario, f"search.{act.share}"), scenario.search
    hours = max(search.hours_per_week, search.quiet_hours)
    yield f"search.{act.share}", share, hours, scenario.population.people * scenario.careers.searching
    for name, role in scenario.cast.items():
        field = act.share.removeprefix("habits.")
        own, weekly = getattr(role, field), role.hours_per_week
        if own is not None:
            yield f"cast.{name}.{field}", own, hours if weekly is None else weekly, role.count
        elif weekly is not None:
            yield f"cast.{name}.hours_per_week", share, weekly, role.count


def too_many(scenario: Any) -> tuple[str, list[str]] | None:
    """Return what is wrong where hours make more than `MOST` acts, and the paths involved; None where they do not.

    Parameters
    ----------
    scenario : Scenario
        Typed loosely, since a scenario calls this to check itself.
    """
    time = scenario.time
    weeks = (time.warm_up + time.window + time.follow_up) / 7.0
    for act in ACTS:
        size = _value(scenario, act.size) if act.size else 1.0
        for path, share, hours, people in _plans(scenario, act):
            each = _value(scenario, act.time)
            weekly = share * hours / each * size
            if weekly > MOST:
                message = (
                    f"{act.time} ({each:g} hours) makes {_round(weekly)} {act.word} of one seeker a week, about "
                    f"{_round(weekly * people * weeks)} in each replication; expected at most {MOST:,.0f} a week"
                )
                return message, [path, act.time]
    return None


def _round(count: float) -> str:
    return f"{count:,.0f}" if count < 1e9 else f"{count:.2g}"
