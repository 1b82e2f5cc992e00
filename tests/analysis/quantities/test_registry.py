"""Every quantity is declared once in ``sim`` and measured once in ``analysis``; what lacks its other half is named."""

import re

import pytest
from paths import ROOT

from analysis.claims.evidence import load_evidence
from analysis.quantities import applications, networks_and_jobs, roles
from analysis.quantities.catalogue import MEASUREMENTS, quantity
from sim.market import codes
from sim.scenario.quantities import CHANNELS, MARKET, MEASURES, RATES, TRACKED_MEASURES, QuantityName
from sim.scenario.quantity_names import declared, tracked_names

NOT_MEASURED = "declared in sim/scenario/quantities.py, not measured in analysis/quantities"
DECLARED = [*RATES.values(), *MARKET.values(), *MEASURES.values()]


def test_every_market_quantity_is_measured_and_every_measurement_is_of_a_declared_one() -> None:
    assert sorted(set(MARKET) - set(MEASUREMENTS)) == [], NOT_MEASURED
    assert sorted(set(MEASUREMENTS) - set(MARKET)) == [], "measured in analysis/quantities, not declared in sim"
    assert sorted(set(applications.MEASUREMENTS) & set(networks_and_jobs.MEASUREMENTS)) == [], "measured twice"


def test_every_measure_of_a_role_has_an_estimand_and_every_estimand_a_measure() -> None:
    assert sorted(set(MEASURES) - set(roles.ESTIMANDS)) == [], NOT_MEASURED
    assert sorted(set(roles.ESTIMANDS) - set(MEASURES)) == [], (
        "measured in analysis/quantities/roles.py, not declared in sim"
    )


@pytest.mark.parametrize("one", DECLARED, ids=lambda one: one.name)
def test_every_quantity_has_a_label_a_meaning_and_a_row_of_evidence_that_exists(one: QuantityName) -> None:
    assert one.label, f"{one.name} has no label"
    assert len(one.label) <= 64, "the label is too long for an axis"
    assert one.label[0].islower() or one.label[0].isdigit(), "a label starts small: charts capitalise it"
    assert re.fullmatch(r"[A-Z].*\.", one.meaning), "the meaning is no sentence"
    assert one.evidence in {"", *(row.id for row in load_evidence())}, "no such row in evidence.csv"


def test_a_quantity_is_measured_as_it_is_declared() -> None:
    for name, of in {**{one: one for one in (*RATES, *MARKET)}, **{f"anybody.{one}": one for one in MEASURES}}.items():
        what, said = quantity(name), declared(name)
        assert said is not None
        assert (said.name, what.name) == (of, name)
        assert (what.unit, what.evidence) == (said.unit, said.evidence)
        assert what.label.startswith(said.label)
        assert what.denominator
        assert what.scale == "share" or what.unit != "share", name


def test_no_row_of_the_evidence_is_measured_by_two_quantities() -> None:
    rows = [one.evidence for one in DECLARED if one.evidence]
    assert sorted(rows) == sorted(set(rows))
    assert {row.id for row in load_evidence() if row.role == "seed band"} < set(rows)


def test_what_is_tracked_is_declared_once_and_measured() -> None:
    names = tracked_names(["eli"])
    assert len(names) == len(set(names)) == 3 * 5 + len(MARKET) + len(TRACKED_MEASURES)
    assert [name for name in names if declared(name) is None] == []


def test_channels_are_the_recorded_ones_in_their_order() -> None:
    assert tuple(CHANNELS) == codes.Channel.words


def test_no_second_list_of_labels_stands_in_the_code() -> None:
    labels = {one.label for one in (*MARKET.values(), *MEASURES.values()) if len(one.label.split()) > 3}
    for file in sorted((ROOT / "analysis").rglob("*.py")):
        text = file.read_text(encoding="utf-8")
        assert [label for label in labels if f'"{label}"' in text] == [], file
