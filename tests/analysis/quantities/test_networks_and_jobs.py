"""Market quantities that rest on ties, searches and jobs, counted by hand."""

from __future__ import annotations

from pathlib import Path

import pandas as pd
import pytest
from hand_made_run import NAN, frame, run
from synthetic_tables import counts

from analysis.errors import AnalysisError
from analysis.quantities.catalogue import estimate, per_replication
from analysis.quantities.networks_and_jobs import MEASUREMENTS

PEOPLE = frame(
    "person role field",
    (0, 0, "eli", 0),
    (0, 1, "ben", 0),
    (0, 2, "none", 1),
    (0, 3, "none", 0),
    (1, 0, "eli", 0),
    (1, 1, "ben", 0),
    (1, 2, "none", 1),
)
TWO_YEARS = """
title: Two years by hand
extends: baseline
time: {warm_up: 100 days, window: 570 days, follow_up: 60 days}
network: {gone: 0.1, close_layer: 0.8}
cast:
  eli: {count: 1, upkeep: 20%, applications: 80%}
  ben: {count: 1, applications: 100%}
"""


def test_hires_through_contacts_count_referrals_and_news(tmp_path: Path) -> None:
    applications = frame(
        "person opening channel sent responded accepted heard_from",
        (0, 0, 0, "referral", 120.0, 121.0, 140.0, -1),
        (0, 1, 0, "direct", 120.0, 121.0, 150.0, 7),
        (0, 2, 0, "direct", 120.0, 121.0, 150.0, -1),
        (0, 3, 0, "direct", 120.0, 121.0, NAN, 7),
        (1, 0, 0, "recruiter", 120.0, 121.0, 150.0, -1),
        (1, 1, 0, "referral", 50.0, 51.0, 60.0, -1),
    )
    source = run(tmp_path, persons=PEOPLE, applications=applications)
    found = estimate(source, "contact_share_of_hires")
    assert (found.value, found.n) == (2 / 4, 4)
    assert per_replication(source, "contact_share_of_hires")["value"].tolist() == pytest.approx([2 / 3, 0])
    bare = applications.drop(columns="heard_from")
    assert estimate(bare, "contact_share_of_hires").value == 2 / 5


def distant(*rows: tuple[object, ...]) -> pd.DataFrame:
    return frame("person contact kind kind_start strength_start strength_end", *rows)


def test_ties_left_alone_are_gone_at_a_yearly_rate(tmp_path: Path) -> None:
    ties = distant(
        (0, 1, 5, "acquaintance", "acquaintance", 0.3, 0.05),  # gone
        (0, 1, 6, "acquaintance", "acquaintance", 0.4, NAN),  # gone, and its place taken
        (0, 1, 7, "online", "online", 0.2, 0.01),  # gone
        (1, 1, 8, "online", "online", 0.5, 0.2),  # still there
        (1, 1, 9, "acquaintance", "classmate", 0.6, 0.01),  # no distant tie at the start
        (1, 1, 10, "acquaintance", "acquaintance", 0.05, 0.01),  # gone before
        (1, 1, 11, "acquaintance", "none", NAN, 0.05),  # made on the way
        (1, 0, 5, "acquaintance", "acquaintance", 0.3, 0.3),  # eli keeps them up
    )
    source = run(tmp_path, TWO_YEARS, persons=PEOPLE, ties=ties)
    found = estimate(source, "ties_gone_after_a_year")
    # Three of four are gone in two years, a quarter is left: half is left after one.
    assert (found.value, found.n) == pytest.approx((0.5, 4))
    assert per_replication(source, "ties_gone_after_a_year")["value"].tolist() == [1, 0]
    short = run(tmp_path, persons=PEOPLE, ties=ties)
    with pytest.raises(AnalysisError, match="at least 365 days; it lasted 360"):
        estimate(short, "ties_gone_after_a_year")
    busy = run(
        tmp_path, TWO_YEARS.replace("ben: {count: 1, applications: 100%}", "ben: {count: 1}"), persons=PEOPLE, ties=ties
    )
    with pytest.raises(AnalysisError, match="no hour to upkeep, asks or habits"):
        estimate(busy, "ties_gone_after_a_year")  # who says nothing of a plan has the plan of the crowd


def test_close_ties_are_lost_below_half_the_layer(tmp_path: Path) -> None:
    ties = distant(
        (0, 0, 5, "close_friend", "close_friend", 0.9, 0.41),
        (0, 0, 6, "close_friend", "close_friend", 0.8, 0.39),
        (0, 0, 7, "mentor", "mentor", 0.79, 0.1),
        (0, 1, 8, "colleague", "colleague", 0.85, NAN),
        (1, 1, 8, "colleague", "colleague", 0.95, 0.9),
    )
    found = estimate(run(tmp_path, TWO_YEARS, persons=PEOPLE, ties=ties), "close_ties_lost_a_year")
    assert (found.value, found.n) == pytest.approx((1 - 0.5**0.5, 4))


def test_news_is_mentioned_over_what_could_have_been(tmp_path: Path) -> None:
    openings = frame(
        "opening posted field in_window could_mention",
        (0, 0, 1.0, 0, True, 4),
        (0, 1, 1.0, 0, True, 1),
        (0, 2, 1.0, 0, False, 9),
        (1, 0, 1.0, 1, True, 3),
    )
    pathway = frame(
        "person opening step initiated_by",
        (0, 0, 0, "recall", "contact"),
        (0, 0, 0, "reach_out", "contact"),
        (0, 1, 0, "recall", "contact"),
        (0, 2, 0, "recall", "contact"),  # of another field: no news for this person
        (0, 3, 1, "reach_out", "seeker"),
        (0, 0, 2, "recall", "contact"),
        (1, 2, 0, "recall", "contact"),
    )
    applications = frame(
        "person opening channel sent responded",
        *((r, 0, o, "direct", 120.0, NAN) for r, o in ((0, 0), (0, 1), (0, 2), (1, 0))),
    )
    source = run(tmp_path, persons=PEOPLE, openings=openings, pathway=pathway, applications=applications)
    found = estimate(source, "mention_given_news")
    assert (found.value, found.n) == (3 / 8, 8)
    assert per_replication(source, "mention_given_news")["value"].tolist() == pytest.approx([2 / 5, 1 / 3])
    source.openings = openings.drop(columns="could_mention")
    with pytest.raises(AnalysisError, match="column could_mention"):
        estimate(source, "mention_given_news")


def test_weeks_of_search_count_who_still_searches(tmp_path: Path) -> None:
    spells = frame(
        "person start end how",
        (0, 0, 100.0, NAN, "none"),
        (0, 1, 110.0, 113.5, "direct"),
        (0, 2, 98.0, 130.0, "referral"),
        (0, 3, -40.0, NAN, "none"),
        (1, 0, 121.0, 135.0, "gave_up"),
        (1, 1, 110.0, 133.0, "gave_up"),
        (1, 2, 295.0, NAN, "none"),
    )
    applications = frame(
        "person opening channel sent responded",
        (0, 0, 0, "direct", 100.0, NAN),
        (0, 0, 0, "direct", 106.9, NAN),
        (0, 0, 0, "direct", 107.0, NAN),
        (0, 0, 0, "referral", 101.0, NAN),
        (0, 1, 0, "direct", 111.0, NAN),
        (0, 1, 0, "direct", 114.0, NAN),
        (1, 0, 0, "direct", 122.0, NAN),
        (0, 0, 0, "direct", 270.0, NAN),
    )
    source = run(tmp_path, persons=PEOPLE, spells=spells, applications=applications)
    found = estimate(source, "applications_week_1")
    # Persons 0 and 1 of the first run and 0 and 1 of the second: 2 + 1 + 1 + 0 in 1 + 1/2 + 1 + 1 weeks.
    assert (found.value, found.n) == pytest.approx((4 / 3.5, 3.5))
    found = estimate(source, "applications_week_25")
    assert (found.value, found.n) == (1, 1)  # days 268 to 275 of the one who still searches
    found = estimate(source, "weekly_hazard_week_4")
    # Days 121 to 128 of the first, 119 to 126 of the third, 131 to 138 of the sixth; nobody finds a job then.
    assert (found.value, found.n) == (0, 3)
    spells.loc[2, "end"] = 124.0
    again = run(tmp_path, persons=PEOPLE, spells=spells, applications=applications)
    assert estimate(again, "weekly_hazard_week_4").value == pytest.approx(1 / 3)
    assert estimate(again, "weekly_hazard_week_26").n == 1


def test_a_former_colleague_inside_is_compared_within_the_hiring_firm(tmp_path: Path) -> None:
    persons = frame("person role field", *((r, p, "none", 0) for r in (0, 1) for p in range(6)))
    displaced = frame(
        "person day employer_left employer",
        # Of six laid off by firm 1, two know somebody at firm 8 and one of these at firm 9.
        *((r, p, 50.0, 1, e) for r in (0, 1) for p, e in ((0, 8), (0, 9), (1, 8), (2, -1), (3, -1), (4, -1), (5, -1))),
    )
    jobs = frame(
        "person employer start",
        (0, 0, 8, 60.0),
        (0, 1, 7, 40.0),
        (0, 1, 8, 70.0),
        (0, 2, 8, 80.0),
        (0, 3, 9, 90.0),
        (0, 3, 8, 200.0),
        (0, 4, 5, 90.0),
        (1, 0, 9, 60.0),
    )
    applications = frame("person opening channel sent responded", *((r, 0, 0, "direct", 120.0, NAN) for r in (0, 1)))
    source = run(tmp_path, persons=persons, displaced=displaced, jobs=jobs, applications=applications)
    found = estimate(source, "hire_ratio_inside")
    # Firm 8: two of 2 with, one of 4 without; firm 9: one of 2 (over both runs) with, one of 10 without.
    top = 2 * 4 / 6 + 1 * 5 / 6
    bottom = 1 * 2 / 6 + 1 * 1 / 6
    assert found.value == pytest.approx(top / bottom)
    assert per_replication(source, "hire_ratio_inside")["value"][0] == pytest.approx((2 * 4 / 6) / bottom)


def test_quits_are_per_year_in_the_job(tmp_path: Path) -> None:
    jobs = frame(
        "person start end left_because channel",
        (0, 0, 0.0, 73.0, "quit", "referral"),
        (0, 1, 68.0, NAN, "none", "referral"),  # 0.2 + 0.8 years
        (0, 2, 0.0, 146.0, "moved", "direct"),
        (1, 0, 0.0, 146.0, "laid_off", "direct"),
        (1, 1, 287.0, 360.0, "quit", "recruiter"),
        (1, 2, 360.0, NAN, "none", "direct"),  # 0.4 + 0.4 + 0.2 + 0
    )
    found = estimate(run(tmp_path, persons=PEOPLE, jobs=jobs), "quit_ratio_referred")
    assert (found.value, found.n) == pytest.approx((1 / 2, 1))
    with pytest.raises(AnalysisError, match="nothing to compare with"):
        estimate(run(tmp_path, persons=PEOPLE, jobs=jobs.iloc[:2]), "quit_ratio_referred")


@pytest.mark.parametrize("name", [name for name in MEASUREMENTS if name != "contact_share_of_hires"])
def test_applications_alone_say_what_is_missing(name: str) -> None:
    with pytest.raises(AnalysisError, match="give a run or a run folder"):
        estimate(counts(direct=(1, 10)), name)
