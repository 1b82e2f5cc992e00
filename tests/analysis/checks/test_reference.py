"""References on disk: what is written is what is read, a damaged file is told in one line, and bytes are compared."""

from __future__ import annotations

import copy
import json
import math
import os
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from paths import ROOT
from pyarrow import parquet
from small_markets import SMALL, tables_of, write_edges

from analysis.checks.check import plan_for
from analysis.checks.digests import added_and_gone, column_digests, moved_columns, six_digits
from analysis.checks.held_quantities import Held, tracked_names
from analysis.checks.reference import Reference, claim_key, scenario_changes, settings_of
from analysis.checks.reference_file import read_reference, reference_file, write_reference
from analysis.checks.result import CheckOptions
from analysis.checks.sentences import plan_text
from analysis.claims.verdicts import Judgement
from analysis.errors import AnalysisError
from sim import Scenario, load_scenario, shipped_scenarios
from sim.scenario.claims import OrderClaim, RateClaim
from sim.streams import Streams

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
        False,
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


@pytest.mark.parametrize("before", ["\n", "\r\n"])
def test_marks_and_line_ends_of_other_editors_make_no_difference(kept: Path, before: str) -> None:
    wanted = read_reference(kept)
    kept.write_bytes(kept.read_text(encoding="utf-8").replace("\n", before).encode("utf-8-sig"))
    assert repr(read_reference(kept)) == repr(wanted)
    assert read_reference(kept).quantities == wanted.quantities


def test_a_folder_and_a_pipe_are_no_references(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe")
    for path, said in ((tmp_path, "is a folder"), (tmp_path / "pipe", "is not a regular file")):
        with pytest.raises(AnalysisError, match=said):
            read_reference(path)


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


def within(*place: str | int, value: Any) -> Callable[[Path], object]:
    """Put a value at a place of the file; the value may be text of JSON that Python would not write."""

    def change(content: dict[str, Any]) -> None:
        at: Any = content
        for step in place[:-1]:
            at = at[step]
        at[place[-1]] = value

    return damaged(change)


@pytest.mark.parametrize(
    ("damage", "said"),
    [
        (lambda path: path.unlink(), r"reference.json: there is no reference; make one with --update"),
        (lambda path: path.write_text('{\n "format": 2,,', encoding="utf-8"), r"reference.json:2:14: not JSON"),
        (lambda path: path.write_bytes(b"\xff\xfe"), r"reference.json: not JSON"),
        (lambda path: path.write_text("[]", encoding="utf-8"), r"format: found a list; expected 2"),
        (lambda path: path.write_text("[" * 100_000, encoding="utf-8"), r"nested deeper than any reference"),
        (lambda path: path.write_text('{"a":' * 50 + "1" + "}" * 50, encoding="utf-8"), r"nested deeper than any"),
        (lambda path: path.write_text('{"format": 1e400}', encoding="utf-8"), r"found 1e400; expected numbers up to"),
        (lambda path: path.write_text(f'{{"format": {"9" * 400}}}', encoding="utf-8"), r"found a number of 400 digits"),
        (lambda path: path.write_text('{"format": NaN}', encoding="utf-8"), r"found NaN; expected a number"),
        (lambda path: path.write_text('{"a": {"b": 1, "b": 2}}', encoding="utf-8"), r"json: 'b' is given twice"),
        (lambda path: path.write_bytes(b"%PDF-1.7"), r"json: is a PDF"),
        (damaged(lambda one: one["settings"].update({"": 1})), r"settings.: found ''; expected a name; "),
        (damaged(lambda one: one.update(format=9)), r"format: found 9; expected 2"),
        (damaged(lambda one: one.update(format=[1])), r"format: found a list; expected 2"),
        (damaged(lambda one: one.pop("seed")), r"'seed' is missing"),
        (damaged(lambda one: one.update(new=1)), r"'new' is no part of a reference"),
        (damaged(lambda one: one.update(quantities=[])), r"quantities: found a list; expected a mapping"),
        (
            damaged(lambda one: one["quantities"]["days_to_fill"]["values"].pop()),
            r"quantities.days_to_fill.values: found 1 values; expected 2",
        ),
        (
            within("quantities", "days_to_fill", "margin", value=0),
            r"days_to_fill.margin: found 0; expected a number greater than 0",
        ),
        (
            within("quantities", "days_to_fill", "values", value=["x", 1]),
            r"values.0: found 'x'; expected a number",
        ),
        (within("quantities", "days_to_fill", "values", value=[None, 1]), r"found 1 numbers; expected at least 2"),
        (within("quantities", "days_to_fill", "unit", value="\x1b[2J"), r"unit: found '\\x1b\[2J'"),
        (within("seed", value="7"), r"seed: found '7'; expected a whole number"),
        (within("seed", value=True), r"seed: found true; expected a whole number"),
        (within("replications", value=1.5), r"replications: found 1.5"),
        (within("claims", claim_key(RATE), "within", value=[0.1]), r"within: found a list; expected at least 2"),
        (within("claims", "x", value={"value": 1}), r"claims.x.kind' is missing"),
        (within("history", value="because"), r"history: found 'because'; expected a list"),
    ],
)
def test_a_damaged_reference_is_told_in_one_line(kept: Path, damage: Callable[[Path], object], said: str) -> None:
    damage(kept)
    with pytest.raises(AnalysisError, match=said) as told:
        read_reference(kept)
    assert "\n" not in str(told.value)
    assert str(told.value).isprintable()
    assert "--update --why" in str(told.value)


ANY_JSON = st.recursive(
    st.none()
    | st.booleans()
    | st.integers()
    | st.integers(10**17, 10**20)
    | st.floats()
    | st.text(max_size=8)
    | st.sampled_from(["nan", "inf", "share", "\ud800", "\x1b[31m", "a\nb", "1e400"]),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=4), inner, max_size=3),
    max_leaves=4,
)


def places(content: Any, path: tuple[str | int, ...] = ()) -> list[tuple[str | int, ...]]:
    """Every place in a piece of JSON."""
    found = [path]
    if isinstance(content, dict | list):
        steps = content.items() if isinstance(content, dict) else enumerate(content)
        for step, part in steps:
            found += places(part, (*path, step))
    return found


SOUND: dict[str, Any] = {}


@settings(max_examples=400, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(data=st.data())
def test_any_value_at_any_place_gives_a_reference_or_one_line(data: st.DataObject, tmp_path: Path) -> None:
    if not SOUND:
        write_reference(reference(), tmp_path / "sound")
        SOUND.update(json.loads((tmp_path / "sound").read_text(encoding="utf-8")))
        # Settings are many and all alike.
        SOUND["settings"] = dict(list(SOUND["settings"].items())[:3])
    content: Any = copy.deepcopy(SOUND)
    *way, last = data.draw(st.sampled_from(places(content)[1:]))
    at = content
    for step in way:
        at = at[step]
    change = data.draw(st.sampled_from(["put", "drop", "add"]))
    if change == "put":
        at[last] = data.draw(ANY_JSON)
    elif change == "drop":
        del at[last]
    elif isinstance(at, dict):
        at[data.draw(st.text(max_size=8))] = data.draw(ANY_JSON)
    else:
        at.append(data.draw(ANY_JSON))
    (tmp_path / "reference.json").write_text(json.dumps(content), encoding="utf-8")
    told: list[str] = []
    try:
        found = read_reference(tmp_path / "reference.json")
    except AnalysisError as problem:
        told.append(str(problem))
    assert all(line.isprintable() for line in told)
    if told:
        return
    # What is read can be shown, and written again.
    if found.quantities:
        plan_for(found, CheckOptions())
        plan_text([found], CheckOptions(), 1).encode("utf-8")
    write_reference(found, tmp_path / "again.json")
    assert repr(read_reference(tmp_path / "again.json").quantities) == repr(found.quantities)


def test_a_reference_of_the_old_format_is_read_without_its_digests(kept: Path) -> None:
    content = json.loads(kept.read_text(encoding="utf-8"))
    content |= {"format": 1}
    del content["size_chosen"]
    kept.write_text(json.dumps(content), encoding="utf-8")
    found = read_reference(kept)
    assert (found.old, found.columns, found.size_chosen) == (True, (), False)
    assert found.quantities == reference().quantities
    write_reference(found, kept)
    assert not read_reference(kept).old


def test_a_replication_without_a_value_is_kept_as_such(kept: Path) -> None:
    one = reference()
    some = Held("share", 0.003, False, 450.0, (0.1, math.nan, 0.3))
    write_reference(replace(one, replications=3, quantities={"direct.response": some}), kept)
    assert '"values": [0.1, null, 0.3]' in kept.read_text(encoding="utf-8")
    read = read_reference(kept).quantities["direct.response"]
    assert repr(read) == repr(some)
    assert (read.mean, read.spread) == (pytest.approx(0.2), pytest.approx(0.02**0.5))


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
    sent[-1] += 1e-3
    place = tables["applications"].column_names.index("sent")
    other = {**tables, "applications": tables["applications"].set_column(place, "sent", pa.array(sent))}
    assert moved_columns([digests], [column_digests(other)]) == ("applications.sent",)


def digest(values: Any, kind: pa.DataType | None = None) -> str:
    """The digest of one column."""
    return column_digests({"t": pa.table({"x": pa.array(values, type=kind)})})["t.x"]


def test_the_last_digits_of_a_number_are_no_part_of_a_digest() -> None:
    rng = Streams(3, 0).generator("digits")
    values = np.concatenate([rng.standard_normal(5000) * 10.0 ** rng.integers(-300, 300, 5000), [0.0, np.inf, -np.inf]])
    values = np.concatenate([values, 2.0 ** np.arange(-1020.0, 1020.0, 50.0), np.arange(100.0)])
    last_digit = np.nextafter(values, np.where(np.arange(len(values)) % 2, np.inf, -np.inf))
    last_digit[~np.isfinite(values) | (values == 0)] = values[~np.isfinite(values) | (values == 0)]
    assert (values != last_digit).sum() > 5000
    assert digest(values) == digest(last_digit)
    # Six digits: what is rounded is at most a millionth off, and two millionths show.
    finite = values[np.isfinite(values) & (np.abs(values) > 1e-290)]
    assert np.abs(six_digits(finite) / finite - 1).max() < 1e-6
    assert (six_digits(finite) != six_digits(finite * (1 + 2e-6))).all()


def test_no_number_and_zero_are_written_in_one_way() -> None:
    other_nan = np.array([0x7FF8000000000001], dtype=np.uint64).view(np.float64)[0]
    assert len({digest([1.0, one]) for one in (math.nan, -math.nan, other_nan, None)}) == 1
    assert digest([0.0]) == digest([-0.0]) != digest([math.nan])
    assert digest([1.0], pa.float32()) != digest([1.0], pa.float64())
    # The rest is exact.
    assert digest([10**9]) != digest([10**9 + 1])
    assert digest([1, None]) != digest([1, 0])
    assert len({digest(["a", None]), digest(["a", "None"]), digest(["a", ""])}) == 3


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
