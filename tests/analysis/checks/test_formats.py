"""What a check says to people, to a CI and to machines, of a result made by hand."""

from __future__ import annotations

import json
import math
from dataclasses import replace
from typing import Any

from junitparser import JUnitXml

from analysis.checks.drift import Finding, Plan
from analysis.checks.formats import as_json, file_annotations, junit, markdown
from analysis.checks.held_quantities import Held
from analysis.checks.judging import verdict_on
from analysis.checks.reference import Reference
from analysis.checks.result import EXIT_CODES, CheckOptions, CheckResult, Verdict
from analysis.checks.sentences import Checked, text
from analysis.claims.verdicts import Judgement


def by_hand(**other: Any) -> Checked:
    """A check that stopped early: quantities changed, gone, open, same and moved; one claim broken, one open."""
    rate, days = Held("share", 0.01, False, 90.0, (0.1, 0.2)), Held("days", 2.0, False, 9.0, (38.5, 39.5))
    kept = Reference(
        "one",
        "",
        {},
        1,
        2,
        False,
        {},
        1.0,
        ({}, {}),
        {"direct.read": rate, "direct.hire": rate, "a - b": rate, "days": days, "x": rate},
        {},
        {},
        ({"why": "first", "moved": []},),
    )
    nan = float("nan")
    found = (
        Finding("direct.read", "changed", 0.1, 0.3, 0.2, 0.1504, 0.2496, 0.01, 8, True),
        Finding("direct.hire", "changed", 0.1, nan, nan, nan, nan, 0.01, 8, True, "nothing left to count"),
        Finding("a - b", "undecided", 0.1, 0.1, 0.0, -0.5, 0.5, 0.01, 8, True),
        Finding("days", "same", 39.0, 39.2, 0.2, -0.3, 0.7, 2.0, 8, True),
        Finding("x", "moved", 0.1, 0.105, 0.005, 0.002, 0.008, 0.01, 8, True),
    )
    claim = Judgement("order", "a > b | 5 %, at most", "fails", 0.1, 0.0, 0.2, (0.0, math.inf), 9.0, 8, 0.99, "", "")
    said = CheckResult(
        "one",
        "changed",
        "distribution",
        found,
        (claim, replace(claim, claim="c > d", verdict="undecided")),
        8,
        32,
        Plan((8, 32), 5, 0.001),
        kept,
        moved=("jobs.a", "jobs.b", "spells.c"),
        stopped_early=True,
    )
    return Checked([replace(said, **other)], {"one": "One"}, {"one": "a,b:c.yaml"}, CheckOptions(), 3.2)


def test_what_is_open_only_because_the_answer_was_clear_is_not_told_as_news() -> None:
    lines = text(by_hand()).splitlines()
    assert lines[:4] == [
        (
            "one: changed. 8 replications against 32 of the reference, paired by seed; 5 quantities: 1 same, "
            "1 moved within margin, 2 CHANGED, 1 undecided; 2 claims: 1 FAIL, 1 undecided."
        ),
        "  3 columns of the tables jobs, spells changed.",
        "  The answer was clear after 8 replications, with 2 still undecided; --thorough goes on.",
        "  quantity     reference  now     difference and its interval    margin      verdict",
    ]
    assert " ".join(lines[4].split()) == "direct.read 10.0 % 30.0 % +20.0 (+15.0 to +25.0) points 1.0 points CHANGED"
    assert lines[5].split()[:4] == ["direct.hire", "10.0", "%", "–"]
    assert "nothing left to count" in lines[5]
    assert lines[6].split()[:5] == ["x", "10.0", "%", "10.5", "%"]
    assert lines[6].endswith("moved, within margin")
    assert not any("a - b" in line or "c > d" in line for line in lines)
    everything = text(by_hand(), verbose=True)
    assert "a - b" in everything
    assert "days" in everything
    assert "c > d" in everything
    assert not any("a - b" in line for line in markdown(by_hand()).splitlines())
    (suite,) = JUnitXml.fromstring(junit(by_hand()).encode())
    assert (suite.tests, suite.failures, suite.errors, suite.skipped) == (7, 3, 0, 2)
    (suite,) = JUnitXml.fromstring(junit(by_hand(stopped_early=False)).encode())
    assert (suite.failures, suite.errors, suite.skipped) == (3, 2, 0)


def test_signs_that_mean_something_to_a_reader_are_escaped() -> None:
    told = list(file_annotations(by_hand()))
    assert len(told) == 4
    assert told[0].startswith("::error file=a%2Cb%3Ac.yaml,title=one%3A direct.read::direct.read changed: 10.0 %25 in")
    assert told[2].startswith("::notice file=a%2Cb%3Ac.yaml,title=one%3A x::x moved, within margin: 10.0 %25 in")
    assert told[3].startswith("::error file=a%2Cb%3Ac.yaml,title=one%3A a > b | 5 %25%2C at most::")
    assert [one.partition(" ")[0] for one in file_annotations(by_hand(stopped_early=False))].count("::warning") == 2
    assert r"direct.hire, x, a > b \| 5 %, at most |" in markdown(by_hand())
    content = as_json(by_hand())
    assert json.loads(json.dumps(content, allow_nan=False))["scenarios"][0]["quantities"][1]["now"] is None


def test_what_moved_within_its_margin_passes_with_a_remark() -> None:
    (result,) = by_hand().results
    moved = [finding for finding in result.quantities if finding.verdict in ("moved", "same")]
    assert verdict_on(moved, ()) == "holds"
    assert EXIT_CODES["holds"] == 0
    fine = by_hand(verdict="holds", quantities=tuple(moved), claims=(), stopped_early=False)
    assert fine.exit_code == 0
    assert any(line.endswith("moved, within margin") for line in text(fine).splitlines())
    assert "| x | 10.0 % | 10.5 % | +0.50 (+0.20 to +0.80) points | 1.0 points | moved, within margin |" in markdown(
        fine
    )
    (suite,) = JUnitXml.fromstring(junit(fine).encode())
    cases = {case.name: case for case in suite}
    assert (suite.tests, suite.failures, suite.errors, suite.skipped) == (2, 0, 0, 0)
    assert cases["x"].system_out.startswith("x moved, within margin: ")
    assert cases["x"].is_passed
    assert cases["days"].system_out is None
    assert [line.partition(" ")[0] for line in file_annotations(fine)] == ["::notice"]
    found = as_json(fine)["scenarios"][0]
    assert [one["verdict"] for one in found["quantities"]] == ["same", "moved"]


def test_the_worst_is_the_exit_code() -> None:
    def code(*verdicts: Verdict) -> int:
        (one,) = by_hand().results
        return Checked([replace(one, verdict=verdict) for verdict in verdicts], {}, {}, CheckOptions(), 0).exit_code

    assert code("holds", "undecided", "changed") == code("undecided", "broken") == 1
    assert code("holds", "undecided") == 3
    assert code("holds") == 0
