"""Checks of a small market, really simulated: same bytes, drift that was planted, claims, and references made anew."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from checked_market import REPLICATIONS, STEP, TEXT, each_replication_once, write
from other_processes import PackedThreads

from analysis.checks.check import check_job, check_scenario
from analysis.checks.held_quantities import always_held, tracked_names, value_of
from analysis.checks.reference import Reference, claim_key
from analysis.checks.reference_file import reference_file, write_reference
from analysis.checks.replication_jobs import carry_out, replicate
from analysis.checks.result import CheckOptions, CheckResult
from analysis.checks.update import Update, update_job
from analysis.errors import AnalysisError
from sim import Scenario, load_scenario

RATIO = "referral.response / direct.response"
LATER = {"screening.first_review": "23 days"}


@pytest.fixture(scope="module", autouse=True)
def _each_replication_once() -> Iterator[None]:
    with each_replication_once():
        yield


def recorded(scenario: Scenario, old: Reference | None = None, why: str = "a reason", **options: object) -> Update:
    ((_, update),) = carry_out({scenario.name: update_job(scenario, old, why, **options)})  # type: ignore[arg-type]
    return update


@pytest.fixture(scope="module")
def scenario(tmp_path_factory: pytest.TempPathFactory) -> Scenario:
    return load_scenario(write(tmp_path_factory.mktemp("scenario")))


@pytest.fixture(scope="module")
def reference(scenario: Scenario) -> Reference:
    # A tenth of these days would need more than 16 replications; the margin that is set here holds them.
    margins = {"days_to_answer_direct": 4.0}
    return recorded(scenario, replications=REPLICATIONS, margins=margins).reference


@pytest.fixture(scope="module")
def later(scenario: Scenario, reference: Reference) -> CheckResult:
    """The employers read two days later, and everything is looked at until it is decided."""
    changed = scenario.with_overrides(LATER)
    return check_scenario(changed, reference, how=CheckOptions(thorough=True))


def claiming(tmp_path: Path, *claims: str) -> Scenario:
    head = TEXT.partition("expect:")[0]
    return load_scenario(write(tmp_path, text=head + "expect:\n" + "".join(f"  - {one}\n" for one in claims)))


# ---- the reference ------------------------------------------------------------------------------------------------


def test_a_reference_holds_rates_quantities_and_what_is_claimed(scenario: Scenario, reference: Reference) -> None:
    held = reference.quantities
    assert {"direct.response", "referral.response", "days_to_answer_direct", RATIO, STEP} <= set(held) | set(
        reference.left_out
    )
    assert {*always_held(scenario), "days_to_answer_direct"} <= set(held)
    assert held["direct.response"].margin == pytest.approx(0.1 * held["direct.response"].mean, rel=0.01)
    assert {*held, *reference.left_out} == set(tracked_names(scenario))
    assert all(len(one.values) == REPLICATIONS and one.margin > 0 for one in held.values())
    assert reference.left_out["ties_gone_after_a_year"] == "nothing to count in 16 of 16 replications"
    assert reference.left_out["applicants_per_opening"].startswith("needs ")
    assert (reference.size_chosen, reference.cpu_seconds > 0) == (True, True)
    assert list(reference.claims) == [claim_key(claim) for claim in scenario.expect]
    assert [one.verdict for one in reference.claims.values()] == ["holds"] * 3
    assert (reference.seed, reference.digest) == (5, scenario.digest)
    assert {"python", "numpy", "machine", "processor"} <= set(reference.made_with)


def test_contrasts_are_made_of_a_replication_s_own_values() -> None:
    values = {"referral.response": (40.0, 0.3), "direct.response": (900.0, 0.05), "none": (0.0, float("nan"))}
    assert value_of(RATIO, values) == (40.0, pytest.approx(6.0))
    assert value_of(STEP, values) == (40.0, pytest.approx(0.25))
    assert value_of("direct.response", values) == (900.0, 0.05)
    assert value_of("x / none", values)[1] != value_of("x / none", values)[1]


def test_nothing_moved_leaves_the_reference_as_it_is(scenario: Scenario, reference: Reference) -> None:
    assert recorded(scenario, reference, "again").unchanged


def test_an_update_keeps_why_and_shows_what_moved(scenario: Scenario, reference: Reference) -> None:
    other = scenario.with_overrides(LATER)
    update = recorded(other, reference, "read later", margins={"direct.response": 0.01})
    moved = {one.name: one for one in update.quantities}
    assert moved["days_to_answer_direct"].verdict == "changed"
    assert moved["days_to_answer_direct"].difference > 4
    assert moved["days_to_answer_direct"].replications == REPLICATIONS
    assert [step["why"] for step in update.reference.history] == ["a reason", "read later"]
    assert "days_to_answer_direct" in update.reference.history[-1]["moved"]
    assert update.changes == ("screening.first_review 15 -> 23",)
    # A margin that was set stays, one that was made is made anew.
    assert update.reference.quantities["direct.response"].margin == 0.01
    back = recorded(scenario, update.reference, "and back")
    assert back.reference.quantities["direct.response"] == replace(
        reference.quantities["direct.response"], margin=0.01, chosen=True
    )
    assert back.reference.columns == reference.columns


def test_an_update_finds_how_many_replications_decide(scenario: Scenario, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("analysis.checks.update.PILOT", 8)
    monkeypatch.setattr("analysis.checks.update.MOST", 16)
    # As if a quantity that is always held needed 10; what would need 300 does not count.
    monkeypatch.setattr("analysis.checks.margins.needed", lambda values, margin, quantities: 10 if margin < 1 else 300)
    told: list[str] = []
    found = recorded(scenario, replications="auto", told=told.append).reference
    assert (found.replications, found.size_chosen) == (16, False)  # 10 and a quarter, in steps of 8
    assert told[0].startswith("held: 16 replications decide ")
    assert "8 to go, " in told[0]
    assert told[0].endswith("16 would not decide days_to_fill.")
    assert "days_to_fill" in found.quantities
    # The same again needs no pilot.
    monkeypatch.setattr("analysis.checks.update.candidates", None)
    assert recorded(scenario, found, "again").unchanged


def test_an_old_reference_is_said_to_be_old_and_compared_by_its_distributions(
    scenario: Scenario, reference: Reference
) -> None:
    found = check_scenario(scenario, replace(reference, columns=(), format=1))
    assert (found.level, found.moved) == ("distribution", ())
    assert found.notes == (
        "The reference is of an old format and is compared by its distributions; --update --why '...' makes it anew.",
    )
    assert {(one.verdict, one.difference) for one in found.quantities} == {("same", 0.0)}


@pytest.mark.parametrize(
    ("options", "said"),
    [
        ({"replications": 7}, "at least 8 replications"),
        ({"replications": 8, "margins": {"direct.respons": 0.1}}, "unknown rate"),
        ({"replications": 8, "margins": {"direct.response / nothing": 0.1}}, "unknown rate"),
        ({"replications": 8, "margins": {"all.read": 0.1}}, "tracks no quantity 'all.read'"),
        ({"replications": 8, "margins": {"days_to_fill": 0.0}}, "a margin has to be above 0"),
    ],
)
def test_references_that_cannot_be(scenario: Scenario, options: dict[str, object], said: str) -> None:
    with pytest.raises(AnalysisError, match=said):
        recorded(scenario, **options)


def test_a_reference_that_holds_nothing_is_refused(scenario: Scenario, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("analysis.checks.held_quantities._unfit", lambda values, enough: "nothing to count")
    with pytest.raises(AnalysisError, match="no quantity can be held with 8 replications; ask for more"):
        recorded(scenario, replications=8)


# ---- the check ----------------------------------------------------------------------------------------------------


def test_same_bytes_end_it_at_once(scenario: Scenario, reference: Reference, tmp_path: Path) -> None:
    write_reference(reference, reference_file(tmp_path, "held"))
    found = check_scenario(scenario, folder=tmp_path, how=CheckOptions(digests=1))
    assert (found.verdict, found.exit_code, found.level) == ("holds", 0, "bytes")
    assert (found.replications, found.quantities, found.moved) == (1, (), ())
    assert [one.verdict for one in found.claims] == ["holds"] * 3


def test_a_planted_shift_in_response_time_is_seen(later: CheckResult, reference: Reference) -> None:
    found = {one.name: one for one in later.quantities}
    assert (later.verdict, later.exit_code, later.level) == ("changed", 1, "distribution")
    assert later.changes == ("screening.first_review 15 -> 23",)
    assert "applications.responded" in later.moved
    assert set(found) == set(reference.quantities)
    assert found["days_to_answer_direct"].verdict == "changed"
    assert 4 < found["days_to_answer_direct"].difference < 10
    assert found["days_to_answer_direct"].paired
    assert later.plan.looks == (8, 16)


def test_the_answer_may_be_clear_before_everything_is(
    scenario: Scenario, reference: Reference, later: CheckResult
) -> None:
    # A day is the margin here, and eight days are seen at the first look, whatever else is still open.
    days = replace(reference.quantities["days_to_answer_direct"], margin=1.0)
    tight = replace(reference.quantities["direct.response"], margin=1e-4)
    held = {**reference.quantities, "days_to_answer_direct": days, "direct.response": tight}
    found = check_scenario(scenario.with_overrides(LATER), replace(reference, quantities=held))
    assert (found.verdict, found.replications, found.stopped_early) == ("changed", 8, True)
    assert {one.verdict for one in found.quantities} >= {"changed", "undecided"}


@pytest.mark.slow
def test_other_seeds_are_another_draw_of_the_same(scenario: Scenario, reference: Reference) -> None:
    found = check_scenario(scenario, reference, how=CheckOptions(seed=6))
    assert found.verdict in ("holds", "undecided")
    assert {one.verdict for one in found.quantities} <= {"same", "undecided"}
    assert not any(one.paired for one in found.quantities)
    assert any(one.difference != 0 for one in found.quantities)


def test_bytes_can_be_left_out(scenario: Scenario, reference: Reference) -> None:
    found = check_scenario(scenario, reference, how=CheckOptions(digests=0))
    assert (found.verdict, found.level, found.replications) == ("holds", "distribution", 8)
    assert {(one.difference, one.low, one.high) for one in found.quantities} == {(0.0, 0.0, 0.0)}


@pytest.mark.parametrize("processes", [False, pytest.param(True, marks=pytest.mark.slow)])
def test_workers_change_nothing(
    scenario: Scenario, reference: Reference, processes: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    # Threads still see an answer that hangs on which is ready first, a job that gets another's replications, and what
    # cannot be sent to a process; only what a process lacks of this one's memory needs processes.
    if processes:
        monkeypatch.setattr("analysis.checks.replication_jobs.replicate", replicate)
    else:
        monkeypatch.setattr("sim.runs.executors.local_pool", PackedThreads)
    short = replace(reference, columns=reference.columns[:1])
    jobs = {name: check_job(scenario, short, CheckOptions(digests=1)) for name in ("b", "a")}
    told: list[tuple[int, str]] = []
    found = dict(carry_out(jobs, 2, lambda done, name: told.append((done, name))))
    assert [found["a"], found["b"]] == [check_scenario(scenario, short, how=CheckOptions(digests=1))] * 2
    assert found["a"].level == "bytes"
    assert sorted(told) == [(1, told[0][1]), (2, told[1][1])]


def test_a_new_column_and_other_tools_are_said_and_no_drift(scenario: Scenario, reference: Reference) -> None:
    gone = tuple({name: one for name, one in row.items() if name != "applications.sent"} for row in reference.columns)
    found = check_scenario(scenario, replace(reference, columns=gone), how=CheckOptions(digests=1))
    assert (found.level, found.notes) == ("bytes", ("New columns: applications.sent.",))
    moved = tuple({**row, "applications.sent": "0"} for row in reference.columns)
    other = replace(reference, columns=moved, made_with={**reference.made_with, "numpy": "1.0"})
    found = check_scenario(scenario, other, how=CheckOptions(digests=1))
    assert (found.verdict, found.level, found.moved) == ("holds", "distribution", ("applications.sent",))
    assert "instead of 1.0" in found.notes[0]


def test_what_is_held_and_no_longer_there_has_changed(scenario: Scenario, reference: Reference) -> None:
    held = {"jill.response_rate": replace(reference.quantities["direct.response"]), **reference.quantities}
    found = check_scenario(scenario, replace(reference, quantities=held), how=CheckOptions(digests=0))
    first = found.quantities[0]
    assert (found.verdict, first.verdict, first.note) == ("changed", "changed", "nothing left to count")


# ---- claims -------------------------------------------------------------------------------------------------------


def test_a_claim_that_is_broken_is_found_though_nothing_drifted(tmp_path: Path, reference: Reference) -> None:
    other = claiming(tmp_path, "{rate: days_to_fill, within: [1 days, 9 days]}", "order: [referral.hire, direct.hire]")
    found = check_scenario(other, reference)
    assert (found.verdict, found.exit_code, found.level) == ("broken", 1, "bytes")
    assert found.claims[0].verdict == "fails"
    assert found.notes == ("The claims are not those that the reference has judged.",)
    assert found.replications == 8


def test_an_open_claim_takes_more_replications_up_to_the_limit(tmp_path: Path, reference: Reference) -> None:
    middle = reference.quantities["direct.response"].mean
    other = claiming(tmp_path, f"{{rate: direct.response, within: [{middle:.4f}, 1]}}")
    found = check_scenario(other, reference, how=CheckOptions(at_most=20))
    assert (found.verdict, found.exit_code, found.replications) == ("undecided", 3, 20)
    # Looks at 8, 16 and 20 share what 99 % leaves to error, by their size.
    assert found.claims[0].confidence == pytest.approx(1 - 0.01 * 20 / 44)
    assert found.claims[0].replications == 20


def test_a_claim_that_failed_before_stops_nothing(tmp_path: Path, scenario: Scenario, reference: Reference) -> None:
    claim = "{rate: days_to_fill, within: [1 days, 9 days]}"
    other = claiming(tmp_path, claim)
    failing = recorded(other, reference, "a claim that fails").reference
    assert [one.verdict for one in failing.claims.values()] == ["fails"]
    assert check_scenario(other, failing).verdict == "broken"  # by its bytes
    # Something else is open: it is looked at until it is decided or the replications are at their end.
    tight = replace(
        failing.quantities["direct.response"], margin=1e-4, values=reference.quantities["direct.response"].values[::-1]
    )
    found = check_scenario(other, replace(failing, quantities={"direct.response": tight}), how=CheckOptions(digests=0))
    assert (found.verdict, found.replications, found.stopped_early) == ("broken", 16, False)
    assert found.quantities[0].verdict == "undecided"


def test_no_reference_says_how_to_make_one(scenario: Scenario, tmp_path: Path) -> None:
    with pytest.raises(AnalysisError, match="there is no reference; make one with --update"):
        check_scenario(scenario, folder=tmp_path)
