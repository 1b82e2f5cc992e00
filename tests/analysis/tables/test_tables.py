from __future__ import annotations

from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from synthetic_tables import counts

from analysis.errors import AnalysisError
from analysis.tables.rows import channels, reached, recorded_stages
from analysis.tables.tables import load


def test_an_empty_table_and_a_missing_column_are_refused_in_words() -> None:
    with pytest.raises(AnalysisError, match="empty"):
        load(counts(direct=(1, 2)).iloc[:0])
    with pytest.raises(AnalysisError, match="no column responded"):
        load(counts(direct=(1, 2)).drop(columns="responded"))
    with pytest.raises(AnalysisError, match="not a run folder"):
        load(Path(__file__).parent)


def test_what_is_left_out_is_counted_by_reason_and_adds_up() -> None:
    table = counts(direct=(5, 10), referral=(2, 4))
    table["in_window"] = True
    table["censored"] = False
    table.loc[0, "in_window"] = False
    table.loc[[0, 1, 2], "censored"] = True  # row 0 has two reasons and counts once
    table.loc[3, "sent"] = np.nan
    table.loc[4, "channel"] = None
    tables = load(table)
    found = dict(
        zip(
            tables.eligible.excluded["reason"].str.split().str[:4].str.join(" "),
            tables.eligible.excluded["rows"],
            strict=True,
        )
    )
    assert found == {
        "without a channel": 1,
        "without a time of": 1,
        "sent outside the observation": 1,
        "whose 60 days for": 2,
    }
    assert len(tables.eligible.table) == 14 - 5
    assert tables.eligible.excluded_from("direct") == 4
    assert "9 of 14" in tables.eligible.text()


def test_a_response_counts_up_to_the_last_day_of_the_window_and_not_after() -> None:
    table = pd.DataFrame(
        {
            "channel": "direct",
            "sent": np.float32([400.1, 400.1, 400.1]),
            "responded": np.float32([460.1, 460.2, np.nan]),
        }
    )
    assert reached(load(table).applications, "response", 60).tolist() == [True, False, False]


def test_the_end_of_observation_censors_answered_and_unanswered_alike() -> None:
    table = pd.DataFrame({"channel": "direct", "sent": [0.0, 50.0, 50.0], "responded": [np.nan, 51.0, np.nan]})
    assert load(table, observed_until=100).applications["censored"].tolist() == [False, True, True]


def test_a_longer_window_than_the_run_followed_is_refused() -> None:
    tables = load(counts(direct=(1, 2)), response_window=60)
    with pytest.raises(AnalysisError, match="60 days only"):
        load(tables, response_window=90)
    assert load(tables, response_window=30).response_window == 30


def test_dates_channels_and_named_people_are_understood() -> None:
    table = pd.DataFrame(
        {
            "channel": [" Referral", "direct", "agency"],
            "sent": ["2024-03-01", "2024-03-02", "2024-03-03"],
            "responded": ["2024-03-05", None, None],
            "person": ["Ann", "Ann", None],
        }
    )
    tables = load(table, channels=["agency"])
    assert channels(tables.applications) == ("direct", "referral", "agency")
    assert tables.applications["sent"].tolist() == [0.0, 1.0, 2.0]
    assert tables.applications["responded"][0] == 4.0
    assert tables.applications["person"].nunique() == 2


def test_impossible_times_and_reserved_names_are_refused() -> None:
    early = pd.DataFrame({"channel": "direct", "sent": [10.0], "responded": [9.0]})
    with pytest.raises(AnalysisError, match="1 row has a time in 'responded' before"):
        load(early)
    with pytest.raises(AnalysisError, match="stands for all channels"):
        load(counts(all=(1, 2)))


def test_a_stage_without_a_column_is_not_recorded_rather_than_never_reached() -> None:
    table = load(counts(direct=(1, 2))).applications
    assert recorded_stages(table) == ("response",)
    with pytest.raises(AnalysisError, match="does not record 'interview'"):
        reached(table, "interview")


def test_a_run_folder_reads_as_its_parts_and_its_window(tmp_path: Path) -> None:
    (tmp_path / "applications").mkdir()
    for replication in (0, 1):
        part = counts(direct=(1, 3), referral=(1, 2)).assign(replication=replication)
        part["channel"] = part["channel"].astype("category")
        part.to_parquet(tmp_path / "applications" / f"{replication}.parquet")
    (tmp_path / "manifest.json").write_text('{"response_window": 45}', encoding="utf-8")
    tables = load(tmp_path)
    assert len(tables.applications) == 10
    assert tables.response_window == 45
    assert tables.application_codes.groups("person") == 10
