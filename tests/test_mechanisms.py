"""What a referral's advantage is made of: information, attention and the contact's own selection, and nothing else.

The advantage is measured inside openings: among the applicants of an opening's own field, the share of referrals
answered less the share of direct applications to the same opening answered. Comparing inside an opening takes out which
openings have referrals at all; comparing inside the field takes out that contacts think of people of the right field,
while some seekers try their luck in the next one. One value a replication; intervals are Student's t over replications,
99 %.
"""

from functools import cache

import numpy as np
import pandas as pd
import pytest
from markets import SMALL, Tables, differing, frames, small, tables_of
from scipy import stats

from sim import ScenarioError
from sim.scenario import Parameter, parameters_table

SWITCHES = ("vouching", "priority_reading", "referrer_selection")
PUBLIC = {
    "population.people": 2000, "time.warm_up": 28, "time.window": 112, "time.follow_up": 60,
    "openings.hidden": 0, "openings.internal_first": 0, "openings.growth": 0.002, "audit.letter": False,
}
SEED, FEW, MANY = 11, 8, 30


def advantage(tables: dict[str, pd.DataFrame], window: float) -> float:
    """Mean over referrals of: answered, less the share of direct applications to the same opening answered."""
    a = tables["applications"]
    a = a[a.in_window & ~a.censored]
    a = a[tables["persons"].field.to_numpy()[a.person] == tables["openings"].field.to_numpy()[a.opening]]
    answered = (a.responded - a.sent <= window).astype(float)
    direct = a.channel == "direct"
    beside = answered[direct].groupby(a.opening[direct]).mean()
    referral = a.channel == "referral"
    return float((answered[referral] - a.opening[referral].map(beside)).mean())


@cache
def arm(off: tuple[str, ...], replications: int) -> np.ndarray:
    """The advantage in each replication, some mechanisms switched off."""
    scenario = small({**PUBLIC, **{f"mechanisms.{name}": False for name in off}})
    window = scenario.time.response_window
    return np.array([advantage(frames(tables_of(scenario, SEED, r)), window) for r in range(replications)])


def interval(values: np.ndarray) -> tuple[float, float]:
    """Student's t interval of the mean over replications, 99 %."""
    half = stats.t.ppf(0.995, len(values) - 1) * values.std(ddof=1) / len(values) ** 0.5
    return float(values.mean() - half), float(values.mean() + half)


def gone(replications: int, width: float) -> None:
    low, high = interval(arm(SWITCHES, replications))
    assert low <= 0 <= high
    assert high - low < width, "an interval so wide would hide an advantage"


def takes_its_share(switch: str, replications: int, least: float) -> None:
    # Paired by replication: both arms share every draw that belongs to a person, an opening or a pair.
    low, high = interval(arm((), replications) - arm((switch,), replications))
    assert low > least
    assert high < arm((), replications).mean(), "nothing alone carries more than all of it"


def test_with_all_on_a_referral_has_an_advantage() -> None:
    low, _ = interval(arm((), FEW))
    assert low > 0.12


def test_with_vouching_early_reading_and_selection_off_the_advantage_is_gone() -> None:
    gone(FEW, width=0.04)


@pytest.mark.parametrize("switch", SWITCHES)
def test_each_switched_off_alone_takes_its_share_of_the_advantage(switch: str) -> None:
    takes_its_share(switch, FEW, least=0.0)


@pytest.mark.slow
@pytest.mark.parametrize("switch", SWITCHES)
def test_each_left_on_alone_gives_some_advantage_back(switch: str) -> None:
    low, _ = interval(arm(tuple(name for name in SWITCHES if name != switch), MANY) - arm(SWITCHES, MANY))
    assert low > 0


@pytest.mark.slow
def test_with_more_replications_the_advantage_is_still_gone() -> None:
    gone(MANY, width=0.02)


@pytest.mark.slow
@pytest.mark.parametrize("switch", SWITCHES)
def test_with_more_replications_each_still_takes_its_share(switch: str) -> None:
    takes_its_share(switch, MANY, least=0.02)


# ---- nothing is dead -----------------------------------------------------------------------------------------------

SWEEP = {**SMALL, "population.people": 300, "time.window": 70, "openings.growth": 0.006}
# Read, but not by what happens inside one replication.
NOT_IN_A_REPLICATION = {
    "seed": "an argument of the run, tested with the streams",
    "replications": "how many runs there are, tested with determinism",
    "network.edge_list": "a file, tested with networks",
}
# Where half or double moves nothing in a market as small as this, a value that does.
TELLING = {"screening.resumes_per_review": 4, "screening.early_margin": 1.5, "network.degree_tail": 6.0}


@pytest.fixture(scope="module")
def swept() -> Tables:
    return tables_of(small(SWEEP))


def another(parameter: Parameter) -> list[object]:
    """Other values, inside the bounds, that should be felt."""
    if parameter.type == "bool":
        return [not parameter.default]
    default = SWEEP.get(parameter.path, parameter.default)
    number = int if parameter.type == "int" else float
    values = [TELLING.get(parameter.path), default * 0.5, default * 2 or None, default + 1, 0.5]
    return [number(value) for value in values if value is not None and number(value) != default]


@pytest.mark.parametrize("parameter", [row for row in parameters_table() if row.path not in NOT_IN_A_REPLICATION],
                         ids=lambda row: row.path)
def test_every_parameter_is_read(parameter: Parameter, swept: Tables) -> None:
    assert parameter.type != "text", "a new text has to be tested by itself"
    for value in another(parameter):
        try:
            scenario = small({**SWEEP, parameter.path: value})
        except ScenarioError:
            continue  # outside the bounds, or at odds with another parameter
        assert differing(tables_of(scenario), swept), f"{parameter.path} = {value} changes nothing"
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
    on, off = (frames(tables_of(small({**still, "mechanisms.tie_decay": value})))["applications"]
               for value in (True, False))
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
