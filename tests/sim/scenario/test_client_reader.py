"""A client's file: what was said becomes roles, and what was not said is named."""

from __future__ import annotations

import errno
import io
from pathlib import Path

import pytest
from scenario_files import refused, write

import analysis
from analysis.cli.main import main
from analysis.comparison.arms import arms_of
from analysis.comparison.split import apart
from sim.runs.simulation import simulate
from sim.scenario.acts import ACTS
from sim.scenario.client_reader import COPIES, KINDS, QUESTIONS, THINGS
from sim.scenario.parameters import Network
from sim.scenario.scenario import load_scenario

ANN = """\
title: A client
extends: baseline
client:
  in_work: no
  searching_for: 6 weeks
  hours_a_week: 8
  compared_with_others: middle
  contacts:
    former_colleagues: {number: 20, last_in_touch: 2 years}
    classmates: {number: 20, last_in_touch: 4 years}
    close_friends: {number: 0, last_in_touch: }
    others: {number: 0}
  contacts_know_the_work: partly
  plans:
    more_asks: {applications: 2, asks: 25%, messages: 2}
    as_now: {applications: 3}
"""


def test_plans_in_things_a_week_become_roles_with_one_past(tmp_path: Path) -> None:
    scenario = load_scenario(write(tmp_path, ANN, "ann.yaml"))
    more, now = scenario.cast["more_asks"], scenario.cast["as_now"]
    assert more.applications == pytest.approx(2 * scenario.search.hours_per_application / 8)
    assert more.asks == 0.25
    assert more.upkeep == pytest.approx(2 * scenario.search.hours_per_touch / 8)
    assert (now.applications, now.asks) == (pytest.approx(3 * scenario.search.hours_per_application / 8), None)
    for role in (more, now):
        assert (role.employed, role.ability, role.ties, role.familiarity) == (False, 0.0, 40.0, 0.45)
        assert role.days_since_touch == 3 * 365
        kinds = Network()
        assert role.strength == pytest.approx((kinds.former_colleague.strength + kinds.classmate.strength) / 2)
    assert 2 * COPIES / scenario.population.people <= 0.05
    assert "Has searched for 6 weeks" in scenario.story
    arms = arms_of([str(tmp_path / "ann.yaml")])
    assert [arm.role for arm in arms] == ["more_asks", "as_now"]
    assert tuple(apart(*arms)) == (True, False), "plans of one person"


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ("in_work: no", "in_work:", ":4: client.in_work: is blank; expected yes or no"),
        ("  in_work: no\n", "", ":3: client.in_work: is missing; it must be said"),
        ("hours_a_week: 8", "hours_a_week:", "client.hours_a_week: is blank; expected hours a week, such as 8"),
        ("hours_a_week: 8", "hours_a_week: 0", "client.hours_a_week: found 0; expected hours a week, more than 0"),
        (
            "hours_a_week: 8",
            "hours_a_week: 200",
            "client.hours_a_week: found 200; expected hours a week, more than 0 and",
        ),
        (
            "searching_for: 6 weeks",
            "searching_for: long",
            "client.searching_for: found 'long'; expected a time, such as",
        ),
        (
            "searching_for: 6 weeks",
            "searching_for: 6",
            "client.searching_for: found 6, without its unit; expected a time",
        ),
        (
            "last_in_touch: 2 years",
            "last_in_touch: 2",
            "last_in_touch: found 2, without its unit; expected a time, such",
        ),
        ("last_in_touch: 2 years", "last_in_touch: 2 yaers", "'yaers' is not a unit here; did you mean 'years'?"),
        (
            "{number: 20, last_in_touch: 2 years}",
            "20",
            "found 20; expected how many and when last in touch, such as {num",
        ),
        (
            "number: 20, last_in_touch: 2",
            "number: 2.5, last_in_touch: 2",
            "found 2.5; expected a whole number of people",
        ),
        (
            "number: 20, last_in_touch: 2",
            "number: 2000, last_in_touch: 2",
            "found 2020 people; expected at most 1000 in",
        ),
        (
            "title:",
            "cast: {bo: {count: 3}}\ntitle:",
            ":1: cast: cannot stand beside a client, whose plans are the roles",
        ),
        ("title:", "cast.bo.count: 3\ntitle:", ":1: cast: cannot stand beside a client, whose plans are the roles"),
        ("extends: baseline", "extends: jill", ":2: extends: has people of its own (jill), and a client stands alone"),
        ("{number: 20, last_in_touch: 2 years}", "{number: 20}", "former_colleagues.last_in_touch: is missing"),
        ("{number: 20, last_in_touch: 2 years}", "", "client.contacts.former_colleagues: is blank"),
        ("number: 20, last_in_touch: 2", "number: -1, last_in_touch: 2", "found -1; expected how many people, such as"),
        ("middle", "best", "client.compared_with_others: found 'best'; expected weaker, middle or stronger"),
        ("applications: 3}", "applications: }", "client.plans.as_now.applications: is blank"),
        ("{applications: 3}", "{messages: 3}", "client.plans.as_now: has no way to an interview"),
        ("{applications: 3}", "{applications: 0, asks: 0}", "client.plans.as_now: has no way to an interview"),
        ("{applications: 3}", "{applications: 9}", "takes 19.7 hours a week; expected at most the 8 of"),
        ("{applications: 3}", "{aplications: 3}", "unknown question; did you mean 'applications'?"),
        ("more_asks", "direct", "'direct' is the name of a channel"),
        ("as_now", "asis", "client.plans: there is no plan 'as_now', which the others are compared with"),
        ("    as_now: {applications: 3}\n", "", "client.plans: one plan has nothing to be compared with"),
    ],
)
def test_what_is_missing_or_cannot_be_is_one_line(tmp_path: Path, old: str, new: str, said: str) -> None:
    assert old in ANN
    message = str(refused(write(tmp_path, ANN.replace(old, new), "ann.yaml")))
    assert said in message
    assert "\n" not in message


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("hours_a_week: 8", "hours_a_week: 8 h"),
        ("hours_a_week: 8", "hours_a_week: 8 hours a week"),
        ("applications: 3}", "applications: 3 a week}"),
        ("in_work: no", "in_work: 'No '"),
        ("more_asks:", "More asks:"),
        ("as_now:", "As now:"),
    ],
)
def test_words_that_people_add_change_nothing(tmp_path: Path, old: str, new: str) -> None:
    assert old in ANN
    plain = load_scenario(write(tmp_path, ANN, "ann.yaml"))
    assert load_scenario(write(tmp_path, ANN.replace(old, new), "ann.yaml")) == plain


def test_as_many_contacts_as_were_said_are_in_the_market(tmp_path: Path) -> None:
    said = ANN.replace("others: {number: 0}", "others: {number: 80, last_in_touch: 1 year}")
    small = {
        "population.people": 400,
        "time.window": 7,
        **{f"cast.{name}.count": 5 for name in ("more_asks", "as_now")},
    }
    run = simulate(load_scenario(write(tmp_path, said, "ann.yaml"), small), replications=1)
    there = run.ties[run.ties["strength_start"].notna()].groupby("person").size()
    # A few of those drawn are drawn twice, and count once; without room for them the least had 63.
    assert 100 <= there.min() <= there.max() <= 120


def test_the_template_asks_everything_and_names_its_first_blank(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    assert main(["client", "new", "ann"]) == 0
    assert "referralsim compare ann.yaml" in capsys.readouterr().out
    text = Path("ann.yaml").read_text(encoding="utf-8")
    assert all(f"\n  {name}:" in text for name in QUESTIONS)
    assert all(f"    {name}:" in text for name in KINDS)
    assert all(thing in text for thing in THINGS)
    assert main(["compare", "ann.yaml"]) == 2
    assert "ann.yaml:7: client.in_work: is blank; expected yes or no" in capsys.readouterr().err
    assert main(["client", "new", "ann"]) == 2
    assert "ann.yaml: is there already" in capsys.readouterr().err
    assert Path("ann.yaml").read_text(encoding="utf-8") == text
    with pytest.raises(analysis.AnalysisError, match="expected the name of a file"):
        analysis.new_client("no/such/folder/ann")


@pytest.mark.parametrize("name", ["", ".", "..", "/", "a\nb", "\x1b[31m", "a\u2028b"])
def test_what_can_be_no_name_of_a_file_is_one_line(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], name: str
) -> None:
    monkeypatch.chdir(tmp_path)
    assert main(["client", "new", name]) == 2
    said = capsys.readouterr().err
    assert said.count("\n") == 1
    assert "expected the name of a file to write" in said
    assert list(tmp_path.iterdir()) == []


def test_the_command_for_a_name_with_blanks_can_be_copied(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    assert main(["client", "new", "Mary Ann"]) == 0
    assert capsys.readouterr().out.endswith("referralsim compare 'Mary Ann.yaml'\n")
    assert "`referralsim compare 'Mary Ann.yaml'`" in Path("Mary Ann.yaml").read_text(encoding="utf-8")


def test_a_full_disk_leaves_no_empty_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    class Full(io.BytesIO):
        def write(self, _: object) -> int:
            raise OSError(errno.ENOSPC, "No space left on device")

    def full(place: Path, mode: str) -> Full:
        assert mode == "xb"
        place.touch()
        return Full()

    monkeypatch.setattr(Path, "open", full)
    with pytest.raises(analysis.AnalysisError, match="No space left on device; nothing was written"):
        analysis.new_client(tmp_path / "ann")
    assert list(tmp_path.iterdir()) == []


def test_each_thing_of_a_plan_has_its_hours() -> None:
    assert set(THINGS.values()) <= {act.share.rpartition(".")[2] for act in ACTS}
