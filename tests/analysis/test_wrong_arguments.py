"""Arguments of the public functions that are of the wrong kind, in the wrong order or misspelt."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

import numpy as np
import pandas as pd
import pytest

import analysis
import sim
from analysis.tables.rows import need_columns
from analysis.tracing.sentences import joined

TABLE = pd.DataFrame({"channel": ["direct", "referral"] * 20, "responded": [1.0, np.nan] * 20, "sent": 0.0})


@pytest.mark.parametrize(
    ("given", "said"),
    [
        ({"seed": "a"}, "seed: found 'a'; expected a whole number of at least 0"),
        ({"seed": -1}, "seed: found -1; expected a whole number of at least 0"),
        ({"replications": 0}, "replications: found 0; expected a whole number from 1 to 32,767"),
        ({"replications": 2.5}, "replications: found 2.5; expected a whole number from 1 to 32,767"),
        ({"workers": True}, "workers: found true; expected a whole number of at least 1"),
    ],
)
def test_simulate_names_the_argument_that_is_wrong(given: dict[str, Any], said: str) -> None:
    with pytest.raises(sim.ScenarioError) as problem:
        sim.simulate("baseline", **given)
    assert str(problem.value) == said


def test_tables_come_before_the_name() -> None:
    wrong: Any = (TABLE, "days_to_fill")
    for measure in (analysis.estimate, analysis.per_replication):
        with pytest.raises(analysis.AnalysisError, match="give the run or table first, then the name"):
            measure(*wrong[::-1])


def test_a_misspelt_quantity_is_answered_with_the_nearest() -> None:
    with pytest.raises(analysis.AnalysisError) as problem:
        analysis.estimate(TABLE, "days_to_fil")
    assert str(problem.value) == "There is no quantity 'days_to_fil'; did you mean 'days_to_fill'?"


def test_a_claim_about_an_unknown_quantity_is_refused_and_not_left_undecided() -> None:
    claim: Any = SimpleNamespace(rate="direct.respons", within=(0.0, 0.1), confidence=0.9, source="")
    with pytest.raises(analysis.AnalysisError, match=r"no quantity 'direct.respons'; did you mean 'direct.response'\?"):
        analysis.check_claims(TABLE, [claim])


def test_a_column_that_nobody_typed_is_answered_without_a_guess() -> None:
    claim: Any = SimpleNamespace(rate="days_to_fill", within=(0.0, 9.0), confidence=0.9, source="")
    (judged,) = analysis.check_claims(TABLE, [claim])
    assert judged.verdict == "undecided"
    assert judged.note
    assert "did you mean" not in judged.note
    with pytest.raises(analysis.AnalysisError, match=r"needs the column sents, .* does not have\.$"):
        need_columns(TABLE, ["sents"], "This measure")


def test_one_covariate_needs_no_list_and_a_misspelt_one_is_answered_with_the_nearest() -> None:
    with pytest.raises(analysis.AnalysisError, match=r"needs the column chanel, .*; did you mean 'channel'\?"):
        analysis.fit_stage(TABLE, covariates="chanel")


def test_compare_takes_names_one_after_another() -> None:
    with pytest.raises(sim.ScenarioError, match="no scenario is named 'jil'"):
        analysis.compare("jill", "jil")
    wrong: Any = ["jill", 3]
    with pytest.raises(analysis.AnalysisError, match="names: found a int; expected names such as"):
        analysis.compare(wrong)


def test_trace_speaks_of_arguments_and_names_the_nearest_role() -> None:
    with pytest.raises(analysis.AnalysisError, match=r"^role 'jil': jill has no such role; .*did you mean 'jill'\?"):
        analysis.trace("jill", role="jil")


def test_the_steps_of_a_contact_are_one_sentence() -> None:
    parts = [
        "Contact 3 (a friend) heard of opening 6 at employer 2 and thought of them.",
        "Contact 3 got in touch about opening 6.",
        "Contact 3 agreed to recommend them for opening 6.",
    ]
    assert joined(parts) == (
        "Contact 3 (a friend) heard of opening 6 at employer 2, thought of them, got in touch and agreed to "
        "recommend them."
    )
