"""Folders in which only what the program wrote is removed or replaced: lists, locks, links, kills, full disks."""

from __future__ import annotations

import errno
import json
import os
from collections.abc import Callable
from pathlib import Path

import pytest
from other_processes import start_python

from sim.errors import ScenarioError
from sim.own_files import own_files as module
from sim.own_files.listing import LIST, on_list, refuse_others
from sim.own_files.own_files import ASIDE, OwnFiles, own_files


def seen(folder: Path) -> dict[str, str]:
    """Every file but the list, by its place in the folder."""
    files = {path.relative_to(folder).as_posix(): path for path in folder.rglob("*") if path.is_file()}
    return {name: path.read_text() for name, path in files.items() if name != LIST}


def put(own: OwnFiles) -> None:
    own.put("one.csv", b"new")


def put_all(own: OwnFiles) -> None:
    own.put_all({"page.html": b"new", "one.csv": b"new"}, last="page.html")


def writing(own: OwnFiles) -> None:
    with own.writing("one.csv") as part:
        part.write_bytes(b"new")


WRITERS = pytest.mark.parametrize("write", [put, put_all, writing])


@WRITERS
def test_what_the_program_wrote_is_replaced_and_removed_and_nothing_else(
    tmp_path: Path, write: Callable[[OwnFiles], None]
) -> None:
    for _ in range(2):
        with own_files(tmp_path) as own:
            write(own)
            assert "one.csv" in own
    (tmp_path / "mine.csv").write_text("mine")
    with own_files(tmp_path) as own:
        assert own.aside == []
        own.remove(["one.csv", "page.html", "mine.csv"])
    assert seen(tmp_path) == {"mine.csv": "mine"}
    (tmp_path / "one.csv").write_text("mine, where once there was one of the program's")
    with own_files(tmp_path) as own, pytest.raises(ScenarioError, match=r"one\.csv: is there, and the program did not"):
        write(own)


@WRITERS
@pytest.mark.parametrize("kind", ["file", "link", "dangling link", "folder"])
def test_what_is_not_on_the_list_is_refused_before_anything_is_written(
    tmp_path: Path, write: Callable[[OwnFiles], None], kind: str
) -> None:
    folder, elsewhere = tmp_path / "out", tmp_path / "elsewhere"
    folder.mkdir()
    elsewhere.write_text("mine")
    if kind == "file":
        (folder / "one.csv").write_text("mine")
    elif kind == "folder":
        (folder / "one.csv").mkdir()
    else:
        (folder / "one.csv").symlink_to(elsewhere if kind == "link" else tmp_path / "nowhere")
    before = sorted(folder.iterdir())
    with pytest.raises(ScenarioError, match=r"one\.csv: is (there|a link), "), own_files(folder) as own:
        write(own)
    with pytest.raises(ScenarioError, match=r"one\.csv: is (there|a link), "):
        refuse_others(folder, ["one.csv"])
    assert sorted(folder.iterdir()) == before
    assert elsewhere.read_text() == "mine"
    assert not (tmp_path / "nowhere").exists()


def test_links_to_folders_are_not_followed(tmp_path: Path) -> None:
    folder, elsewhere = tmp_path / "out", tmp_path / "elsewhere"
    with own_files(folder) as own:
        own.put("tables/one.csv", b"new")
    (folder / "tables").rename(elsewhere)
    (folder / "tables").symlink_to(elsewhere)
    with own_files(folder) as own:
        with pytest.raises(ScenarioError, match="tables: is a link"):
            own.put("tables/one.csv", b"newer")
        with pytest.raises(ScenarioError, match="tables: is a link"):
            own.put("tables/two.csv", b"newer")
        own.remove(["tables/one.csv"])
    assert seen(elsewhere) == {"one.csv": "new"}


def test_a_file_that_somebody_changed_is_kept_aside(tmp_path: Path) -> None:
    for number in range(3):
        with own_files(tmp_path) as own:
            own.put_all({"page.html": b"new", "sub/page.csv": b"new"}, last="page.html")
            assert own.aside == (["sub/page.csv"] if number else [])
        (tmp_path / "sub" / "page.csv").write_text(f"note {number}")
    with own_files(tmp_path) as own:
        own.remove(["page.html", "sub/page.csv"])  # changed: it stays
    assert seen(tmp_path) == {
        "sub/page.csv": "note 2",
        f"{ASIDE}/sub/page.csv": "note 0",
        f"{ASIDE}/sub/page-2.csv": "note 1",
    }


def test_what_is_already_as_it_should_be_is_taken_over(tmp_path: Path) -> None:
    (tmp_path / "one.csv").write_text("new")
    with own_files(tmp_path) as own:
        own.put("one.csv", b"new")
    assert set(on_list(tmp_path)) == {"one.csv"}


def test_names_stay_inside_and_a_list_made_elsewhere_cannot_reach_out(tmp_path: Path) -> None:
    folder = tmp_path / "out"
    with own_files(folder) as own:
        own.put("one.csv", b"new")
        for name in ("../mine", "/mine", ""):
            with pytest.raises(ValueError, match="inside the folder"):
                own.claim([name])
    (tmp_path / "mine").write_text("mine")
    with (folder / LIST).open("a") as file:
        for name in ("../mine", str(tmp_path / "mine"), 3):
            file.write(json.dumps({"file": name, "sha256": None}) + "\n")
        file.write('not JSON\n[]\n{"other": 1}\n{"file": "half of a')
    with own_files(folder) as own:
        assert own.names() == ["one.csv"]
        own.remove([*own.names(), "../mine"])
        own.put("two.csv", b"new")
    assert set(on_list(folder)) == {"two.csv"}
    assert (tmp_path / "mine").exists()


def test_parts_left_by_a_kill_go_and_others_stay(tmp_path: Path) -> None:
    with own_files(tmp_path) as own:
        own.put("one.csv", b"new")
        own.put("sub/two.csv", b"new")
    for name in (".one.csv.0123456789ab", "sub/.two.csv.0123456789ab", ".mine.csv.0123456789ab", ".one.csv.mine"):
        (tmp_path / name).write_text("part")
    with own_files(tmp_path):
        pass
    assert seen(tmp_path).keys() == {"one.csv", "sub/two.csv", ".mine.csv.0123456789ab", ".one.csv.mine"}


def test_where_there_are_no_locks_only_old_parts_go(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "lock", lambda _: None)
    with own_files(tmp_path) as own:
        own.put("one.csv", b"new")
    for number in (1, 2):
        (tmp_path / f".one.csv.{number:012x}").write_text("part")
    os.utime(tmp_path / f".one.csv.{2:012x}", (1, 1))
    with own_files(tmp_path):
        pass
    assert seen(tmp_path).keys() == {"one.csv", f".one.csv.{1:012x}"}


def test_of_two_commands_one_is_told_or_waits(tmp_path: Path) -> None:
    code = (
        "import sys, time\nfrom sim.own_files.own_files import own_files\n"
        "with own_files(sys.argv[1]) as own:\n    own.put('one.csv', b'first')\n    print('in', flush=True)\n"
        "    sys.stdin.readline()\n"
    )
    other = start_python(code, str(tmp_path))
    assert other.stdout is not None
    assert other.stdin is not None
    assert other.stdout.readline().strip() == "in"
    with pytest.raises(ScenarioError, match="another command is writing into this folder"), own_files(tmp_path):
        pass
    other.stdin.write("\n")
    other.stdin.flush()
    with own_files(tmp_path, wait=60) as own:
        own.put("one.csv", b"second")
    other.communicate()
    assert seen(tmp_path) == {"one.csv": "second"}


@WRITERS
def test_a_full_disk_leaves_everything_as_it_was(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, write: Callable[[OwnFiles], None]
) -> None:
    """The disk fills up in the middle of a line of the list, and when a file is written."""
    with own_files(tmp_path) as own:
        own.put_all({"page.html": b"old", "one.csv": b"old"}, last="page.html")
    real, written = os.write, []

    def full(*_: object) -> int:
        raise OSError(errno.ENOSPC, "No space left on device")

    def limited(handle: int, data: bytes) -> int:
        if written:
            full()
        written.append(real(handle, data[: len(data) // 2]))
        return written[-1]

    monkeypatch.setattr(os, "write", limited)
    with pytest.raises(OSError, match="No space left"), own_files(tmp_path) as own:
        write(own)
    monkeypatch.undo()
    monkeypatch.setattr(Path, "write_bytes", full)
    with pytest.raises(OSError, match="No space left"), own_files(tmp_path) as own:
        write(own)
    monkeypatch.undo()
    assert seen(tmp_path) == {"page.html": "old", "one.csv": "old"}
    with own_files(tmp_path) as own:
        write(own)
        assert own.aside == []
    assert seen(tmp_path)["one.csv"] == "new"


def test_a_folder_whose_name_is_no_utf_8_is_refused_in_one_line(tmp_path: Path) -> None:
    with (
        pytest.raises(ScenarioError, match=r"\\xe9: has bytes that are no UTF-8") as refused,
        own_files(tmp_path / "\udce9"),
    ):
        pass
    assert str(refused.value).count("\n") == 0
    assert list(tmp_path.iterdir()) == []


def test_nothing_written_leaves_no_trace(tmp_path: Path) -> None:
    with own_files(tmp_path / "out"):
        pass
    assert list(tmp_path.iterdir()) == []
