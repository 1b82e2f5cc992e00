"""The folder of a run: whose files are there, what is used again, and what a kill, a change or another run does."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import pytest

import sim
from sim.errors import ScenarioError
from sim.own_files.listing import LIST, on_list
from sim.own_files.own_files import ASIDE, own_files
from sim.records.tables import TABLES
from sim.runs import folder as module
from sim.runs import manifest
from sim.runs import simulation as simulation_module
from sim.runs.folder import EARLIER, files_of
from sim.runs.simulation import simulate

SMALL = {"population.people": 40, "time.window": "1 week", "time.warm_up": "1 week", "time.follow_up": "60 days"}
SCENARIO = sim.load_scenario("baseline", SMALL)
OF_A_RUN = {"identity.json", "manifest.json", "scenario.yaml"}


def seen(folder: Path) -> dict[str, bytes]:
    """Every file but the list, by its place in the folder."""
    files = {path.relative_to(folder).as_posix(): path for path in folder.rglob("*") if path.is_file()}
    return {name: path.read_bytes() for name, path in files.items() if name != LIST}


@pytest.fixture(scope="module")
def ran(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("ran") / "run"
    simulate(SCENARIO, replications=2, seed=1, folder=folder)
    return folder


@pytest.fixture
def run(ran: Path, tmp_path: Path) -> Path:
    return Path(shutil.copytree(ran, tmp_path / "run"))


@pytest.fixture
def simulated(monkeypatch: pytest.MonkeyPatch) -> list[int]:
    """Numbers of the replications that are simulated."""
    numbers: list[int] = []
    write = simulation_module.write_replication

    def counted(scenario: sim.Scenario, seed: int, replication: int, folder: Path) -> dict[str, object]:
        numbers.append(replication)
        return write(scenario, seed, replication, folder)

    monkeypatch.setattr(simulation_module, "write_replication", counted)
    return numbers


def again(folder: Path, *, seed: int = 1, replications: int = 2) -> None:
    simulate(SCENARIO, replications=replications, seed=seed, folder=folder)


def test_the_list_names_every_file_of_a_run(ran: Path) -> None:
    assert seen(ran).keys() == set(on_list(ran)) == {*OF_A_RUN, *files_of(0), *files_of(1)}


@pytest.mark.parametrize("change", [{}, {"seed": 2}, {"replications": 1}, {"seed": 3, "replications": 1}])
def test_nothing_of_the_users_goes_whatever_runs_again(run: Path, tmp_path: Path, change: dict[str, int]) -> None:
    elsewhere = tmp_path / "elsewhere"
    for place in (run / "notes", run / "applications", run / "done", run / "earlier", elsewhere):
        place.mkdir(exist_ok=True)
        for name in ("mine.parquet", "mine.json", "mine.csv", ".mine", "000007.parquet"):
            (place / name).write_text("mine")
    (run / "link").symlink_to(elsewhere)
    mine = {name: content for name, content in seen(run).items() if content == b"mine"}
    assert len(mine) == 20
    again(run, **change)
    assert seen(run).items() >= mine.items()
    assert len(list(elsewhere.iterdir())) == 5
    left = seen(run).keys() - mine.keys() - {f"link/{path.name}" for path in elsewhere.iterdir()}
    assert left == OF_A_RUN | {name for i in range(change.get("replications", 2)) for name in files_of(i)}


@pytest.mark.parametrize("name", ["scenario.yaml", "manifest.json", "identity.json", "applications/000000.parquet"])
def test_a_file_of_the_users_in_the_way_is_refused_in_one_line(tmp_path: Path, name: str, simulated: list[int]) -> None:
    (tmp_path / name).parent.mkdir(exist_ok=True)
    (tmp_path / name).write_text("mine")
    with pytest.raises(ScenarioError, match=f"{name}: is there, and the program did not write it"):
        again(tmp_path)
    if name != "identity.json":  # `write` makes no such file
        result = simulate(SCENARIO, replications=1, seed=1)
        with pytest.raises(ScenarioError, match=f"{name}: is there, and the program did not write it"):
            result.write(tmp_path)
    assert (tmp_path / name).read_text() == "mine"
    assert simulated == []


def test_what_is_finished_is_used_again_and_a_damaged_table_is_kept_aside(run: Path, simulated: list[int]) -> None:
    before = seen(run)
    table = run / "spells" / "000001.parquet"
    damaged = bytearray(table.read_bytes())
    damaged[10] ^= 1
    table.write_bytes(damaged)
    again(run)
    assert simulated == [1]
    assert (run / ASIDE / "spells" / "000001.parquet").read_bytes() == damaged
    assert all(seen(run)[f"{name}/000001.parquet"] == before[f"{name}/000001.parquet"] for name in TABLES)


@pytest.mark.parametrize("change", [{"seed": 2}, {"replications": 1}, {"seed": 3, "replications": 1}])
@pytest.mark.parametrize("name", ["jobs/000001.parquet", "done/000001.json", "scenario.yaml"])
def test_a_file_of_a_run_that_the_user_has_changed_is_never_lost(run: Path, name: str, change: dict[str, int]) -> None:
    (run / name).write_text("mine")
    again(run, **change)
    assert (run / ASIDE / name).read_text() == "mine"
    again(run)
    assert (run / ASIDE / name).read_text() == "mine"


def test_a_change_of_the_program_makes_replications_anew(
    run: Path, simulated: list[int], monkeypatch: pytest.MonkeyPatch
) -> None:
    again(run)
    assert simulated == []
    monkeypatch.setattr(manifest, "program_digest", lambda: "other files")
    again(run)
    assert simulated == [0, 1]
    assert json.loads((run / "manifest.json").read_text())["program"] == "other files"


def test_a_finished_run_stays_until_that_which_replaces_it_has_finished(
    run: Path, simulated: list[int], monkeypatch: pytest.MonkeyPatch
) -> None:
    before = seen(run)

    def full(*_: object) -> None:
        raise OSError(28, "No space left on device")

    for seed in (2, 3):  # the second finds a finished and an unfinished run
        with monkeypatch.context() as patch:
            patch.setattr(simulation_module, "finish_folder", full)
            with pytest.raises(OSError, match="No space left"):
                again(run, seed=seed)
        moved = {name.removeprefix(f"{EARLIER}/"): one for name, one in seen(run).items() if name.startswith(EARLIER)}
        assert moved == before
    simulated.clear()
    again(run)  # and whoever goes back to it finds it
    assert simulated == []
    assert {name: one for name, one in seen(run).items() if name != "manifest.json"} == {
        name: one for name, one in before.items() if name != "manifest.json"
    }
    again(run, seed=2)
    assert not any(name.startswith(EARLIER) for name in seen(run))


def test_a_full_disk_at_the_end_keeps_every_replication(
    tmp_path: Path, simulated: list[int], monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(*_: object) -> None:
        raise OSError(28, "No space left on device")

    with monkeypatch.context() as patch:
        patch.setattr(simulation_module, "finish_folder", full)
        with pytest.raises(OSError, match="No space left"):
            again(tmp_path)
    assert simulated == [0, 1]
    again(tmp_path)
    assert simulated == [0, 1]


def test_of_two_runs_into_one_folder_one_is_told(run: Path, simulated: list[int]) -> None:
    before = seen(run)
    with own_files(run), pytest.raises(ScenarioError, match="another command is writing into this folder"):
        again(run, seed=2)
    assert (seen(run), simulated) == (before, [])


@pytest.mark.parametrize("seed", [1, 2])
def test_a_folder_of_a_former_version_is_taken_over(run: Path, simulated: list[int], seed: int) -> None:
    """What its marks and identity vouch for is the program's; what only bears its name is kept aside."""
    (run / LIST).unlink()
    (run / "done" / "000001.json").unlink()  # a replication that was under way
    (run / "applications" / "mine.parquet").write_text("mine")
    again(run, seed=seed)
    assert simulated == ([1] if seed == 1 else [0, 1])
    aside = {name for name in seen(run) if name.startswith(ASIDE)}
    assert aside == {f"{ASIDE}/{name}/000001.parquet" for name in TABLES}
    assert (run / "applications" / "mine.parquet").read_text() == "mine"
    assert set(on_list(run)) == {*OF_A_RUN, *files_of(0), *files_of(1)}


def test_a_result_in_memory_replaces_only_what_the_program_wrote(run: Path) -> None:
    (run / "jobs" / "mine.csv").write_text("mine")
    result = simulate(SCENARIO, replications=1, seed=5)
    result.write(run)
    tables = {name for name in files_of(0) if name.endswith(".parquet")}
    assert seen(run).keys() == {"manifest.json", "scenario.yaml", "jobs/mine.csv", *tables}
    assert sim.read_run(run).seed == 5


def test_a_write_that_fails_leaves_the_run_that_was_there(run: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    before = seen(run)
    result = simulate(SCENARIO, replications=1, seed=5)

    def full(part: Path, batches: object) -> None:
        if "ties" in str(part):
            raise OSError(28, "No space left on device")
        module.write_batches(part, batches)  # type: ignore[arg-type]

    monkeypatch.setattr("sim.runs.result.write_batches", full)
    with pytest.raises(OSError, match="No space left"):
        result.write(run)
    assert seen(run) == before
