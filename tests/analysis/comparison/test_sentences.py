"""A comparison in words and as a chart."""

from __future__ import annotations

from dataclasses import replace

import pandas as pd
import pytest

from analysis.comparison import charts, headline, sentences, terminal
from analysis.comparison.arms import ANYBODY, arms_of, settings, shared_settings
from analysis.comparison.comparison import (
    OUTCOMES,
    Comparison,
)
from analysis.comparison.page import table
from analysis.presentation import style, wording


def told(rows: dict[str, tuple[float, float, float]], apart: tuple[float, float, float]) -> Comparison:
    """Two groups with these chances of an interview and a difference with this interval."""
    arms = arms_of(["eli-ben"])
    values, differences = [], []
    for outcome in OUTCOMES:
        for arm, (value, low, high) in rows.items():
            values.append(
                {
                    "arm": arm,
                    "measure": outcome.measure,
                    "kind": outcome.kind,
                    "weeks": outcome.weeks,
                    "unit": outcome.unit,
                    "n": 100,
                    "at_risk": 100 - outcome.weeks,
                    "value": value,
                    "low": low,
                    "high": high,
                    "note": "",
                }
            )
        differences.append(
            {
                "arm": "eli",
                "against": "ben",
                "measure": outcome.measure,
                "unit": outcome.unit,
                "level": 0.95,
                "value": apart[0],
                "low": apart[1],
                "high": apart[2],
                "beyond_chance": apart[1] > 0 or apart[2] < 0,
                "saved": 0.3,
                "saved_low": 0.1,
                "saved_high": 0.5,
                "note": "",
            }
        )
    return Comparison(arms, pd.DataFrame(values), pd.DataFrame(differences), 8, 1, 0.95, {"referralsim": "0"})


def test_first_sentence_is_plain_and_careful() -> None:
    found = told({"eli": (0.62, 0.5, 0.7), "ben": (0.41, 0.3, 0.5)}, (0.21, 0.14, 0.28))
    assert headline.sentence(found) == (
        "In this simulation, of 100 people in the group “eli” about 62 had an interview within 12 weeks of search, of "
        "100 in the group “ben” about 41; this difference is beyond chance (14 to 28 more, 95 % interval)."
    )
    assert headline.finding(found) == "Interview within 12 weeks: 62 of 100 in “eli”, 41 in “ben”"
    unsure = told({"eli": (0.62, 0.5, 0.7), "ben": (0.41, 0.3, 0.5)}, (0.21, -0.02, 0.3))
    assert headline.sentence(unsure).startswith("In this simulation we cannot tell “eli” and “ben” apart: of 100")
    assert "no difference beyond chance" in headline.finding(unsure)
    lower = told({"eli": (0.001, 0, 0.01), "ben": (0.004, 0, 0.01)}, (-0.003, -0.004, -0.001))
    assert "of 1,000 people in the group “eli” about 1 " in headline.sentence(lower)
    assert "(1 to 4 fewer, 95 % interval)" in headline.sentence(lower)


def split(plan: tuple[float, float, float], past: tuple[float, float, float]) -> Comparison:
    """The same two groups, their difference told apart."""
    whole = told({"eli": (0.42, 0.4, 0.5), "ben": (0.24, 0.2, 0.3)}, (0.18, 0.16, 0.21))
    parts = [
        {
            "arm": "eli",
            "against": "ben",
            "measure": outcome.measure,
            "unit": outcome.unit,
            "part": part,
            "value": value,
            "low": low,
            "high": high,
            "level": 0.95,
            "beyond_chance": low > 0 or high < 0,
            "note": "",
        }
        for outcome in OUTCOMES
        for part, (value, low, high) in (("plan", plan), ("past", past))
    ]
    return replace(whole, parts=pd.DataFrame(parts))


def test_headline_is_about_the_plan_and_gives_the_rest_to_what_lies_behind() -> None:
    found = split((0.03, 0.01, 0.05), (0.15, 0.12, 0.18))
    assert headline.sentence(found) == (
        "In this simulation the plan of “eli” in place of that of “ben” brought about 3 more of 100 people to an "
        "interview within 12 weeks of search (1 to 5 more, 95 % interval). What lies behind “eli” (contacts, ability, "
        "history) made about 15 more of 100 (12 to 18 more, 95 % interval), and no plan here changes that."
    )
    assert headline.further(found).startswith("In all, 42 of 100 in “eli” and 24 of 100 in “ben” had an interview. ")
    assert headline.finding(found).endswith("42 of 100 in “eli”, 24 in “ben”; about 3 more by the plan")
    unsure = split((0.003, -0.03, 0.04), (0.15, 0.12, 0.18))
    assert headline.sentence(unsure).startswith(
        "In this simulation we cannot tell the plans of “eli” and “ben” apart: with the same past, that of “eli” "
        "brought from 3 fewer to 4 more of 100 people to an interview within 12 weeks of search (95 % interval). "
    )
    assert headline.finding(unsure).endswith("; none of it surely by the plan")
    assert "plan +3 (+1 to +5), what lies behind +15 (+12 to +18)" in terminal.text(found)


def many(beyond: dict[str, float]) -> Comparison:
    """All groups of the habits, of which these differ from the last by so much, beyond chance."""
    arms = arms_of(["habits"])
    last = arms[-1].label
    values = [
        {"arm": arm.label, "measure": outcome.measure, "unit": outcome.unit, "value": 0.2}
        for arm in arms
        for outcome in OUTCOMES
    ]
    differences = [
        {
            "arm": arm.label,
            "against": last,
            "measure": outcome.measure,
            "unit": outcome.unit,
            "level": 0.95,
            "value": beyond.get(arm.label, 0.0),
            "low": beyond.get(arm.label, 0.0) - 0.02,
            "high": beyond.get(arm.label, 0.0) + 0.02,
            "beyond_chance": arm.label in beyond,
        }
        for arm in arms[:-1]
        for outcome in OUTCOMES
    ]
    return Comparison(arms, pd.DataFrame(values), pd.DataFrame(differences), 8, 1, 0.95, {"referralsim": "0"})


def test_of_many_groups_the_finding_that_holds_is_told_of_one_reference() -> None:
    assert headline.sentence(many({})) == (
        "In this simulation no group differs beyond chance from “no habits”, of whom about 20 of 100 people had an "
        "interview within 12 weeks of search."
    )
    some = headline.sentence(many({"all six": 0.06, "keep profile": -0.05}))
    assert some == (
        "In this simulation, of the group “no habits” about 20 of 100 people had an interview within 12 weeks of "
        "search. Beyond chance more did so in “all six” (4 to 8 more, 95 % interval) and fewer did so in “keep "
        "profile” (3 to 7 fewer, 95 % interval); the other 6 cannot be told apart from it."
    )
    assert headline.finding(many({"all six": 0.06})).endswith("1 of 8 groups differ beyond chance from “no habits”")


def test_equal_hours_are_claimed_only_where_all_hours_are_equal() -> None:
    habits = many({})
    assert sentences.at_which_hours(habits) == "at equal hours of search; their other hours differ"
    spent = {arm.label: 494.0 if arm.quiet_hours else 268.0 for arm in habits.arms}
    assert "in all, from the first day simulated: from 270 to 490." in sentences.hours_text(
        replace(habits, hours_spent=spent)
    )
    eli = told({"eli": (0.62, 0.5, 0.7), "ben": (0.41, 0.3, 0.5)}, (0.21, 0.14, 0.28))
    assert sentences.at_which_hours(eli) == "at equal hours of search"
    assert "in the years before are not counted" in sentences.hours_text(eli)
    alike = replace(eli, arms=(eli.arms[0], replace(eli.arms[0], label="ben")))
    assert sentences.at_which_hours(alike) == "at equal hours"


def test_what_weakens_a_comparison_is_remarked() -> None:
    eli = told({"eli": (0.62, 0.5, 0.7), "ben": (0.41, 0.3, 0.5)}, (0.21, 0.14, 0.28))
    few, crowded = sentences.cautions(eli)
    assert few.startswith("Few searches: 100 of “eli” and 100 of “ben”;")
    assert crowded.startswith("Copies are ")
    # Ben gives 1.4 of his 8 hours to nothing: they are counted all the same.
    ben = replace(eli.arms[1], scenario=eli.arms[1].scenario.with_overrides({"cast.ben.applications": 0.725}))
    assert sentences.cautions(replace(eli, arms=(eli.arms[0], ben)))[-1] == (
        "Hours a week for which a plan says nothing: “ben” 1.4 of 8. They count as given and bring nothing, so a plan "
        "that fills its hours has more of them to use."
    )
    silent = ben.scenario.with_overrides({"cast.ben.applications": 0, "cast.ben.asks": 0, "cast.ben.upkeep": 1})
    remark = sentences.cautions(replace(eli, arms=(eli.arms[0], replace(ben, scenario=silent))))[-1]
    assert remark.startswith("The plan of “ben” has no applications and no asks")


def test_settings_that_all_share_are_told_once() -> None:
    found = {row.path: row.values[0] for row in shared_settings(arms_of(["eli-ben"]))}
    assert found == {
        "hours_per_week": "8 hours per week",
        "asks": "10 %",
        "ability": "0",
        "employed": "no",
        "searches_from": "60 days",
    }
    differ = [row.kind for row in settings(arms_of(["eli-ben"]))]
    assert differ == sorted(differ, key=["plan", "past", "market"].index)


def test_settings_name_what_differs_and_nothing_else() -> None:
    found = {one.path: one.values for one in settings(arms_of(["eli-ben"]))}
    assert found["applications"] == ("60 %", "90 %")
    assert found["upkeep"] == ("20 %", "0 %")
    assert found["asks_from"] == ("0 days", "90 days")
    assert not {"hours_per_week", "count", "ability", "contact.familiarity"} & found.keys()
    markets = {one.path: one.values for one in settings(arms_of(["baseline", "bonus"]))}
    assert markets == {"population.people": ("5,000 people", "2,000 people"), "employers.bonus": ("1", "6")}
    assert all("anybody" not in one.meaning for one in settings(arms_of(["kari", "jill"], 8.0)))
    mixed = {one.path: one.values for one in settings(arms_of(["eli-ben:eli", "baseline"]))}
    assert mixed["goodwill"] == ("0.5", ANYBODY)
    assert not {"homophily", "contact.strength"} & mixed.keys(), "says nothing where there is no group and no contact"
    assert mixed["applications"] == ("60 %", "75 %")


@pytest.mark.parametrize("width", [style.WIDE, style.NARROW])
@pytest.mark.parametrize("title", ["", "What was found"])
def test_chart_draws_few_as_lines_and_many_as_rows(comparison: Comparison, width: float, title: str) -> None:
    figure = charts.chart(comparison, title=title, width=width)
    assert figure.get_suptitle() == title
    assert len(figure.axes) == 3
    assert figure.axes[0].get_ylim() == figure.axes[1].get_ylim(), "interview and job on one scale"
    texts = [text.get_text().replace("\n", " ") for axes in figure.axes[:2] for text in axes.texts]
    for row in wording.records(comparison.outcomes):
        if row["measure"] in ("interview_in_26_weeks", "hired_in_26_weeks"):
            assert f"{row['arm']} {sentences.shown(row['value'], 'share')}\u00a0%" in texts
    style.svg(figure, "test")


def test_alternative_text_has_every_number_drawn(comparison: Comparison) -> None:
    said = sentences.alt_text(comparison)
    assert said.startswith("Lines over weeks of search with 95 % intervals.")
    for row in wording.records(comparison.outcomes):
        assert sentences.interval_text(row) in said


def test_numbers_on_file_are_those_of_the_tables(comparison: Comparison) -> None:
    both = table(comparison)
    assert both["row"].value_counts().to_dict() == {"value": 2 * len(OUTCOMES), "difference": len(OUTCOMES)}
    values = both[both["row"] == "value"]
    assert values["value"].tolist() == comparison.outcomes["value"].tolist()
    assert (values["against"] == "").all()
