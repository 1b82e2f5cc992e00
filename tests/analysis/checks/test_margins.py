"""Margins: a tenth of a quantity, or what the evidence allows; and what these replications cannot decide."""

from __future__ import annotations

import numpy as np
import pytest

from analysis.checks.held_quantities import always_held, choose_held, tracked_names
from analysis.checks.margins import evidence_row_of, margin_for, needed
from sim import load_scenario


def around(mean: float, sd: float = 0.0, count: int = 32) -> np.ndarray:
    """Values with this mean and about this spread."""
    return mean + sd * np.tile([-1.0, 1.0], count // 2)


@pytest.mark.parametrize(
    ("mean", "unit", "margin"),
    [
        (0.0338, "share", 0.00338),
        (0.9, "share", 0.01),  # of what is left to 1
        (0.0, "share", 0.0002),  # of 0.2 %, the least share that margins are made of
        (41.47, "days", 4.14),  # rounded down
        (0.3, "score", 0.03),
        (-2.0, "sd", 0.2),
        (130.0, "count", 13.0),
        (1.5, "ratio", 0.15),
        (0.09, "difference", 0.009),
        (0.0, "count", None),
    ],
)
def test_a_margin_is_a_tenth_whatever_the_replications_resolve(mean: float, unit: str, margin: float | None) -> None:
    for spread in (0.0, 0.2):
        assert margin_for(around(mean, spread * mean), unit) == (None if margin is None else pytest.approx(margin))


def test_replications_without_a_value_do_not_count() -> None:
    values = np.array([np.nan, 10.0, 12.0, np.nan, 11.0])
    assert margin_for(values, "count") == pytest.approx(1.1)


def test_the_evidence_narrows_a_margin_while_its_band_is_met() -> None:
    # K4: an odds ratio between 1.15 and 1.27.
    assert margin_for(around(1.223, 0.03), "ratio", "K4") == pytest.approx(0.047)
    assert margin_for(around(1.17, 0.03), "ratio", "K4") == pytest.approx(0.02, abs=1e-3)
    # Not met, or not with 99 %: nothing to be kept.
    assert margin_for(around(1.3, 0.03), "ratio", "K4") == pytest.approx(0.13)
    assert margin_for(around(1.152, 0.03), "ratio", "K4") == pytest.approx(0.115)
    # A band that leaves more room than a tenth.
    assert margin_for(around(0.0338, 0.002), "share", "S1") == pytest.approx(0.00338)
    assert [evidence_row_of(name) for name in ("direct.response", "days_to_fill", "contact_share_of_hires", "x.y")] == [
        "S1",
        "K7c",
        "",
        "",
    ]


def test_a_narrower_margin_needs_more_replications() -> None:
    assert needed(around(1.0, 0.1), 0.1, 40) < needed(around(1.0, 0.1), 0.05, 40) < needed(around(1.0, 0.2), 0.05, 40)
    assert needed(around(1.0), 0.1, 40) == 8


# ---- which are held ------------------------------------------------------------------------------------------------


def replications(count: int = 32, **other: np.ndarray) -> list[dict[str, tuple[float, float]]]:
    """Values of the baseline's quantities: 3 % of spread each, but for those given."""
    names = tracked_names(load_scenario("baseline"))
    given = {name.replace("__", "."): column for name, column in other.items()}
    rows = []
    for at in range(count):
        row = {}
        for place, name in enumerate(names):
            wave = 0.5 * (1 + 0.03 * np.sin(1.0 + at * (1.3 + 0.01 * place)))
            row[name] = (100.0, float(given[name][at] if name in given else wave))
        rows.append(row)
    return rows


def test_what_is_always_held_is_held_though_it_cannot_be_decided() -> None:
    scenario = load_scenario("baseline")
    wide = around(0.3, 0.2)
    held, left_out = choose_held(scenario, replications(direct__response=wide, direct__read=wide[::-1]), {})
    assert {"direct.response", "referral.response", "recruiter.response", "interviewed_per_opening"} <= {
        *always_held(scenario)
    } & held.keys()
    assert held["direct.response"].margin == pytest.approx(0.03)
    assert left_out["direct.read"].startswith("needs ")
    assert left_out["direct.read"].endswith(" replications at a margin of 0.03")
    assert int(left_out["direct.read"].split()[1].replace(",", "")) > 1000
    # A margin that a user sets holds a quantity, too.
    assert "direct.read" in choose_held(scenario, replications(direct__read=wide), {"direct.read": 0.05})[0]


def test_of_twins_one_is_held_with_the_narrower_margin() -> None:
    scenario = load_scenario("baseline")
    twin = around(0.034, 0.0005)
    held, left_out = choose_held(scenario, replications(direct__interview=twin, cold_to_interview=twin), {})
    assert left_out["cold_to_interview"] == "the same numbers as direct.interview"
    assert held["direct.interview"].margin == pytest.approx(0.002, abs=1e-4)  # K3 ends at 3.6 %
    assert "cold_to_interview" not in held


def test_some_replications_without_a_value_are_no_reason_to_leave_out_what_is_always_held() -> None:
    scenario = load_scenario("baseline")
    some, few, none = (around(0.3, 0.01) for _ in range(3))
    some[:5], few[:26], none[:] = np.nan, np.nan, 0.0
    held, left_out = choose_held(
        scenario,
        replications(direct__response=some, referral__response=few, recruiter__response=none, direct__read=some),
        {},
    )
    assert np.isnan(held["direct.response"].values).sum() == 5
    assert held["direct.response"].mean == pytest.approx(0.3, abs=0.001)
    assert left_out["referral.response"] == "nothing to count in 26 of 32 replications"
    assert left_out["recruiter.response"] == "0 in every replication: nothing says how it varies"
    assert left_out["direct.read"] == "nothing to count in 5 of 32 replications"
