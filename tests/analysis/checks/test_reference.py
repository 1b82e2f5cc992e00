"""References on disk: what is written is what is read, a damaged file is told in one line, and bytes are compared."""

from __future__ import annotations

import json
import math
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pyarrow as pa
import pytest
from paths import ROOT
from pyarrow import parquet
from small_markets import SMALL, tables_of, write_edges

from analysis.checks.held_quantities import Held, tracked_names
from analysis.checks.reference import (
    Reference,
    added_and_gone,
    claim_key,
    column_digests,
    moved_columns,
    read_reference,
    reference_file,
    scenario_changes,
    settings_of,
    write_reference,
)
from analysis.claims.verdicts import Judgement
from analysis.errors import AnalysisError
from sim import Scenario, load_scenario, shipped_scenarios
from sim.scenario.claims import OrderClaim, RateClaim

RATE = RateClaim(rate="direct.response", within=(0.02, 0.05), source="evidence:S1")
ORDER = OrderClaim(order=("referral.hire", "direct.hire"))


def reference(scenario: Scenario | None = None) -> Reference:
    """A reference of two replications, with everything a file can hold."""
    scenario = scenario or load_scenario("baseline")
    judged = Judgement(
        "rate",
        "direct.response within 0.02 to 0.05",
        "holds",
        0.03,
        0.028,
        0.032,
        (0.02, 0.05),
        900.0,
        2,
        0.99,
        "evidence:S1",
        "Student t over 2 replications",
    )
    unknown = Judgement(
        "order",
        "referral.hire > direct.hire",
        "undecided",
        math.nan,
        -math.inf,
        math.nan,
        (0.0, math.inf),
        0.0,
        0,
        0.99,
        "",
        "",
        "There is nothing to count.",
    )
    return Reference(
        scenario.name,
        scenario.digest,
        settings_of(scenario),
        7,
        2,
        {"numpy": "2.4.6", "machine": "x86_64"},
        1.5,
        ({"applications.sent": "0a1b", "openings.opened": "2c3d"}, {"applications.sent": "ff00"}),
        {
            "direct.response": Held("share", 0.003, False, 450.0, (0.1 + 0.2, 1 / 3)),
            "days_to_fill": Held("days", 2.0, True, 80.0, (38.5, 40.25)),
        },
        {"quit_ratio_referred": "nothing to count in 2 of 2 replications"},
        {claim_key(RATE): judged, claim_key(ORDER): unknown},
        ({"why": "first, „quoted“", "referralsim": "0.1.0", "moved": []},),
    )


@pytest.fixture
def kept(tmp_path: Path) -> Path:
    path = reference_file(tmp_path, "baseline")
    write_reference(reference(), path)
    return path


def test_what_is_written_is_what_is_read(kept: Path) -> None:
    found, wanted = read_reference(kept), reference()
    # NaN is no equal of itself, so what is unknown is compared as text.
    assert repr(found.claims) == repr(wanted.claims)
    assert replace(found, claims={}) == replace(wanted, claims={})
    assert found.quantities["direct.response"].mean == pytest.approx(0.3166667)
    assert found.quantities["days_to_fill"].spread == pytest.approx(1.75 / 2**0.5)
    assert [path.name for path in kept.parent.iterdir()] == ["reference.json"]


def test_a_quantity_that_moves_is_one_line_that_changes(kept: Path) -> None:
    before = kept.read_text(encoding="utf-8").splitlines()
    new = reference()
    held = {**new.quantities, "days_to_fill": replace(new.quantities["days_to_fill"], values=(39.5, 40.25))}
    write_reference(replace(new, quantities=held), kept)
    after = kept.read_text(encoding="utf-8").splitlines()
    assert len(before) == len(after)
    assert [now for was, now in zip(before, after, strict=True) if was != now] == [
        '  "days_to_fill": {"unit": "days", "margin": 2.0, "chosen": true, "n": 80.0, "values": [39.5, 40.25]}'
    ]


def test_the_same_reference_is_written_to_the_same_bytes_and_says_no_place(tmp_path: Path) -> None:
    edges = write_edges(tmp_path / "edges.csv", ["0,1", "1,2"])
    scenario = load_scenario("baseline", {"network.edge_list": edges, "population.people": 100})
    for name in ("a", "b"):
        write_reference(reference(scenario), tmp_path / name)
    assert (tmp_path / "a").read_bytes() == (tmp_path / "b").read_bytes()
    assert str(tmp_path) not in (tmp_path / "a").read_text(encoding="utf-8")
    assert read_reference(tmp_path / "a").settings["network.edge_list"] == "edges.csv"


def damaged(change: Callable[[dict[str, Any]], object]) -> Callable[[Path], object]:
    def apply(path: Path) -> None:
        content = json.loads(path.read_text(encoding="utf-8"))
        change(content)
        path.write_text(json.dumps(content), encoding="utf-8")

    return apply


@pytest.mark.parametrize(
    ("damage", "said"),
    [
        (lambda path: path.unlink(), r"reference.json: there is no reference; make one with --update"),
        (lambda path: path.write_text('{\n "format": 1,,', encoding="utf-8"), r"reference.json:2:14: not JSON"),
        (lambda path: path.write_bytes(b"\xff\xfe"), r"reference.json: not JSON"),
        (lambda path: path.write_text("[]", encoding="utf-8"), r"format: found 'list'; expected 1"),
        (damaged(lambda one: one.update(format=9)), r"format: found 9; expected 1"),
        (damaged(lambda one: one.pop("seed")), r"'seed' is missing"),
        (
            damaged(lambda one: one["quantities"]["days_to_fill"]["values"].pop()),
            r"quantities.days_to_fill: found 1 values; expected 2",
        ),
        (
            damaged(lambda one: one["quantities"]["days_to_fill"].update(margin=0)),
            r"margin: found 0; expected a number",
        ),
        (damaged(lambda one: one["quantities"]["days_to_fill"].update(values=["x", 1])), r"could not convert string"),
        (damaged(lambda one: one["claims"].update(x={"value": 1})), r"not a complete reference"),
    ],
)
def test_a_damaged_reference_is_told_in_one_line(kept: Path, damage: Callable[[Path], object], said: str) -> None:
    damage(kept)
    with pytest.raises(AnalysisError, match=said) as told:
        read_reference(kept)
    assert "\n" not in str(told.value)
    assert "--update --why" in str(told.value)


def test_a_full_disk_leaves_the_old_reference(kept: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    before = kept.read_bytes()

    def full(*_: object, **__: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(Path, "replace", full)
    with pytest.raises(OSError, match="No space"):
        write_reference(replace(reference(), seed=8), kept)
    monkeypatch.undo()
    assert kept.read_bytes() == before
    assert [path.name for path in kept.parent.iterdir()] == ["reference.json"]


def test_what_a_scenario_sets_otherwise_is_named() -> None:
    before = load_scenario("baseline")
    assert scenario_changes(settings_of(before), settings_of(before.with_overrides({"seed": 9, "title": "x"}))) == ()
    now = settings_of(before.with_overrides({"screening.interview_slots": 5, "time.window": "20 weeks"}))
    assert scenario_changes(settings_of(before), now) == ("screening.interview_slots 6 -> 5", "time.window 364 -> 140")
    assert scenario_changes({"a.b": 1, "c": 2}, {"c": 2, "d": [3]}) == ("a.b is gone (was 1)", "d is new ([3])")


def test_a_claim_is_known_by_all_it_says_but_its_source() -> None:
    assert claim_key(RATE) == claim_key(RATE.model_copy(update={"source": "elsewhere"}))
    others = [RATE.model_copy(update={"confidence": 0.9}), RATE.model_copy(update={"within": (0.02, 0.06)}), ORDER]
    assert len({claim_key(one) for one in (RATE, *others)}) == 4


def test_digests_see_every_value_and_no_file_format(tmp_path: Path) -> None:
    tables = tables_of(load_scenario("baseline", {**SMALL, "population.people": 200, "time.window": 28}))
    digests = column_digests(tables)
    assert {"applications.sent", "persons.person", "spells.how"} <= set(digests)
    read = {}
    for name, table in tables.items():
        parquet.write_table(table, tmp_path / name, compression="gzip", row_group_size=50)
        read[name] = parquet.read_table(tmp_path / name)
    # Read back in pieces, by other means: the same (an empty table comes back without the names of its categories).
    assert moved_columns([digests], [column_digests({name: one for name, one in read.items() if one.num_rows})]) == ()
    sent = tables["applications"].column("sent").to_numpy().copy()
    sent[-1] += 1e-5
    place = tables["applications"].column_names.index("sent")
    other = {**tables, "applications": tables["applications"].set_column(place, "sent", pa.array(sent))}
    assert moved_columns([digests], [column_digests(other)]) == ("applications.sent",)


def test_columns_that_came_or_went_are_no_moved_bytes() -> None:
    before, now = {"a.x": "1", "a.y": "2"}, {"a.x": "1", "a.z": "3"}
    assert moved_columns([before], [now]) == ()
    assert moved_columns([before, before], [before, {"a.x": "9"}]) == ("a.x",)
    assert added_and_gone(before, now) == (("a.z",), ("a.y",))


@pytest.mark.parametrize("name", shipped_scenarios())
def test_a_shipped_reference_has_every_quantity_that_is_tracked(name: str) -> None:
    kept = read_reference(reference_file(ROOT / "reports", name))
    asked = set(tracked_names(load_scenario(name)))
    lacking = sorted(asked - kept.quantities.keys() - kept.left_out.keys())
    assert lacking == [], f"make the reference anew: referralsim check {name} --update --why '...'"
