"""The store: what is written stays, what is damaged is found, what is left behind is tidied away, by whomever."""

from __future__ import annotations

import hashlib
import json
import math
import signal
import time
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from other_processes import WITHOUT_COVERAGE, run_python, start_python
from stored_runs import OPEN, run

from sim.store import packing, segments
from sim.store.segments import framed, leave_segment, unframed
from sim.store.store import Store, StoreError, joined, key_of

ODD = {"a": (3.0, 0.1 + 0.2), "b": (0.0, math.nan), "c": (1e-300, math.inf)}


def filled(folder: Path, count: int) -> None:
    """A store with so many runs in one segment that nobody holds."""
    with Store(folder) as store:
        for number in range(count):
            store.add(run(number))


def segment_of(folder: Path) -> Path:
    (segment,) = (folder / "segments").iterdir()
    return segment


def found(store: Store) -> list[int]:
    return sorted(int(one.digest, 16) for one in store.runs())


def test_a_line_gives_back_its_row_and_shows_damage() -> None:
    row = {"name": "zwölf\n", "numbers": [0.1 + 0.2, math.inf, 5e-324]}
    line = framed(row)
    assert line.endswith(b"\n")
    assert line.count(b"\n") == 1
    assert unframed(line[:-1]) == row
    for place in range(len(line) - 1):
        damaged = bytearray(line[:-1])
        damaged[place] ^= 1
        assert unframed(bytes(damaged)) is None


@pytest.mark.parametrize("packed", [False, True])
def test_what_is_written_is_read_again_to_the_last_bit(tmp_path: Path, packed: bool) -> None:
    one = run(1, ODD)
    with Store(tmp_path) as store:
        store.add(one)
    if packed:
        Store(tmp_path).close()
        assert not list((tmp_path / "segments").iterdir())
        assert len(list((tmp_path / "packed").iterdir())) == 1
    again = Store(tmp_path, readonly=True).find(one.key)
    assert again is not None
    assert repr(again.values) == repr(ODD)
    assert (again.cost, again.error, again.finished, again.worker) == (one.cost, "", one.finished, one.worker)


def test_a_run_is_known_by_all_that_decides_its_numbers() -> None:
    keys = [
        key_of("d", 1, 0),
        key_of("e", 1, 0),
        key_of("d", 2, 0),
        key_of("d", 1, 1),
        key_of("d", 1, 0, {"referralsim": "0.0.0"}),
    ]
    assert len(set(keys)) == len(keys)
    assert key_of("d", 1, 0) == keys[0]


def test_a_torn_end_loses_its_own_run_and_no_other(tmp_path: Path) -> None:
    filled(tmp_path / "whole", 3)
    content = segment_of(tmp_path / "whole").read_bytes()
    last = content.rstrip(b"\n").rfind(b"\n") + 1
    for cut in {last, last + 1, last + 20, len(content) - 1}:
        folder = tmp_path / str(cut)
        filled(folder, 1)
        segment_of(folder).write_bytes(content[:cut])
        store = Store(folder)
        assert found(store) == [0, 1]
        assert store.remarks == []


def test_a_damaged_record_is_found_told_and_set_aside(tmp_path: Path) -> None:
    filled(tmp_path, 4)
    segment = segment_of(tmp_path)
    content = bytearray(segment.read_bytes())
    content[content.find(b'"names"', content.find(b"\n"))] ^= 4  # in the second record
    segment.write_bytes(content)
    store = Store(tmp_path)
    assert found(store) == [0, 2, 3]
    assert store.remarks == [f"segments/{segment.name}: 1 record damaged, to be run again"]
    assert (tmp_path / "damaged" / segment.name).read_bytes() == content
    assert store.get(run(1).key) is None
    store.add(run(1))
    store.close()
    again = Store(tmp_path)
    assert (found(again), again.remarks) == ([0, 1, 2, 3], [])


def test_damage_in_a_packed_file_costs_a_group_and_is_told_once(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(packing, "GROUP", 2)
    filled(tmp_path, 6)
    Store(tmp_path).close()
    (packed,) = (tmp_path / "packed").iterdir()
    content = bytearray(packed.read_bytes())
    place = pq.read_metadata(packed).row_group(1).column(0).dictionary_page_offset
    content[place + 40] ^= 255  # in a key of the second group
    packed.write_bytes(content)
    store = Store(tmp_path)
    assert len(found(store)) == 4
    assert store.remarks == [f"packed/{packed.name}: 2 records damaged, to be run again"]
    again = Store(tmp_path)
    assert (found(again), again.remarks) == (found(store), [])
    assert (tmp_path / "damaged" / packed.name).read_bytes() == content


def test_a_packed_file_that_cannot_be_opened_is_told_and_set_aside(tmp_path: Path) -> None:
    filled(tmp_path, 2)
    Store(tmp_path).close()
    (packed,) = (tmp_path / "packed").iterdir()
    packed.write_bytes(packed.read_bytes()[:-5])
    filled_again = Store(tmp_path)
    assert found(filled_again) == []
    assert [remark.split(" (")[0] for remark in filled_again.remarks] == [f"packed/{packed.name}: damaged as a whole"]
    assert Store(tmp_path).remarks == []


def test_a_killed_packing_leaves_nothing_that_counts(tmp_path: Path) -> None:
    filled(tmp_path, 2)
    (tmp_path / "packed" / f".{'7' * 64}.parquet.0123456789ab").write_bytes(b"half of a f")
    store = Store(tmp_path)
    assert (found(store), store.remarks) == ([0, 1], [])
    assert not list((tmp_path / "packed").glob(".*"))


def test_a_row_that_stands_in_two_files_is_one_run(tmp_path: Path) -> None:
    """As after a kill between writing a packed file and removing the segment it was made of."""
    filled(tmp_path, 3)
    segment = segment_of(tmp_path)
    content = segment.read_bytes()
    Store(tmp_path).close()
    segment.write_bytes(content)
    assert found(Store(tmp_path)) == [0, 1, 2]


def test_segments_are_packed_when_their_process_has_ended_and_not_before(tmp_path: Path) -> None:
    other = start_python(OPEN + "store.add(run(1))\nprint('written', flush=True)\ntime.sleep(60)", tmp_path)
    assert other.stdout is not None
    assert other.stdout.readline() == "written\n"
    segment = segment_of(tmp_path)
    store = Store(tmp_path)
    assert found(store) == [1]
    assert segment.exists()
    other.send_signal(signal.SIGKILL)
    other.wait()
    other.communicate()
    assert found(Store(tmp_path)) == [1]
    assert not segment.exists()
    assert len(list((tmp_path / "packed").iterdir())) == 1


def test_a_store_that_is_open_sees_what_others_add_and_pack(tmp_path: Path) -> None:
    store = Store(tmp_path)
    filled(tmp_path, 3)
    store.refresh()
    assert found(store) == [0, 1, 2]
    Store(tmp_path).close()
    with Store(tmp_path) as third:
        third.add(run(7))
    Store(tmp_path).close()
    store.refresh()
    assert found(store) == [0, 1, 2, 7]
    assert store.remarks == []


def test_files_stay_few_however_often_it_is_opened(tmp_path: Path) -> None:
    for number in range(3 * packing.LOOSE):
        with Store(tmp_path) as store:
            store.add(run(number))
    assert found(Store(tmp_path)) == list(range(3 * packing.LOOSE))
    assert len(list((tmp_path / "packed").iterdir())) <= packing.LOOSE
    assert len(list((tmp_path / "segments").iterdir())) <= 1


def test_a_segment_that_has_grown_large_is_followed_by_another(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(segments, "ROTATE", 3 * len(framed(run(1).row())))
    filled(tmp_path, 10)
    assert 4 <= len(list((tmp_path / "segments").iterdir())) <= 5
    assert found(Store(tmp_path)) == list(range(10))


def test_a_run_is_reserved_by_one_and_freed_by_death(tmp_path: Path) -> None:
    key = run(1).key
    other = start_python(OPEN + "print(store.reserve(sys.argv[2]), flush=True)\ntime.sleep(60)", tmp_path, key)
    assert other.stdout is not None
    assert other.stdout.readline() == "True\n"
    store = Store(tmp_path)
    assert not store.reserve(key)
    assert store.reserve(run(2).key)
    assert not Store(tmp_path).reserve(run(2).key)
    other.kill()
    other.wait()
    other.communicate()
    assert store.reserve(key)
    store.release(key)
    assert Store(tmp_path).reserve(key)


def test_measured_names_add_up_and_a_success_stands_over_a_failure() -> None:
    a, b, both = run(1, {"a": (1.0, 2.0)}), run(1, {"b": (3.0, 4.0)}), run(1, {"a": (1.0, 2.0), "b": (3.0, 4.0)})
    assert joined(a, b).values == both.values
    assert joined(both, a) is both
    assert joined(a, both) is both
    bad = run(1, error="ValueError: no")
    assert joined(bad, a) is a
    assert joined(a, bad) is a


def test_a_failure_is_tried_again_by_the_next_and_not_by_the_same(tmp_path: Path) -> None:
    with Store(tmp_path) as store:
        store.add(run(1, error="ValueError: no"))
        known = store.get(run(1).key, ["a"])
        assert known is not None
        assert known.error == "ValueError: no"
    store = Store(tmp_path)
    assert store.get(run(1).key, ["a"]) is None
    store.add(run(1, error="ValueError: again"))
    known = store.get(run(1).key, ["a"])
    assert known is not None
    assert known.error == "ValueError: again"


def test_a_disk_that_fills_up_keeps_what_was_complete(tmp_path: Path) -> None:
    """A limit on the size of files stands for a disk that is full."""
    code = (
        "import resource\nfrom sim.store.store import StoreError\n"
        "resource.setrlimit(resource.RLIMIT_FSIZE, (1000, 1000))\n"
        "try:\n  for number in range(100):\n    store.add(run(number))\n"
        "except StoreError as problem:\n  print(number, problem)\n"
    )
    done = run_python(OPEN + code, tmp_path, environment=WITHOUT_COVERAGE)
    assert done.returncode == 0, done.stderr
    count, told = done.stdout.split(" ", 1)
    assert told.endswith("File too large\n")
    assert 1 <= int(count) < 100
    assert segment_of(tmp_path).read_bytes().endswith(b"\n")
    store = Store(tmp_path)
    assert (found(store), store.remarks) == (list(range(int(count))), [])


def test_what_was_told_to_be_written_is_there_after_a_kill(tmp_path: Path) -> None:
    other = start_python(
        OPEN + "for number in range(10**6):\n    store.add(run(number))\n    print(number, flush=True)\n", tmp_path
    )
    assert other.stdout is not None
    for _ in range(50):
        last = int(other.stdout.readline())
    other.kill()
    rest = other.communicate()[0].split()
    told = int(rest[-1]) if rest else last
    store = Store(tmp_path)
    assert found(store)[: told + 1] == list(range(told + 1))
    assert len(store) <= told + 2  # written, and killed before it could be told
    assert store.remarks == []


@pytest.mark.parametrize(
    ("content", "told"),
    [
        ('{"format": 99}', "found format 99; this version reads and writes format 1"),
        ("[]", "does not mark a store"),
        ("{", "does not mark a store"),
    ],
)
def test_what_is_no_store_is_refused(tmp_path: Path, content: str, told: str) -> None:
    (tmp_path / "store.json").write_text(content)
    with pytest.raises(StoreError, match=told):
        Store(tmp_path)


def test_where_nothing_can_be_written_is_one_line(tmp_path: Path) -> None:
    (tmp_path / "taken").write_text("a file")
    with pytest.raises(StoreError, match=r"taken.*Not a directory|taken.*File exists"):
        Store(tmp_path / "taken")


def test_looking_changes_nothing(tmp_path: Path) -> None:
    filled(tmp_path, 2)
    before = sorted(path for path in tmp_path.rglob("*"))
    assert len(Store(tmp_path, readonly=True)) == 2
    assert sorted(path for path in tmp_path.rglob("*")) == before
    assert len(Store(tmp_path / "nowhere", readonly=True)) == 0
    assert not (tmp_path / "nowhere").exists()


def test_a_million_runs_would_be_a_few_hundred_files() -> None:
    """By the size of a real row, with the names that the baseline is always asked for."""
    names = [f"direct.some_quantity_{number:02d}" for number in range(40)]
    size = len(framed(run(1, dict.fromkeys(names, (1234.0, 1 / 3))).row()))
    assert 1_000_000 * size / segments.ROTATE + 100 < 300


def test_a_segment_left_by_this_process_is_begun_anew(tmp_path: Path) -> None:
    before = time.time()
    with Store(tmp_path) as store:
        store.add(run(1))
    with Store(tmp_path) as store:
        store.add(run(2))
    leave_segment(tmp_path / "segments")
    assert found(Store(tmp_path)) == [1, 2]
    assert all(before <= one.finished <= time.time() for one in Store(tmp_path).runs())


def flips(content: bytes, step: int) -> Iterator[bytes]:
    """The content with one bit changed, for every `step`-th of its bits."""
    for bit in range(0, 8 * len(content), step):
        damaged = bytearray(content)
        damaged[bit // 8] ^= 1 << bit % 8
        yield bytes(damaged)


@pytest.mark.parametrize("step", [101, pytest.param(1, marks=pytest.mark.slow)])
def test_every_flipped_bit_of_a_packed_file_is_noticed(tmp_path: Path, step: int) -> None:
    filled(tmp_path, 3)
    Store(tmp_path).close()
    (packed,) = (tmp_path / "packed").iterdir()
    content = packed.read_bytes()
    good = list(packing.read(packed, []))
    assert len(good) == 3
    seen = Counter[int]()
    for damaged in flips(content, step):
        packed.write_bytes(damaged)
        remarks: list[str] = []
        rows = list(packing.read(packed, remarks))
        assert len(remarks) == 1
        assert all(row in good for row in rows)
        seen[len(rows)] += 1
    assert seen[0] > 0
    assert seen[3] > 0  # the footer may be damaged where nothing of a row stands


@pytest.mark.parametrize("step", [11, pytest.param(1, marks=pytest.mark.slow)])
def test_every_flipped_bit_of_a_segment_is_noticed(tmp_path: Path, step: int) -> None:
    filled(tmp_path, 2)
    segment = segment_of(tmp_path)
    content = segment.read_bytes()
    good = list(segments.Reading(segment).rows())
    for damaged in flips(content, step):
        segment.write_bytes(damaged)
        reading = segments.Reading(segment)
        rows = list(reading.rows())
        assert reading.damaged > 0
        assert all(row in good for row in rows)


@pytest.mark.parametrize("part", ["packed", "segments", "store.json"])
def test_a_store_opens_whatever_bit_is_flipped_and_keeps_the_damaged_file(tmp_path: Path, part: str) -> None:
    for number in range(12):
        folder = tmp_path / str(number)
        filled(folder, 3)
        if part != "segments":
            Store(folder).close()
        file = folder / part if part == "store.json" else next((folder / part).iterdir())
        content = bytearray(file.read_bytes())
        content[number * len(content) // 12] ^= 1
        file.write_bytes(content)
        if part == "store.json" and b'{"format": ' in content and b"}" in content:
            continue  # another number: another format, which is refused
        assert len(Store(folder, readonly=True).remarks) == (part != "store.json")  # as `status` looks at it
        store = Store(folder)
        assert len(store.remarks) == 1
        assert set(found(store)) <= {0, 1, 2}
        assert (folder / "damaged" / file.name).read_bytes() == content
        for missing in {0, 1, 2} - set(found(store)):
            store.add(run(missing))
        store.close()
        again = Store(folder)
        assert (found(again), again.remarks) == ([0, 1, 2], [])


def test_a_store_of_the_former_version_is_read_and_gets_checksums(tmp_path: Path) -> None:
    filled(tmp_path, 3)
    segment = segment_of(tmp_path)
    rows = [row for row in segments.Reading(segment).rows() if row.pop("program") == ""]
    segment.unlink()
    schema = pa.schema([field for field in packing._schema() if field.name not in ("program", "checksum")])
    table = pa.Table.from_pylist([{**row, "cost": json.dumps(row["cost"])} for row in rows], schema=schema)
    former = tmp_path / "packed" / f"{'0a' * 16}.parquet"
    pq.write_table(table, former, compression="zstd", write_page_checksum=True)
    assert found(Store(tmp_path, readonly=True)) == [0, 1, 2]
    assert former.is_file()
    store = Store(tmp_path)
    assert (found(store), store.remarks) == ([0, 1, 2], [])
    assert {one.program for one in store.runs()} == {""}
    (packed,) = (tmp_path / "packed").iterdir()
    assert packed.stem == hashlib.sha256(packed.read_bytes()).hexdigest()


def test_files_of_others_in_a_store_stay(tmp_path: Path) -> None:
    filled(tmp_path, 2)
    names = ["packed/mine.parquet", "packed/.mine", "segments/mine.rows", "segments/notes.txt", "packed/.mine.parquet"]
    for name in names:
        (tmp_path / name).write_text("mine")
    store = Store(tmp_path)
    assert (found(store), store.remarks) == ([0, 1], [])
    assert [(tmp_path / name).read_text() for name in names] == ["mine"] * len(names)
