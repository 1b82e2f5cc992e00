"""A comparison in words and as a chart."""

from __future__ import annotations

import math

import pandas as pd
import pytest

from analysis.comparison import charts, sentences
from analysis.comparison.arms import ANYBODY, arms_of, settings
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
    assert sentences.sentence(found) == (
        "In this simulation, of 100 people in the group “eli” about 62 had an interview within 12 weeks of search, of "
        "100 in the group “ben” about 41; this difference is beyond chance (14 to 28 more, 95 % interval)."
    )
    assert sentences.finding(found) == "Interview within 12 weeks: 62 of 100 in “eli”, 41 in “ben”"
    unsure = told({"eli": (0.62, 0.5, 0.7), "ben": (0.41, 0.3, 0.5)}, (0.21, -0.02, 0.3))
    assert sentences.sentence(unsure).endswith("about 41; this difference may be chance.")
    assert "no difference beyond chance" in sentences.finding(unsure)
    lower = told({"eli": (0.001, 0, 0.01), "ben": (0.004, 0, 0.01)}, (-0.003, -0.004, -0.001))
    assert "of 1,000 people in the group “ben” about 4" in sentences.sentence(lower)
    assert "(1 to 4 more, 95 % interval)" in sentences.sentence(lower)


@pytest.mark.parametrize(
    ("saved", "said"),
    [
        ((0.3, 0.1, 0.5), "pairing saved 30 % of the replications (95 % interval 10 to 50 %)."),
        ((0.3, -0.1, 0.5), "pairing saved 30 % of the replications, but there are too few to be sure"),
        ((-0.3, -0.5, -0.1), "pairing cost 30 % more replications"),
        ((math.nan, math.nan, math.nan), ""),
    ],
)
def test_what_pairing_saved_is_said_with_its_uncertainty(saved: tuple[float, float, float], said: str) -> None:
    found = told({"eli": (0.62, 0.5, 0.7), "ben": (0.41, 0.3, 0.5)}, (0.21, 0.14, 0.28))
    found.differences[["saved", "saved_low", "saved_high"]] = saved
    assert said in sentences.pairing(found)
    assert bool(said) == bool(sentences.pairing(found))


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
    texts = [text.get_text().replace("\n", " ") for axes in figure.axes[:2] for text in axes.texts]
    for row in wording.records(comparison.outcomes):
        if row["measure"] in ("interview_in_26_weeks", "hired_in_26_weeks"):
            assert f"{row['arm']} {wording.percent(row['value'])}".replace(" %", "\u00a0%") in texts
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
