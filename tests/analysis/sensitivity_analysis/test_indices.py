"""What moves a quantity, held against functions whose indices, effects and surfaces are known."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from analytic_functions import ENDS, ISHIGAMI, OF, A, B, C, in_hand, ishigami, linear, measuring, quadratic, stored

from analysis.cli.main import main
from analysis.errors import AnalysisError
from analysis.sensitivity_analysis.indices import CANNOT, sensitivity
from analysis.sensitivity_analysis.sweep_data import open_sweep_data
from sim.experiments.designs import DESIGNS
from sim.scenario.shipped import shipped_scenarios, shipped_sweeps

Patch = pytest.MonkeyPatch


def by_factor(rows: pd.DataFrame, index: str) -> pd.DataFrame:
    return rows[rows["index"] == index].set_index("factor")


def test_sobol_indices_are_those_of_the_ishigami_function() -> None:
    """Over twenty seeds the errors at 256 base samples had a standard deviation of 0.06 at most; this seed is fixed."""
    data = in_hand(measuring(ishigami), "sobol", points=256, replications=1)
    found = sensitivity(data, OF)
    for index, closed in ISHIGAMI.items():
        known = np.array(closed)
        rows = by_factor(found.indices, index).loc[[A, B, C]]
        np.testing.assert_allclose(rows["value"], known, atol=0.1)
        assert ((rows["low"] <= known) & (known <= rows["high"])).all()
    # The third acts through the first alone: nothing by itself, much in all.
    assert by_factor(found.indices, "S1").loc[C, "high"] < by_factor(found.indices, "ST").loc[C, "low"] + 0.1
    assert set(found.indices["n"]) == {256}


def test_second_order_names_the_pair_that_acts_together() -> None:
    data = in_hand(measuring(ishigami), "sobol", points=128, second_order=True, replications=1)
    pairs = sensitivity(data, OF, resamples=50).indices.query("index == 'S2'").set_index(["factor", "other"])["value"]
    assert len(pairs) == 3
    assert pairs.idxmax() == (A, C)
    assert pairs[(A, C)] == pytest.approx(0.2437, abs=0.15)


def test_intervals_of_indices_widen_with_the_noise_between_replications() -> None:
    """An interval that only drew points anew would treat the two replications at hand as the truth."""
    widths = []
    for noise in (0.0, 3.0):
        measure = measuring(linear, noise=noise)
        data = in_hand(measure, "morris", points=6, replications=2)
        found = sensitivity(data, OF, resamples=100)
        rows = by_factor(found.indices, "mu")
        widths.append((rows["high"] - rows["low"]).to_numpy())
        assert bool(found.notes) == (noise > 0)
    assert np.allclose(widths[0], 0, atol=1e-9)
    assert (widths[1] > 1).all()


def test_a_shift_that_all_points_share_moves_no_index() -> None:
    """Common random numbers: what a replication adds to every point cancels."""
    data = in_hand(measuring(linear, common=50.0), "morris", points=4, replications=3)
    found = sensitivity(data, OF, resamples=50)
    rows = by_factor(found.indices, "mu").loc[[A, B, C]]
    for column in ("value", "low", "high"):
        np.testing.assert_allclose(rows[column], [4, -2, 0], atol=1e-9)
    assert found.responses.noise() == pytest.approx(0, abs=1e-9)


def test_morris_gives_slopes_of_a_plane_and_no_spread(tmp_path: Path, monkeypatch: Patch) -> None:
    found = sensitivity(stored(tmp_path, monkeypatch, measuring(linear), "morris", points=5), OF, resamples=20)
    assert by_factor(found.indices, "mu_star")["value"].to_dict() == pytest.approx({A: 4, B: 2, C: 0}, abs=1e-9)
    assert by_factor(found.indices, "mu")["value"].to_dict() == pytest.approx({A: 4, B: -2, C: 0}, abs=1e-9)
    assert by_factor(found.indices, "sigma")["value"].to_dict() == pytest.approx({A: 0, B: 0, C: 0}, abs=1e-9)
    assert set(found.indices["n"]) == {5}


def test_one_at_a_time_differences_are_paired() -> None:
    """A shift of 50 days a replication hides a change of 2 days in anything but paired differences."""
    measure = measuring(linear, noise=0.05, common=50.0)
    found = sensitivity(in_hand(measure, "one-at-a-time", replications=6), OF)
    base = found.data.points.iloc[0]
    assert base[A] == 0.5
    for row in found.effects.to_dict("records"):
        slope = {A: 4.0, B: -2.0, C: 0.0}[row["factor"]]
        expected = slope * (row["at"] - base[row["factor"]]) / ENDS[row["factor"]]
        # Six replications with noise of 0.07 a difference: 0.3 is ten standard errors.
        assert row["value"] == pytest.approx(expected, abs=0.3)
        assert row["high"] - row["low"] < 0.5
        assert row["saved"] > 0.99
    assert len(found.effects) == 9
    wide = found.curves["high"] - found.curves["low"]
    assert (wide > 10).all()  # a level by itself has all of the shift


def test_paired_intervals_hold_what_they_promise() -> None:
    """180 differences at 95 %: fewer than 158 or more than 179 inside has a chance of about 1 in 3,000.

    Differences from one base point share its noise, so the sum varies more than a binomial one; each sweep brings nine
    of them, and twenty sweeps differ in their seeds. A standard deviation twice the binomial one is allowed for.
    """
    inside = 0
    for seed in range(20):
        measure = measuring(linear, noise=1.0, common=5.0)
        data = in_hand(measure, "one-at-a-time", replications=5, seed=seed)
        for row in sensitivity(data, OF).effects.to_dict("records"):
            slope = {A: 4.0, B: -2.0, C: 0.0}[row["factor"]]
            known = slope * (row["at"] - data.points.iloc[0][row["factor"]]) / ENDS[row["factor"]]
            inside += row["low"] <= known <= row["high"]
    assert 158 <= inside <= 179


def test_a_grid_has_the_mean_of_its_points_at_each_level() -> None:
    found = sensitivity(in_hand(measuring(linear, common=1.0), "grid", replications=3), OF)
    rows = found.curves[found.curves["factor"] == A]
    shift = found.responses.points.mean() - (20 + 2 - 1)
    assert rows["value"].tolist() == pytest.approx([20 - 1 + 4 * part + shift for part in (0, 0.25, 0.5, 0.75, 1)])
    assert set(rows["n"]) == {25}
    assert found.effects.empty
    assert found.indices.empty


def test_the_metamodel_finds_a_quadratic_surface() -> None:
    data = in_hand(measuring(quadratic), "latin-hypercube", points=40)
    model = sensitivity(data, OF).metamodel
    assert model is not None
    assert model.form == "quadratic"
    assert model.q2 == pytest.approx(1, abs=1e-9)
    assert model.rmse == pytest.approx(0, abs=1e-6)
    told = model.predict({A: [0.0, 5.0, 10.0], B: [5.0, 2.5, 0.0], C: [0.0, 2.5, 5.0]})
    assert told.tolist() == pytest.approx([quadratic(0, 1, 0), quadratic(0.5, 0.5, 0.5), quadratic(1, 0, 1)])


def test_the_error_of_the_metamodel_is_that_of_the_noise() -> None:
    """A true surface with noise of 2 days over 4 replications leaves 1 day, a little more for what is estimated.

    At 120 points the root mean square of normal errors has a relative standard deviation of 6 %; the bounds are more
    than three of them away from what ten coefficients make of it.
    """
    measure = measuring(quadratic, noise=2.0, common=30.0)
    data = in_hand(measure, "latin-hypercube", points=120, replications=4)
    model = sensitivity(data, OF).metamodel
    assert model is not None
    assert model.noise == pytest.approx(1, rel=0.25)
    assert 0.8 < model.rmse < 1.35
    assert 0.5 < model.q2 < 1


def test_a_plane_stands_where_a_curve_is_only_noise() -> None:
    data = in_hand(measuring(linear, noise=0.5), "latin-hypercube", points=30)
    model = sensitivity(data, OF).metamodel
    assert model is not None
    assert model.form == "linear"


@pytest.mark.parametrize("sloped", [False, True])
def test_intervals_of_coefficients_hold_what_they_promise(sloped: bool) -> None:
    """120 planes at 95 %: fewer than 103 or all 120 with each coefficient inside has a chance of about 1 in 500.

    Points share their draws: what they share moves the constant, and where it grows with a factor, its slope. Intervals
    from the residuals of one fit held the constant in 8 % of sweeps.
    """
    inside = np.zeros(4)
    for seed in range(120):
        measure = measuring(linear, noise=0.5, common=5.0, common_slope=3.0 if sloped else 0.0)
        data = in_hand(measure, "latin-hypercube", points=8, replications=5, seed=seed)
        model = sensitivity(data, OF).metamodel
        assert model is not None
        assert model.form == "linear"
        middle = {coding.factor.path: (coding.high + coding.low) / 2 for coding in model.codings}
        half = {
            coding.factor.path: (coding.high - coding.low) / 2 / ENDS[coding.factor.path] for coding in model.codings
        }
        known = [linear(*(middle[path] / ENDS[path] for path in (A, B, C))), 4 * half[A], -2 * half[B], 0.0]
        rows = model.coefficients.set_index("factor").loc[["", A, B, C]]
        inside += (rows["low"] <= known) & (known <= rows["high"])
    assert (inside >= 103).all()
    assert (inside < 120).all()


def test_a_gap_in_one_point_leaves_the_other_points_their_intervals() -> None:
    data = in_hand(measuring(linear, noise=0.5), "latin-hypercube", points=30, replications=4)
    responses = data.responses(OF)
    for row in range(4):
        responses.weights[row, row] = responses.values[row, row] = 0.0  # no replication has all points any more
    weights = np.full(30, 1 / 30)
    assert np.isnan(responses.contrast(weights, 0.95).value)
    value, low, high = responses.weighted_sum(weights, 0.95)
    assert value == pytest.approx(responses.points.mean())
    assert low < value < high < value + 1


def test_points_without_a_value_are_left_out_and_told(tmp_path: Path, monkeypatch: Patch) -> None:
    measure = measuring(linear, missing=(100,))
    data = stored(tmp_path, monkeypatch, measure, "morris", points=8)
    lost = int((data.points[A] == 10).sum())
    assert lost
    found = sensitivity(data, OF, resamples=20)
    assert f"{lost} of 32 points" in found.notes[0]
    assert by_factor(found.indices, "mu")["value"].to_dict() == pytest.approx({A: 4, B: -2, C: 0}, abs=1e-9)
    assert found.indices["n"].iloc[0] < 8


@pytest.mark.parametrize(("design", "parts"), [("sobol", {"points": 8}), ("one-at-a-time", {})])
def test_folder_and_sweep_in_hand_say_the_same(
    tmp_path: Path, monkeypatch: Patch, design: str, parts: dict[str, int]
) -> None:
    measure = measuring(ishigami, noise=0.1)
    tables = [
        sensitivity(data, OF, resamples=20).table()
        for data in (stored(tmp_path, monkeypatch, measure, design, **parts), in_hand(measure, design, **parts))
    ]
    pd.testing.assert_frame_equal(*tables)


def test_a_quantity_that_nothing_moves_has_no_index() -> None:
    data = in_hand(measuring(lambda a, b, c: 3.0), "sobol", points=4)
    found = sensitivity(data, OF)
    assert found.indices.empty
    assert "same at every point" in found.notes[0]


def test_every_design_says_what_it_cannot_answer() -> None:
    assert set(CANNOT) == set(DESIGNS)


@pytest.mark.parametrize(
    ("spoil", "message"),
    [
        (lambda folder: (folder / "sweep.json").unlink(), "holds no sweep.json"),
        (lambda folder: (folder / "sweep.json").write_text("{"), "cannot be read"),
        (lambda folder: (folder / "sweep.json").write_text('{"name": "old"}'), "does not list the factors"),
        (lambda folder: (folder / "runs.parquet").unlink(), "not there yet"),
        (lambda folder: (folder / "runs.parquet").write_bytes(b"PAR1"), "runs.parquet: cannot be read"),
    ],
)
def test_folders_that_cannot_be_analysed(tmp_path: Path, monkeypatch: Patch, spoil: object, message: str) -> None:
    stored(tmp_path, monkeypatch, measuring(linear), "morris", points=2)
    spoil(tmp_path / "kept")  # type: ignore[operator]
    with pytest.raises(AnalysisError, match=message):
        open_sweep_data(tmp_path / "kept")


def test_a_design_that_would_be_drawn_otherwise_is_refused(tmp_path: Path, monkeypatch: Patch) -> None:
    stored(tmp_path, monkeypatch, measuring(linear), "morris", points=2)
    mark = tmp_path / "kept" / "sweep.json"
    mark.write_text(json.dumps({**json.loads(mark.read_text()), "seed": 4}))
    with pytest.raises(AnalysisError, match="differs from the one that this installation draws"):
        open_sweep_data(tmp_path / "kept")


TINY = """
name: tiny
title: A tiny sweep
scenario: baseline
set:
  population.people: 250
  time.window: 5 weeks
  time.warm_up: 1 week
  time.follow_up: 3 weeks
  time.response_window: 3 weeks
design: one-at-a-time
vary: {screening.resumes_per_review: [2]}
replications: 2
outcomes: [all.read]
"""


def test_command_on_a_real_sweep(tmp_path: Path, monkeypatch: Patch, capsys: pytest.CaptureFixture[str]) -> None:
    monkeypatch.chdir(tmp_path)
    Path("tiny.yaml").write_text(TINY)
    assert main(["sweep", "tiny.yaml", "--workers", "1", "--quiet"]) == 0
    capsys.readouterr()
    assert main(["sensitivity", "results/tiny", "--quiet"]) == 0
    told = capsys.readouterr().out
    assert "all.read" in told
    assert CANNOT["one-at-a-time"] in told
    place = Path("results/tiny/sensitivity")
    names = {path.name for path in place.glob("[!.]*")}
    assert {"sensitivity.html", "sensitivity.csv", "all-read-tornado.png", "all-read-tornado.svg"} <= names
    table = pd.read_csv(place / "sensitivity.csv")
    assert set(table["of"]) == {"all.read"}
    fewer = table.query("index == 'difference' and factor == 'screening.resumes_per_review'")
    assert fewer["value"].iloc[0] < 0  # who reads two of a pile reads less of it
    # The same numbers for machines, and another quantity when asked for.
    assert main(["sensitivity", "results/tiny", "--of", "direct.read", "--json", "--out", "out"]) == 0
    rows = json.loads(capsys.readouterr().out)
    assert {row["of"] for row in rows} == {"direct.read"}
    assert Path("out/direct-read-tornado.svg").exists()


def test_command_refuses_in_one_line(tmp_path: Path, monkeypatch: Patch, capsys: pytest.CaptureFixture[str]) -> None:
    stored(tmp_path, monkeypatch, measuring(linear), "morris", points=2)
    kept = str(tmp_path / "kept")
    for arguments, message in (
        ([str(tmp_path / "none")], "holds no sweep.json"),
        ([kept, "--of", "days_to_fil"], "did you mean 'days_to_fill'?"),
    ):
        assert main(["sensitivity", *arguments]) == 2
        told = capsys.readouterr()
        lines = [line for line in told.err.splitlines() if not line.startswith("Note: ")]
        assert len(lines) == 1
        assert message in lines[0]
        assert told.out == ""
    assert not (tmp_path / "none").exists()
    assert not (tmp_path / "kept" / "sensitivity").exists()


def test_a_shipped_sweep_is_found_by_name(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["sweep", "crowdin"]) == 2
    assert "no sweep is named 'crowdin'; did you mean 'crowding'?" in capsys.readouterr().err


def test_shipped_sweeps_are_no_scenarios_and_load() -> None:
    from sim.experiments.sweep_reader import load_sweep

    assert "crowding" in shipped_sweeps()
    assert all(path.parent.name != "sweeps" for path in shipped_scenarios().values())
    for path in shipped_sweeps().values():
        assert load_sweep(path).points
