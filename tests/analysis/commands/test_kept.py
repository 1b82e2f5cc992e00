"""What is kept under a folder of results is shown, and removed without touching what is not the program's."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from stored_runs import run as stored

import analysis
import sim
from analysis.cli.main import main
from analysis.errors import AnalysisError
from sim.own_files.listing import LIST
from sim.own_files.own_files import own_files
from sim.store.store import Store

SMALL = {"population.people": 40, "time.window": "1 week", "time.warm_up": "1 week", "time.follow_up": "60 days"}


@pytest.fixture
def kept(tmp_path: Path) -> Path:
    """A run, a sweep whose run is kept in a store and in tables, and files of the user's everywhere."""
    place = tmp_path / "results"
    scenario = sim.load_scenario("baseline", SMALL)
    sim.simulate(scenario, replications=1, folder=place / "market")
    with own_files(place / "swept") as own:
        own.put("sweep.json", b"{}")
    with Store(place / "swept" / "store") as store:
        for number in range(2):
            store.add(stored(number))
    with own_files(place / "swept" / "tables" / "point-000000") as own:
        own.put("manifest.json", b"{}")
    (tmp_path / "elsewhere").mkdir()
    (tmp_path / "elsewhere" / "mine.parquet").write_text("mine")
    for name in ("market/mine.csv", "market/jobs/mine.parquet", "swept/store/packed/mine.parquet", "other/mine.csv"):
        (place / name).parent.mkdir(exist_ok=True, parents=True)
        (place / name).write_text("mine")
    (place / "market" / "link").symlink_to(tmp_path / "elsewhere")
    return place


def left(place: Path) -> set[str]:
    return {path.relative_to(place).as_posix() for path in place.rglob("*") if path.is_file() and not path.is_symlink()}


def test_it_shows_each_folder_and_changes_nothing(kept: Path) -> None:
    before = left(kept)
    table = analysis.results(kept).set_index("folder")
    assert left(kept) == before
    assert table.index.tolist() == [str(kept / "market"), str(kept / "swept")]
    assert table["what"].tolist() == ["run", "sweep"]
    run = table.loc[str(kept / "market")]
    # Nine tables and a mark, identity, scenario, manifest and the list; of others two files and a link to a folder.
    assert (run["files"], run["others"], run["cleared"]) == (14, 2, False)
    ours = [kept / "market" / name for name in left(kept / "market") if "mine" not in name]
    assert run["bytes"] == sum(path.stat().st_size for path in ours)


def test_clearing_leaves_only_what_is_not_the_programs(kept: Path, capsys: pytest.CaptureFixture[str]) -> None:
    changed = kept / "market" / "scenario.yaml"
    changed.write_text("mine now")
    (kept / "market" / "spells" / "000000.parquet").write_text("mine now")
    assert main(["results", str(kept), "--clear"]) == 0
    out = capsys.readouterr().out
    assert out.splitlines()[-1].startswith("Removed ")
    assert "files that are not the program's stay" in out
    assert left(kept) == {
        "market/mine.csv",
        "market/scenario.yaml",
        "market/jobs/mine.parquet",
        "market/spells/000000.parquet",
        "swept/store/packed/mine.parquet",
        "other/mine.csv",
    }
    assert (kept.parent / "elsewhere" / "mine.parquet").exists()
    assert main(["results", str(kept)]) == 0
    assert capsys.readouterr().out.endswith("nothing of the program's is kept here.\n")


@pytest.mark.parametrize("name", ["packed", "segments", "damaged"])
def test_links_in_a_store_are_not_followed_and_only_its_own_damaged_files_go(kept: Path, name: str) -> None:
    store = kept / "swept" / "store"
    elsewhere = kept.parent / "elsewhere"
    names = (f"{'a' * 64}.parquet", f"{'a' * 64}.parquet.{'0' * 12}", f"host-1-{'0' * 12}.rows", "mine.rows")
    for each in names:
        (elsewhere / each).write_text("mine")
    if (store / name).exists():
        (store / name).rename(kept.parent / name)
    (store / name).symlink_to(elsewhere)
    if name != "damaged":
        (store / "damaged").mkdir(exist_ok=True)
        for each in names:
            (store / "damaged" / each).write_text("damaged")
        (store / "damaged" / "notes.parquet").write_text("mine")
    analysis.results(kept, clear=True)
    assert {path.name for path in elsewhere.iterdir()} == {*names, "mine.parquet"}
    if name != "damaged":
        assert sorted(path.name for path in (store / "damaged").iterdir()) == ["mine.rows", "notes.parquet"]


def test_the_command_that_clears_names_the_folder_that_was_shown(
    kept: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(kept.parent)
    assert main(["results"]) == 0
    assert capsys.readouterr().out.endswith(": referralsim results --clear\n")
    (kept.parent / "old results").symlink_to(kept)
    assert main(["results", "old results"]) == 0
    assert capsys.readouterr().out.endswith(": referralsim results 'old results' --clear\n")
    (kept / "market" / "mine.csv").unlink()
    (kept / "market" / "link").unlink()
    assert main(["results", "--clear"]) == 0
    assert "market: 1 file that is not the program's stays." in capsys.readouterr().out


def test_what_another_command_writes_stays(kept: Path, capsys: pytest.CaptureFixture[str]) -> None:
    before = left(kept / "swept")
    with own_files(kept / "swept"):
        assert main(["results", str(kept), "--clear"]) == 1
    assert f"{kept / 'swept'}: another command is writing there; left as it is." in capsys.readouterr().out
    assert left(kept / "swept") == before
    assert not (kept / "market" / LIST).exists()
    with Store(kept / "swept" / "store") as store:  # a sweep elsewhere that shares this store
        store.add(stored(5))
        assert main(["results", str(kept / "swept" / "store"), "--clear"]) == 1
    assert len(Store(kept / "swept" / "store", readonly=True)) == 3
    assert main(["results", str(kept), "--clear"]) == 0


def test_machines_get_a_list_and_no_folder_is_one_line(kept: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["results", str(kept), "--json"]) == 0
    rows = json.loads(capsys.readouterr().out)
    assert [row["what"] for row in rows] == ["run", "sweep"]
    assert main(["results", str(kept / "nowhere")]) == 2
    told = "there is no such folder; expected the folder that --results names"
    assert capsys.readouterr().err == f"{kept / 'nowhere'}: {told}\n"
    with pytest.raises(AnalysisError, match="no such folder"):
        analysis.results(kept / "nowhere")
