"""Loading a scenario: extending another, ordinary ways of writing, and values changed from outside."""

import pickle
from pathlib import Path

import pytest
from pydantic import ValidationError
from scenario_files import refused, write

from sim.scenario.claims import OrderClaim, RateClaim, RatioClaim
from sim.scenario.scenario import Scenario, ScenarioError, load_scenario, parameters_table

DEFAULT = {row.path: row.default for row in parameters_table()}


def test_a_child_changes_what_it_says_and_keeps_the_rest(tmp_path: Path) -> None:
    write(
        tmp_path,
        "title: Parent\nstory: Of old\nseed: 7\nexpect: [{order: [referral.hire, direct.hire]}]\n"
        "network:\n  mentor: {half_life: 2 years, strength: 0.9}\n  colleague: {strength: 0.5}\n",
        "parents/old.yaml",
    )
    child = load_scenario(write(tmp_path, "extends: parents/old.yaml\nnetwork:\n  mentor: {half_life: 1 year}\n"))
    assert child.network.mentor.half_life == 365.0
    assert child.network.mentor.strength == 0.9
    assert child.network.mentor.familiarity == DEFAULT["network.mentor.familiarity"]
    assert child.network.colleague.strength == 0.5
    assert child.seed == 7
    # What speaks of one scenario is not handed down.
    assert (child.name, child.title, child.story, child.expect) == ("mine", "", "", ())


def test_extends_a_shipped_scenario_by_name(tmp_path: Path) -> None:
    child = load_scenario(write(tmp_path, "extends: baseline\npopulation: {people: 500}\n"))
    assert child.population.people == 500
    assert (
        child.with_overrides({"population.people": DEFAULT["population.people"]}).digest
        == load_scenario("baseline").digest
    )


def test_a_circle_through_links_is_seen(tmp_path: Path) -> None:
    file = write(tmp_path, "extends: link.yaml\n")
    (tmp_path / "link.yaml").symlink_to(file)
    assert "extends itself" in str(refused(file))


def test_a_long_line_of_ancestors_ends(tmp_path: Path) -> None:
    for number in range(200):
        write(tmp_path, f"extends: ./{number + 1}.yaml\n", f"{number}.yaml")
    error = refused(tmp_path / "0.yaml")
    assert "more than 16 scenarios extend one another" in error.message
    assert error.field == "extends"


def test_edge_list_is_found_beside_the_file_that_names_it(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    write(tmp_path, "person,contact\n0,1\n", "data/edges.csv")
    write(tmp_path, "network: {edge_list: edges.csv}\n", "data/parent.yaml")
    child = write(tmp_path, "extends: ../data/parent.yaml\n", "deep/child.yaml")
    assert load_scenario(child).network.edge_list == str(tmp_path / "data" / "edges.csv")
    off = load_scenario(child, {"network.edge_list": None})
    assert off.network.edge_list is None
    assert (
        load_scenario(write(tmp_path, "extends: data/parent.yaml\nnetwork: {edge_list: null}\n")).network == off.network
    )
    monkeypatch.chdir(tmp_path)
    assert load_scenario("baseline", {"network.edge_list": "data/edges.csv"}).network.edge_list == str(
        tmp_path / "data" / "edges.csv"
    )


# YAML 1.2


@pytest.mark.parametrize(
    ("written", "people"),
    [
        ("1e3", 1000),
        ("0x1F4", 500),
        ("0o764", 500),
        ("0500", 500),
        ("'500'", 500),
        ("500.0", 500),
        ("5.0e2", 500),
        ("500 people", 500),
        ("+500", 500),
        ("&a 500", 500),
    ],
)
def test_whole_numbers(tmp_path: Path, written: str, people: int) -> None:
    loaded = load_scenario(write(tmp_path, f"population: {{people: {written}}}\n")).population.people
    assert (loaded, type(loaded)) == (people, int)


@pytest.mark.parametrize(
    ("written", "value"),
    [
        ("on", True),
        ("off", False),
        ("true", True),
        ("false", False),
        ("On", True),
        ("OFF", False),
        ("'off'", False),
    ],
)
def test_switches(tmp_path: Path, written: str, value: bool) -> None:
    assert load_scenario(write(tmp_path, f"mechanisms: {{referrals: {written}}}\n")).mechanisms.referrals is value
    assert load_scenario("baseline", {"mechanisms.referrals": written.strip("'")}).mechanisms.referrals is value


def test_anchors_and_aliases_of_ordinary_size(tmp_path: Path) -> None:
    file = write(
        tmp_path,
        "network:\n  mentor: &kind {half_life: &long 2 years, strength: 0.5}\n  classmate: *kind\n"
        "  online:\n    half_life: *long\n",
    )
    network = load_scenario(file).network
    assert network.classmate.half_life == network.mentor.half_life == network.online.half_life == 730.0
    assert network.classmate.strength == 0.5


def test_an_error_in_an_alias_points_at_its_use(tmp_path: Path) -> None:
    error = refused(write(tmp_path, "time:\n  window: &long 2 years\npopulation:\n  people: *long\n"))
    assert (error.line, error.column, error.field) == (4, 11, "population.people")


def test_byte_order_mark_and_windows_line_ends(tmp_path: Path) -> None:
    file = tmp_path / "windows.yaml"
    file.write_bytes(b"\xef\xbb\xbftitle: R\xc3\xa9sum\xc3\xa9s\r\npopulation:\r\n  people: 500\r\n")
    assert load_scenario(file).title == "Résumés"
    file.write_bytes(b"\xef\xbb\xbftitle: A\r\npopulation:\r\n  peple: 500\r\n")
    assert (refused(file).line, refused(file).column) == (3, 3)


def test_a_number_with_thousands_of_digits_is_a_number(tmp_path: Path) -> None:
    # Python refuses to read a whole number of more than 4300 digits; the field must be named all the same.
    error = refused(write(tmp_path, f"population:\n  people: {'9' * 5000}\n"))
    assert (error.line, error.field) == (2, "population.people")
    assert error.message.startswith("found 9999")


def test_names_come_from_files_without_what_a_folder_should_not_have(tmp_path: Path) -> None:
    assert load_scenario(write(tmp_path, "seed: 2\n", "what if… so.yaml")).name == "what-if-so"
    assert load_scenario(write(tmp_path, "seed: 2\n", "…​.yaml")).name == "scenario"
    assert load_scenario(write(tmp_path, "seed: 2\nname: other\n")).name == "other"


# Overrides


def test_overrides_of_every_kind() -> None:
    class Four:
        """A number of a numerical library."""

        def item(self) -> int:
            return 4

    scenario = load_scenario(
        "baseline",
        {
            "population": {"people": 500, "fields": Four()},
            "time.window": "12 weeks",
            "search.asks": "0.5%",
            "network.mentor": {"half_life": 400},
            "title": "2024",
            "seed": "0",
        },
    )
    assert (scenario.population.people, scenario.population.fields, scenario.time.window) == (500, 4, 84.0)
    assert (scenario.search.asks, scenario.network.mentor.half_life) == (0.005, 400.0)
    assert (scenario.title, scenario.seed, scenario.name) == ("2024", 0, "baseline")
    assert scenario.expect == load_scenario("baseline").expect


def test_an_override_is_said_last(tmp_path: Path) -> None:
    file = write(tmp_path, "search: {applications: 60%, asks: 10%, upkeep: 10%}\n")
    error = refused(file, {"search.asks": 0.4})
    assert str(error).startswith("overrides={'search.asks': ...}: search.applications (0.6) + search.asks (0.4)")
    assert error.file is None
    assert load_scenario(file, {"search.asks": 0.3}).search.asks == 0.3


@pytest.mark.parametrize(
    ("path", "value"),
    [
        ("population.people", True),
        ("population.people", 2.5),
        ("population.people", None),
        ("population.people", [500]),
        ("population.people", float("nan")),
        ("population.people", float("inf")),
        ("population.people", object()),
        pytest.param("population.people", 10**5000, id="5000 digits"),
        ("mechanisms.referrals", 1),
        ("title", 3),
        ("expect", []),
        ("extends", "baseline"),
        ("population", 3),
        ("", 3),
        ("population.", 3),
        (".people", 3),
        ("population.people.x", 3),
        pytest.param("x" * 100_000, 3, id="long path"),
        ("title", "a\x1b[31m"),
        ("name", "../up"),
        ("name", ""),
        ("a\nb", 1),
        (3, 3),
        ("network.edge_list", "a\0b"),
    ],
)
def test_bad_overrides(path: object, value: object) -> None:
    error = refused("baseline", {path: value})  # type: ignore[dict-item]
    assert str(error).startswith("overrides")
    assert len(str(error)) < 500


def test_with_overrides_leaves_the_first_as_it_was() -> None:
    first = load_scenario("baseline")
    second = first.with_overrides(
        {"population.people": "777 people", "search": {"applications": "60%", "upkeep": 0.2, "asks": 0.1}}
    )
    assert (first, second.population.people) == (load_scenario("baseline"), 777)
    assert second == load_scenario(
        "baseline",
        {"population.people": 777, "search.applications": 0.6, "search.upkeep": 0.2, "search.asks": 0.1},
    )
    assert second.expect == first.expect
    with pytest.raises(ScenarioError, match=r"overrides=\{'search.upkeep': \.\.\.\}: .* make 1.2"):
        second.with_overrides({"search.upkeep": "50%"})


# The model


def test_a_scenario_cannot_be_changed_and_can_travel() -> None:
    scenario = load_scenario("baseline")
    with pytest.raises(ValidationError):
        scenario.seed = 2  # type: ignore[misc]
    assert pickle.loads(pickle.dumps(scenario)) == scenario
    assert hash(scenario) == hash(load_scenario("baseline"))


def test_an_error_can_travel() -> None:
    error = refused("baseline", {"population.peple": 3})
    again = pickle.loads(pickle.dumps(error))
    assert (str(again), again.field, again.override) == (str(error), "population.peple", True)


def test_cross_checks_hold_without_a_file() -> None:
    with pytest.raises(ValidationError, match=r"make 1\.2"):
        Scenario.model_validate({"search": {"applications": 0.9, "asks": 0.1, "upkeep": 0.2}})


def test_shares_that_add_up_to_one_in_decimals_are_accepted() -> None:
    # In binary the first three add up to a hair over one.
    for shares in ((0.33, 0.56, 0.11), (0.34, 0.55, 0.11), (0.56, 0.34, 0.1), (0.7, 0.1, 0.2)):
        values = dict(zip(("search.applications", "search.asks", "search.upkeep"), shares, strict=True))
        assert load_scenario("baseline", values).search.asks == shares[1]


@pytest.mark.parametrize(
    "make",
    [
        lambda: RateClaim(rate="direct.reply", within=(0, 1)),
        lambda: RateClaim(rate="direct.response", within=(0.5, 0.2)),
        lambda: RateClaim(rate="direct.response", within=(0.5, 2)),
        lambda: RatioClaim(ratio=("all.hire", "all.hire"), within=(1, 2)),
        lambda: OrderClaim(order=("all.hire",)),
        lambda: OrderClaim(order=("all.hire", "direct.hire"), confidence=1),
    ],
)
def test_claims_hold_without_a_file(make: object) -> None:
    with pytest.raises(ValidationError):
        make()  # type: ignore[operator]


@pytest.mark.parametrize(
    ("content", "what"),
    [
        (b"%PDF-1.7\n", "is a PDF"),
        (b"PK\x03\x04\x14\0", "is a spreadsheet or another zipped file"),
        (b"\x1f\x8b\x08", "is packed with gzip"),
        (b"\x89PNG\r\n", "is a picture"),
        (b"<!DOCTYPE html>", "is a web page"),
    ],
)
def test_what_is_no_text_is_called_what_it_is(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, content: bytes, what: str
) -> None:
    (tmp_path / "plan.yaml").write_bytes(content)
    (tmp_path / "plan.pdf").write_bytes(content)
    with pytest.raises(ScenarioError) as caught:
        load_scenario(tmp_path / "plan.yaml")
    assert str(caught.value) == f"{tmp_path / 'plan.yaml'}: {what}; expected a YAML file"
    monkeypatch.chdir(tmp_path)
    with pytest.raises(ScenarioError) as caught:
        load_scenario("plan.pdf")
    assert str(caught.value) == f"no scenario is named 'plan.pdf'; the file of this name {what}; expected a YAML file"
