"""What a referral's advantage is made of: information, attention and the contact's own selection, and nothing else.

The advantage is measured inside openings: among the applicants of an opening's own field, the share of referrals
answered less the share of direct applications to the same opening answered. Comparing inside an opening takes out which
openings have referrals at all; comparing inside the field takes out that contacts think of people of the right field,
while some seekers try their luck in the next one. Only what came in the first two weeks is compared: contacts hear
early, and what comes late finds the reading done, whoever sent it. One value a replication; intervals are Student's t
over replications, 99 %.
"""

from collections.abc import Iterator
from functools import cache
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from scipy import stats
from small_markets import SMALL, Tables, differing, frames, small, tables_of

from sim import Scenario, ScenarioError, load_scenario
from sim.scenario.cast import HABITS
from sim.scenario.parameters import Section
from sim.scenario.scenario import Parameter, parameters_table

SWITCHES = ("vouching", "priority_reading", "referrer_selection")
PUBLIC = {
    "population.people": 2000,
    "time.warm_up": 28,
    "time.window": 112,
    "time.follow_up": 60,
    "openings.hidden": 0,
    "openings.internal_first": 0,
    "openings.growth": 0.002,
    "audit.letter": False,
}
EARLY = 14  # days after posting: what comes later is often too late for anybody's eyes
SEED, REPLICATIONS = 11, 20


def advantage(tables: dict[str, pd.DataFrame], window: float) -> float:
    """Mean over referrals of: answered, less the share of direct applications to the same opening answered."""
    a = tables["applications"]
    a = a[a.in_window & ~a.censored]
    a = a[tables["persons"].field.to_numpy()[a.person] == tables["openings"].field.to_numpy()[a.opening]]
    a = a[a.sent - tables["openings"].posted.to_numpy()[a.opening] <= EARLY]
    answered = (a.responded - a.sent <= window).astype(float)
    direct = a.channel == "direct"
    beside = answered[direct].groupby(a.opening[direct]).mean()
    referral = a.channel == "referral"
    return float((answered[referral] - a.opening[referral].map(beside)).mean())


@cache
def arm(off: tuple[str, ...] = ()) -> np.ndarray:
    """The advantage in each replication, some mechanisms switched off."""
    scenario = small({**PUBLIC, **{f"mechanisms.{name}": False for name in off}})
    window = scenario.time.response_window
    return np.array([advantage(frames(tables_of(scenario, SEED, r)), window) for r in range(REPLICATIONS)])


def interval(values: np.ndarray) -> tuple[float, float]:
    """Student's t interval of the mean over replications, 99 %."""
    half = stats.t.ppf(0.995, len(values) - 1) * values.std(ddof=1) / len(values) ** 0.5
    return float(values.mean() - half), float(values.mean() + half)


# Some 40 s for each arm, so all of it is slow. Fast tests see what each switch does to the records (below), and that no
# decision asks for the way in (tests/sim/processes/test_desk.py); only the slow ones see that nothing else is left.


@pytest.mark.slow
def test_with_all_on_a_referral_has_an_advantage() -> None:
    low, _ = interval(arm())
    assert low > 0.12


@pytest.mark.slow
def test_with_vouching_early_reading_and_selection_off_the_advantage_is_gone() -> None:
    low, high = interval(arm(SWITCHES))
    assert low <= 0 <= high
    assert high - low < 0.02, "an interval so wide would hide an advantage"


@pytest.mark.slow
@pytest.mark.parametrize("switch", SWITCHES)
def test_each_switched_off_alone_takes_its_share_of_the_advantage(switch: str) -> None:
    # Paired by replication: both arms share every draw that belongs to a person, an opening or a pair.
    low, high = interval(arm() - arm((switch,)))
    assert low > 0.02
    assert high < arm().mean(), "nothing alone carries more than all of it"


@pytest.mark.slow
@pytest.mark.parametrize("switch", SWITCHES)
def test_each_left_on_alone_gives_some_advantage_back(switch: str) -> None:
    low, _ = interval(arm(tuple(name for name in SWITCHES if name != switch)) - arm(SWITCHES))
    assert low > 0


# ---- nothing is dead -----------------------------------------------------------------------------------------------

# As small as lets everything be felt; a friend at work keeps somebody only after a hire.
SWEEP = {
    **SMALL,
    "population.people": 300,
    "time.warm_up": 28,
    "time.window": 70,
    "time.follow_up": 60,
    "openings.growth": 0.006,
}
# Most parameters move something in a third of that time; the others are then tried in the market above, so that what
# goes unread is still seen by both.
BRIEF = {**SWEEP, "population.people": 200, "time.warm_up": 7, "time.window": 35, "time.follow_up": 32}
# Read, but not by what happens inside one replication.
NOT_IN_A_REPLICATION = {
    "seed": "an argument of the run, tested with the streams",
    "replications": "how many runs there are, tested with determinism",
    "network.edge_list": "a file, tested with networks",
    "network.edge_list_both_ways": "how that file is read",
    "network.edge_list_wave": "how that file is read",
    "network.close_layer": "a line drawn in the tables, by analysis",
    "careers.learning": "how a wage comes to follow the match, worked out by analysis",
}
# Where half or double moves nothing in a market as small as this, a value that does.
TELLING = {
    "screening.resumes_per_review": 4,
    "screening.early_margin": 1.5,
    "network.degree_tail": 6.0,
    "network.colleague.half_life": 20.0,
    "search.freshness": 0.9,
    "hiring.reservation": 1.5,
    "employers.notify": 0.9,
    "careers.promotion": 0.02,
    "careers.quit": 0.02,
}


# What lives more costs more, and shows sooner.
SOON = {**SWEEP, "time.window": 35, "time.follow_up": 21, "time.response_window": 30}
LIVELY = f"""
extends: baseline
careers: {{closure_at: 20 days, closure_people: 30}}
cast:
  role: {{count: 40, quiet_hours: 6, applications: 20%, asks: 10%, upkeep: 10%, employed: off, searches_from: 10 days,
    {", ".join(f"{habit}: {0.6 / len(HABITS)}" for habit in HABITS)},
    group: on, contact: {{placed: on, grows: 0.5 per week, strength: 0.9, familiarity: 0.9}}}}
"""
# What only the crowd's own plan, a cast or a closure brings to life.
LIVE = ("cast.", "habits.", "upkeep.gift", "careers.closure", "search.habits")
TELLING |= {
    "habits.hiring_at_meetup": 1.0,
    "habits.introductions": 1.0,
    "cast.<role>.searches_from": 15.0,
    "cast.<role>.asks_from": 10.0,
    "cast.<role>.bursts": 14.0,
    "cast.<role>.contact.grows": 3.0,
    "cast.<role>.other_fields": 0.9,
    "careers.closure_at": 15.0,
    "cast.<role>.applications": 0.1,
    "cast.<role>.ties": 20.0,
    "cast.<role>.contact.days_since_touch": 3000.0,
    "cast.<role>.contact.goodwill": -2.0,
    "cast.<role>.goodwill": -2.0,
    "network.gone": 0.3,
    "careers.closure_people": 200,
    "careers.friend_at_work": 5.0,
    "careers.friend_half_life": 1.0,
    **{f"cast.<role>.{share}": 0.05 for share in ("asks", "upkeep", *HABITS)},
    **{f"search.habits.{habit}": 0.2 for habit in HABITS},
}


def swept_with(path: str, value: object, folder: Path, market: dict[str, object] = SWEEP) -> Scenario:
    if not path.startswith(LIVE):
        return small({**market, path: value} if path else market)
    (folder / "lively.yaml").write_text(LIVELY)
    making_room = {"search.applications": 0.55} if path.startswith("search.habits") else {}
    own = {path.replace("<role>", "role"): value} if path in {row.path for row in parameters_table()} else {}
    return load_scenario(folder / "lively.yaml", {**SOON, **making_room, **own})


@pytest.fixture(scope="module")
def swept(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Tables]:
    folder = tmp_path_factory.mktemp("swept")
    plain = {"": tables_of(small(SWEEP)), "brief": tables_of(small(BRIEF))}
    return {**plain, **{live: tables_of(swept_with(live, 0, folder)) for live in LIVE}}


def another(parameter: Parameter) -> list[object]:
    """Other values, inside the bounds, that should be felt."""
    if parameter.type == "bool":
        # The role of the lively market is a group with a placed contact.
        if parameter.path.startswith("cast."):
            return [parameter.path.endswith((".manager", ".employed"))]
        return [not parameter.default]
    if parameter.choices:
        return [choice for choice in parameter.choices if choice != parameter.default]
    if parameter.default is None:
        return [TELLING.get(parameter.path, 0.3), 0.3, 3.0]
    default = SWEEP.get(parameter.path, parameter.default)
    number = int if parameter.type == "int" else float
    values = [TELLING.get(parameter.path), default * 0.5, default * 2 or None, default + 1, 0.5]
    return [number(value) for value in values if value is not None and number(value) != default]


def moves_a_brief_market(path: str, value: object, before: Tables, folder: Path) -> bool:
    if path in BRIEF:
        return False  # another value than that of the whole market is no change of this one
    try:
        return bool(differing(tables_of(swept_with(path, value, folder, BRIEF)), before))
    except ScenarioError:
        return False


def sections(scenario: Scenario) -> Iterator[tuple[str, Section]]:
    """Give every section of a scenario with its path; all roles are ``cast.<role>``, as in the list of parameters."""
    waiting: list[tuple[str, object]] = [("", scenario), *(("cast.<role>.", role) for role in scenario.cast.values())]
    while waiting:
        path, section = waiting.pop()
        if isinstance(section, Section):
            yield path, section
        for name in type(section).model_fields:
            inner = getattr(section, name)
            if isinstance(inner, Section):
                waiting.append((f"{path}{name}.", inner))


def read_while_simulating(scenario: Scenario, patch: pytest.MonkeyPatch) -> set[str]:
    """The paths of all parameters that are looked at in one replication."""
    path_of = {id(section): path for path, section in sections(scenario)}
    read = set()

    def noted(section: Section, name: str) -> object:
        read.add(f"{path_of.get(id(section), '?')}{name}")
        return object.__getattribute__(section, name)

    with patch.context() as noting:
        noting.setattr(Section, "__getattribute__", noted)
        tables_of(scenario)
    return read


def test_every_parameter_is_read(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    # Sees a parameter that no code looks at. One that is looked at and then ignored is seen by the slow test below.
    (tmp_path / "lively.yaml").write_text(LIVELY)
    read = read_while_simulating(load_scenario(tmp_path / "lively.yaml", SOON), monkeypatch)
    known = {row.path for row in parameters_table()} - NOT_IN_A_REPLICATION.keys()
    assert sorted(known - read) == [], "declared in sim/scenario/parameters.py, and read by nothing in a replication"


@pytest.mark.slow
@pytest.mark.parametrize(
    "parameter", [row for row in parameters_table() if row.path not in NOT_IN_A_REPLICATION], ids=lambda row: row.path
)
def test_every_parameter_changes_something(parameter: Parameter, swept: dict[str, Tables], tmp_path: Path) -> None:
    assert parameter.type != "text" or parameter.choices, "a new text has to be tested by itself"
    before = swept[next((live for live in LIVE if parameter.path.startswith(live)), "")]
    for value in another(parameter):
        if not parameter.path.startswith(LIVE) and moves_a_brief_market(
            parameter.path, value, swept["brief"], tmp_path
        ):
            return
        try:
            scenario = swept_with(parameter.path, value, tmp_path)
        except ScenarioError:
            continue  # outside the bounds, or at odds with another parameter
        assert differing(tables_of(scenario), before), f"{parameter.path} = {value} changes nothing"
        return
    pytest.fail(f"no other value of {parameter.path} was allowed")


def test_exceptions_are_still_parameters() -> None:
    assert NOT_IN_A_REPLICATION.keys() | TELLING.keys() <= {row.path for row in parameters_table()}


# ---- what each switch does -----------------------------------------------------------------------------------------


def test_without_vouching_the_belief_rests_on_the_resume_alone() -> None:
    a = frames(tables_of(small({"mechanisms.vouching": False})))["applications"]
    read = a[a.read.notna()]
    assert (read.channel != "direct").any()
    assert read.belief_variance.nunique() == 1


def test_without_priority_reading_nobody_is_read_before_the_first_review() -> None:
    scenario = small({"mechanisms.priority_reading": False})
    tables = frames(tables_of(scenario))
    a = tables["applications"]
    age = a.read - tables["openings"].opened.to_numpy()[a.opening]
    assert (age[a.channel == "referral"].count()) > 0
    assert (age.dropna() >= scenario.screening.first_review - 1e-3).all()


def test_without_selection_no_contact_finds_anybody_unfit() -> None:
    on, off = (frames(tables_of(small({"mechanisms.referrer_selection": value})))["pathway"] for value in (True, False))
    assert (on.reason == "poor_fit").any()
    assert not (off.reason == "poor_fit").any()


def test_without_risk_aversion_the_belief_alone_is_held_against_the_bar() -> None:
    flat = {"openings.bar_spread": 0.0, "screening.interview_slots": 500}
    on, off = (small({**flat, "mechanisms.risk_aversion": value}) for value in (True, False))
    for scenario, aversion in ((on, on.screening.risk_aversion), (off, 0.0)):
        a = frames(tables_of(scenario))["applications"]
        a = a[a.read.notna()]
        score = a.belief_mean - aversion * a.belief_variance
        clear = (score - scenario.openings.bar).abs() > 1e-5
        assert ((score > scenario.openings.bar) == a.responded.notna())[clear].all()


def test_without_decay_ties_are_as_strong_as_on_the_first_day() -> None:
    still = {"search.upkeep": 0.0}
    on, off = (
        frames(tables_of(small({**still, "mechanisms.tie_decay": value})))["applications"] for value in (True, False)
    )
    assert off.tie_strength.mean() > on.tie_strength.mean()


def test_without_turnover_nobody_leaves_but_for_a_new_job() -> None:
    tables = frames(tables_of(small({"mechanisms.turnover": False})))
    p, a, s = tables["persons"], tables["applications"], tables["spells"]
    moved = p.employer_start != p.employer_end
    assert moved.any()
    assert set(p.person[moved]) <= set(a.person[a.accepted.notna()])
    assert not (s.how == "gave_up").any()


def test_more_to_read_and_more_slots_give_more_answers() -> None:
    # Comparative statics at equal seeds: not row by row, for who is hired changes who searches, but in all.
    def answers(overrides: dict[str, object]) -> int:
        return int(frames(tables_of(small(overrides)))["applications"].responded.notna().sum())

    low = {"openings.bar": -0.5}
    few, some, many = (answers({**low, "screening.interview_slots": slots}) for slots in (2, 6, 30))
    assert few < some < many
    assert answers({"screening.resumes_per_review": 2}) < answers({})
    assert answers({"openings.bar": 1.5}) < answers({}) < answers({"openings.bar": -0.5})
