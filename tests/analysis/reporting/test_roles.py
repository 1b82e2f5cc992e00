"""A scenario with a cast: its roles side by side in the report and on the terminal, and differences within reason."""

from __future__ import annotations

import dataclasses
from pathlib import Path

import pandas as pd
import pytest

import sim
from analysis.claims.verdicts import Judgement
from analysis.presentation import style, wording
from analysis.quantities.catalogue import estimate
from analysis.reporting import charts, contents, sentences
from analysis.reporting.findings import find
from analysis.reporting.page import PAGE, publish
from analysis.reporting.roles import COLUMNS
from analysis.reporting.sentences import claims_text
from analysis.reporting.summary import Summary, bounded, summarise
from sim.scenario.claims import DifferenceClaim, OrderClaim, RateClaim

SCENARIO = """\
title: One who keeps in touch and one who does not
extends: baseline
population: {people: 400}
time: {warm_up: 0 days, window: 12 weeks}
cast:
  eli: {count: 40, employed: off, hours_per_week: 10, applications: 60%, asks: 20%, upkeep: 20%}
  ben_b: {count: 40, employed: off, hours_per_week: 10, applications: 100%}
expect:
  - {order: [eli.referrals_per_person, ben_b.referrals_per_person], confidence: 90%}
  - {difference: [ben_b.response_rate, eli.response_rate], within: [-50%, 50%]}
  - {rate: ben_b.match_at_end, within: [-5 sd, 5 sd]}
"""


@pytest.fixture(scope="module")
def summary(tmp_path_factory: pytest.TempPathFactory) -> Summary:
    file = tmp_path_factory.mktemp("cast") / "two.yaml"
    file.write_text(SCENARIO, encoding="utf-8")
    return summarise(sim.simulate(sim.load_scenario(file), replications=2, seed=1))


def test_what_the_claims_name_of_the_roles_is_measured(summary: Summary) -> None:
    table = summary.cast
    assert list(zip(table["measure"], table["role"], strict=True)) == [
        ("referrals_per_person", "eli"),
        ("referrals_per_person", "ben_b"),
        ("response_rate", "ben_b"),
        ("response_rate", "eli"),
        ("match_at_end", "ben_b"),
    ]
    for row in wording.records(table):
        found = estimate(summary.tables, f"{row['role']}.{row['measure']}")
        assert (row["value"], row["low"], row["high"], row["n"]) == (found.value, found.low, found.high, found.n)


def test_terminal_shows_each_measure_of_each_role(summary: Summary) -> None:
    lines = sentences.cast_text(summary.cast).splitlines()
    assert lines[0] == "Measures of the roles, with 95 % intervals:"
    assert lines[1].split()[:4] == ["referrals", "per", "person", "eli"]
    assert lines[2].split()[:2] == ["ben", "b"]
    assert lines[5].split()[-1] == "SD)"
    said = claims_text(summary)
    assert "eli.referrals_per_person > ben_b.referrals_per_person: step " in said
    assert "ben_b.response_rate - eli.response_rate within -50 to 50 points: " in said


def test_report_shows_the_roles_as_chart_and_table(
    summary: Summary, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(contents, "CHARTS", tuple(chart for chart in contents.CHARTS if chart.stem == "cast"))
    published = publish(find(summary), tmp_path / "two")
    assert {"cast.csv", "cast.png", "cast.svg"} <= set(published.files)
    page = (published.folder / PAGE).read_text(encoding="utf-8").replace("\u00a0", " ")
    assert sentences.roles_finding(summary.cast) in page
    assert page.count(f'aria-label="{sentences.roles_alt(summary.cast)}"') == 2
    assert page.index("The measures that the scenario makes claims about") < page.index("The roles of the scenario")
    saved = pd.read_csv(published.folder / "cast.csv")
    assert list(saved["value"]) == pytest.approx(list(summary.cast["value"]), rel=1e-6)


@pytest.mark.parametrize("width", [style.WIDE, style.NARROW])
def test_chart_draws_the_intervals_of_the_table(summary: Summary, width: float) -> None:
    figure = charts.roles(summary.cast, width=width)
    assert [axes.get_title(loc="left") for axes in figure.axes] == [
        "Referrals per person, count",
        "Response rate",
        "Match at end, sd",
    ]
    lines = [tuple(map(float, line.get_xdata())) for axes in figure.axes for line in axes.lines]  # type: ignore[arg-type]
    for row in wording.records(summary.cast):
        assert (row["low"], row["high"]) in lines
    with style.drawing():
        figure.draw_without_rendering()
        for axes in figure.axes:
            for text in (axes.title, *axes.get_yticklabels(), *axes.texts):
                box = text.get_window_extent()
                assert box.x0 >= -1
                assert box.x1 <= figure.bbox.x1 + 1


def test_a_measure_that_cannot_be_taken_says_why(summary: Summary) -> None:
    """Nobody of a role of one who never applies is answered: a sentence stands where the number would."""
    nan = float("nan")
    table = summary.cast.assign(value=nan, low=nan, high=nan, note="There is nothing to count.")
    assert sentences.roles_finding(table) == "The people of the cast"
    assert sentences.cast_text(table).count("There is nothing to count.") == 5
    changed = dataclasses.replace(summary, cast=table)
    assert "There is nothing to count." in sentences.cast_text(changed.cast)


def test_a_market_without_roles_has_no_such_table() -> None:
    empty = pd.DataFrame(columns=COLUMNS)
    assert sentences.cast_text(empty) == ""


def judgement(low: float, high: float) -> Judgement:
    return Judgement("order", "a > b", "undecided", 0.2, low, high, (0, 1), 9, 2, 0.99, "", "t")


def test_no_difference_of_shares_is_beyond_a_hundred_points() -> None:
    shares = OrderClaim(order=("referral.interview", "direct.interview"))
    assert [(one.low, one.high) for one in (bounded(shares, judgement(-8.1, 8.5)),)] == [(-1, 1)]
    assert bounded(shares, judgement(-0.1, 0.5)) == judgement(-0.1, 0.5)
    apart = DifferenceClaim(difference=("eli.response_rate", "ben.response_rate"), within=(0, 0.5))
    assert (bounded(apart, judgement(-3, 0.5)).low, bounded(apart, judgement(-3, 0.5)).high) == (-1, 0.5)
    counts = OrderClaim(order=("eli.ties_at_end", "ben.ties_at_end"))
    assert bounded(counts, judgement(-8.1, 8.5)) == judgement(-8.1, 8.5)
    rate = RateClaim(rate="direct.response", within=(0, 1))
    assert bounded(rate, judgement(-8.1, 8.5)) == judgement(-8.1, 8.5)
