"""Files that ask for a calibration: targets, budget, and the one that is shipped."""

from __future__ import annotations

import math
from dataclasses import replace
from pathlib import Path

import pandas as pd
import pytest
from calibration_files import FIT, loaded, true_targets
from paths import ROOT

from analysis.calibration.calibration_file import load_calibration, shipped_calibrations
from analysis.calibration.ranges import coordinate
from analysis.claims.evidence import evidence
from analysis.errors import AnalysisError
from sim import load_scenario
from sim.errors import ScenarioError
from sim.scenario.scenario import parameters_table

REPORTS = ROOT / "reports"


def test_a_band_is_as_good_inside_and_two_deviations_off_at_its_ends(tmp_path: Path) -> None:
    wanted = loaded(tmp_path, f"{FIT}to:\n  - {{quantity: days_to_fill, within: [5 weeks, 7 weeks], source: mine}}\n")
    (target,) = wanted.targets
    assert (target.unit, target.source) == ("days", "mine")
    assert (target.value, target.low, target.high) == pytest.approx((42, 35, 49))
    assert target.slack == pytest.approx(0.7 * 7)
    assert target.slack + 2 * target.sd == pytest.approx(7)


def log_of(folder: Path, direct: tuple[int, int], referral: tuple[int, int]) -> None:
    """Write a log of applications with so many answered out of so many, all followed for longer than the window."""
    rows = [
        {"channel": channel, "sent": float(day % 40), "responded": day % 40 + 9.0 if day < answered else math.nan}
        for channel, (answered, count) in (("direct", direct), ("referral", referral))
        for day in range(count)
    ]
    pd.DataFrame(rows).to_csv(folder / "log.csv", index=False)


def test_rates_of_an_own_log_are_targets_with_their_own_errors(tmp_path: Path) -> None:
    log_of(tmp_path, (12, 200), (3, 10))
    wanted = loaded(tmp_path, f"{FIT}to:\n  - log: log.csv\n    observed_until: 120\n")
    (target,) = wanted.targets
    assert (target.quantity, target.value) == ("direct.response", 0.06)
    assert target.sd == pytest.approx(math.sqrt(0.06 * 0.94 / 200), rel=0.1)
    assert target.source == "log:log.csv (12 of 200)"
    assert any("referral.response is not used as a target: 3 of 10" in note for note in wanted.notes)


def test_a_log_may_call_its_channels_otherwise(tmp_path: Path) -> None:
    log_of(tmp_path, (12, 200), (3, 10))
    log = tmp_path / "log.csv"
    log.write_text(log.read_text(encoding="utf-8").replace("direct", "portal"), encoding="utf-8")
    to = f"{FIT}to:\n  - log: log.csv\n"
    with pytest.raises(ScenarioError, match="channel: found 'portal'; expected one of direct, referral, recruiter"):
        loaded(tmp_path, to)
    assert [target.quantity for target in loaded(tmp_path, f"{to}    channels: {{portal: direct}}\n").targets] == [
        "direct.response"
    ]
    with pytest.raises(ScenarioError, match=r"0\].channels.portal: found 'web'; expected names and one of direct"):
        loaded(tmp_path, f"{to}    channels: {{portal: web}}\n")


def test_budget_can_be_changed_and_has_a_floor(tmp_path: Path) -> None:
    wanted = loaded(tmp_path, f"{FIT}{true_targets()}")
    assert (wanted.points, wanted.rounds, wanted.check, wanted.sweep.replications) == (60, 3, 20, 2)
    assert (wanted.with_budget(9, 5).points, wanted.with_budget(9, 5).sweep.replications) == (9, 5)
    with pytest.raises(AnalysisError, match="points 4: 2 parameters need at least 5 points"):
        wanted.with_budget(4, None)


def test_the_shipped_calibration_fits_calibrated_parameters_to_the_evidence() -> None:
    wanted = load_calibration("baseline")
    assert set(shipped_calibrations()) == {"baseline"}
    marks = {row.path: row.source for row in parameters_table()}
    assert {marks[factor.path] for factor in wanted.sweep.factors} == {"calibrated", "evidence:K7a", "evidence:K10"}
    for factor in wanted.sweep.factors:
        assert 0.02 < coordinate(factor, factor.base) < 0.98, factor.path
    for target in wanted.targets:
        row = evidence(target.source.removeprefix("evidence:"))
        if target.source != "evidence:K10":  # two numbers in one row, without a range
            assert (target.low, target.high) == pytest.approx((row.low, row.high)), target.quantity
    sources = {target.source.removeprefix("evidence:") for target in wanted.targets}
    assert sources == {"S1", "S2", "S3", "K1", "K2", "K3", "K4", "K5", "K6", "K7a", "K7b", "K7c", "K9", "K10"}
    assert wanted.sweep.base.digest == load_scenario("baseline").digest
    assert replace(wanted, points=40).with_budget(None, None).points == 40


def test_the_shipped_baseline_is_what_its_calibration_found() -> None:
    wanted = load_calibration("baseline")
    found = pd.read_csv(REPORTS / "calibration" / "calibration.csv").set_index("path")
    assert list(found.index) == [factor.path for factor in wanted.sweep.factors]
    for factor in wanted.sweep.factors:
        assert factor.base == found.loc[factor.path, "value"], factor.path
    reached = pd.read_csv(REPORTS / "calibration" / "targets.csv").set_index("quantity")
    assert list(reached.index) == [target.quantity for target in wanted.targets]
    assert reached["reached_met"].all()
