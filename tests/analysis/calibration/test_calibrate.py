"""Calibration: what was put in comes out within the stated intervals, and what the targets leave open is named."""

from __future__ import annotations

import math
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
from calibration_files import FIT, TRUE, curve, loaded, targets, true_targets
from paths import ROOT
from scipy import stats

from analysis.calibration.calibrate import calibrate
from analysis.calibration.ranges import coordinate
from analysis.calibration.result import Calibrated
from analysis.calibration.rounds import round_sizes
from analysis.calibration.sentences import findings, scenario_text, write_calibration
from analysis.calibration.surface import fewest_points
from analysis.errors import AnalysisError
from analysis.quantities.per_replication import simulate_outcomes
from sim import Scenario, load_scenario
from sim.experiments.sampling import values_at
from sim.experiments.worker import Measure
from sim.streams import Streams

REPORTS = ROOT / "reports"
Numbers = dict[str, tuple[float, float]]
OPEN = "  referrals.contact_bar: {from: -0.5, to: 0.5}\n"


def noisy(spread: float) -> Measure:
    """A simulation whose answer is known: the curve and noise on the logit and the logarithm."""

    def measure(
        scenario: Scenario, seed: int, replication: int, names: Sequence[str]
    ) -> tuple[Numbers, dict[str, Any]]:
        luck = spread * Streams(seed, replication).generator("analytic").standard_normal(2)
        share, count = curve(scenario.openings.bar, scenario.screening.trust)
        shifted = 1 / (1 + math.exp(-math.log(share / (1 - share)) - luck[0]))
        values = {"direct.response": (1000.0, shifted), "applicants_per_opening": (50.0, count * math.exp(luck[1]))}
        return {name: values[name] for name in names}, {"cpu_seconds": 0.0, "wall_seconds": 0.0}

    return measure


def intervals(found: Calibrated) -> dict[str, tuple[float, float]]:
    return {row["path"]: (row["value_low"], row["value_high"]) for row in found.parameters.to_dict("records")}


@pytest.fixture(scope="module")
def found(tmp_path_factory: pytest.TempPathFactory) -> tuple[Calibrated, Path]:
    """Two parameters that the targets pin down, and one that they do not mention."""
    folder = tmp_path_factory.mktemp("calibration")
    wanted = loaded(
        folder, f"title: Try\n{FIT}{OPEN}{true_targets()}budget: {{points: 60, replications: 2, check: 4}}\n"
    )
    return calibrate(wanted, folder / "kept", measure=noisy(0.01)), folder


def test_known_parameters_are_found_within_their_intervals(found: tuple[Calibrated, Path]) -> None:
    # The seed is fixed, so this holds or does not; how often it would over seeds is measured below.
    rows = found[0].parameters.set_index("path")
    for path, true in TRUE.items():
        assert rows.loc[path, "value_low"] <= true <= rows.loc[path, "value_high"]
        assert rows.loc[path, "pinned"] == "yes"
        assert rows.loc[path, "left"] < 0.3
    assert found[0].all_met
    assert found[0].targets["predicted"].to_numpy() == pytest.approx(found[0].targets["target"].to_numpy(), rel=1e-3)


def test_what_no_target_mentions_is_named_and_stays(found: tuple[Calibrated, Path]) -> None:
    row = found[0].parameters.set_index("path").loc["referrals.contact_bar"]
    assert (row["pinned"], row["together"]) == ("no", "")
    assert (row["value_low"], row["value_high"]) == (-0.5, 0.5)
    assert abs(row["value"] - row["start"]) < 0.1
    assert "Not pinned down (any value in the range fits about as well): referrals.contact_bar." in findings(found[0])
    assert found[0].fit is not None
    assert found[0].fit.pinned_directions == 2


def test_points_get_closer_round_by_round(found: tuple[Calibrated, Path]) -> None:
    points = found[0].points
    assert points.groupby("round").size().tolist() == [30, 15, 15]
    spans = points.groupby("round")["openings.bar"].agg(lambda column: column.max() - column.min())
    assert spans[3] < 0.5 * spans[1]
    free = points.groupby("round")["referrals.contact_bar"].agg(lambda column: column.max() - column.min())
    assert free[3] > 0.8 * free[1], "nothing speaks against any value of it"


def test_the_same_call_again_runs_nothing_and_finds_the_same(found: tuple[Calibrated, Path]) -> None:
    result, folder = found
    again = calibrate(result.calibration, folder / "kept", measure=noisy(0.01))
    assert again.account.kept == again.account.runs == 60 * 2 + 2 * 4
    assert again.fitted == result.fitted
    pd.testing.assert_frame_equal(again.parameters, result.parameters)
    pd.testing.assert_frame_equal(again.targets, result.targets)


def test_no_point_has_the_draws_of_another_or_of_the_check(tmp_path: Path) -> None:
    seen: list[tuple[str, int]] = []
    inner = noisy(0.01)

    def watching(scenario: Scenario, seed: int, replication: int, names: Sequence[str]) -> Any:
        seen.append((scenario.digest, replication))
        return inner(scenario, seed, replication, names)

    wanted = loaded(tmp_path, f"{FIT}{true_targets()}budget: {{points: 12, replications: 2, rounds: 2, check: 3}}\n")
    result = calibrate(wanted, tmp_path / "kept", measure=watching)
    of_points = [replication for _, replication in seen if replication >= 3]
    assert sorted(of_points) == list(range(3, 3 + 24))
    checks = [(digest, replication) for digest, replication in seen if replication < 3]
    assert checks == [
        (scenario.digest, again) for scenario in (wanted.sweep.base, result.scenario) for again in range(3)
    ]


def test_the_fitted_scenario_is_written_and_is_the_one_that_was_simulated(found: tuple[Calibrated, Path]) -> None:
    result, folder = found
    write_calibration(result, folder / "tables", folder / "elsewhere" / "fitted.yaml")
    written = load_scenario(folder / "elsewhere" / "fitted.yaml")
    assert written.digest == result.scenario.digest
    assert (written.replications, written.seed) == (4, 1)
    for name, table in (("calibration", result.parameters), ("targets", result.targets), ("points", result.points)):
        assert pd.read_csv(folder / "tables" / f"{name}.csv").shape == table.shape


def test_a_base_from_a_file_and_values_set_are_kept(tmp_path: Path) -> None:
    (tmp_path / "sub").mkdir()
    (tmp_path / "mine.yaml").write_text("title: Mine\nextends: baseline\npopulation: {people: 700}\n")
    text = FIT.replace("scenario: baseline", "scenario: ../mine.yaml\nset: {search: {asks: 0.01}, time.window: 100}")
    wanted = loaded(tmp_path / "sub", f"{text}{true_targets()}budget: {{points: 8, replications: 1, check: 2}}\n")
    result = calibrate(wanted, tmp_path / "kept", measure=noisy(0.01))
    out = tmp_path / "there" / "fitted.yaml"
    out.parent.mkdir()
    out.write_text(scenario_text(result, out), encoding="utf-8")
    written = load_scenario(out)
    assert written.digest == result.scenario.digest
    assert (written.population.people, written.search.asks, written.time.window) == (700, 0.01, 100)


def test_parameters_known_only_together_are_named(tmp_path: Path) -> None:
    share, _ = curve(*TRUE.values())
    text = f"{FIT}to: [{{quantity: direct.response, value: {share}, sd: 0.0003}}]\n"
    result = calibrate(
        loaded(tmp_path, text + "budget: {points: 40, replications: 1, check: 2}\n"),
        tmp_path / "kept",
        measure=noisy(0.01),
    )
    assert result.fit is not None
    assert result.fit.pinned_directions == 1
    assert result.parameters["together"].tolist() == ["+screening.trust", "+openings.bar"]
    assert (
        "openings.bar and screening.trust are only known together: a higher openings.bar with a higher "
        "screening.trust fits about as well."
    ) in findings(result)


def test_targets_that_contradict_each_other_widen_every_interval(tmp_path: Path) -> None:
    share, count = curve(*TRUE.values())
    one = "scenario: baseline\nfit:\n  openings.bar: {from: 0.1, to: 0.8}\n"
    budget = "budget: {points: 20, replications: 1, check: 2}\n"
    texts = {"agree": targets(share, 0.0003, count, 0.3), "differ": targets(share, 0.0003, 1.2 * count, 0.3)}
    results = {}
    for name, text in texts.items():
        (tmp_path / name).mkdir()
        results[name] = calibrate(
            loaded(tmp_path / name, one + text + budget), tmp_path / name / "kept", measure=noisy(0.01)
        )
    agree, differ = results["agree"], results["differ"]
    assert agree.fit is not None
    assert differ.fit is not None
    assert agree.fit.spread == 1
    assert differ.fit.p_value < 0.01 < agree.fit.p_value
    assert differ.parameters["left"][0] > 2 * agree.parameters["left"][0]
    assert any("No values meet all targets" in sentence for sentence in findings(differ))
    assert not differ.all_met


def test_as_it_is_only_measures(tmp_path: Path) -> None:
    wanted = loaded(tmp_path, f"{FIT}{true_targets()}budget: {{points: 40, check: 4}}\n")
    result = calibrate(wanted, tmp_path / "kept", as_is=True, measure=noisy(0.01))
    assert (result.account.runs, result.fitted, result.fit) == (4, {}, None)
    assert not result.all_met, "the baseline has another bar"
    base = load_scenario("baseline")
    share, count = curve(base.openings.bar, base.screening.trust)
    assert result.targets["start"].to_numpy() == pytest.approx([share, count], rel=0.02)


def test_runs_that_fail_or_count_nothing_are_left_out(tmp_path: Path) -> None:
    inner = noisy(0.01)

    def lame(scenario: Scenario, seed: int, replication: int, names: Sequence[str]) -> Any:
        if 0.6 < scenario.openings.bar < 0.65:
            raise ZeroDivisionError("no luck")
        values, cost = inner(scenario, seed, replication, names)
        if scenario.openings.bar > 0.7:
            values["direct.response"] = (0.0, math.nan)
        return values, cost

    wanted = loaded(tmp_path, f"{FIT}{true_targets()}budget: {{points: 40, replications: 1, check: 2}}\n")
    result = calibrate(wanted, tmp_path / "kept", measure=lame)
    assert {failed.error.split(" (")[0] for failed in result.failures} == {"ZeroDivisionError: no luck"}
    assert result.points["direct.response"].isna().sum() > len(result.failures) > 0
    assert all(low <= TRUE[path] <= high for path, (low, high) in intervals(result).items())

    def nothing(scenario: Scenario, seed: int, replication: int, names: Sequence[str]) -> Any:
        values, cost = inner(scenario, seed, replication, names)
        return values | {"direct.response": (0.0, math.nan)}, cost

    with pytest.raises(AnalysisError, match=r"direct.response: only 0 of 20 points have a value, and 2 parameters"):
        calibrate(wanted, tmp_path / "other", measure=nothing)


@pytest.mark.slow
def test_intervals_hold_the_truth_as_often_as_they_say(tmp_path: Path) -> None:
    # Targets carry the error they state. 60 calibrations, two parameters each. At 95 % coverage fewer than 49 of 60
    # hold the truth with a chance below 1 in 10,000 for either parameter.
    share, count = curve(*TRUE.values())
    hits = dict.fromkeys(TRUE, 0)
    for seed in range(60):
        luck = Streams(seed, 0).generator("targets").standard_normal(2)
        text = targets(share + 0.0003 * luck[0], 0.0003, count + 0.5 * luck[1], 0.5)
        wanted = loaded(tmp_path, f"{FIT}{text}seed: {seed}\nbudget: {{points: 30, replications: 1, check: 2}}\n")
        ends = intervals(calibrate(wanted, tmp_path / str(seed), measure=noisy(0.03)))
        for path, true in TRUE.items():
            hits[path] += ends[path][0] <= true <= ends[path][1]
    assert stats.binom.cdf(48, 60, 0.95) < 1e-4
    assert min(hits.values()) >= 49, hits


@pytest.mark.slow
def test_real_markets_give_back_the_parameters_they_were_made_with(tmp_path: Path) -> None:
    # What is read and who is invited, from two targets with their own standard errors, each measured on draws of its
    # own: the errors of targets count as independent. Three calibrations, two parameters; at 95 % coverage fewer than
    # four of six intervals hold the truth with a chance of 2 in 1,000, and the seeds are fixed.
    true = {"screening.resumes_per_review": 14, "openings.bar": 0.3}
    market = {"population.people": 400, "time.window": 84, "time.warm_up": 28, "openings.growth": 0.004}
    made = load_scenario("baseline", market | true)
    hits, left = [], []
    for seed in range(3):
        text = f"scenario: baseline\nset: {{{', '.join(f'{path}: {value}' for path, value in market.items())}}}\nfit:\n"
        text += "  screening.resumes_per_review: {from: 5, to: 60, scale: log}\n"
        text += "  openings.bar: {from: 0, to: 0.8}\nto:\n"
        for number, name in enumerate(("direct.read", "interviewed_per_opening")):
            first = 1000 + 12 * number
            runs = [simulate_outcomes(made, 100 + seed, first + again, [name])[0][name][1] for again in range(12)]
            text += f"  - {{quantity: {name}, value: {np.mean(runs)}, sd: {np.std(runs, ddof=1) / math.sqrt(12)}}}\n"
        wanted = loaded(tmp_path, f"{text}seed: {seed}\nbudget: {{points: 32, replications: 1, check: 2}}\n")
        result = calibrate(wanted, tmp_path / str(seed))
        ends = intervals(result)
        hits += [ends[path][0] <= value <= ends[path][1] for path, value in true.items()]
        left += result.parameters["left"].tolist()
    assert stats.binom.cdf(3, 6, 0.95) < 3e-3
    assert sum(hits) >= 4, (hits, left)
    assert np.mean(left) < 0.5, "the intervals say something"


# The parts


@pytest.mark.parametrize(
    ("points", "rounds", "factors", "sizes"),
    [
        (60, 3, 2, [30, 15, 15]),
        (61, 3, 2, [30, 16, 15]),
        (11, 3, 2, [5, 6]),
        (7, 3, 2, [7]),
        (60, 1, 2, [60]),
        (26, 2, 10, [13, 13]),
        (25, 2, 10, [25]),
    ],
)
def test_points_are_divided_over_rounds(points: int, rounds: int, factors: int, sizes: list[int]) -> None:
    assert round_sizes(points, rounds, factors) == sizes
    assert sizes[0] >= fewest_points(factors)


def test_coordinates_are_those_that_values_are_drawn_by(tmp_path: Path) -> None:
    text = """
scenario: baseline
fit:
  openings.bar: {from: -0.2, to: 0.8}
  openings.growth: {from: 0.0001, to: 0.01, scale: log}
  recruiters.approaches: {from: 5, to: 20}
  recruiters.profiles_viewed: {from: 10, to: 70, scale: log}
to: [{quantity: direct.response, within: [2%, 5%]}]
"""
    for factor in loaded(tmp_path, text).sweep.factors:
        places = np.linspace(0, 1, 41)
        values = values_at(factor, places)
        back = np.array([coordinate(factor, value) for value in values])
        if factor.type == "int":
            assert values_at(factor, back) == values
        else:
            assert back == pytest.approx(places, abs=1e-9)


# What can be aimed at
