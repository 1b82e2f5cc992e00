"""Points in the file and tables of points that cannot run: each is refused in one line, with its place."""

from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from sweep_files import TABLE, grid, refused, write


@pytest.mark.parametrize(
    ("points", "expected"),
    [
        ("5", "3: points: found 5; expected a list such as '- {population.people: 2000}'"),
        ("[]", "3: points: found an empty list; expected a list such as"),
        ("", "3: points: found nothing; expected a list such as"),
        ("\n- 5", "4: points[0]: found 5; expected values such as {population.people: 2000}"),
        (
            "\n- {population.people: 900}\n- {population.peple: 900}",
            "5: population.peple: unknown parameter; did you mean",
        ),
        (
            "\n- {population.people: 900}\n- {population.people: few}",
            "5: population.people: found 'few'; expected a whole",
        ),
        # Each value is right by itself; the point is not.
        (
            "\n- {search.asks: 5%, search.upkeep: 0.2}\n- search.asks: 71%\n  search.upkeep: 5%",
            (
                "6: search.upkeep: point 1 (search.asks 0.71, search.upkeep 0.05): search.applications (0.75) + "
                "search.asks ("
            ),
        ),
    ],
)
def test_points_in_the_file(tmp_path: Path, points: str, expected: str) -> None:
    message = refused(tmp_path, f"scenario: jill\ndesign: points\npoints: {points}\n")
    assert message.startswith(f"sweep.yaml:{expected}"), message


def test_a_combination_that_does_not_go_together_names_the_point_and_the_line(tmp_path: Path) -> None:
    message = refused(tmp_path, grid("search.applications: [30%, 75%]\n  search.asks: [3%, 40%]"))
    assert message == (
        "sweep.yaml:5: search.asks: point 3 (search.applications 0.75, search.asks 0.4): search.applications (0.75) + "
        "search.asks (0.4) + search.upkeep (0.22) make 1.37; expected at most 1 (100% of the hours)"
    )


@pytest.mark.parametrize(
    ("content", "expected"),
    [
        (b"", ": is empty; expected a heading of dotted paths, and one row for each point"),
        (b"population.people\n", ": has no rows; expected one for each point"),
        (b"population.people,market\n900,x\n", ":1: market: unknown parameter"),
        (
            b"population.people,signals.resum\n900,1\n",
            ":1: signals.resum: unknown parameter; did you mean 'signals.resume",
        ),
        (b"population.people,\n900,1\n", ":1: a column has no name; expected a dotted path"),
        (b"point\n1\n", ":1: no column is a parameter; expected dotted paths such as population.people"),
        (b"population.people,population.people\n900,900\n", ":1: population.people: two columns have this name"),
        (
            b"population.people,signals.resume\n900,1\n\n800,\n",
            ":4: signals.resume: row 2: the cell is empty; expected a value for every point",
        ),
        (b"population.people,signals.resume\n900\n", ":2: signals.resume: row 1: the cell is empty; expected a value"),
        (b"population.people,signals.resume\n900,1,2\n", ":2: row 1 has 3 cells; expected 2, as in the heading"),
        (b"population.people\n900\n80.5\n", ":3: population.people: row 2: found 80.5; expected a whole number"),
        (
            b"population.people\n900\n5\n",
            ":3: population.people: row 2: found 5; expected a whole number of people betwee",
        ),
        (b"point,population.people\n1,900\n1,800\n", ":3: point: row 2: 1 is also the number of row 1"),
        (b"point,population.people\nx,900\n", ":2: point: row 1: found 'x'; expected a whole number between 0 and"),
        (b'population.people\n"900\n', ":2: not CSV: unexpected end of data"),
        (b"population.people\n\xff\n", ": byte 18 (line 2) is not UTF-8 text; save the file as UTF-8"),
        (
            b"search.asks\n3%\n80%\n",
            ":3: search.asks: point 1 (search.asks 0.8): search.applications (0.75) + search.asks",
        ),
        (b"seed\n3\n", ":1: seed: belongs to the sweep here; write 'seed' at the top of the sweep's file"),
    ],
)
def test_a_table_of_points(tmp_path: Path, content: bytes, expected: str) -> None:
    (tmp_path / "points.csv").write_bytes(content)
    message = refused(tmp_path, TABLE)
    assert message.startswith(f"points.csv{expected}"), message


@pytest.mark.parametrize(
    ("said", "expected"),
    [
        ("nowhere.csv", "sweep.yaml:3: table: 'nowhere.csv' does not exist (paths are relative to this file)"),
        ("points.xlsx", "sweep.yaml:3: table: found 'points.xlsx'; expected the path of a CSV or Parquet file"),
        ("'a\\0.csv'", "sweep.yaml:3: table: 'a\\0.csv' does not exist"),
        ("5", "sweep.yaml:3: table: found 5; expected the path of a CSV or Parquet file"),
        ("folder.csv", "folder.csv: is not a regular file; expected a CSV or Parquet file"),
        ("text.parquet", "text.parquet: cannot be read as Parquet: "),
        ("gap.parquet", "gap.parquet: signals.resume: row 2: the cell is empty; expected a value for every point"),
        ("nan.parquet", "nan.parquet: signals.resume: row 1: the cell is empty; expected a value for every point"),
        ("far.parquet", "far.parquet: signals.resume: row 3: found -1.0; expected a number of standard deviations"),
        (
            "dates.parquet",
            "dates.parquet: signals.resume: row 1: found a date; expected a number of standard deviations",
        ),
        (
            "lists.parquet",
            "lists.parquet: signals.resume: row 1: found a list; expected a number of standard deviations",
        ),
    ],
)
def test_files_of_points(tmp_path: Path, said: str, expected: str) -> None:
    (tmp_path / "folder.csv").mkdir()
    write(tmp_path, "population.people\n900\n", "text.parquet")
    columns: dict[str, Any] = {
        "gap": [1.0, None],
        "nan": [float("nan"), 1.0],
        "far": [1.0, 2.0, -1.0],
        "lists": [[1.0]],
        "dates": pa.array([10], pa.date32()),
    }
    for name, values in columns.items():
        pq.write_table(pa.table({"signals.resume": values}), tmp_path / f"{name}.parquet")
    message = refused(tmp_path, TABLE.replace("points.csv", said))
    assert message.startswith(expected), message


def test_a_table_may_not_have_more_rows_than_points_are_run(tmp_path: Path) -> None:
    (tmp_path / "points.csv").write_text("population.people\n" + "900\n" * 100_001, encoding="utf-8")
    assert refused(tmp_path, TABLE) == "points.csv: has more than 100000 rows; expected at most 100000 points"
    pq.write_table(pa.table({"population.people": [900] * 100_001}), tmp_path / "points.parquet")
    assert "has more than 100000 rows" in refused(tmp_path, TABLE.replace(".csv", ".parquet"))
