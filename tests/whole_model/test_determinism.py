"""Same scenario, seed and version: the same tables to the byte, however the work is shared, stopped or resumed."""

import json
from pathlib import Path

import golden_run
import pytest
from other_processes import ENVIRONMENT, other_hashes, printed
from small_markets import SMALL, differing, digest, small, tables_of

from sim import load_scenario, read_run, simulate
from sim.records.tables import TABLES
from sim.runs.result import Result

TINY = {
    **SMALL,
    "population.people": 150,
    "time.warm_up": 7,
    "time.window": 21,
    "time.follow_up": 21,
    "time.response_window": 28,
    "openings.growth": 0.01,
}


def tiny(overrides: dict[str, object] | None = None):
    return small({**TINY, **(overrides or {})})


def files(folder: Path) -> dict[str, bytes]:
    """Every table file of a run folder."""
    return {path.relative_to(folder).as_posix(): path.read_bytes() for path in sorted(folder.glob("*/*.parquet"))}


def tables(result: Result) -> dict:
    return {name: result.table(name) for name in TABLES}


@pytest.fixture(scope="module")
def whole(tmp_path_factory: pytest.TempPathFactory) -> tuple[Result, Path]:
    """Three replications, kept in a folder."""
    folder = tmp_path_factory.mktemp("whole")
    return simulate(tiny(), replications=3, seed=5, folder=folder), folder


# ---- the same again ------------------------------------------------------------------------------------------------


def test_run_twice_is_the_same_to_the_byte(whole, tmp_path: Path) -> None:
    simulate(tiny(), replications=3, seed=5, folder=tmp_path)
    assert files(tmp_path) == files(whole[1])
    assert len(files(tmp_path)) == 3 * len(TABLES)


def test_two_processes_give_what_one_gives(whole, tmp_path: Path) -> None:
    shared = simulate(tiny(), replications=3, seed=5, workers=2, folder=tmp_path)
    assert files(tmp_path) == files(whole[1])
    assert shared.manifest["rows"] == whole[0].manifest["rows"]


def test_in_memory_is_as_on_disk(whole, tmp_path: Path) -> None:
    result = simulate(tiny(), replications=3, seed=5)
    assert differing(tables(result), tables(whole[0])) == []
    result.write(tmp_path)
    assert files(tmp_path) == files(whole[1])
    assert differing(tables(read_run(tmp_path)), tables(result)) == []


def test_two_processes_in_memory_give_what_one_gives(whole) -> None:
    assert differing(tables(simulate(tiny(), replications=3, seed=5, workers=2)), tables(whole[0])) == []


@pytest.mark.parametrize("count", [1, 5])
def test_a_replication_does_not_depend_on_how_many_are_asked_for(whole, count: int, tmp_path: Path) -> None:
    simulate(tiny(), replications=count, seed=5, folder=tmp_path)
    kept = files(whole[1])
    shared = {name: content for name, content in files(tmp_path).items() if name in kept}
    assert len(shared) == min(count, 3) * len(TABLES)
    assert all(kept[name] == content for name, content in shared.items())


def test_another_process_with_other_hashes_gives_the_same(whole) -> None:
    # Sets and dictionaries of text are ordered by a hash that differs from process to process.
    code = (
        "import json, sys; from small_markets import digest, small, tables_of\n"
        "print(digest(tables_of(small(json.loads(sys.argv[1])), 5)))"
    )
    said = printed(code, json.dumps(TINY), environment=other_hashes())
    assert said.strip() == digest(tables_of(tiny(), 5))


# ---- what must differ ----------------------------------------------------------------------------------------------


def test_another_seed_and_another_replication_are_other_markets() -> None:
    made = [tables_of(tiny(), seed, replication) for seed, replication in ((5, 0), (6, 0), (5, 1))]
    for i, j in ((0, 1), (0, 2), (1, 2)):
        moved = differing(made[i], made[j])
        assert {"persons.ability", "applications.sent", "openings.opened"} <= set(moved)


def test_seed_zero_is_used_and_recorded() -> None:
    zero = simulate(tiny({"seed": 3}), replications=1, seed=0)
    assert zero.manifest["seed"] == zero.seed == 0
    assert differing(tables(zero), tables_of(tiny(), 0)) == []
    assert differing(tables(simulate(tiny({"seed": 3}), replications=1)), tables_of(tiny(), 3)) == []


@pytest.mark.parametrize("wrong", [{"replications": 0}, {"workers": 0}, {"seed": -1}])
def test_impossible_runs_are_refused(wrong: dict[str, int]) -> None:
    with pytest.raises(ValueError, match="expected"):
        simulate(tiny(), **{"replications": 1, "seed": 1, **wrong})


# ---- taken up again ------------------------------------------------------------------------------------------------


class Counted:
    """A progress callback that remembers how many replications were really run."""

    def __init__(self) -> None:
        self.calls: list[tuple[int, int]] = []

    def __call__(self, done: int, of: int) -> None:
        self.calls.append((done, of))

    @property
    def ran(self) -> int:
        return self.calls[-1][0] - self.calls[0][0]


@pytest.fixture
def copy(whole, tmp_path: Path) -> Path:
    """A finished run to do harm to."""
    import shutil

    return Path(shutil.copytree(whole[1], tmp_path / "copy"))


def again(folder: Path, count: int = 3, **changes: object) -> Counted:
    progress = Counted()
    simulate(tiny(changes or None), replications=count, seed=5, folder=folder, progress=progress)
    return progress


def test_a_finished_run_is_used_as_it_is(copy: Path, whole) -> None:
    times = {path: path.stat().st_mtime_ns for path in copy.glob("*/*.parquet")}
    assert again(copy).ran == 0
    assert {path: path.stat().st_mtime_ns for path in copy.glob("*/*.parquet")} == times
    assert files(copy) == files(whole[1])
    assert read_run(copy).manifest["replications"] == 3


def harm_missing_done(folder: Path) -> None:
    (folder / "done" / "000001.json").unlink()


def harm_missing_table(folder: Path) -> None:
    (folder / "pathway" / "000001.parquet").unlink()


def harm_done_no_json(folder: Path) -> None:
    (folder / "done" / "000001.json").write_text("{", encoding="utf-8")


def harm_done_empty(folder: Path) -> None:
    (folder / "done" / "000001.json").write_text("", encoding="utf-8")


def harm_done_other_kind(folder: Path) -> None:
    (folder / "done" / "000001.json").write_text("[1]", encoding="utf-8")


def harm_done_not_text(folder: Path) -> None:
    (folder / "done" / "000001.json").write_bytes(b"\xff\xfe\x00")


def harm_done_of_another(folder: Path) -> None:
    (folder / "done" / "000001.json").write_bytes((folder / "done" / "000000.json").read_bytes())


def harm_done_without_a_cost(folder: Path) -> None:
    done = folder / "done" / "000001.json"
    summary = json.loads(done.read_text(encoding="utf-8"))
    del summary["cpu_seconds"]
    done.write_text(json.dumps(summary), encoding="utf-8")


def harm_table_cut_short(folder: Path) -> None:
    table = folder / "applications" / "000001.parquet"
    table.write_bytes(table.read_bytes()[:1000])


def harm_table_one_bit(folder: Path) -> None:
    table = folder / "applications" / "000001.parquet"
    content = bytearray(table.read_bytes())
    content[len(content) // 2] ^= 1
    table.write_bytes(bytes(content))


def harm_table_of_another(folder: Path) -> None:
    (folder / "openings" / "000001.parquet").write_bytes((folder / "openings" / "000000.parquet").read_bytes())


HARMS = {name.removeprefix("harm_"): harm for name, harm in globals().items() if name.startswith("harm_")}


@pytest.mark.parametrize("harm", HARMS)
def test_harm_to_one_replication_is_found_and_that_one_runs_again(harm: str, copy: Path, whole) -> None:
    HARMS[harm](copy)
    assert again(copy).ran == 1
    assert files(copy) == files(whole[1])
    assert differing(tables(read_run(copy)), tables(whole[0])) == []


def test_an_interrupted_run_goes_on_where_it_stopped(whole, tmp_path: Path) -> None:
    class Stop(Exception):
        pass

    def stop(done: int, of: int) -> None:
        if done == 2:
            raise Stop

    with pytest.raises(Stop):
        simulate(tiny(), replications=3, seed=5, folder=tmp_path, progress=stop)
    assert not (tmp_path / "manifest.json").exists(), "an unfinished run does not look like a finished one"
    assert again(tmp_path).ran == 1
    assert files(tmp_path) == files(whole[1])


def test_more_replications_keep_those_there_are(copy: Path, whole) -> None:
    assert again(copy, count=5).ran == 2
    assert files(whole[1]).items() <= files(copy).items()
    assert read_run(copy).replications == 5


def test_fewer_replications_leave_no_table_that_the_manifest_does_not_count(copy: Path) -> None:
    again(copy, count=2)
    assert sorted({Path(name).stem for name in files(copy)}) == ["000000", "000001"]
    assert read_run(copy).applications.replication.nunique() == 2


def test_another_scenario_in_the_same_folder_replaces_what_was_there(copy: Path, tmp_path: Path) -> None:
    assert again(copy, **{"openings.bar": 0.3}).ran == 3
    simulate(tiny({"openings.bar": 0.3}), replications=3, seed=5, folder=tmp_path / "fresh")
    assert files(copy) == files(tmp_path / "fresh")


def test_another_seed_in_the_same_folder_replaces_what_was_there(copy: Path, whole) -> None:
    simulate(tiny(), replications=3, seed=6, folder=copy)
    assert all(files(copy)[name] != content for name, content in files(whole[1]).items() if "applications" in name)
    assert read_run(copy).seed == 6


# ---- the golden run ------------------------------------------------------------------------------------------------


def test_the_golden_run_is_what_was_kept() -> None:
    kept, now = golden_run.kept(), golden_run.summary()
    advice = 'if it should, run: python tests/support/refresh_golden.py --why "..."'
    assert now["scenario"] == kept["scenario"], f"the defaults have moved; {advice}"
    if now["environment"] == kept["environment"]:
        moved = sorted(name for name in now["columns"] if now["columns"][name] != kept["columns"].get(name))
        assert now["digest"] == kept["digest"], f"{moved} moved; {advice}"
        return
    # Elsewhere the last digits of logarithms and cosines may differ, and nothing that one could see.
    assert now["totals"].keys() == kept["totals"].keys()
    for name, total in kept["totals"].items():
        assert now["totals"][name] == pytest.approx(total, rel=1e-5, abs=1e-3), f"{name} moved; {advice}"


def test_the_golden_file_says_why_it_was_last_refreshed() -> None:
    kept = golden_run.kept()
    assert kept["history"][-1]["digest"] == kept["digest"]
    assert all(len(entry["why"]) >= 20 for entry in kept["history"])


def test_the_golden_run_is_not_empty() -> None:
    made = golden_run.run()
    assert all(made[name].num_rows > 50 for name in ("applications", "persons", "spells", "pathway"))
    assert load_scenario("baseline", golden_run.OVERRIDES).population.people == 400


def test_a_processor_with_fewer_instructions_gives_what_no_eye_could_tell_apart() -> None:
    # numpy takes logarithms and powers by the widest instructions there are; the last digit may hang on them. Without
    # any but the plainest the run must still be the same run: the same rows, and totals equal to six digits.
    from numpy._core._multiarray_umath import __cpu_dispatch__ as known
    from numpy._core._multiarray_umath import __cpu_features__ as there

    code = "import json, golden_run as golden\nprint(json.dumps(golden.totals(golden.run())))"
    plain = {**ENVIRONMENT, "NPY_DISABLE_CPU_FEATURES": " ".join(name for name in known if there.get(name))}
    found, here = json.loads(printed(code, environment=plain)), golden_run.totals(golden_run.run())
    assert found.keys() == here.keys()
    for name, total in here.items():
        assert found[name] == pytest.approx(total, rel=1e-6, abs=1e-4), name
