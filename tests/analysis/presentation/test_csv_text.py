"""CSV that a spreadsheet opens without running anything."""

import csv
import io

import pandas as pd
import pytest

from analysis.presentation.csv_text import csv_text


@pytest.mark.parametrize("cell", ["=1+1", "+cmd|' /C calc'!A0", "-2+3", "@SUM(A1)", "\t=1", " =1", "＝1"])
def test_a_formula_is_a_text(cell: str) -> None:
    table = pd.DataFrame({"name": [cell, "plain"], cell: [1, 2]})
    for column in (table["name"], table["name"].astype("category")):
        rows = list(csv.reader(io.StringIO(csv_text(table.assign(name=column)), newline="")))
        assert rows[0] == ["name", f"'{cell}"]
        assert [row[0] for row in rows[1:]] == [f"'{cell}", "plain"]


def test_a_carriage_return_begins_no_row() -> None:
    assert csv_text(pd.DataFrame({"a": ["x\r=1", "\r=1", "x\r\ny"]})) == 'a\nx =1\n\' =1\n"x\ny"\n'


def test_numbers_and_words_stay_as_they_are() -> None:
    table = pd.DataFrame({"a": [-1.5, 2.0], "b": ["-0.2", "+3 %"], "c": ["a-b", None], "d": [True, False]})
    assert csv_text(table) == table.to_csv(index=False, lineterminator="\n")
    assert csv_text(table[["a"]], "%.2g") == "a\n-1.5\n2\n"
