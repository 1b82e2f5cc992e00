"""Tables of points as programs write them: read to the values they hold, or refused in one line."""

import datetime as dt
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from paths import DATA
from sweep_files import refused, write

from sim import load_sweep, make_sweep

RESUMES, CLOSE = "screening.resumes_per_review", "signals.contact_close"


def values(name: str, **parts: Any) -> list[dict[str, Any]]:
    sweep = make_sweep("baseline", "table", folder=DATA / "designs", table=name, **parts)
    return [dict(point.values) for point in sweep.points]


SAMPLES: list[tuple[str, list[dict[str, Any]]]] = [
    (
        "plain.csv",
        [{RESUMES: r, CLOSE: c} for r, c in ((5, 0.2), (10, 0.4), (20, 0.6), (40, 0.8), (60, 1.0), (80, 1.2))],
    ),
    (
        "bools_float32.parquet",
        [{"mechanisms.recruiters": b, CLOSE: c} for b, c in ((True, 0.2), (False, 0.4), (True, 1.2))],
    ),
    ("decimal.parquet", [{RESUMES: r, CLOSE: c} for r, c in ((5, 0.2), (10, 0.4), (20, 1.2))]),
    ("dictionary_text.parquet", [{RESUMES: r, "time.window": w} for r, w in ((5, 84), (10, 182), (20, 182))]),
    ("nested.parquet", [{RESUMES: 5}, {RESUMES: 10}]),
    (
        "units_and_percent.csv",
        [
            {"time.window": w, "recruiters.sourced": 0.3, "mechanisms.recruiters": b}
            for w, b in ((84, True), (182, False), (182, True))
        ],
    ),
]  # fmt: skip


@pytest.mark.parametrize(("name", "points"), SAMPLES, ids=[name for name, _ in SAMPLES])
def test_samples_are_read_to_what_they_hold(name: str, points: list[dict[str, Any]]) -> None:
    assert values(name) == points


def test_a_table_without_a_heading_is_told_its_columns(tmp_path: Path) -> None:
    points = values("salib_no_header.txt", columns=[RESUMES, CLOSE])
    assert [point[RESUMES] for point in points] == [5, 10, 20, 40, 60, 80]
    assert points[2][CLOSE] == 0.6
    (tmp_path / "bare.txt").write_text("5 0.2\n10 0.4\n", encoding="utf-8")
    sweep = "scenario: baseline\ndesign: table\ntable: bare.txt\n"
    assert refused(tmp_path, sweep) == (
        "bare.txt:1: found only numbers; expected a heading of dotted paths, or 'columns: [path, path, ...]' in the "
        "sweep's file"
    )
    told = f"columns: [{RESUMES}]\n"
    assert refused(tmp_path, sweep + told) == "bare.txt:1: row 1 has 2 cells; expected 1, as in columns"
    assert "columns: found 5; expected a list such as" in refused(tmp_path, sweep + "columns: 5\n")
    assert "unknown parameter" in refused(tmp_path, sweep + "columns: [seed.x, y]\n")
    assert len(load_sweep(write(tmp_path, sweep + f"columns: [{RESUMES}, {CLOSE}]\n")).points) == 2


def test_a_duration_is_a_time(tmp_path: Path) -> None:
    times = [dt.timedelta(weeks=12), dt.timedelta(weeks=26)]
    pq.write_table(pa.table({"time.window": pa.array(times, pa.duration("us"))}), tmp_path / "weeks.parquet")
    sweep = make_sweep("baseline", "table", folder=tmp_path, table="weeks.parquet")
    assert [point.values["time.window"] for point in sweep.points] == [84, 182]
    pq.write_table(pa.table({CLOSE: pa.array(times, pa.duration("us"))}), tmp_path / "points.parquet")
    said = refused(tmp_path, "scenario: baseline\ndesign: table\ntable: points.parquet\n")
    assert "row 1: found '120960 minutes'; expected a number of standard deviations" in said
    seconds = [point["time.window"] for point in values("timedelta.parquet")]
    assert seconds == pytest.approx([84 / 86400, 182 / 86400])


@pytest.mark.parametrize(
    ("content", "expected"),
    [
        (b"PK\x03\x04rest", ": is a spreadsheet or another zipped file; save the sheet as CSV"),
        (b"%PDF-1.7\n", ": is a PDF; expected a file of text"),
        (b'[{"a": 1}]', ": is JSON; expected rows of cells"),
        (b"population.people\n9\x0000\n", ": holds a NUL byte; expected plain text"),
        ("population.people\n900\n".encode("utf-16-le"), ": holds a NUL byte; expected plain text"),
        (b'population.people\n"1,000"\n', ":2: population.people: row 1: found '1,000'; expected a whole number"),
        (b'signals.resume\n"1,5.2"\n', ":2: signals.resume: row 1: found '1,5.2'; expected a number"),
    ],
)
def test_what_is_no_table_is_called_what_it_is(tmp_path: Path, content: bytes, expected: str) -> None:
    (tmp_path / "points.csv").write_bytes(content)
    message = refused(tmp_path, "scenario: baseline\ndesign: table\ntable: points.csv\n")
    assert message.startswith(f"points.csv{expected}"), message


def test_a_table_in_utf_16_and_with_decimal_commas(tmp_path: Path) -> None:
    text = "recruiters.sourced\ttime.window\r\n12,5 %\t12 weeks\r\n0,125\t84\r\n"
    (tmp_path / "points.tsv").write_bytes(text.encode("utf-16"))
    sweep = make_sweep("baseline", "table", folder=tmp_path, table="points.tsv")
    assert [point.values["recruiters.sourced"] for point in sweep.points] == [0.125, 0.125]


def test_a_small_file_that_unpacks_to_gigabytes_is_not_unpacked(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("sim.experiments.point_table_reader.MOST_UNPACKED", 10**7)
    sweep = "scenario: baseline\ndesign: table\ntable: bomb.parquet\n"
    nested = pa.array([[0] * 30_000] * 50, pa.list_(pa.int64()))
    pq.write_table(pa.table({CLOSE: nested}), tmp_path / "bomb.parquet")
    assert (tmp_path / "bomb.parquet").stat().st_size < 100_000
    assert refused(tmp_path, sweep) == "bomb.parquet: unpacks to 12 MB; a table of points may have at most 10 MB"
    long = pa.array(["x" * 30_000])
    pq.write_table(pa.table({CLOSE: pa.DictionaryArray.from_arrays([0] * 100_000, long)}), tmp_path / "bomb.parquet")
    assert (tmp_path / "bomb.parquet").stat().st_size < 100_000
    said = refused(tmp_path, sweep)
    assert said == f"bomb.parquet: {CLOSE}: row 1: found a text of 30000 characters; expected a value"
