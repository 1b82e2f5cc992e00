"""The cast: roles in files, in overrides, in what is written out, and in claims."""

import copy
import pickle
from pathlib import Path
from typing import get_args

import jsonschema
import pytest
from paths import DATA, ROOT
from pydantic import ValidationError
from ruamel.yaml import YAML
from scenario_files import refused, write

from sim import scenario_schema
from sim.market.codes import Kind
from sim.scenario.cast import ANY_ROLE, COPIES, PAST, PLAN, Cast, role_rows
from sim.scenario.claims import DifferenceClaim, OrderClaim, RateClaim, RatioClaim
from sim.scenario.parameters import Network, Role, TieKind, TieKindName
from sim.scenario.quantities import ALL, CHANNELS, MARKET, MEASURES, STAGES
from sim.scenario.quantity_names import check_role_name, role_of, unit_of
from sim.scenario.scenario import Scenario, ScenarioError, load_scenario, parameters_table
from sim.scenario.units import parse_quantity

# What of a role is its plan, and what lies behind


def test_each_field_of_a_role_is_plan_or_past() -> None:
    fields = [row.path.split(".", 2)[2] for row in role_rows()]
    placed = [*PLAN, *PAST, *COPIES]
    assert [field for field in fields if field not in placed] == [], "neither plan nor past: enter it in cast.py"
    assert [field for field in placed if field not in fields] == [], "no field of a role"
    assert len(placed) == len(set(placed)), "in two of them"


# Files


def test_a_role_takes_what_is_said_and_the_defaults_for_the_rest() -> None:
    cast = load_scenario(DATA / "cast.yaml").cast
    assert set(cast) == {"eli", "ben"}
    assert (cast["eli"].count, cast["eli"].upkeep, cast["eli"].familiarity) == (100, 0.3, 0.8)
    assert (cast["eli"].contact.placed, cast["eli"].contact.kind) == (True, "mentor")
    assert cast["eli"].contact.strength == Role().contact.strength
    assert (cast["ben"].asks_from, cast["ben"].employed, cast["ben"].ties) == (140.0, False, None)
    assert cast["ben"] == Role(count=100, asks_from=140.0, employed=False)


@pytest.mark.parametrize(
    "text",
    [
        "cast: {eli: {count: 7, contact: {placed: on}}}\n",
        "cast.eli.count: 7\ncast.eli.contact.placed: on\n",
        "cast.eli: {count: 7, contact.placed: on}\n",
        "cast: {eli.count: 7, eli.contact: {placed: on}}\n",
    ],
)
def test_a_role_is_addressed_by_dotted_paths_as_well(tmp_path: Path, text: str) -> None:
    cast = load_scenario(write(tmp_path, text)).cast
    assert cast == {"eli": Role.model_validate({"count": 7, "contact": {"placed": True}})}


@pytest.mark.parametrize("name", ["x", "a", "cast", "count", "contact"])
def test_no_name_of_a_role_is_read_as_anything_else(tmp_path: Path, name: str) -> None:
    assert load_scenario(write(tmp_path, f"cast: {{{name}: {{count: 7}}}}\n")).cast == {name: Role(count=7)}


def test_a_role_without_a_name_is_refused(tmp_path: Path) -> None:
    assert "a role cannot have this name" in refused(write(tmp_path, 'cast: {"": {count: 7}}\n')).message


def test_an_empty_role_is_a_role_and_an_empty_cast_is_none(tmp_path: Path) -> None:
    assert load_scenario(write(tmp_path, "cast: {eli: {}}\n")).cast == {"eli": Role()}
    assert load_scenario(write(tmp_path, "cast: {}\n")).cast == {}


def test_a_child_changes_a_role_adds_one_and_keeps_the_others(tmp_path: Path) -> None:
    write(
        tmp_path,
        "cast:\n  eli: {count: 7, upkeep: 30%, contact: {placed: on, strength: 0.9}}\n  ben: {count: 8}\n"
        "expect: [{rate: ben.willing, within: [0, 1]}]\n",
        "parent.yaml",
    )
    child = load_scenario(
        write(
            tmp_path,
            "extends: ./parent.yaml\ncast:\n  eli: {upkeep: 1%, contact: {kind: mentor}}\n  zoe: {ability: -1 sd}\n"
            "expect: [{order: [zoe.willing, eli.willing, ben.willing]}]\n",
        )
    )
    eli = Role.model_validate(
        {"count": 7, "upkeep": 0.01, "contact": {"placed": True, "strength": 0.9, "kind": "mentor"}}
    )
    assert child.cast == {"eli": eli, "ben": Role(count=8), "zoe": Role(ability=-1.0)}
    assert (
        load_scenario(write(tmp_path, "extends: ./parent.yaml\ncast: {eli: {upkeep: null}}\n")).cast["eli"].upkeep
        is None
    )


def test_too_many_roles_by_inheritance_are_counted_where_the_last_is_added(tmp_path: Path) -> None:
    names = [f"r{number}" for number in range(40)]
    write(tmp_path, f"cast: {{{', '.join(f'{name}: {{count: 1}}' for name in names)}}}\n", "parent.yaml")
    assert len(load_scenario(tmp_path / "parent.yaml").cast) == 40
    error = refused(write(tmp_path, "extends: ./parent.yaml\ncast:\n  r3: {count: 2}\n  late: {count: 1}\n"))
    assert (error.line, error.field) == (4, "cast.late")
    assert error.message == "makes 41 roles; expected at most 40"


def test_counts_are_held_against_the_people_wherever_either_was_said(tmp_path: Path) -> None:
    file = write(tmp_path, "population: {people: 100}\ncast:\n  eli:\n    count: 60\n  ben: {count: 40}\n")
    assert len(load_scenario(file).cast) == 2
    for overrides in ({"population.people": 99}, {"cast.ben.count": 41}):
        error = refused(file, dict(overrides))
        assert error.field in overrides
        assert error.message.startswith("the roles together count ")
    # Where no count was written the line of the role is the one to look at.
    error = refused(write(tmp_path, "population: {people: 70}\ncast:\n  eli: {}\n  ben: {asks: 3%}\n"))
    assert (error.line, error.field) == (4, "cast.ben")


def test_shares_of_each_role_stand_by_themselves(tmp_path: Path) -> None:
    file = write(tmp_path, "cast:\n  eli: {applications: 60%, meetups: 40%}\n  ben: {applications: 90%}\n")
    assert load_scenario(file).cast["eli"].meetups == 0.4
    for share in ("asks", "upkeep", "cross_field", "projects", "profile", "support", "sharing"):
        error = refused(file, {f"cast.eli.{share}": "1%"})
        assert error.field == f"cast.eli.{share}"
        assert "make 1.01; expected at most 1" in error.message
        assert load_scenario(file, {f"cast.ben.{share}": "1%"})


# Overrides and what is written out


def test_overrides_change_roles_that_are_there() -> None:
    scenario = load_scenario(
        DATA / "cast.yaml",
        {
            "cast.eli.count": "50",
            "cast": {"ben": {"contact": {"grows": "1 per week"}}},
            "cast.eli.upkeep": "null",
            "cast.eli.employed": "on",
            "cast.ben.asks_from": None,
            "cast.eli.contact.kind": "online",
        },
    )
    eli, ben = scenario.cast["eli"], scenario.cast["ben"]
    assert (eli.count, eli.upkeep, eli.employed, eli.contact.kind) == (50, None, True, "online")
    assert (ben.contact.grows, ben.asks_from, ben.employed) == (1.0, None, False)
    again = load_scenario(DATA / "cast.yaml").with_overrides({"cast.eli.count": 50})
    assert again.cast == {**load_scenario(DATA / "cast.yaml").cast, "eli": again.cast["eli"]}
    assert again.cast["eli"].count == 50
    assert again.expect == load_scenario(DATA / "cast.yaml").expect
    with pytest.raises(ScenarioError, match="did you mean 'ben'"):
        again.with_overrides({"cast.benn.count": 3})


@pytest.mark.parametrize(
    ("path", "value"),
    [
        ("cast", {"zoe": {"count": 3}}),
        (f"cast.{ANY_ROLE}.count", 3),
        ("cast.", 3),
        ("cast..count", 3),
        ("cast.eli.", 3),
        ("cast.eli.count.x", 3),
        ("cast.eli.count", None),
        ("cast.eli.contact", None),
        ("cast.eli.employed", 1),
        ("cast.eli", {"contact": {"kind": None}}),
        ("cast.eli.contact.kind", 3),
        pytest.param("cast." + "x" * 100_000, 3, id="long role"),
        ("cast.a\nb.count", 3),
    ],
)
def test_bad_overrides(path: str, value: object) -> None:
    error = refused(DATA / "cast.yaml", {path: value})
    assert str(error).startswith("overrides={'cast")
    assert len(str(error)) < 500


def test_what_is_written_out_loads_to_an_equal_scenario(tmp_path: Path) -> None:
    scenario = load_scenario(DATA / "cast.yaml")
    again = load_scenario(write(tmp_path, scenario.to_yaml()))
    assert again == scenario.with_overrides({"name": again.name})
    assert (again.digest, again.to_yaml()) == (scenario.digest, scenario.to_yaml())
    assert "\n    ties: null  # ties\n" in scenario.to_yaml()


def test_a_role_keeps_its_name_before_a_reader_of_yaml_1_1(tmp_path: Path) -> None:
    names = ["no", "null", "off", "on", "true", "y"]
    text = load_scenario(write(tmp_path, f"cast: {{{', '.join(f'{name}: {{}}' for name in names)}}}\n")).to_yaml()
    reader = YAML(typ="safe", pure=True)
    reader.version = (1, 1)
    assert list(reader.load(text)["cast"]) == names


def test_a_scenario_is_the_same_in_whatever_order_its_roles_are_written(tmp_path: Path) -> None:
    one = load_scenario(write(tmp_path, "cast: {ben: {count: 7}, eli: {count: 8}}\n"))
    two = load_scenario(write(tmp_path, "cast: {eli: {count: 8}, ben: {count: 7}}\n"))
    assert list(one.cast) == list(two.cast) == ["ben", "eli"]
    assert (one, hash(one), one.digest) == (two, hash(two), two.digest)
    named = load_scenario(write(tmp_path, "cast: {bel: {count: 7}, eli: {count: 8}}\n"))
    assert named.digest != one.digest


def test_the_cast_cannot_be_changed_and_can_travel() -> None:
    scenario = load_scenario(DATA / "cast.yaml")
    for change in (
        lambda cast: cast.update(zoe=Role()),
        lambda cast: cast.pop("eli"),
        lambda cast: cast.popitem(),
        lambda cast: cast.clear(),
        lambda cast: cast.setdefault("zoe", Role()),
        lambda cast: cast.__setitem__("zoe", Role()),
        lambda cast: cast.__delitem__("eli"),
        lambda cast: cast.__ior__({"zoe": Role()}),
    ):
        with pytest.raises(TypeError, match="cannot be changed"):
            change(scenario.cast)
    assert list(scenario.cast) == ["ben", "eli"]
    for again in (pickle.loads(pickle.dumps(scenario)), copy.deepcopy(scenario)):
        assert again == scenario
        assert type(again.cast) is Cast


@pytest.mark.parametrize("name", ["", "1eli", "eli!", "日", "-", "direct", "response", "days_to_fill", "e" * 41, "a\n"])
def test_names_that_no_role_may_have(tmp_path: Path, name: str) -> None:
    with pytest.raises(ValidationError):
        Scenario(cast={name: Role()})
    error = refused(write(tmp_path, f"cast:\n  {name!r}: {{count: 3}}\n" if name != "a\n" else 'cast: {"a\\n": {}}\n'))
    assert str(error.field).startswith("cast.")
    assert "cannot have this name" in error.message or "expected another name" in error.message
    assert Scenario(cast={"e" * 40: Role(), "e_1": Role(), "mean_of_days_to_fill": Role()})


# Claims


def test_claims_about_roles() -> None:
    claims = load_scenario(DATA / "cast.yaml").expect
    assert [claim.names for claim in claims] == [
        ("eli.response_rate",),
        ("eli.match_at_end",),
        ("eli.ties_at_end",),
        ("eli.referral_response", "ben.referral_response", "all.response"),
        ("eli.referral_response", "ben.referral_response"),
        ("eli.referral_response", "ben.referral_response"),
        ("eli.wage_at_end", "ben.wage_at_end"),
    ]
    bands = [getattr(claim, "within", None) for claim in claims]
    assert bands == [(0.02, 0.05), (-0.2, 0.5), (20.0, 80.0), None, (1.0, 3.0), (-0.05, 0.5), (-0.1, 2.0)]


def test_every_measure_has_a_unit_that_can_be_written_and_a_meaning() -> None:
    for name, one in (*MEASURES.items(), *MARKET.items()):
        assert parse_quantity("0.5", one.unit) == 0.5
        assert one.meaning[0].isupper(), name
        assert one.meaning.endswith("."), name
    for name, unit in ((one.name, one.unit) for one in MEASURES.values()):
        assert role_of(f"eli.{name}") == ("eli", name)
        assert unit_of(f"eli.{name}") == unit
        assert RateClaim(rate=f"eli.{name}", within=(0.2, 0.5)).names == (f"eli.{name}",)
    assert not set(MEASURES) & {*CHANNELS, ALL, *STAGES}
    assert role_of("direct.willing") is role_of("eli.reply") is role_of("willing") is role_of("direct.response") is None


@pytest.mark.parametrize(("unit", "lowest"), [("sd", -3), ("score", -3), ("goodwill", -3), ("ties", 0), ("share", 0)])
def test_only_what_can_be_negative_is_claimed_below_0(unit: str, lowest: float) -> None:
    for name in [name for name, one in MEASURES.items() if one.unit == unit]:
        assert RateClaim(rate=f"eli.{name}", within=(lowest, 0.5)).within == (lowest, 0.5)
        if lowest == 0:
            with pytest.raises(ValidationError, match="at least 0"):
                RateClaim(rate=f"eli.{name}", within=(-0.1, 0.5))
            with pytest.raises(ValidationError, match="expected the lower end first"):
                DifferenceClaim(difference=(f"eli.{name}", f"ben.{name}"), within=(0.1, -0.1))
        assert DifferenceClaim(difference=(f"eli.{name}", f"ben.{name}"), within=(-0.1, 0.5)).within == (-0.1, 0.5)


@pytest.mark.parametrize(
    "make",
    [
        lambda: RateClaim(rate="eli.upkeep", within=(0, 1)),
        lambda: RateClaim(rate="Eli.willing", within=(0, 1)),
        lambda: RateClaim(rate="all.willing", within=(0, 1)),
        lambda: RateClaim(rate="eli.strength_at_end", within=(0, 2)),
        lambda: RatioClaim(ratio=("eli.wage_at_end", "ben.wage_at_end"), within=(1, 2)),
        lambda: OrderClaim(order=("eli.willing", "eli.ties_at_end")),
        lambda: DifferenceClaim(difference=("eli.willing", "ben.ties_at_end"), within=(0, 1)),
        lambda: DifferenceClaim(difference=("eli.willing", "ben.willing"), within=(0, 2)),
        lambda: DifferenceClaim(difference=("eli.willing", "ben.willing"), within=(-2, 1)),
        lambda: DifferenceClaim(difference=("eli.willing", "eli.willing"), within=(0, 1)),
        lambda: DifferenceClaim(difference=("eli.wage_at_end", "ben.wage_at_end"), within=(0, float("inf"))),
        lambda: Scenario(expect=(RateClaim(rate="eli.willing", within=(0, 1)),)),
        lambda: Scenario(cast={"eli": Role()}, expect=(OrderClaim(order=("eli.willing", "ben.willing")),)),
        lambda: Scenario(cast={"eli": Role(upkeep=0.8, asks=0.3)}),
        lambda: Scenario(cast={f"r{number}": Role(count=1) for number in range(41)}),
        lambda: Scenario.model_validate({"cast": {"eli": {"contact": {"kind": "boss"}}}}),
    ],
)
def test_claims_and_roles_hold_without_a_file(make: object) -> None:
    with pytest.raises(ValidationError):
        make()  # type: ignore[operator]


def test_claims_of_a_parent_may_be_about_its_own_roles_only(tmp_path: Path) -> None:
    write(tmp_path, "expect: [{rate: zoe.willing, within: [0, 1]}]\n", "parent.yaml")
    error = refused(write(tmp_path, "extends: ./parent.yaml\ncast: {zoe: {}}\n"))
    assert (error.field, error.message) == ("expect[0].rate", "no role is called 'zoe'; this scenario has no cast")


def test_the_page_about_the_format_lists_every_name() -> None:
    page = (ROOT / "docs" / "quantities.md").read_text(encoding="utf-8")
    rows = [f"| `{one.name}` | {one.unit} | {one.meaning} |" for one in (*MARKET.values(), *MEASURES.values())]
    assert [line for line in page.splitlines() if line in rows] == rows


# The table


def test_the_table_names_the_parameters_of_every_role_once() -> None:
    rows = [row for row in parameters_table() if row.path.startswith("cast.")]
    assert len(rows) == len(Role.model_fields) - 1 + len(type(Role().contact).model_fields)
    assert all(row.path.startswith(f"cast.{ANY_ROLE}.") for row in rows)
    assert next(row.choices for row in rows if row.path.endswith("contact.kind")) == Kind.words


def test_kinds_of_ties_are_named_alike_everywhere() -> None:
    sections = tuple(name for name, info in Network.model_fields.items() if info.annotation is TieKind)
    assert get_args(TieKindName) == Kind.words == sections


@pytest.mark.parametrize(
    ("name", "whose"),
    [
        ("direct", "a channel"),
        ("hire", "a stage"),
        ("days_to_fill", "a market quantity"),
        ("none", "everybody outside the cast"),
    ],
)
def test_a_role_takes_no_name_that_means_something_else(tmp_path: Path, name: str, whose: str) -> None:
    with pytest.raises(ScenarioError, match=f"'{name}' is the name of {whose}; expected another name for the role"):
        load_scenario(write(tmp_path, f"cast: {{{name}: {{count: 7}}}}\n"))


@pytest.mark.parametrize(
    ("name", "could"),
    [("Mary Ann", "mary_ann"), ("Zoë", "zoe"), ("Eli-2", "eli_2"), ("2nd", "nd"), ("Søren Groß", "soren_gross")],
)
def test_a_name_as_people_write_it_comes_with_one_that_a_role_may_have(name: str, could: str) -> None:
    with pytest.raises(ValueError, match=f"letters a to z, .*such as {could}$"):
        check_role_name(name)


NAMED = """\
cast:
  {name}: {{count: 7, asks: 10%, applications: 90%}}
expect:
  - {{rate: "{name}.referral_response", within: [1%, 50%]}}
  - {{difference: ["{name}.days_to_answer_direct", days_to_fill], within: [1 day, 9 days]}}
"""


@pytest.mark.parametrize(
    ("name", "called"),
    [("Mary Ann", "mary_ann"), ("Zoë", "zoe"), ("Eli-2", "eli_2"), ("O'Neil", "oneil"), ("Søren Groß", "soren_gross")],
)
def test_a_role_may_be_named_as_people_write_names(tmp_path: Path, name: str, called: str) -> None:
    file = write(tmp_path, NAMED.format(name=name))
    written = load_scenario(file, {f"cast.{name}.count": 9, f"cast.{called}.ties": 20})
    assert list(written.cast) == [called]
    assert (written.cast[called].count, written.cast[called].ties) == (9, 20)
    plain = load_scenario(write(tmp_path, NAMED.format(name=called)), {f"cast.{called}.count": 9})
    assert written.with_overrides({f"cast.{name}.ties": None}) == plain
    jsonschema.validate(YAML(typ="safe").load(NAMED.format(name=name)), scenario_schema())


def test_two_names_that_are_one_in_tables_are_refused(tmp_path: Path) -> None:
    with pytest.raises(ScenarioError, match=r"cast\.mary_ann: is called 'mary_ann' in tables, as another"):
        load_scenario(write(tmp_path, "cast: {Mary Ann: {count: 7}, mary_ann: {count: 7}}\n"))
    with pytest.raises(ScenarioError, match=r"overrides=\{'cast.mary_ann.count': ...\}: given twice"):
        load_scenario(
            write(tmp_path, "cast: {Mary Ann: {count: 7}}\n"), {"cast.mary_ann.count": 1, "cast.Mary Ann.count": 2}
        )
    with pytest.raises(ScenarioError, match="'direct' is the name of a channel"):
        load_scenario(write(tmp_path, "cast: {Direct: {count: 7}}\n"))


@pytest.mark.parametrize("name", ["日本", "Direct", "None", "!"])
def test_no_name_is_proposed_that_would_be_refused(name: str) -> None:
    with pytest.raises(ValueError, match=r"the first a letter$"):
        check_role_name(name)
