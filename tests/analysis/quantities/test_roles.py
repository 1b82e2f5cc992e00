"""Measures of a role, counted by hand, and once on a simulated run."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pandas as pd
import pytest
import scenario_files
from hand_made_run import NAN, Run, frame, run
from synthetic_tables import counts

from analysis.claims.judging import check_claims
from analysis.errors import AnalysisError
from analysis.estimation.estimands import Median
from analysis.quantities.catalogue import estimate, per_replication, quantity
from analysis.quantities.per_replication import measured
from analysis.quantities.roles import ESTIMANDS
from analysis.tables.clusters import Codes
from analysis.tables.tables import load
from sim import load_scenario, simulate
from sim.runs.replication import run_replication
from sim.runs.result import result_of
from sim.scenario.claims import DifferenceClaim, OrderClaim, RateClaim, RatioClaim
from sim.scenario.quantities import MEASURES


def by_hand(folder: Path) -> Run:
    """Two replications; in each eli is persons 0 and 1 (and 2 in the second), ben is person 3, 4 is the crowd."""
    persons = frame(
        "person role employer_end manager job_match hours_spent field",
        (0, 0, "eli", 5, True, 1.0, 40.0, 0),
        (0, 1, "eli", -1, True, 9.0, 20.0, 0),
        (0, 3, "ben", 6, False, 0.0, 10.0, 0),
        (0, 4, "none", 6, True, 3.0, 99.0, 0),
        (1, 0, "eli", 5, False, 2.0, 30.0, 0),
        (1, 2, "eli", 7, False, 0.0, 0.0, 0),
        (1, 3, "ben", -1, False, 0.0, 5.0, 0),
    )
    applications = frame(
        "person opening channel sent responded interviewed offered accepted closed closed_reason report_precision",
        (0, 0, 0, "direct", 110.0, 120.0, 130.0, NAN, NAN, 150.0, "rejected", NAN),
        (0, 0, 1, "direct", 111.0, NAN, NAN, NAN, NAN, 150.0, "silence", NAN),
        (0, 0, 2, "referral", 112.0, 113.0, 125.0, NAN, NAN, 140.0, "rejected", 0.4),
        (0, 0, 3, "referral", 135.0, NAN, NAN, NAN, NAN, 150.0, "silence", 0.6),  # before the first had closed
        (0, 0, 1, "referral", 145.0, 148.0, 150.0, 160.0, 170.0, 170.0, "hired", 0.8),
        (0, 1, 0, "recruiter", 120.0, 121.0, NAN, NAN, NAN, 150.0, "rejected", NAN),
        (0, 1, 2, "direct", 20.0, 21.0, 30.0, NAN, NAN, 40.0, "rejected", NAN),  # before the window
        (0, 3, 0, "direct", 150.0, NAN, NAN, NAN, NAN, 150.0, "silence", NAN),
        (0, 4, 0, "direct", 150.0, 151.0, 152.0, 153.0, 154.0, 154.0, "hired", NAN),
        (1, 0, 0, "referral", 150.0, 155.0, NAN, NAN, NAN, NAN, "open", 0.2),
        (1, 3, 0, "referral", 150.0, NAN, NAN, NAN, NAN, 155.0, "silence", 1.0),
    )
    openings = frame(
        "opening posted field in_window", *((r, o, NAN if o == 1 else 100.0, 0, True) for r in (0, 1) for o in range(4))
    )
    spells = frame(
        "person start end how",
        (0, 0, 105.0, 170.0, "referral"),  # 65 days: in 12 weeks, not in 8; first interview on its 20th day
        (0, 0, 320.0, NAN, "none"),  # begun after the window
        (0, 1, 110.0, 115.0, "gave_up"),
        (0, 3, 50.0, 120.0, "direct"),
        (0, 3, 150.0, 160.0, "direct"),  # only the search of the story counts
        (1, 0, 299.0, NAN, "none"),  # followed for 61 days, which is 8 weeks and not 12
        (1, 2, 60.0, 90.0, "direct"),
    )
    jobs = frame(
        "person opening channel start end match belief",
        (0, 0, 1, "referral", 170.0, NAN, 1.0, 3.0),
        (0, 1, 0, "direct", 30.0, 100.0, 5.0, 5.0),
        (1, 2, 0, "direct", 180.0, NAN, 0.0, -1.0),
        (0, 4, 0, "direct", 154.0, NAN, 9.0, 9.0),
    )
    ties = frame(
        "person contact strength_start strength_end goodwill_end",
        (0, 0, 9, 0.5, 0.4, 0.2),
        (0, 0, 8, NAN, 0.2, 0.0),
        (0, 0, 7, 0.1, 0.001, 0.4),
        (0, 1, 9, 0.3, NAN, NAN),
        (0, 3, 9, 0.5, 0.9, 1.0),
        (1, 2, 9, NAN, 0.01, 0.2),
        (1, 0, 9, 0.7, 0.8, -0.1),
    )
    pathway = frame(
        "person step time initiated_by reason",
        (0, 0, "reach_out", 110.0, "seeker", "goes_on"),
        (0, 0, "vouch", 110.0, "seeker", "unwilling"),
        (0, 0, "recall", 110.0, "contact", "goes_on"),
        (0, 0, "reach_out", 111.0, "contact", "goes_on"),
        (0, 0, "vouch", 111.0, "contact", "poor_fit"),
        (0, 1, "reach_out", 20.0, "seeker", "goes_on"),
        (0, 1, "vouch", 20.0, "seeker", "unwilling"),
        (1, 2, "reach_out", 120.0, "seeker", "goes_on"),
        (1, 2, "vouch", 120.0, "seeker", "goes_on"),
    )
    return run(
        folder,
        persons=persons,
        applications=applications,
        openings=openings,
        spells=spells,
        jobs=jobs,
        ties=ties,
        pathway=pathway,
    )


# Wage: match + (belief - match) / 2^(days in the job / 180); the run ends on day 360.
WAGES = (1 + 2 * 2 ** (-190 / 180), 0 - 1 * 2.0**-1)


@pytest.mark.parametrize(
    ("name", "value", "n"),
    [
        ("response_rate", 4 / 6, 6),  # of two direct and four referrals; the recruiter's approach is not theirs
        ("interview_rate", 3 / 6, 6),
        ("offer_rate", 1 / 6, 6),
        ("hire_rate", 1 / 6, 6),
        ("direct_response", 1 / 2, 2),
        ("referral_response", 3 / 4, 4),
        ("recruiter_response", 1, 1),
        ("referral_interview", 2 / 4, 4),
        ("direct_interview", 1 / 2, 2),
        ("referrals_per_person", 4 / 4, 4),  # persons 0, 1 of the first run and 0, 2 of the second
        ("applications_per_person", 2 / 4, 4),
        ("asks_per_person", 2 / 4, 4),
        ("interviews_per_person", 3 / 4, 4),
        ("hires_per_person", 2 / 4, 4),
        ("approaches_per_person", 1 / 4, 4),
        ("hired_in_4_weeks", 0, 3),
        ("hired_in_8_weeks", 0, 3),
        # One of three gives up on the fifth day, one is followed for 61; the last one at risk has a job on the 65th.
        ("hired_in_12_weeks", 2 / 3, 3),
        ("hired_in_26_weeks", 2 / 3, 3),
        ("interview_in_4_weeks", 1 / 3, 3),
        ("interview_in_8_weeks", 1 / 3, 3),
        ("interview_in_12_weeks", 1 / 3, 3),
        ("interview_in_26_weeks", 1 / 3, 3),
        ("hours_per_interview", 90 / 4, 4),  # the interview on day 30 is in the run too
        ("found_by_referral", 1 / 2, 2),
        ("days_to_answer_referral", 3, 3),  # 1, 3 and 5 days
        ("days_to_answer_direct", 10, 1),
        ("employed_at_end", 3 / 4, 4),
        ("manager_at_end", 1 / 4, 4),  # who lost the job has no say in hiring any more
        ("match_at_end", 1, 3),
        ("wage_at_end", sum(WAGES) / 2, 2),
        ("strength_at_end", (0.4 + 0.2 + 0.001 + 0.01 + 0.8) / 5, 5),
        ("goodwill_at_end", (0.2 + 0.0 + 0.4 + 0.2 - 0.1) / 5, 5),
        ("ties_at_end", 3 / 4, 4),  # below 0.03 a tie is gone
        ("contacts_at_end_new", 1 / 4, 4),
        ("vouch_precision", (0.4 + 0.6 + 0.8 + 0.2) / 4, 4),
        ("hidden_share", 1 / 2, 2),
        ("willing", 2 / 3, 3),  # who judges the fit poor was willing
        ("later_referrals", 1, 1),  # the second was handed in before the first had failed; an open one has not failed
    ],
)
def test_measures_counted_by_hand(tmp_path: Path, name: str, value: float, n: float) -> None:
    found = estimate(by_hand(tmp_path), f"eli.{name}")
    assert found.value == pytest.approx(value)
    assert found.n == pytest.approx(n)


def test_the_search_of_a_story_is_the_one_its_day_begins(tmp_path: Path) -> None:
    tables = load(by_hand(tmp_path))
    found = estimate(tables, "ben.hired_in_12_weeks")
    assert (found.value, found.n) == (1, 1)
    assert estimate(tables, "ben.hired_in_8_weeks").value == 0
    short = by_hand(tmp_path)
    short.tables["spells"] = frame("person start end how", (0, 0, 299.0, 310.0, "direct"))
    with pytest.raises(AnalysisError, match="followed for 12 weeks"):
        estimate(short, "eli.hired_in_12_weeks")


def test_each_replication_has_its_own_value(tmp_path: Path) -> None:
    tables = load(by_hand(tmp_path))
    assert per_replication(tables, "eli.referral_response")["value"].tolist() == pytest.approx([2 / 3, 1])
    assert per_replication(tables, "eli.ties_at_end")["value"].tolist() == [1, 0.5]
    assert per_replication(tables, "eli.days_to_answer_referral")["value"].tolist() == [2, 5]
    each = per_replication(tables, "eli.days_to_answer_direct")["value"]
    assert each[0] == 10
    assert np.isnan(each[1])


def test_one_interview_in_thirty_looks_at_the_first_thirty(tmp_path: Path) -> None:
    persons = frame("person role field", (0, 0, "eli", 0), (0, 1, "eli", 0), (0, 2, "eli", 0), (0, 3, "ben", 0))
    rows = []
    for person, sent, interviewed in ((0, 31, (3, 30)), (1, 30, (0, 29)), (2, 29, (0, 1, 2))):
        rows += [(0, person, k, "direct", 110.0 + k, NAN, 200.0 if k in interviewed else NAN) for k in range(sent)]
    applications = frame("person opening channel sent responded interviewed", *reversed(rows))
    source = run(tmp_path, persons=persons, applications=applications)
    found = estimate(source, "eli.interviews_in_30_applications")
    assert (found.value, found.n) == (1.5, 2)  # the 31st of the first does not count, and the third sent too few
    assert estimate(source, "eli.one_in_30").value == 0.5


@pytest.mark.parametrize("name", ESTIMANDS)
def test_applications_alone_say_which_table_is_missing(name: str) -> None:
    with pytest.raises(AnalysisError, match=r"needs the (persons|spells|jobs|ties|pathway) table"):
        estimate(counts(direct=(1, 10)), f"eli.{name}")


def test_who_is_not_in_the_cast_is_named(tmp_path: Path) -> None:
    with pytest.raises(AnalysisError, match="No role is called 'kari' in this run; its roles are ben, eli"):
        estimate(by_hand(tmp_path), "kari.ties_at_end")


def test_claims_of_all_four_forms_are_judged(tmp_path: Path) -> None:
    persons = frame("person role field", *((r, p, "eli" if p < 50 else "ben", 0) for r in range(8) for p in range(100)))
    # Ties of eli end at 0.6 and of ben at 0.3, give or take the run's own luck.
    ties = persons.assign(
        strength_end=np.where(persons["role"] == "eli", 0.6, 0.3)
        + 0.01 * np.cos(persons["replication"])
        + 0.001 * np.sin(persons["person"])
    )
    applications = frame("person opening channel sent responded", *((r, 0, 0, "direct", 120.0, NAN) for r in range(8)))
    source = run(
        tmp_path,
        persons=persons,
        applications=applications,
        ties=ties,
        openings=frame("opening posted field in_window", *((r, 0, 1.0, 0, True) for r in range(8))),
    )
    eli, ben = "eli.strength_at_end", "ben.strength_at_end"
    judged = check_claims(
        source,
        [
            RateClaim(rate=eli, within=(0.55, 0.65)),
            OrderClaim(order=(eli, ben)),
            OrderClaim(order=(ben, eli)),
            RatioClaim(ratio=(eli, ben), within=(1.8, 2.2)),
            DifferenceClaim(difference=(eli, ben), within=(0.29, 0.31)),
            DifferenceClaim(difference=(ben, eli), within=(-0.2, 0.2)),
            DifferenceClaim(difference=("eli.wage_at_end", "ben.wage_at_end"), within=(0, 1)),
        ],
    )
    assert [one.verdict for one in judged] == ["holds", "holds", "fails", "holds", "holds", "fails", "undecided"]
    assert judged[4].kind == "difference"
    # What both roles share of a run's luck cancels: far less than the luck itself is left.
    assert judged[4].high - judged[4].low < 0.1 * (judged[0].high - judged[0].low)
    assert "jobs table" in judged[6].note


def test_the_interval_of_a_median_covers() -> None:
    rng, draws, inside = np.random.default_rng(71), 400, 0
    what = quantity("eli.days_to_answer_direct")
    for _ in range(draws):
        own = np.arange(200)
        codes = Codes(np.zeros(200, np.int64), own, own, own, (1, 200, 200, 200), np.zeros(1, np.int64))
        bounds = what.interval(Median(rng.exponential(10, 200), codes).influence(), 0.95)
        inside += bounds.low <= 10 * np.log(2) <= bounds.high
    assert inside / draws == pytest.approx(0.95, abs=4 * (0.95 * 0.05 / draws) ** 0.5)


def test_few_events_of_a_mean_are_no_certainty(tmp_path: Path) -> None:
    persons = frame("person role field", *((r, p, "eli", 0) for r in range(2) for p in range(10)))
    found = estimate(run(tmp_path, persons=persons, jobs=frame("person start")), "eli.hires_per_person", 0.95)
    assert (found.value, found.low) == (0, 0)
    assert found.high == pytest.approx(-np.log(0.025) / 20)  # Poisson: no event in 20 people


def test_a_simulated_cast_is_measured_and_its_folder_says_the_same(tmp_path: Path) -> None:
    file = tmp_path / "two.yaml"
    file.write_text(
        """
title: One keeps in touch, the other does not
extends: baseline
population: {people: 300}
time: {warm_up: 28 days, window: 140 days, follow_up: 60 days}
cast:
  eli: {count: 40, applications: 40%, asks: 10%, upkeep: 50%, searches_from: 30 days, hours_per_week: 15}
  ben: {count: 40, applications: 100%, searches_from: 30 days, hours_per_week: 15}
expect:
  - {difference: [eli.strength_at_end, ben.strength_at_end], within: [0, 1]}
  - order: [eli.asks_per_person, ben.asks_per_person]
""",
        encoding="utf-8",
    )
    result = simulate(load_scenario(str(file)), replications=3, folder=tmp_path / "run")
    tables = load(result)
    unanswered = set()
    for role in ("eli", "ben"):
        for name in MEASURES:
            found = estimate(tables, f"{role}.{name}")
            if found.n > 0:
                assert np.isfinite(found.value), name
            else:
                unanswered.add(name)
            assert per_replication(tables, f"{role}.{name}")["replication"].tolist() == [0, 1, 2]
    assert unanswered <= {
        "one_in_30",
        "interviews_in_30_applications",
        "found_by_referral",
        "hidden_share",
        "wage_at_end",
        "recruiter_response",
    }
    assert [one.verdict for one in check_claims(result)] == ["holds", "holds"]
    hires = result.jobs.merge(result.persons[["replication", "person", "role"]])
    hires = hires[(hires["role"] == "eli") & hires["start"].between(28, 168, inclusive="left")]
    assert estimate(tables, "eli.hires_per_person").value == pytest.approx(len(hires) / 120)
    again = load(tmp_path / "run")
    for name in ("eli.wage_at_end", "eli.hired_in_8_weeks", "ben.ties_at_end"):
        if estimate(tables, name).n > 0:
            assert estimate(again, name).value == pytest.approx(estimate(tables, name).value)
    vouched = pd.Series(result.applications["report_precision"].notna())
    assert (vouched == (result.applications["channel"] == "referral")).all()


def test_a_replication_in_which_nobody_applies_counts_for_what_it_is(tmp_path: Path) -> None:
    """Rates have no value there and weigh nothing; people who sent no application are counted with none."""
    text = (
        "title: two seekers\nextends: baseline\npopulation: {people: 100}\n"
        "openings: {growth: 0.05 per employee per week}\ncast:\n  seeker: {count: 2, employed: off}\n"
        "time: {warm_up: 7 days, window: 28 days, follow_up: 14 days, response_window: 14 days}\n"
    )
    scenario = load_scenario(scenario_files.write(tmp_path, text, "seekers.yaml"))
    busy, idle = (run_replication(scenario, 1, number) for number in (0, 1))
    nobody = ({**idle[0], **{name: idle[0][name].slice(0, 0) for name in ("applications", "openings")}}, idle[1])
    name = "seeker.applications_per_person"
    alone, both = (result_of(scenario, 1, made) for made in ([busy], [busy, nobody]))
    assert estimate(alone, name).value > 0
    assert estimate(both, name).value == pytest.approx(estimate(alone, name).value / 2)
    each = per_replication(both, name)
    assert (each["replication"].tolist(), each["n"].tolist()) == ([0, 1], [2.0, 2.0])
    assert each["value"][1] == 0
    assert estimate(both, "direct.read").value == estimate(alone, "direct.read").value
    rates = per_replication(both, "direct.read")
    assert rates["n"][1] == 0
    assert np.isnan(rates["value"][1])
    assert measured(result_of(scenario, 1, [nobody]), [name, "direct.read"])[name] == (2.0, 0.0)
    assert measured(result_of(scenario, 1, [nobody]), ["direct.read"])["direct.read"][0] == 0
