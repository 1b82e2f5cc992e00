"""Tables from outside: each is read to what it says, or refused in one line; nothing is silently wrong."""

import datetime as dt
from decimal import Decimal
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pyarrow as pa
import pytest
from paths import DATA
from pyarrow import parquet

from analysis import AnalysisError, load, rates
from analysis.tables.reading import read_parquet


def read(tmp_path: Path, text: str | bytes, **how: Any) -> Any:
    path = tmp_path / "log.csv"
    path.write_bytes(text if isinstance(text, bytes) else text.encode())
    return load(path, **how)


def answered(tables: Any) -> dict[str, tuple[int, int]]:
    found = rates(tables).query("stage == 'response'")
    return {
        row.channel: (int(row.count_), int(row.n)) for row in found.rename(columns={"count": "count_"}).itertuples()
    }


def said(tables: Any) -> str:
    return " ".join(tables.notes)


@pytest.mark.parametrize("name", ["days", "day_first", "excel_serial", "tz"])
def test_one_log_in_four_forms_has_one_answer(name: str) -> None:
    tables = load(DATA / "logs" / f"own_form_{name}.csv")
    assert answered(tables) == {"direct": (3, 39), "recruiter": (2, 7), "referral": (4, 14)}
    assert tables.applications["sent"].diff().iloc[1] == pytest.approx(2, abs=0.6)


@pytest.mark.parametrize(
    ("name", "says"),
    [
        (
            "semicolon_upper.csv",
            "has no column channel, sent, responded; it needs at least channel, sent, responded; fo",
        ),
        ("stage_columns_yn.csv", "found Company, Role, Auto Rejected"),
        ("latin1_month_words.csv", "byte 27 (line 1) is not UTF-8 text; save the file as UTF-8"),
        ("Connections.csv", "Connections.csv:4: found 7 cells; expected 1, as in the header"),
    ],
)
def test_what_is_no_table_of_ours_is_refused_in_one_line(name: str, says: str) -> None:
    with pytest.raises(AnalysisError) as caught:
        load(DATA / "logs" / name)
    assert says in str(caught.value), str(caught.value)
    assert "\n" not in str(caught.value)
    assert not str(caught.value).endswith("?.")


HEAD = "channel,sent,responded\n"
FLAGS = {
    "0 and 1 beside dates": "direct,2026-03-01,0\ndirect,2026-03-02,1\nreferral,2026-03-03,1\n",
    "0 and 1 beside days": "direct,5,0\ndirect,6,1\nreferral,7,1\n",
    "none of them": "direct,5,0\ndirect,6,1\nreferral,7,1.0\n",
    "yes and no": "direct,5,no\ndirect,6,Yes\nreferral,7,YES\n",
    "y and n": "direct,5,n\ndirect,6,y\nreferral,7,y\n",
    "true and false": "direct,5,False\ndirect,6,True\nreferral,7,TRUE\n",
    "yes and nothing": "direct,5,\ndirect,6,yes\nreferral,7,yes\n",
    "on the first day": "direct,0,0\ndirect,0,1\nreferral,0,1\n",
}


@pytest.mark.parametrize("form", FLAGS)
def test_yes_and_no_in_every_form(tmp_path: Path, form: str) -> None:
    tables = read(tmp_path, HEAD + FLAGS[form])
    assert answered(tables) == {"direct": (1, 2), "referral": (1, 1)}
    assert "'responded' says yes or no, not when" in said(tables)


def test_yes_and_no_of_a_later_stage_and_in_tables_in_memory(tmp_path: Path) -> None:
    text = "channel,sent,responded,interviewed\ndirect,1,4,no\ndirect,2,,no\ndirect,3,5,yes\n"
    table = rates(read(tmp_path, text))
    assert table.query("channel == 'direct'").set_index("stage")["count"].to_dict() == {"response": 2, "interview": 1}
    for column in ([True, False, True], pd.array([True, None, True], dtype="boolean"), [1, 0, 1], ["1", "0", "1"]):
        frame = pd.DataFrame({"channel": "direct", "sent": [10.0, 11.0, 12.0], "responded": column})
        assert answered(load(frame)) == {"direct": (2, 3)}


def test_late_all_and_none_are_said(tmp_path: Path) -> None:
    late = read(tmp_path, HEAD + "direct,0,10\ndirect,0,90\ndirect,0,\n")
    assert "1 answer that came more than 60 days after sending counts as none." in late.notes
    assert answered(late) == {"direct": (1, 3)}
    assert "None of the 2 applications have an answer" in said(read(tmp_path, HEAD + "direct,0,\ndirect,1,\n"))
    assert "All 2 applications have an answer" in said(read(tmp_path, HEAD + "direct,0,1\ndirect,1,3\n"))
    assert "None of the 2 applications" in said(read(tmp_path, HEAD + "direct,5,0\ndirect,6,0\n"))


def test_rows_that_cannot_be_counted_are_said(tmp_path: Path) -> None:
    gaps = read(tmp_path, HEAD + "direct,,2\ndirect,1,2\ndirect,1,\n,1,2\n,1,\n")
    assert "1 row without a time in 'sent' is not counted." in gaps.notes
    assert "2 rows without a channel are not counted." in gaps.notes
    assert answered(gaps) == {"direct": (1, 2)}


DATES = {  # the day of the second row, counted from 2 March 2026
    "dots": ("02.03.2026", "03.03.2026", 1),
    "dots out of order": ("02.03.2026", "05.04.2026", 34),
    "day first": ("02/03/2026", "15/03/2026", 13),
    "month first": ("03/02/2026", "03/15/2026", 13),
    "dashes": ("02-03-2026", "31-03-2026", 29),
    "slashes, year first": ("2026/03/02", "2026/03/03", 1),
    "month in words": ("2 Mar 2026", "March 4, 2026", 2),
    "linkedin": ("02 Mar 2026", "15 Sept 2026", 197),
    "with a clock": ("2026-03-02 00:00", "2026-03-02T12:00:00", 0.5),
    "with halves of the day": ("03/02/2026 12:00 AM", "03/15/2026 06:00 PM", 13.75),
    "with a zone": ("2026-03-02T02:00:00+02:00", "2026-03-02T12:00:00Z", 0.5),
}


@pytest.mark.parametrize("form", DATES)
def test_dates_in_every_form(tmp_path: Path, form: str) -> None:
    first, second, days = DATES[form]
    tables = read(tmp_path, f'{HEAD}direct,"{first}",\ndirect,"{second}",\n')
    assert tables.applications["sent"].tolist() == pytest.approx([0, days], abs=1e-9)
    assert "days since 2026-03-02" in said(tables)


def test_another_column_tells_which_part_is_the_day(tmp_path: Path) -> None:
    tables = read(tmp_path, HEAD + "direct,02/03/2026,25/03/2026\ndirect,03/03/2026,\n")
    assert tables.applications["sent"].tolist() == [0, 1]
    assert "Dates were read with the day first" in said(tables)


def test_a_day_and_an_hour_are_compared_as_days(tmp_path: Path) -> None:
    tables = read(tmp_path, HEAD + "direct,2026-03-02T15:00,2026-03-02\n")
    assert tables.applications["responded"].tolist() == [0]
    assert "all were cut to whole days" in said(tables)


def test_objects_of_python_and_pandas_are_dates() -> None:
    moments = [dt.datetime(2026, 3, day, hour) for day, hour in ((2, 0), (3, 12))]  # noqa: DTZ001  (without a zone)
    for sent in (
        moments,
        pd.to_datetime(moments),
        pd.Series(moments, dtype=object),
        pd.to_datetime(moments).tz_localize("Asia/Tokyo"),
    ):
        table = pd.DataFrame({"channel": "direct", "sent": sent, "responded": [None, None]})
        assert load(table).applications["sent"].diff().iloc[1] == pytest.approx(1.5)
    days = pd.DataFrame(
        {"channel": "direct", "sent": [dt.date(2026, 3, 2), dt.date(2026, 3, 4)], "responded": [None, None]}
    )
    assert load(days).applications["sent"].tolist() == [0, 2]
    decimals = pd.DataFrame({"channel": "direct", "sent": [Decimal(1), Decimal("2.5")], "responded": [None, None]})
    assert load(decimals).applications["sent"].tolist() == [1, 2.5]


REFUSED = {
    "one comma too many": (HEAD + "direct,0,5\ndirect,1,2,7\n", ":3: found 4 cells; expected 3, as in the header"),
    "a comma too few": ("channel,sent,note,responded\ndirect,0,5\n", ":2: found 3 cells; expected 4, as in the header"),
    "a comma at the end": (HEAD + "direct,0,5,\n", ":2: found 4 cells; expected 3"),
    "a date beside days": (HEAD + "direct,2026-03-01,3\n", ":2: responded: found '3"),
    "days beside dates in a column": (
        HEAD + "direct,2026-03-01,\ndirect,4,\n",
        ":3: sent: found '4'; expected a date, as 2026-03-01 in column sent (line 2)",
    ),
    "dates that nobody can tell": (
        HEAD + "direct,02/03/2026,\ndirect,05/04/2026,\n",
        ":2: sent: found '02/03/2026'; expected dates such as 2026-03-02, since this may be 2026-03-02 or 2026-02-03",
    ),
    "both orders": (
        HEAD + "direct,15/03/2026,\ndirect,03/16/2026,\n",
        ":2: sent: found '15/03/2026'; expected the month first, as 03/16/2026 in column sent (line 3)",
    ),
    "a year of two digits": (HEAD + "direct,9/19/24,\n", ":2: sent: found '9/19/24'; expected days"),
    "no year": (HEAD + "direct,9/19,\n", ":2: sent: found '9/19'; expected days"),
    "a day that is not": (HEAD + "direct,2026-02-30,\n", ":2: sent: found '2026-02-30'"),
    "a date far away": (HEAD + "direct,0206-03-01,\n", ":2: sent: found '0206-03-01'"),
    "an endless year": (HEAD + "direct,99999-03-01,\n", ":2: sent: found '99999-03-01'"),
    "a number far away": (HEAD + "direct,1e30,\n", ":2: sent: found '1e30'"),
    "a number beyond all": (HEAD + "direct,1e400,\n", ":2: sent: found '1e400'"),
    "a date without marks": (HEAD + "direct,20260302,\n", ":2: sent: found '20260302'"),
    "seconds since 1970": (HEAD + "direct,1772409600,\n", ":2: sent: found '1772409600'"),
    "infinity": (HEAD + "direct,inf,\n", ":2: sent: found 'inf'"),
    "no time": (HEAD + "direct,soon,\n", ":2: sent: found 'soon'; expected days such as 12.5, or a date"),
    "a word among dates": (HEAD + "direct,2026-03-01,no\ndirect,2026-03-02,2026-03-05\n", ":2: responded: found 'no'"),
    "other months": (HEAD + "direct,2 mars 2026,\n", ":2: sent: found '2 mars 2026'"),
    "a channel nobody knows": (
        HEAD + "direct,0,\nagency,1,\n",
        ":3: channel: found 'agency'; expected one of direct, referral, recruiter; say what it is",
    ),
    "a slip in a channel": (HEAD + "directs,0,\n", "direct, referral, recruiter; did you mean 'direct'?"),
    "neither yes, no nor a time": (
        HEAD + "direct,0,yes\ndirect,0,no\ndirect,0,perhaps\n",
        ":4: responded: found 'perhaps'; expected yes or no, as 'yes' (line 2)",
    ),
    "a replication below 0": (
        "channel,sent,responded,replication\ndirect,0,,-1\n", ":2: replication: found '-1'; expected a whole number"
    ),
    "neither yes nor no": (
        "channel,sent,responded,in_window\ndirect,0,,maybe\n", ":2: in_window: found 'maybe'; expected yes or no"
    ),
    "day 0 or no": (HEAD + "direct,0,0\ndirect,0,1\ndirect,0,\n", ":2: responded: found '0'; expected yes or no"),
    "answered before sent": (HEAD + "direct,9,\ndirect,5,2\n", "first line 3 (sent on day 5, responded on day 2)"),
    "a replication that is none": ("channel,sent,responded,replication\ndirect,0,,a\n", ":2: replication: found 'a'"),
    "a column twice": ("channel,sent,sent,responded\ndirect,0,1,\n", "two columns are called 'sent'"),
    "a column twice in other letters": ("channel,sent,Sent ,SENT,responded\ndirect,0,1,1,\n", ""),
    "nothing": ("", "is empty; expected a header"),
    "only a header": (HEAD, "is empty: there is nothing to count"),
    "an open quote": (HEAD + 'direct,"0,\n', "not CSV"),
    "a spreadsheet": (b"PK\x03\x04rest", "is a spreadsheet"),
    "a pdf": (b"%PDF-1.7", "is a PDF"),
    "json": ('[{"channel": "direct"}]', "is JSON; expected rows of cells"),
    "a nul byte": (HEAD + "dir\0ect,0,\n", "holds a NUL byte"),
    "code page 437": (HEAD.encode() + b"caf\x82,0,\n", "byte 26 (line 2) is not UTF-8 text"),
}  # fmt: skip


@pytest.mark.parametrize("fault", REFUSED)
def test_what_cannot_be_read_in_one_way_is_refused_in_one_line(tmp_path: Path, fault: str) -> None:
    text, says = REFUSED[fault]
    if fault == "a column twice in other letters":
        assert read(tmp_path, text).applications["sent"].tolist() == [0], "ours wins over one that differs by case"
        return
    with pytest.raises(AnalysisError) as caught:
        read(tmp_path, text)
    assert says in str(caught.value), str(caught.value)
    assert "\n" not in str(caught.value)


def test_flags_are_read_truly(tmp_path: Path) -> None:
    rows = [f"direct,{day},,{word},no" for day, word in enumerate(("no", "No", "FALSE", "0", "yes", "1", "", "TRUE"))]
    tables = read(tmp_path, "channel,sent,responded,in_window,censored\n" + "\n".join(rows))
    assert tables.applications["in_window"].tolist() == [False] * 4 + [True] * 4
    assert not tables.applications["censored"].any()


def test_channels_may_be_told(tmp_path: Path) -> None:
    text = HEAD + "direct,0,\n Agency ,1,3\nREFERRAL,2,4\n"
    assert answered(read(tmp_path, text, channels={"agency": "recruiter"})) == {
        "direct": (0, 1), "referral": (1, 1), "recruiter": (1, 1),
    }  # fmt: skip
    assert set(answered(read(tmp_path, text, channels=["agency"]))) == {"direct", "referral", "agency"}
    again = load(read(tmp_path, text, channels=["agency"]), response_window=30)
    assert set(answered(again)) == {"direct", "referral", "agency"}, "what was told once need not be told again"


def test_csv_as_programs_save_it(tmp_path: Path) -> None:
    rows = "direct{0}0{0}\r\ndirect{0}1{0}4\r\n\r\n"
    for mark, coding in ((";", "utf-8-sig"), ("\t", "utf-16"), (",", "utf-8")):
        text = ("Channel{0}SENT {0}Responded\r\n" + rows).format(mark).encode(coding)
        assert answered(read(tmp_path, text)) == {"direct": (1, 2)}
    assert answered(read(tmp_path, "sep=;\r\nchannel;sent;responded\r\ndirect;0;3\r\n")) == {"direct": (1, 1)}


def test_people_keep_their_names(tmp_path: Path) -> None:
    head = "channel,sent,responded,person\n"
    named = read(
        tmp_path, head + "direct,0,,007\ndirect,1,,7\ndirect,2,,12345678901234567890\ndirect,3,,12345678901234567891\n"
    )
    assert named.applications["person"].nunique() == 4
    fractions = pd.DataFrame(
        {"channel": "direct", "sent": [0.0, 1, 2], "responded": np.nan, "person": [1.2, 1.7, np.nan]}
    )
    assert load(fractions).applications["person"].nunique() == 3


def test_a_name_that_is_a_command_is_shown_and_not_given(tmp_path: Path) -> None:
    with pytest.raises(AnalysisError) as told:
        load(tmp_path / "\x1b[31m\n::error::.csv")
    assert str(told.value).isprintable()


def test_rows_in_memory_are_counted_from_1() -> None:
    table = pd.DataFrame({"channel": ["direct"] * 3, "sent": [0, 1, "x"], "responded": None})
    with pytest.raises(AnalysisError, match=r"^Row 3: sent: found 'x'; expected days"):
        load(table)


def test_parquet_is_looked_at_before_it_is_unpacked(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "log.PARQUET"
    parquet.write_table(
        pa.table({"channel": ["direct"] * 1000, "sent": [0.0] * 1000, "responded": [None] * 1000}), path
    )
    assert len(load(path).applications) == 1000
    monkeypatch.setattr("analysis.tables.reading.MOST_UNPACKED", 10_000)
    with pytest.raises(AnalysisError, match="unpacks to"):
        load(path)
    path.write_bytes(b"PAR1 and no more")
    with pytest.raises(AnalysisError, match="cannot be read as Parquet"):
        load(path)


@pytest.mark.parametrize("content", ["[", "[]", '{"response_window": "x"}', "[" * 100_000])
def test_a_broken_manifest_is_one_line(tmp_path: Path, content: str) -> None:
    (tmp_path / "applications").mkdir()
    (tmp_path / "manifest.json").write_text(content, encoding="utf-8")
    with pytest.raises(AnalysisError, match="is not a manifest that a run wrote"):
        load(tmp_path)


@pytest.mark.parametrize("parts", [1, 2])
def test_a_damaged_parquet_file_is_refused_alone_and_among_others(tmp_path: Path, parts: int) -> None:
    good, damaged = tmp_path / "0.parquet", tmp_path / "1.parquet"
    pd.DataFrame({"channel": ["direct", "referral"] * 20, "sent": range(40)}).to_parquet(good, compression=None)
    data = bytearray(good.read_bytes())
    data[data.index(b"direct")] ^= 0xFF  # no text in UTF-8 begins so
    damaged.write_bytes(data)
    with pytest.raises(AnalysisError, match=r"1\.parquet cannot be read as Parquet: it is damaged"):
        read_parquet([good, damaged][-parts:])
