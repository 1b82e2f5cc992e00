"""Clients: the section of a file in which a coach says what matters about one person, and plans in things a week.

Everything in it must be said; a blank is an error.  It becomes a role for each plan: people with the same past, who do
different things with the same hours.
"""

from __future__ import annotations

import math
import re
from collections.abc import Callable, Iterator
from typing import Any, NamedTuple

from sim.errors import Place, did_you_mean, printable
from sim.scenario.acts import ACTS
from sim.scenario.quantity_names import as_role
from sim.scenario.units import UnitError, parse_quantity
from sim.scenario.yaml_reader import Node

CLIENT = "client"

COPIES = 40
"""Copies of the client for each plan: with 20 replications, 800 searches."""
PEOPLE_TO_A_COPY = 25
"""People of the market to each copy: copies compete with one another, and are 4 % of their market at most."""
SMALLEST = 2000
HELD = 50
"""Contacts that everybody has room for; for more, the market gets room."""
MOST_CONTACTS = 1000
BEGINS = 60.0
"""Day on which the search begins: by then the market has found its pace."""

MOST_HOURS = 100.0
MOST = 1e6
"""Number from which on nothing can be meant."""

YES_NO = {"yes": True, "on": True, "true": True, "no": False, "off": False, "false": False}
STANDING = {"weaker": -0.5, "middle": 0.0, "stronger": 0.5}
"""How the client compares with others who apply for such jobs, in standard deviations of ability."""
KNOWN = {"hardly": 0.2, "partly": 0.45, "well": 0.75}
"""How well contacts know the client's work, as familiarity."""
KINDS = {
    "former_colleagues": "former_colleague",
    "classmates": "classmate",
    "close_friends": "close_friend",
    "others": "acquaintance",
}
"""Kinds of contacts, with the kinds of ties that they are."""
THINGS = {
    "applications": "applications",
    "asks": "asks",
    "messages": "upkeep",
    "help": "support",
    "meetups": "meetups",
}
"""Things of a plan, with the shares of hours that they are."""
NOW = "as_now"
"""Name of the plan that the others are compared with: what the client does now."""
WAYS = ("applications", "asks")
"""Things that can bring an interview by themselves."""
QUESTIONS = (
    "in_work",
    "searching_for",
    "hours_a_week",
    "compared_with_others",
    "contacts",
    "contacts_know_the_work",
    "plans",
)

Entries = dict[str, tuple[Place, Node]]


class Setting(NamedTuple):
    """A parameter that follows from what was said: its path, its value, and where it was said."""

    path: str
    value: Any
    place: Place


def read_client(place: Place, node: Node, known: Callable[[str], float]) -> Iterator[Setting]:
    """Yield the settings that a client makes.

    Parameters
    ----------
    place, node
        The key ``client`` and its value.
    known
        From the path of a parameter of the market to its value.

    Raises
    ------
    ScenarioError
        At the first question without an answer, or with one that cannot be.
    """
    said = _group(place, node, CLIENT, QUESTIONS)
    past = list(_past(said, known))
    hours_place, hours = _number(said, "hours_a_week", CLIENT, "hours per week", "hours a week, such as 8")
    if not 0 < hours <= MOST_HOURS:
        expected = f"hours a week, more than 0 and at most {MOST_HOURS:g}"
        raise hours_place.error(f"found {hours:g}; expected {expected}", f"{CLIENT}.hours_a_week")
    plans = by_role(_group(*said["plans"], f"{CLIENT}.plans", None), f"{CLIENT}.plans")
    if len(plans) < 2:
        raise said["plans"][0].error(
            "one plan has nothing to be compared with; expected two at least", f"{CLIENT}.plans"
        )
    if NOW not in plans:
        raise said["plans"][0].error(f"there is no plan '{NOW}', which the others are compared with", f"{CLIENT}.plans")
    yield Setting("population.people", max(SMALLEST, PEOPLE_TO_A_COPY * COPIES * len(plans)), place)
    contacts = next(setting for setting in past if setting.path == "ties")
    if contacts.value > MOST_CONTACTS:
        most = f"expected at most {MOST_CONTACTS} in all"
        raise contacts.place.error(f"found {contacts.value:g} people; {most}", f"{CLIENT}.contacts")
    if contacts.value > HELD:
        yield Setting("network.spare", max(known("network.spare"), contacts.value), contacts.place)
    at, searched = said["searching_for"]
    began = f"Has searched for {searched.text} so far. " if searched.text not in ("0", "") else ""
    yield Setting("story", f"{began}Weeks are counted from now on, as in a search that begins now.", at)
    yield Setting("time.warm_up", 0.0, place)
    yield Setting("time.window", 365.0, place)
    for name, (at, plan) in plans.items():
        role = f"cast.{name}"
        yield Setting(role, None, at)
        yield Setting(f"{role}.count", COPIES, at)
        yield Setting(f"{role}.searches_from", BEGINS, at)
        yield Setting(f"{role}.hours_per_week", hours, hours_place)
        for setting in past:
            yield setting._replace(path=f"{role}.{setting.path}")
        for leaf, share in _shares(name, at, plan, hours, known).items():
            yield Setting(f"{role}.{leaf}", share, at)


def by_role(entries: Entries, field: str) -> Entries:
    """Return what is said of each role under the name that it has in tables; people may write ``Mary Ann``."""
    named: Entries = {}
    for key, (place, node) in entries.items():
        name = as_role(key)
        if name in named:
            raise place.error(
                f"is called '{name}' in tables, as another one here; choose another name", f"{field}.{key}"
            )
        named[name] = (place, node)
    return named


def _past(said: Entries, known: Callable[[str], float]) -> Iterator[Setting]:
    """Yield what lies behind the client, the same for all plans."""
    yield Setting("employed", _choice(said, "in_work", YES_NO, ("yes", "no")), said["in_work"][0])
    _number(said, "searching_for", CLIENT, "days", "a time, such as 6 weeks, or 0 if the search begins now")
    standing = _choice(said, "compared_with_others", STANDING, tuple(STANDING))
    yield Setting("ability", standing, said["compared_with_others"][0])
    at, node = said["contacts"]
    field = f"{CLIENT}.contacts"
    kinds = _group(at, node, field, tuple(KINDS))
    total = strength = silent = 0.0
    for kind, tie in KINDS.items():
        where = f"{field}.{kind}"
        if not isinstance(kinds[kind][1].content, dict):
            found = "is blank" if kinds[kind][1].content is None else f"found {kinds[kind][1].found}"
            expected = "such as {number: 20, last_in_touch: 2 years}, or {number: 0}"
            raise kinds[kind][0].error(f"{found}; expected how many and when last in touch, {expected}", where)
        answers = _group(*kinds[kind], where, ("number", "last_in_touch"), needed=("number",))
        said_at, number = _number(answers, "number", where, "count", "how many people, such as 20, or 0")
        if number != round(number):
            raise said_at.error(f"found {number:g}; expected a whole number of people", f"{where}.number")
        if number:
            if "last_in_touch" not in answers:
                raise kinds[kind][0].error("is missing; expected a time, such as 2 years", f"{where}.last_in_touch")
            _, days = _number(answers, "last_in_touch", where, "days", "a time, such as 2 years")
            total, silent = total + number, silent + number * days
            strength += number * known(f"network.{tie}.strength")
    yield Setting("ties", total, at)
    if total:
        yield Setting("strength", strength / total, at)
        yield Setting("days_since_touch", silent / total, at)
    knows = _choice(said, "contacts_know_the_work", KNOWN, tuple(KNOWN))
    yield Setting("familiarity", knows, said["contacts_know_the_work"][0])


def _shares(name: str, at: Place, node: Node, hours: float, known: Callable[[str], float]) -> dict[str, float]:
    """Return the share of the hours that each thing of a plan takes; a share may be said in its place."""
    field = f"{CLIENT}.plans.{printable(name)}"
    things = _group(at, node, field, tuple(THINGS), needed=())
    costs = {act.share.rpartition(".")[2]: act.time for act in ACTS}
    found: dict[str, float] = {}
    for thing in things:
        leaf, (place, answer) = THINGS[thing], things[thing]
        unit = "share" if "%" in (answer.text or "") else "count"
        _, number = _number(
            things, thing, field, unit, "how many a week, such as 3, or a share of the hours, such as 30%"
        )
        share = number if unit == "share" else number * known(costs[leaf]) / hours
        if share < 0:
            raise place.error(f"found {number:g}; expected 0 or more", f"{field}.{thing}")
        found[leaf] = share
    total = sum(found.values())
    if total > 1 + 1e-9:
        raise at.error(
            f"takes {total * hours:.3g} hours a week; expected at most the {hours:g} of {CLIENT}.hours_a_week", field
        )
    if not any(found.get(THINGS[way]) for way in WAYS):
        raise at.error(
            f"has no way to an interview; expected {' or '.join(WAYS)}, such as {{applications: 3, asks: 1}}", field
        )
    return found


def _group(
    place: Place, node: Node, field: str, names: tuple[str, ...] | None, needed: tuple[str, ...] | None = None
) -> Entries:
    """Return the answers of a group; a name that nobody knows, and one that is needed and not there, are errors."""
    entries = node.content
    if entries is None:
        raise place.error(f"is blank; expected {'plans by name' if names is None else ', '.join(names)}", field)
    if not isinstance(entries, dict):
        raise node.place.error(f"found {node.found}; expected {', '.join(names or ('plans by name',))}", field)
    for key, (at, _) in entries.items():
        if names is not None and key not in names:
            near = did_you_mean(key, names) or f"; expected one of {', '.join(names)}"
            raise at.error(f"unknown question{near}", f"{field}.{printable(key)}")
    for name in names or () if needed is None else needed:
        if name not in entries:
            raise place.error("is missing; it must be said", f"{field}.{name}")
    return entries


def _blank(said: Entries, name: str, field: str, expected: str) -> tuple[Place, Node]:
    place, node = said[name]
    if node.content is None:
        raise place.error(f"is blank; expected {expected}", f"{field}.{name}")
    return place, node


def _number(said: Entries, name: str, field: str, unit: str, expected: str) -> tuple[Place, float]:
    """Return where a number was said, and the number in its unit; it cannot be negative.

    A time needs its unit: 2 may mean weeks or years, and would be taken for days.
    """
    _, node = _blank(said, name, field, expected)
    content = node.content
    where = f"{field}.{name}"
    try:
        if isinstance(content, bool) or not isinstance(content, int | float | str):
            raise UnitError("")
        number = _parsed(content, unit) if isinstance(content, str) else float(content)
    except UnitError as problem:
        why = f": {problem}" if str(problem) else ""
        raise node.place.error(f"found {node.found}; expected {expected}{why}", where) from None
    except OverflowError:
        number = math.inf
    if not 0 <= number < MOST:
        raise node.place.error(f"found {node.found}; expected {expected}", where)
    if unit == "days" and number and not re.search(r"[^\W\d_]", node.text or ""):
        raise node.place.error(f"found {node.found}, without its unit; expected {expected}", where)
    return node.place, number


def _parsed(text: str, unit: str) -> float:
    """Read a number with the words that a coach may add to it: ``8 h``, ``2 a week``."""
    plain = re.sub(r"\s*(?:per|a|/)\s*week$", "", text.strip())
    if unit == "count":
        return parse_quantity(plain, unit)
    if unit == "hours per week" and not re.search("per|/", plain):
        return parse_quantity(plain, "hours")
    return parse_quantity(text, unit)


def _choice(said: Entries, name: str, choices: dict[str, Any], shown: tuple[str, ...]) -> Any:
    expected = f"{', '.join(shown[:-1])} or {shown[-1]}"
    _, node = _blank(said, name, CLIENT, expected)
    word = str(node.content).strip().lower()
    if word not in choices:
        raise node.place.error(f"found {node.found}; expected {expected}", f"{CLIENT}.{name}")
    return choices[word]


TEMPLATE = """\
# A client, for `referralsim compare {name}`. Answer every line that ends in a colon; a line left blank is named.
# Nothing of it is assumed. No name of a person is needed.
title: A client
extends: baseline

client:
  in_work:                   # yes or no: does the client hold a job now?
  searching_for:             # how long already: 6 weeks, 3 months; 0 if it begins now (told; weeks count from now on)
  hours_a_week:              # for the whole search: 8
  compared_with_others:      # who apply for such jobs: weaker, middle or stronger

  contacts:                  # people who would know the client's name. For each kind: how many (0 for none), and
    former_colleagues:       # when last in touch with most of them (30 days, 2 years)
      number:
      last_in_touch:
    classmates:
      number:
      last_in_touch:
    close_friends:
      number:
      last_in_touch:
    others:
      number:
      last_in_touch:
  contacts_know_the_work:    # hardly, partly or well: how well do most of them know what the client can do?

  # Two plans or more, each with a name of its own. What the client does now is called as_now: the others are compared
  # with it. How many a week: applications; asks (for a word to an employer), messages (to keep in touch), help (given
  # to contacts), meetups. Hours add up by themselves: {costs}.
  # A share of the hours may stand in place of a number: 30%.
  plans:
    more_asks:
      applications:
      asks:
      messages:
    as_now:
      applications:
      asks:
      messages:
"""


def template(name: str, known: Callable[[str], float]) -> str:
    """Return a file to fill in.

    Parameters
    ----------
    name
        Name of the file, for the command that it shows.
    known
        From the path of a parameter of the market to its value.
    """
    costs = {act.share.rpartition(".")[2]: known(act.time) for act in ACTS}
    words = [f"{thing} {costs[leaf]:.2g} h" for thing, leaf in THINGS.items()]
    return TEMPLATE.format(name=name, costs=", ".join(words))
