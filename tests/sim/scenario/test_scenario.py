"""Scenarios: what is shipped, what every parameter says, and the digest."""

import csv
import inspect
from pathlib import Path

import pytest
from paths import ROOT
from scenario_files import write

import sim
from sim.scenario import shipped
from sim.scenario.cast import ANY_ROLE
from sim.scenario.claims import OrderClaim, RateClaim
from sim.scenario.scenario import Parameter, Scenario, ScenarioError, load_scenario, parameters_table, shipped_scenarios

TABLE = {row.path: row for row in parameters_table()}
FIXED = {path: row for path, row in TABLE.items() if ANY_ROLE not in path}


# What is shipped


def test_baseline_is_every_default() -> None:
    baseline = load_scenario("baseline")
    default = Scenario()
    assert baseline.cast == {}
    for row in FIXED.values():
        left, right = baseline, default
        for part in row.path.split("."):
            left, right = getattr(left, part), getattr(right, part)
        assert left == right == row.default, row.path


def test_baseline_claims_are_the_rows_of_the_evidence() -> None:
    with (ROOT / "analysis" / "claims" / "evidence.csv").open(encoding="utf-8") as stream:
        evidence = {row["id"]: row for row in csv.DictReader(stream)}
    claims = load_scenario("baseline").expect
    bands = {claim.source.removeprefix("evidence:"): claim for claim in claims if isinstance(claim, RateClaim)}
    assert {name: claim.rate for name, claim in bands.items()} == {
        "S1": "direct.response",
        "S2": "referral.response",
        "S3": "recruiter.response",
        "K1": "applicants_per_opening",
        "K2": "interviewed_per_opening",
        "K3": "cold_to_interview",
        "K4": "experience_odds_ratio",
        "K5": "letter_ratio",
        "K6": "offers_accepted",
        "K7a": "arrived_within_48h",
        "K7b": "arrived_within_96h",
        "K7c": "days_to_fill",
    }
    for name, claim in bands.items():
        assert claim.within == (float(evidence[name]["low"]), float(evidence[name]["high"])), name
        assert claim.confidence == 0.99
    assert [claim.order for claim in claims if isinstance(claim, OrderClaim)] == [
        ("referral.interview", "recruiter.interview", "direct.interview")
    ]


def test_shipped_scenarios_are_found_in_the_package_or_beside_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert shipped_scenarios()["baseline"] == ROOT / "scenarios" / "baseline.yaml"
    package = tmp_path / "sim"
    write(package, "title: From a wheel\n", "_scenarios/inside.yaml")
    write(tmp_path, "title: Not this\n", "scenarios/outside.yaml")
    monkeypatch.setattr(shipped, "__file__", str(package / "scenario" / "shipped.py"))
    assert list(shipped_scenarios()) == ["inside"]
    assert load_scenario("inside").title == "From a wheel"


def test_the_package_exports_by_name() -> None:
    assert inspect.unwrap(sim.load_scenario) is load_scenario
    assert sim.ScenarioError is ScenarioError
    with pytest.raises(AttributeError, match="no attribute 'nothing'"):
        sim.nothing  # noqa: B018


# The table of parameters


def test_every_parameter_says_what_it_is() -> None:
    assert len(TABLE) > 100
    for row in TABLE.values():
        assert row.meaning.endswith((".", "file.")), row.path
        assert row.source, row.path
        assert row.type in ("int", "float", "bool", "text"), row.path
        if row.type in ("int", "float"):
            assert row.minimum is not None or row.maximum is not None, row.path
            assert (row.optional and row.default is None) or row.within_bounds(row.default), row.path


def test_bounds_in_words() -> None:
    assert TABLE["population.employed"].bounds == "between 0 and 1"
    assert TABLE["search.freshness"].bounds == "more than 0 and at most 365"
    assert TABLE["network.mentor.strength"].bounds == "more than 0 and less than 1"


# Extending


# The digest


def test_the_digest_is_of_what_the_simulation_reads(tmp_path: Path) -> None:
    baseline = load_scenario("baseline")
    with_role = load_scenario(write(tmp_path, "cast: {eli: {}}\n"))
    digests = {with_role.digest}
    for path, row in TABLE.items():
        value = another(row)
        if value is not None:
            try:
                digests.add(with_role.with_overrides({path.replace(ANY_ROLE, "eli"): value}).digest)
            except ScenarioError as error:
                assert "make" in error.message or "longer" in error.message  # noqa: PT017
                digests.add(path)
    # Each of the others is a replication of its own: its seed and number come from outside.
    outside = {"seed", "replications", "network.edge_list_both_ways", "network.edge_list_wave"}
    settable = [path for path, row in TABLE.items() if another(row) is not None and path not in outside]
    assert len(digests) == 1 + len(settable)
    digests.add(baseline.digest)
    assert len(digests) == 2 + len(settable)
    same = {"title": "Another", "story": "Another", "name": "another", "seed": 2, "replications": 3}
    renamed = baseline.with_overrides(same)
    assert renamed.digest == baseline.digest
    without_claims = load_scenario(write(tmp_path, "extends: baseline\n"))
    assert without_claims.expect == ()
    assert without_claims.digest == baseline.digest


def another(row: Parameter) -> object:
    """A value within the bounds that is not the default; None for texts, which may be anything or a file."""
    if row.type == "bool":
        return not row.default
    if row.type == "text":
        return next((choice for choice in row.choices if choice != row.default), None)
    start = 0.5 if row.default is None else row.default
    for value in (start + 1, start - 1, start / 2, start * 0.75 + 0.25):
        if row.within_bounds(value) and (row.type == "float" or value == int(value)) and value != row.default:
            return float(value)
    raise AssertionError(row.path)


def test_the_digest_does_not_depend_on_how_a_number_was_written(tmp_path: Path) -> None:
    one = load_scenario(write(tmp_path, "time: {window: 12 weeks}\nsearch: {asks: 0.5%}\n", "one.yaml"))
    two = load_scenario(write(tmp_path, "search: {asks: 0.005}\ntime: {window: 84}\n", "two.yaml"))
    assert one.digest == two.digest
    zero = [load_scenario("baseline", {"openings.bar": value}).digest for value in ("0", "-0.0", 0, -0.0)]
    assert len(set(zero)) == 1


def test_the_digest_follows_the_content_of_the_edge_list(tmp_path: Path) -> None:
    digests = []
    for name, text in (
        ("a", "person,contact\n0,1\n"),
        ("b", "person,contact\n0,1\n"),
        ("c", "person,contact\n0,2\n"),
    ):
        write(tmp_path, text, f"{name}/edges.csv")
        file = write(tmp_path, "network: {edge_list: edges.csv}\n", f"{name}/mine.yaml")
        digests.append(load_scenario(file).digest)
    assert digests[0] == digests[1] != digests[2]
    scenario = load_scenario(tmp_path / "a" / "mine.yaml")
    (tmp_path / "a" / "edges.csv").unlink()
    with pytest.raises(ScenarioError, match="cannot be read: no such file"):
        _ = scenario.digest
