"""The market: what no market may ever break, whatever its scenario, and what comes into it."""

import gc
from itertools import pairwise

import numpy as np
import pandas as pd
import pyarrow as pa
import pytest
from scipy import stats
from small_markets import SMALL, frames, small, tables_of

from sim.market.codes import State, Visibility
from sim.market.market import Market
from sim.processes import applying, desk, employment, openings
from sim.processes.schedule import build, run_market
from sim.records.tables import batches
from sim.runs.replication import run_replication

TIMES = ["sent", "arrived", "read", "responded", "interviewed", "offered", "accepted", "started"]
ALPHA = 1e-4

# ---- what no market may break --------------------------------------------------------------------------------------


class Watched:
    """A market whose steps are checked while it runs."""

    def __init__(self, overrides: dict[str, object], seed: int) -> None:
        self.entered = self.hires = self.desks = 0
        self.market = build(small(overrides), seed, 0)
        self.slots = self.market.scenario.screening.interview_slots
        with pytest.MonkeyPatch.context() as patch:
            for owner, name in ((applying, "enter"), (employment, "hire"), (desk, "work")):
                patch.setattr(owner, name, getattr(self, f"_{name}")(getattr(owner, name)))
            run_market(self.market)

    def _enter(self, real):
        def enter(m, person, opening, **columns):
            self.entered += len(person)
            assert (m.people.employer[person] != m.openings["employer"][opening]).all(), "applies to the own employer"
            assert m.is_open(np.asarray(opening)).all(), "applies to an opening that is closed"
            return real(m, person, opening, **columns)

        return enter

    def _hire(self, real):
        def hire(m, candidacy):
            row = m.candidacies["row"][candidacy]
            person, opening = m.applications["person"][row], m.applications["opening"][row]
            assert np.isnan(m.openings["filled"][opening]), "filled twice"
            left, before = m.people.employer[person], len(m.openings)
            vacancy = real(m, candidacy)
            assert m.people.employer[person] == m.openings["employer"][opening]
            assert m.people.state[person] != State.SEARCHING
            assert np.isnan(m.people.search_start[person])
            assert not m.is_open(np.array([opening]))[0]
            assert len(m.openings) == before + (vacancy is not None)
            if vacancy is not None:
                assert m.openings["employer"][vacancy] == left
            self.hires += 1
            return vacancy

        return hire

    def _work(self, real):
        def work(m):
            real(m)
            waiting = {o: len(candidacies) for o, candidacies in m.inbox.invited.items()}
            live = np.flatnonzero(m.is_open(np.arange(len(m.openings))))
            free = m.openings["free_interviews"][live]
            assert (free >= 0).all(), "more invitations than slots"
            assert (free + [waiting.get(o, 0) for o in live.tolist()] == self.slots).all()
            self.desks += 1

        return work


VARIANTS = {
    "baseline": {},
    "two slots, few readings": {"screening.interview_slots": 2, "screening.resumes_per_review": 5},
    "one field": {"population.fields": 1},
    "everybody hidden": {"openings.hidden": 1, "openings.internal_first": 0},
    "a restless market": {
        "careers.layoff": 0.05,
        "careers.start_search": 0.1,
        "careers.stop_search": 0.2,
        "openings.bar": -1,
        "openings.hire_bar": -1,
        "hiring.answer_lag": 20,
    },
    "no waiting": {f"hiring.{lag}": 0 for lag in ("interview_lead", "decision_lag", "answer_lag", "notice")}
    | {
        "screening.first_look": 0,
        "screening.first_review": 0,
        "screening.vouched_read_after": 0,
        "referrals.mention_lag": 0,
        "referrals.handover_lag": 0,
        "recruiters.search_after": 0,
        "recruiters.reply_lag": 0,
    },
    "short lives": {"openings.expires": 5},
    "late reviews": {"screening.first_review": 200, "openings.expires": 30},
    "no mechanisms": {
        f"mechanisms.{name}": False
        for name in ("vouching", "priority_reading", "referrer_selection", "risk_aversion", "tie_decay", "turnover")
    },
    "as few people as can be": {"population.people": 20, "openings.growth": 0.1},
    "everybody out of work": {"population.employed": 0, "openings.growth": 0.1},
}


@pytest.fixture(scope="module", params=VARIANTS)
def seen(request) -> tuple[str, Watched]:
    """One run of each market: watched on its way, and its tables looked at afterwards."""
    return request.param, Watched(VARIANTS[request.param], 4)


@pytest.fixture(scope="module")
def made(seen) -> tuple[dict[str, object], dict[str, pd.DataFrame]]:
    variant, watched = seen
    tables = {name: pa.Table.from_batches(list(table)) for name, table in batches(watched.market, 0)}
    return {**SMALL, **VARIANTS[variant]}, frames(tables)


def test_a_watched_market_keeps_its_rules(seen) -> None:
    variant, watched = seen
    market = watched.market
    assert watched.desks == int(market.horizon)
    assert watched.entered == len(market.applications)
    assert watched.hires == np.isfinite(market.openings["filled"]).sum()
    if variant not in {"as few people as can be", "everybody out of work"}:
        assert watched.entered > 50


def test_times_are_in_order_and_no_stage_is_skipped(made) -> None:
    a = made[1]["applications"]
    for before, after in pairwise(TIMES):
        reached = a[after].notna()
        if after != "arrived":
            assert a[before][reached].notna().all(), f"{after} without {before}"
        assert (a[after][reached] >= a[before][reached]).all(), f"{after} before {before}"
    assert (a.replied.dropna() >= a.sent[a.replied.notna()]).all()


def test_nothing_happens_outside_the_run(made) -> None:
    overrides, tables = made
    horizon = float(overrides["time.warm_up"] + overrides["time.window"] + overrides["time.follow_up"])
    for table, columns in (
        ("applications", [*TIMES, "closed", "replied", "interested"]),
        ("pathway", ["time"]),
        ("openings", ["opened", "posted", "closed", "filled"]),
        ("spells", ["end"]),
    ):
        for column in columns:
            times = tables[table][column].dropna()
            assert ((times >= 0) & (times <= horizon)).all(), f"{table}.{column}"


def test_nothing_happens_to_an_opening_before_or_after_its_life(made) -> None:
    _, tables = made
    a, o = tables["applications"], tables["openings"]
    opened, closed = o.opened.to_numpy()[a.opening], o.closed.to_numpy()[a.opening]
    posted = o.posted.to_numpy()[a.opening]
    for column in TIMES[:7]:
        reached = a[column].notna().to_numpy()
        assert (a[column][reached] >= opened[reached]).all(), column
        late = reached & (a[column] > closed).to_numpy()
        assert not late.any(), column
    # Who has heard of an opening through a contact need not wait until it is posted.
    direct = (a.channel == "direct").to_numpy() & (a.heard_from < 0).to_numpy()
    assert np.isfinite(posted[direct]).all(), "a direct application to what was never posted"
    # The moment within the day is drawn in float32 days: the last digit, at day 512, is 6e-5 of a day.
    assert (a.sent[direct] >= posted[direct] - 6.2e-5).all()


def test_every_opening_is_filled_or_open_or_expired(made) -> None:
    overrides, tables = made
    o = tables["openings"]
    filled, still_open = o.filled.notna(), o.closed.isna()
    expired = ~filled & ~still_open
    assert not (filled & still_open).any()
    assert (o.filled[filled] == o.closed[filled]).all()
    expires = float(overrides.get("openings.expires", small().openings.expires))
    assert ((o.closed - o.opened)[expired] >= expires - 1e-3).all()
    assert (o.hired_person[filled] >= 0).all()
    assert (o.posted[o.visibility == "hidden"].isna()).all()
    assert (o.posted[o.visibility == "public"] == o.opened[o.visibility == "public"]).all()


def test_nobody_applies_twice_to_an_opening(made) -> None:
    a = made[1]["applications"]
    assert not a.duplicated(["person", "opening"]).any()


def test_people_are_neither_made_nor_lost(made) -> None:
    overrides, tables = made
    p = tables["persons"]
    assert p.person.tolist() == list(range(int(overrides["population.people"])))
    assert (p.state_end[p.employer_end < 0] == "searching").all(), "whoever has no job searches"
    a = tables["applications"]
    moves = a[a.accepted.notna()].sort_values("accepted")
    for _, jobs in moves.groupby("person"):
        # Between two jobs taken lies the application to the second: offers to those who took a job lapse.
        assert (jobs.sent.to_numpy()[1:] >= jobs.accepted.to_numpy()[:-1]).all()
    if small(overrides).careers.layoff == 0 or not small(overrides).mechanisms.turnover:
        last = moves.groupby("person").last()
        assert (p.employer_end.to_numpy()[last.index] == last.employer).all()
        never = ~p.person.isin(last.index)
        assert (p.employer_end[never] == p.employer_start[never]).all()


def test_reading_is_bounded(made) -> None:
    overrides, tables = made
    scenario = small(overrides)
    a = tables["applications"].dropna(subset="read")
    plain = a[a.channel == "direct"]
    per_review = plain.groupby(["opening", "read"]).size()
    if len(per_review):
        assert per_review.max() <= scenario.screening.resumes_per_review
    if not scenario.mechanisms.priority_reading:
        assert a.groupby(["opening", "read"]).size().max() <= scenario.screening.resumes_per_review


# ---- the pile ------------------------------------------------------------------------------------------------------


def test_the_place_in_the_pile_belongs_to_the_pair_and_is_even() -> None:
    market = build(small({"population.people": 2000}), 1, 0)
    opened = np.array([openings.open_job(market, 0, 0, 2 * i) for i in range(150)])
    a, b = (x.ravel() for x in np.meshgrid(np.arange(2000), opened, indexing="ij"))
    first = applying.enter(market, a, b, channel=0, sent=0.0)
    luck = market.applications["pile_place"][first:].astype(float).reshape(2000, 150) / 65535
    order = np.random.default_rng(1).permutation(len(a))
    again = applying.enter(market, a[order], b[order], channel=0, sent=0.0)
    assert (market.applications["pile_place"][again:] / 65535 == luck.ravel()[order]).all()
    assert stats.chisquare(np.histogram(luck, 200, (0, 1))[0]).pvalue > ALPHA
    # No person lies high in every pile, no pile is high for everybody, and neighbours do not follow each other.
    z = stats.norm.isf(ALPHA / 2)
    for axis, n in ((1, 150), (0, 2000)):
        mean = (luck.mean(axis=axis) - 0.5) * (12 * n) ** 0.5
        assert stats.kstest(mean, "norm").pvalue > ALPHA
    for one, other in ((luck[1:], luck[:-1]), (luck[:, 1:], luck[:, :-1])):
        assert abs(np.corrcoef(one.ravel(), other.ravel())[0, 1]) < z / one.size**0.5
    # Orders in two piles are unrelated: correlations of all pairs of piles are as spread as chance makes them.
    r = np.corrcoef(luck.T)[np.triu_indices(150, 1)] * 2000**0.5
    assert stats.kstest(r, "norm").pvalue > ALPHA


# ---- openings ------------------------------------------------------------------------------------------------------


def test_openings_come_as_the_scenario_says() -> None:
    overrides = {
        "population.people": 4000,
        "mechanisms.turnover": False,
        "openings.hidden": 0.3,
        "openings.internal_first": 0.25,
        "careers.searching": 0,
        "careers.open": 0,
        "recruiters.sourced": 0,
    }
    o = frames(tables_of(small(overrides)))["openings"]
    scenario = small(overrides)
    days = scenario.time.warm_up + scenario.time.window + scenario.time.follow_up
    expected = scenario.openings.growth * 4000 * scenario.population.employed * days / 7
    assert stats.poisson.ppf(ALPHA / 2, expected) <= len(o) <= stats.poisson.isf(ALPHA / 2, expected)
    gaps = np.diff(np.append(0, o.opened))
    assert stats.kstest(gaps, "expon", args=(0, days / expected)).pvalue > ALPHA
    counts = o.visibility.value_counts()[["hidden", "internal_first", "public"]]
    assert stats.chisquare(counts, np.array([0.3, 0.25, 0.45]) * len(o)).pvalue > ALPHA
    internal = o[(o.visibility == "internal_first") & o.posted.notna()]
    assert np.allclose(internal.posted - internal.opened, scenario.openings.internal_lead, atol=1e-4)


def test_a_leavers_job_opens_again_as_often_as_said(monkeypatch: pytest.MonkeyPatch) -> None:
    market = build(small({"openings.replacement": 0.4}), 5, 0)
    left = [openings.replace(market, person % 400, 3) for person in range(4000)]
    count = sum(opening is not None for opening in left)
    assert stats.binomtest(count, 4000, 0.4).pvalue > ALPHA
    keys = market.openings["draw_key"]
    assert len(np.unique(keys)) == len(keys)
    assert (market.openings["visibility"] == Visibility.PUBLIC).any()


def test_a_finished_replication_leaves_nothing_of_its_market_behind() -> None:
    """Clock and processes hold one another until Python looks for circles; what they held must be gone without it."""
    gc.collect()
    gc.disable()
    try:
        before = {id(thing) for thing in gc.get_objects() if isinstance(thing, Market)}
        run_replication(small(), 1, 0)
        left = [thing for thing in gc.get_objects() if isinstance(thing, Market) and id(thing) not in before]
        assert [vars(market) for market in left] == [{}] * len(left)
    finally:
        gc.enable()
