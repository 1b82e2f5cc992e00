"""People and employers at day 0 are what the scenario says, within stated chance."""

import numpy as np
import pytest
from scipy import stats
from small_markets import small

from sim.market.codes import NOBODY, State
from sim.market.employers import make_employers
from sim.market.people import make_people
from sim.streams import Streams

ALPHA = 1e-4
"""Each test, read as one of a random seed, fails a right population with this probability; the seed is fixed."""
N = 20_000
OVERRIDES = {"population.people": N, "population.experience_correlation": 0.4, "population.employed": 0.9}


@pytest.fixture(scope="module")
def made():
    scenario, streams = small(OVERRIDES), Streams(3, 0)
    employers = make_employers(scenario, streams)
    people, former = make_people(scenario, employers, streams)
    return scenario, employers, people, former


def near(count: int, share: float, of: int) -> bool:
    return bool(stats.binomtest(int(count), of, share).pvalue > ALPHA)


def test_every_column_has_a_row_for_every_person(made) -> None:
    _, _, people, former = made
    assert len(people) == N
    for name in (
        "skills",
        "ability",
        "experience",
        "hours",
        "currency",
        "sociability",
        "employer",
        "state",
        "search_start",
        "hired_at",
    ):
        assert getattr(people, name).shape == (N,), name
    assert former.shape == (N,)
    assert sorted(np.concatenate(people.by_field).tolist()) == list(range(N))
    assert all((people.field[rows] == field).all() for field, rows in enumerate(people.by_field))


def test_shares_are_those_of_the_scenario(made) -> None:
    scenario, _, people, _ = made
    working, searching = people.employer != NOBODY, people.state == State.SEARCHING
    assert near(working.sum(), 0.9, N)
    assert searching[~working].all(), "whoever has no job searches"
    assert near(searching[working].sum(), scenario.careers.searching, working.sum())
    idle = working & ~searching
    assert near((people.state[idle] == State.OPEN).sum(), scenario.careers.open, idle.sum())
    assert set(np.unique(people.state)) == {State.NOT_LOOKING, State.OPEN, State.SEARCHING}
    assert (np.isfinite(people.search_start) == searching).all()
    assert (people.search_start[searching] <= 0).all()


def test_fields_and_skills_are_even(made) -> None:
    scenario, _, people, _ = made
    assert stats.chisquare(np.bincount(people.field, minlength=scenario.population.fields)).pvalue > ALPHA
    inside = people.skills - people.field
    assert ((inside >= 0) & (inside <= 1)).all()
    assert stats.kstest(inside.astype(float), "uniform").pvalue > ALPHA


def test_ability_and_experience_are_normal_and_go_together_as_said(made) -> None:
    _, _, people, _ = made
    for column in (people.ability, people.experience):
        assert stats.kstest(column.astype(float), "norm").pvalue > ALPHA
    r = np.corrcoef(people.ability, people.experience)[0, 1]
    # Fisher's transform has standard deviation 1/sqrt(n - 3).
    assert abs(np.arctanh(r) - np.arctanh(0.4)) < stats.norm.isf(ALPHA / 2) / (N - 3) ** 0.5


def test_hours_have_the_mean_and_spread_of_the_scenario(made) -> None:
    scenario, _, people, _ = made
    spread = scenario.search.hours_spread
    log = np.log(people.hours / scenario.search.hours_per_week)
    assert stats.kstest((log + spread**2 / 2) / spread, "norm").pvalue > ALPHA


def test_sociability_has_the_tail_of_the_scenario() -> None:
    # P(sociability > x) = x^-(tail - 1) below the cap of sqrt(n).
    for tail in (2.5, 3.0, 5.0):
        scenario, streams = small({**OVERRIDES, "network.degree_tail": tail}), Streams(4, 0)
        people, _ = make_people(scenario, make_employers(scenario, streams), streams)
        assert people.sociability.min() >= 1
        assert people.sociability.max() <= np.float32(N**0.5)
        for x in (1.5, 3.0, 6.0):
            assert near((people.sociability > x).sum(), x ** -(tail - 1), N)


def test_employers_are_what_the_scenario_says() -> None:
    scenario = small({**OVERRIDES, "employers.mean_size": 6, "employers.notify": 0.3, "employers.size_spread": 0.8})
    employers = make_employers(scenario, Streams(3, 0))
    assert len(employers) == round(N * 0.9 / 6)
    assert near(employers.notifies.sum(), 0.3, len(employers))
    assert stats.kstest(np.log(employers.size) / 0.8, "norm").pvalue > ALPHA
    assert np.ptp(np.bincount(employers.field)) <= 1


def test_people_work_by_size_and_mostly_in_their_field(made) -> None:
    scenario, employers, people, former = made
    for column in (people.employer[people.employer != NOBODY], former):
        assert column.min() >= 0
        assert column.max() < len(employers)
    working = np.flatnonzero(people.employer != NOBODY)
    own = (employers.field[people.employer[working]] == people.field[working]).mean()
    # Inside by choice, or by chance among the others: expected from the sizes themselves.
    size = np.bincount(employers.field, weights=employers.size, minlength=scenario.population.fields)
    chance = float((size / size.sum())[people.field[working]].mean())
    share = scenario.employers.own_field
    assert near(round(own * len(working)), share + (1 - share) * chance, len(working))
    staff = np.bincount(people.employer[working], minlength=len(employers))
    big, little = employers.size > np.quantile(employers.size, 0.9), employers.size < np.median(employers.size)
    ratio = (staff[big].sum() / staff[little].sum()) / (employers.size[big].sum() / employers.size[little].sum())
    assert ratio == pytest.approx(1, abs=0.2)


def test_the_same_seed_makes_the_same_people_and_another_seed_others() -> None:
    def abilities(seed: int) -> list[float]:
        scenario, streams = small(), Streams(seed, 0)
        return make_people(scenario, make_employers(scenario, streams), streams)[0].ability.tolist()

    assert abilities(1) == abilities(1)
    assert not set(abilities(1)) & set(abilities(2))
