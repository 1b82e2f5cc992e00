"""Joining two runs row by row: by what is the same in both, and only where draws are shared."""

from __future__ import annotations

import pandas as pd
import pytest

import sim
from analysis.errors import AnalysisError
from analysis.tables.paired_runs import paired
from sim.runs.result import Result

SMALL = {"population.people": 500, "time.warm_up": 56, "time.window": 140, "openings.growth": 0.006}


@pytest.fixture(scope="module")
def arms() -> tuple[Result, Result]:
    on, off = (
        sim.simulate("baseline", replications=2, seed=4, overrides=SMALL | switches)
        for switches in ({}, {"mechanisms.vouching": "off"})
    )
    return on, off


def same_job(joined: pd.DataFrame) -> float:
    """The share of pairs in which the opening asks for the same field and was known in the same way."""
    names = ("field", "visibility")
    return float(
        (
            joined[[f"{name}_first" for name in names]].to_numpy()
            == joined[[f"{name}_second" for name in names]].to_numpy()
        )
        .all(axis=1)
        .mean()
    )


def test_openings_joined_by_key_are_the_same_job_and_by_number_are_not(arms: tuple[Result, Result]) -> None:
    on, off = (arm.openings.assign(visibility=arm.openings["visibility"].astype(str)) for arm in arms)
    by_key = paired(*arms, "openings").query("found_in == 'both'")
    assert len(by_key) > 0.5 * len(on)
    assert same_job(by_key) > 0.99
    by_number = on.merge(off, on=["replication", "opening"], suffixes=("_first", "_second"))
    late = by_number[by_number["opened_first"] > 140]
    assert same_job(late) < 0.9, "numbers would do as well here"


def test_every_application_stands_once(arms: tuple[Result, Result]) -> None:
    joined = paired(*arms)
    assert set(joined["found_in"]) == {"both", "first", "second"}
    for arm, name in zip(arms, ("first", "second"), strict=True):
        assert len(joined[joined["found_in"] != ("second" if name == "first" else "first")]) == pytest.approx(
            len(arm.applications), rel=0.01
        )
    both = joined[joined["found_in"] == "both"]
    # A match belongs to a person and an opening, whatever else happens.
    assert both["match_first"].to_numpy() == pytest.approx(both["match_second"].to_numpy(), abs=1e-5)


def test_a_run_joins_itself_whole(arms: tuple[Result, Result]) -> None:
    joined = paired(arms[0], arms[0])
    assert (joined["found_in"] == "both").all()
    assert joined["sent_first"].equals(joined["sent_second"].rename("sent_first"))


def test_other_draws_are_refused(arms: tuple[Result, Result]) -> None:
    other = sim.simulate("baseline", replications=2, seed=5, overrides=SMALL)
    with pytest.raises(AnalysisError, match="the first has seed 4 with 2 replications, the second seed 5 with 2"):
        paired(arms[0], other)
    with pytest.raises(AnalysisError, match="needs the seed"):
        paired(arms[0], arms[1].applications)
    with pytest.raises(AnalysisError, match=r"table: found 'opening'.*did you mean 'openings'"):
        paired(*arms, "opening")  # type: ignore[arg-type]
