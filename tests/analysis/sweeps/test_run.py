"""A sweep carried out: tidy tables that say what a run says, the same bytes whoever ran it, readable by everybody."""

from __future__ import annotations

import shlex
import shutil
from dataclasses import replace
from pathlib import Path

import duckdb
import numpy as np
import pandas as pd
import polars as pl
import pytest

from analysis.cli.main import main
from analysis.errors import AnalysisError
from analysis.quantities.catalogue import estimate
from analysis.quantities.over_replications import over_replications
from analysis.quantities.per_replication import simulate_outcomes
from analysis.sweeps import keep_tables
from analysis.sweeps.request import names_of
from analysis.sweeps.result import SweepResult
from analysis.sweeps.run import run_sweep
from analysis.sweeps.status import read_status
from analysis.tables.tables import load
from sim import ScenarioError, load_scenario, read_run, simulate
from sim.experiments.rounds import enough
from sim.experiments.sweep import Sweep
from sim.experiments.sweep_reader import load_sweep
from sim.own_files.listing import LIST
from sim.own_files.own_files import ASIDE, own_files
from sim.records.tables import TABLES
from sim.store import store as store_module
from sim.store.store import Store

# Seven weeks in all: an answer is waited for during two of them, not for the usual sixty days.
TINY = (
    "set: {population.people: 200, time.window: 4 weeks, time.warm_up: 1 week, time.follow_up: 2 weeks, "
    "time.response_window: 2 weeks}"
)
GRID = f"""
name: tiny
scenario: baseline
{TINY}
design: grid
vary:
  screening.resumes_per_review: [5, 10]
  openings.growth: [0.002, 0.006]
replications: 2
outcomes: [all.read]
"""
FILES = ("design.parquet", "runs.parquet", "rates.parquet", "rates.csv", "failures.parquet")


def sweep_of(folder: Path, text: str = GRID) -> Sweep:
    file = folder / "tiny.yaml"
    file.write_text(text, encoding="utf-8")
    return load_sweep(file)


def tables(folder: Path) -> dict[str, bytes]:
    return {name: (folder / name).read_bytes() for name in FILES}


@pytest.fixture(scope="module")
def ran(tmp_path_factory: pytest.TempPathFactory) -> tuple[Sweep, SweepResult]:
    folder = tmp_path_factory.mktemp("sweep")
    sweep = sweep_of(folder)
    return sweep, run_sweep(sweep, folder / "kept", source=folder / "tiny.yaml")


def test_every_run_of_every_point_is_there_once_in_order(ran: tuple[Sweep, SweepResult]) -> None:
    sweep, result = ran
    names = names_of(sweep)
    expected = [(point, replication, name) for point in range(4) for replication in range(2) for name in sorted(names)]
    assert list(result.runs[["point", "replication", "name"]].itertuples(index=False, name=None)) == expected
    assert set(result.runs["seed"]) == {1}
    assert result.design.columns.tolist() == ["point", "screening.resumes_per_review", "openings.growth", "digest"]
    assert result.design["openings.growth"].tolist() == [0.002, 0.006, 0.002, 0.006]
    assert len(result.failures) == 0
    assert (result.folder / "sweep.yaml").read_text() == GRID


def test_numbers_are_those_of_the_run_by_itself(ran: tuple[Sweep, SweepResult]) -> None:
    sweep, result = ran
    names = names_of(sweep)
    values, _ = simulate_outcomes(sweep.scenario(sweep.points[2]), 1, 1, names)
    rows = result.runs.query("point == 2 and replication == 1").set_index("name")
    np.testing.assert_array_equal(rows.loc[list(names), ["n", "value"]].to_numpy(), [values[name] for name in names])


def test_pooled_value_and_interval_are_those_of_the_run_with_its_tables(tmp_path: Path) -> None:
    """With enough events both are the ratio of totals and Student's interval between replications."""
    larger = "set: {population.people: 500, time.window: 10 weeks, time.warm_up: 4 weeks}"
    text = GRID.replace(TINY, larger).replace("ions: 2", "ions: 3")
    text = text.replace("[5, 10]", "[8]").replace("[0.002, 0.006]", "[0.004]") + "keep_tables: on\n"
    rates = run_sweep(sweep_of(tmp_path, text), tmp_path / "kept").rates.set_index("name")
    tables = load(tmp_path / "kept" / "tables" / "point-000000")
    for name in ("direct.response", "all.read", "applicants_per_opening", "cold_to_interview"):
        direct, row = estimate(tables, name), rates.loc[name]
        assert direct.method == row["method"] == "Student t over 3 replications", name
        columns = ["value", "low", "high", "n", "between_sd", "replications"]
        assert row[columns].tolist() == pytest.approx(
            [direct.value, direct.low, direct.high, direct.n, direct.between_sd, 3], rel=1e-12
        ), name


def test_points_share_their_draws(tmp_path: Path) -> None:
    """Two points that differ only in what nothing reads yet at that point have equal numbers: common random numbers."""
    sweep = sweep_of(
        tmp_path,
        GRID.replace("grid", "points").replace(
            GRID[GRID.index("vary:") : GRID.index("replications")],
            "points:\n  - {openings.growth: 0.004}\n  - {openings.growth: 0.004, time.warm_up: 7}\n",
        ),
    )
    runs = run_sweep(sweep, tmp_path / "kept").runs
    wide = runs.pivot(index=["replication", "name"], columns="point", values="value")
    assert wide[0].equals(wide[1])
    assert wide[0].dropna().nunique() > 10


def test_pandas_polars_and_duckdb_read_the_same(ran: tuple[Sweep, SweepResult]) -> None:
    folder = ran[1].folder
    for name in ("design", "runs", "rates", "failures"):
        file = folder / f"{name}.parquet"
        frame = pd.read_parquet(file)
        other = pl.read_parquet(file)
        third = duckdb.sql(f"SELECT * FROM '{file}'").df()
        assert other.columns == third.columns.tolist() == frame.columns.tolist()
        assert len(other) == len(third) == len(frame)
        for column in frame.columns:
            if frame[column].dtype.kind in "if":
                for values in (other[column].to_numpy(), third[column].to_numpy()):
                    np.testing.assert_array_equal(values.astype(float), frame[column].to_numpy(dtype=float))
            else:
                assert other[column].to_list() == third[column].tolist() == frame[column].tolist()
    read = pd.read_csv(folder / "rates.csv")
    # pandas 2 reads the last digit of a CSV as it likes.
    pd.testing.assert_frame_equal(
        read, pd.read_parquet(folder / "rates.parquet"), check_dtype=False, rtol=1e-15, atol=0
    )


@pytest.mark.slow
def test_two_workers_give_the_same_bytes_and_nothing_runs_twice(ran: tuple[Sweep, SweepResult], tmp_path: Path) -> None:
    sweep, one = ran
    two = run_sweep(sweep, tmp_path, workers=2)
    assert tables(tmp_path) == tables(one.folder)
    again = run_sweep(sweep, tmp_path, workers=2)
    assert again.account is not None
    assert two.account is not None
    assert (two.account.runs, two.account.kept, again.account.runs, again.account.kept) == (8, 0, 8, 8)
    assert tables(tmp_path) == tables(one.folder)


def test_replications_may_be_added_in_parts_and_the_store_be_shared(
    ran: tuple[Sweep, SweepResult], tmp_path: Path
) -> None:
    sweep, whole = ran
    part = replace(sweep, name="part", points=sweep.points[1:3], replications=1)
    run_sweep(part, tmp_path / "part", store=tmp_path / "store")
    seen: list[tuple[int, bool]] = []
    result = run_sweep(
        sweep,
        tmp_path / "all",
        store=tmp_path / "store",
        watch=lambda finished, wanted: seen.append((wanted, finished.kept)),
    )
    assert result.account is not None
    assert (result.account.runs, result.account.kept) == (8, 2)
    assert [wanted for wanted, _ in seen] == [8] * 8
    assert tables(tmp_path / "all") == tables(whole.folder)


def test_another_design_under_the_same_name_is_told(tmp_path: Path) -> None:
    sweep = sweep_of(tmp_path, GRID.replace("replications: 2", "replications: 1"))
    said: list[str] = []
    run_sweep(sweep, tmp_path / "kept", say=said.append)
    run_sweep(replace(sweep, points=sweep.points[:2]), tmp_path / "kept", say=said.append)
    assert [sentence.split(" held")[1] for sentence in said] == [
        " a sweep with other points; its tables are replaced; runs that both share are reused."
    ]
    assert set(SweepResult(tmp_path / "kept").rates["point"]) == {0, 1}


def test_runs_of_changed_files_under_the_same_version_are_told(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    sweep = sweep_of(tmp_path, GRID.replace("replications: 2", "replications: 1").replace("[5, 10]", "[5]"))
    said: list[str] = []
    run_sweep(sweep, tmp_path / "kept", say=said.append)
    assert said == []
    monkeypatch.setattr(store_module, "program_digest", lambda _: "other files")
    for _ in range(2):  # and again, until the store is made anew
        result = run_sweep(sweep, tmp_path / "kept", say=said.append)
        assert said.pop().startswith("The store holds runs made by another version of the program's files")
        assert result.account is not None
        assert (result.account.kept, result.account.others) == (2, 2)
    monkeypatch.undo()
    shutil.rmtree(tmp_path / "kept" / "store")
    run_sweep(sweep, tmp_path / "kept", say=said.append)
    assert said == []


def test_a_sweep_that_is_stopped_leaves_tables_of_what_there_is(tmp_path: Path) -> None:
    sweep = sweep_of(tmp_path)

    def stop(finished: object, wanted: int) -> None:
        counted.append(1)
        if len(counted) == 5:
            raise KeyboardInterrupt

    counted: list[int] = []
    with pytest.raises(KeyboardInterrupt):
        run_sweep(sweep, tmp_path / "kept", watch=stop)
    rates = SweepResult(tmp_path / "kept").rates.query("name == 'all.read'")
    assert rates["replications"].tolist() == [2, 1, 1, 1]
    status = read_status(tmp_path / "kept")
    assert (status.done, status.wanted, status.failed, status.rounds) == (5, 8, 0, (4, 1))
    assert status.speed > 0
    assert status.left == pytest.approx(3 / status.speed)


def test_replications_by_precision_are_those_the_tables_hold(tmp_path: Path) -> None:
    aim = "replications: {half_width: 10%, of: all.read, at_least: 2, at_most: 5}"
    sweep = sweep_of(tmp_path, GRID.replace("replications: 2", aim).replace("[5, 10]", "[5]"))
    assert sweep.precision is not None
    result = run_sweep(sweep, tmp_path / "kept")
    counts = result.runs.groupby("point")["replication"].nunique()
    for point, rows in result.runs.query("name == 'all.read'").groupby("point"):
        values = rows.sort_values("replication")["value"].tolist()
        assert len(values) == counts[point]
        reached = [count for count in range(2, len(values) + 1) if enough(sweep.precision, values[:count])]
        assert (reached or [5]) == [len(values)]


@pytest.fixture(scope="module")
def lame(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, SweepResult]:
    """A sweep over networks, one of which is loaded without complaint and cannot be simulated."""
    folder = tmp_path_factory.mktemp("lame")
    (folder / "good.csv").write_text("person,contact\n0,1\n1,2\n")
    (folder / "bad.csv").write_text("person,contact\n0,1\n1,nobody\n")
    text = f"scenario: baseline\nname: lame\n{TINY}\ndesign: points\nreplications: 2\npoints:\n" + "".join(
        f"  - {{network.edge_list: {folder / name}.csv}}\n" for name in ("good", "bad")
    )
    return folder, run_sweep(sweep_of(folder, text), folder / "kept")


def test_a_failing_point_is_a_row_and_stops_no_other(lame: tuple[Path, SweepResult]) -> None:
    _, result = lame
    assert result.account is not None
    assert (result.account.runs, result.account.failed) == (4, 2)
    assert result.failures[["point", "replication", "seed"]].to_numpy().tolist() == [[1, 0, 1], [1, 1, 1]]
    assert result.failures["network.edge_list"].str.endswith("bad.csv").all()
    assert result.failures["error"].str.contains("nobody").all()
    assert set(result.runs["point"]) == {0}
    assert read_status(result.folder).failed == 2


def test_the_command_told_repeats_the_failure(
    lame: tuple[Path, SweepResult], capsys: pytest.CaptureFixture[str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    words = shlex.split(lame[1].failures["command"][0])
    assert words[:2] == ["referralsim", "run"]
    assert main([*words[1:], "--workers", "1"]) == 2
    assert "nobody" in capsys.readouterr().err


def test_a_name_that_nothing_answers_is_refused_with_its_line(tmp_path: Path) -> None:
    sweep = sweep_of(tmp_path)
    with pytest.raises(ScenarioError, match="nobody") as caught:
        names_of(replace(sweep, outcomes=("nobody.hired_in_12_weeks",)))
    assert str(caught.value).startswith(f"{tmp_path / 'tiny.yaml'}:10: ")


KEPT = GRID.replace("replications: 2", "replications: 2\nkeep_tables: on").replace("[0.002, 0.006]", "[0.004]")


def test_tables_are_kept_on_request_as_a_run_leaves_them(tmp_path: Path) -> None:
    said: list[str] = []
    sweep = sweep_of(tmp_path, KEPT)
    result = run_sweep(sweep, tmp_path / "kept", say=said.append)
    assert said[0].startswith("The tables of all runs will take about ")
    direct = simulate(sweep.scenario(sweep.points[1]), replications=2, seed=1, folder=tmp_path / "direct")
    kept = read_run(tmp_path / "kept" / "tables" / "point-000001")
    assert kept.manifest["digest"] == direct.manifest["digest"]
    for table in TABLES:
        for file in sorted((tmp_path / "direct" / table).iterdir()):
            assert (tmp_path / "kept" / "tables" / "point-000001" / table / file.name).read_bytes() == file.read_bytes()
    plain = run_sweep(replace(sweep, keep_tables=False), tmp_path / "plain")
    pd.testing.assert_frame_equal(plain.runs, result.runs)
    # A table that is lost is made again, and so is one that was never kept.
    (tmp_path / "kept" / "tables" / "point-000000" / "done" / "000001.json").unlink()
    again = run_sweep(sweep, tmp_path / "kept")
    assert again.account is not None
    assert again.account.kept == 3
    late = run_sweep(sweep, tmp_path / "plain")
    assert late.account is not None
    assert late.account.kept == 1  # the first, whose tables told the need


def test_tables_that_do_not_fit_are_refused_after_the_first_run(tmp_path: Path) -> None:
    sweep = replace(sweep_of(tmp_path, KEPT), replications=10**9)
    with pytest.raises(AnalysisError, match=r"tables of 2,000,000,000 runs need about \d.* TB more, and .* are free"):
        run_sweep(sweep, tmp_path / "kept")
    assert len(list((tmp_path / "kept" / "tables").glob("*/done/*.json"))) == 1


def test_the_need_is_that_of_the_runs_to_come(tmp_path: Path) -> None:
    keeper = keep_tables.Keeper(tmp_path)
    for replication, size in enumerate((100, 300)):
        for name in ("applications", "done"):
            place = tmp_path / "point-000000" / name
            place.mkdir(parents=True, exist_ok=True)
            (place / f"{replication:06d}.{'json' if name == 'done' else 'parquet'}").write_bytes(b"x" * size)
    assert keeper.need(12) == 10 * 400


@pytest.mark.parametrize(
    ("name", "values", "method"),
    [
        ("direct.response", [0.02, 0.03, 0.04], "Student t over 3 replications"),
        ("direct.response", [0.0, 0.0, 0.0], "replications, effective number 3"),
        ("applicants_per_opening", [20.0, 30.0, 25.0], "Student t over 3 replications"),
        ("letter_ratio", [1.0, 1.5, 2.0], "Student t over 3 replications, log scale"),
    ],
)
def test_intervals_between_replications(name: str, values: list[float], method: str) -> None:
    found = over_replications(name, [1000.0, 1000.0, 1000.0], values, 0.95)
    assert found["value"] == pytest.approx(np.mean(values))
    assert found["method"] == method
    low, high = float(str(found["low"])), float(str(found["high"]))
    assert 0 <= low <= np.mean(values) <= high
    if method == "Student t over 3 replications":
        half = 4.302652729911275 * np.std(values, ddof=1) / 3**0.5
        assert (low, high) == pytest.approx((np.mean(values) - half, np.mean(values) + half))


def test_a_rate_is_pooled_and_a_ratio_is_averaged() -> None:
    assert over_replications("direct.response", [100.0, 300.0], [0.1, 0.2], 0.9)["value"] == pytest.approx(0.175)
    assert over_replications("letter_ratio", [100.0, 300.0], [1.0, 2.0], 0.9)["value"] == pytest.approx(1.5)


def test_one_replication_has_a_value_and_no_interval() -> None:
    found = over_replications("direct.response", [100.0, 0.0], [0.1, float("nan")], 0.95)
    assert (found["value"], found["replications"], found["method"]) == (0.1, 1, "one replication")
    assert np.isnan([found["low"], found["high"], found["between_sd"]]).all()  # type: ignore[list-item]
    nothing = over_replications("direct.response", [], [], 0.95)
    assert np.isnan(nothing["value"])  # type: ignore[call-overload]
    assert nothing["n"] == 0


def test_the_name_of_a_point_is_no_part_of_its_runs(tmp_path: Path) -> None:
    base = load_scenario("baseline")
    assert base.model_copy(update={"name": "point-000001"}).digest == base.digest


def test_a_table_that_is_not_there_or_broken_is_one_line(tmp_path: Path) -> None:
    with pytest.raises(AnalysisError, match=r"there is no rates\.parquet here; expected the folder of a sweep"):
        SweepResult(tmp_path).rates  # noqa: B018
    (tmp_path / "rates.parquet").write_bytes(b"PAR1 and no more")
    with pytest.raises(AnalysisError, match=r"rates\.parquet cannot be read; run the same 'sweep' command again"):
        SweepResult(tmp_path).rates  # noqa: B018


def test_files_of_others_in_the_folder_stay_or_are_refused_before_anything_runs(
    ran: tuple[Sweep, SweepResult], tmp_path: Path
) -> None:
    sweep, result = ran
    mine = ["notes.csv", "tables/point-000000/mine.parquet", ".sweep.json.mine"]
    kept = shutil.copytree(result.folder, tmp_path / "kept")
    for name in mine:
        (kept / name).parent.mkdir(parents=True, exist_ok=True)
        (kept / name).write_text("mine")
    run_sweep(sweep, kept)
    assert [(kept / name).read_text() for name in mine] == ["mine"] * len(mine)
    for name in ("sweep.yaml", "design.parquet", "rates.csv"):
        place = tmp_path / name
        place.mkdir()
        (place / name).write_text("mine")
        with pytest.raises(ScenarioError, match=f"{name}: is there, and the program did not write it"):
            run_sweep(sweep, place, source=tmp_path / "tiny.yaml")
        assert [path.name for path in place.iterdir()] == [name]


def test_of_two_sweeps_into_one_folder_one_is_told_and_parts_of_a_killed_one_go(
    ran: tuple[Sweep, SweepResult], tmp_path: Path
) -> None:
    sweep, result = ran
    kept = shutil.copytree(result.folder, tmp_path / "kept")
    parts = [kept / f".{name}.0123456789ab" for name in ("sweep.json", "design.parquet", "runs.parquet")]
    for part in parts:
        part.write_text("half of")
    with own_files(kept), pytest.raises(ScenarioError, match="another command is writing into this folder"):
        run_sweep(sweep, kept)
    run_sweep(sweep, kept)
    assert not any(part.exists() for part in parts)


def test_a_folder_of_a_former_version_is_taken_over(ran: tuple[Sweep, SweepResult], tmp_path: Path) -> None:
    sweep, result = ran
    kept = shutil.copytree(result.folder, tmp_path / "kept")
    (kept / LIST).unlink()
    again = run_sweep(sweep, kept)
    assert again.account is not None
    assert again.account.kept == again.account.runs == 8
    assert tables(kept) == tables(result.folder)
    assert not (kept / ASIDE).exists()


@pytest.mark.parametrize("name", ["sweep.json", "design.parquet", "store/packed"])
def test_a_flipped_bit_in_the_folder_is_one_line_or_a_remark_of_the_status(
    ran: tuple[Sweep, SweepResult], tmp_path: Path, name: str
) -> None:
    sweep, result = ran
    kept = shutil.copytree(result.folder, tmp_path / "kept")
    Store(kept / "store").close()  # packs
    file = kept / name if "." in name else next((kept / name).iterdir())
    content = bytearray(file.read_bytes())
    content[len(content) // 2] ^= 1
    file.write_bytes(content)
    if name == "store/packed":
        assert len(read_status(kept).remarks) == 1
    else:
        with pytest.raises(AnalysisError, match=f"{name}: damaged, or changed since the sweep wrote it"):
            read_status(kept)
    run_sweep(sweep, kept)
    assert read_status(kept).done == 8
    assert tables(kept) == tables(result.folder)


# ---- a replication in which nobody applies ---------------------------------------------------------------------------

# Everybody has a job, and nothing is ever open.
IDLE = """
name: idle
scenario: baseline
set: {population.people: 40, population.employed: "100%", openings.growth: 0, openings.replacement: 0,
  time.window: 4 weeks, time.warm_up: 1 day, time.follow_up: 2 weeks, time.response_window: 2 weeks}
design: grid
vary: {screening.resumes_per_review: [5]}
replications: 2
outcomes: [interviewed_per_opening]
"""


def test_a_replication_in_which_nobody_applies_is_a_finished_run(tmp_path: Path) -> None:
    sweep = sweep_of(tmp_path, IDLE)
    first = run_sweep(sweep, tmp_path / "out")
    assert first.account is not None
    assert (first.account.runs, first.account.failed) == (2, 0)
    again = run_sweep(sweep, tmp_path / "out")
    assert again.account is not None
    assert (again.account.runs, again.account.kept, again.account.failed) == (2, 2, 0)
    runs = again.runs[again.runs["name"] == "direct.response"]
    assert runs["n"].tolist() == [0.0, 0.0]
    assert runs["value"].isna().all()
    status = read_status(tmp_path / "out")
    assert (status.done, status.failed) == (2, 0)
    rates = again.rates.set_index("name")
    assert rates.loc["direct.response", "n"] == 0
    assert np.isnan(rates.loc["direct.response", "value"])
