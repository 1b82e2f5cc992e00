"""One person's story: from hand-made tables exactly, from a real market whole, in plain words, and always the same."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any, cast

import pandas as pd
import pytest
from small_markets import SMALL, small

from analysis.cli.main import main
from analysis.errors import AnalysisError
from analysis.presentation import style
from analysis.tracing import charts
from analysis.tracing.choice import choose, one_replication
from analysis.tracing.referral_network import who_brought_whom
from analysis.tracing.sentences import joined, narrate, network_alt, network_finding, timeline_alt
from analysis.tracing.story import STAGES, introduce, of_replication, story
from sim import Scenario, load_scenario, simulate
from sim.runs.result import Result

NAN = float("nan")
CAST = """\
title: Somebody looks for work
extends: baseline
population: {people: 400}
time: {warm_up: 28 d, window: 84 d, follow_up: 60 d}
openings: {growth: 0.01}
cast:
  anna: {count: 30, employed: false, searches_from: 20}
"""
JARGON = re.compile(
    r"nan|-1|_|spell|censor|replication|pathway|vouch|goodwill|silence|opt\b|belief|horizon|stage|informed|rushed|none$",
    re.IGNORECASE,
)


class Tables:
    """The tables of a run made by hand: what the story reads of a `Result`."""

    def __init__(self, **tables: pd.DataFrame) -> None:
        self.replications, self.manifest = 1, {"horizon": 200.0}
        for name, table in tables.items():
            setattr(self, name, table.assign(replication=0))


def application(number: int, opening: int, channel: str, sent: float, **known: Any) -> dict[str, Any]:
    row: dict[str, Any] = dict.fromkeys((*STAGES.values(), "closed", "interested", "tie_strength"), NAN)
    row |= {
        "application": number,
        "person": 1,
        "opening": opening,
        "employer": opening + 40,
        "channel": channel,
        "sent": sent,
        "closed_reason": "open",
        "referrer": -1,
        "tie_kind": "none",
        "vouch": "none",
    }
    return row | known


def step(
    path: int, opening: int, referrer: int, by: str, name: str, time: float, reason: str = "goes_on"
) -> dict[str, Any]:
    return {
        "path": path,
        "person": 1,
        "opening": opening,
        "referrer": referrer,
        "initiated_by": by,
        "step": name,
        "time": time,
        "ended": reason != "goes_on",
        "reason": reason,
    }


def by_hand() -> Result:
    sent = pd.DataFrame(
        [
            application(3, 5, "direct", 12.0, closed=40.0, closed_reason="silence"),
            application(
                4,
                6,
                "referral",
                15.5,
                read=17.0,
                responded=17.0,
                interviewed=25.0,
                offered=30.0,
                accepted=33.0,
                started=60.0,
                closed=33.0,
                closed_reason="hired",
                referrer=17,
                tie_kind="former_colleague",
                tie_strength=0.4,
                vouch="letter",
            ),
            application(5, 7, "recruiter", 20.0, replied=22.0, closed=50.0, closed_reason="not_interested"),
        ]
    )
    paths = pd.DataFrame(
        [
            step(0, 6, 17, "contact", "recall", 13.0),
            step(0, 6, 17, "contact", "reach_out", 14.0),
            step(0, 6, 17, "contact", "vouch", 14.0),
            step(0, 6, 17, "contact", "hand_over", 15.5),
            step(0, 6, 17, "contact", "weigh", 17.0),
            step(0, 6, 17, "contact", "interview", 25.0),
            step(0, 6, 17, "contact", "outcome", 33.0, "hired"),
            step(1, 7, 18, "seeker", "reach_out", 16.0),
            step(1, 7, 18, "seeker", "vouch", 16.0, "unwilling"),
        ]
    )
    people = pd.DataFrame(
        {
            "person": [0, 1, 2],
            "role": pd.Categorical(["none"] * 3),
            "employer_start": [-1, -1, 3],
            "employer_end": [-1, -1, 3],
            "state_end": "searching",
            "ability": [0.0, 1.0, 0.0],
            "field": 0,
            "degree": 5,
        }
    )
    spells = pd.DataFrame(
        {"person": [1, 1], "start": [10.0, 150.0], "end": [33.0, NAN], "employed": False, "how": ["referral", "none"]}
    )
    jobs = pd.DataFrame({"person": [1], "employer": [46], "start": [33.0], "end": [150.0], "left_because": "laid_off"})
    openings = pd.DataFrame({"opening": [5, 6, 7], "employer": [45, 46, 47]})
    ties = pd.DataFrame({"person": [1], "contact": [18], "kind": ["close_friend"], "strength_start": [0.9]})
    displaced = pd.DataFrame({"person": [], "day": [], "employer_left": []})
    return cast(
        "Result",
        Tables(
            applications=sent,
            pathway=paths,
            persons=people,
            spells=spells,
            jobs=jobs,
            openings=openings,
            ties=ties,
            displaced=displaced,
        ),
    )


@pytest.fixture(scope="module")
def scenario(tmp_path_factory: pytest.TempPathFactory) -> Scenario:
    file = tmp_path_factory.mktemp("scenario") / "anna.yaml"
    file.write_text(CAST, encoding="utf-8")
    return load_scenario(str(file))


@pytest.fixture(scope="module")
def result(scenario: Scenario) -> Result:
    return one_replication(scenario, replication=1)


def test_a_story_by_hand() -> None:
    assert narrate(story(by_hand(), 1), every=True) == [
        "  0  Began to search, out of work.",
        "  2  Applied to opening 5 at employer 45.",
        "  3  Contact 17 (former colleague, strength 0.4) heard of opening 6 at employer 46 and thought of them.",
        "  4  Contact 17 got in touch about opening 6.",
        "  4  Contact 17 agreed to recommend them for opening 6.",
        (
            "  5  Contact 17 (former colleague, strength 0.4) handed in a recommendation for opening 6 at employer 46, "
            "with a letter about them."
        ),
        "  6  Asked contact 18 (close friend, strength 0.9) for a recommendation to opening 7 at employer 47.",
        "  6  Contact 18 would not stand up for them.",
        "  7  Employer 46 read the application for opening 6.",
        "  7  Was invited to an interview for opening 6 at employer 46.",
        " 10  Was approached by a recruiter about opening 7 at employer 47.",
        " 12  Told the recruiter of employer 47 no.",
        " 15  Was interviewed for opening 6 at employer 46.",
        " 20  Was offered the job: opening 6 at employer 46.",
        " 23  The search ended after 23 days, with a job through a referral.",
        " 23  Took the job: opening 6 at employer 46.",
        " 30  Heard nothing from employer 45: opening 5 closed.",
        " 50  Started at employer 46.",
        "140  Was laid off by employer 46.",
        "140  Began to search, out of work.",
        "190  The run ended: without a job, still searching.",
    ]


def test_the_short_story_sums_up_what_came_to_nothing() -> None:
    said = "\n".join(narrate(story(by_hand(), 1)))
    assert "Applied to opening 5 at employer 45; nobody read it." in said
    assert "got in touch about opening 6 and agreed to recommend them." in said
    assert "for a recommendation to opening 7 at employer 47. The contact would not stand up for them." in said
    assert said.count("opening 5") == 1


def test_several_steps_of_a_contact_on_a_day_make_one_sentence() -> None:
    steps = ["heard of opening 6 at employer 9 and thought of them.", "got in touch about opening 6."]
    steps = [f"Contact 17 {'(mentor) ' if number == 0 else ''}{step}" for number, step in enumerate(steps)]
    heard = "Contact 17 (mentor) heard of opening 6 at employer 9, thought of them"
    assert joined(steps) == f"{heard} and got in touch."
    agreed = "Contact 17 agreed to recommend them for opening 6."
    assert joined([*steps, agreed]) == f"{heard}, got in touch and agreed to recommend them."
    refused = "Contact 17 would not stand up for them."
    assert joined([*steps, refused]) == f"{heard} and got in touch, but would not stand up for them."


def test_whoever_did_nothing_has_a_story_too() -> None:
    assert list(story(by_hand(), 2)["event"]) == ["run ends"]
    figure = charts.timeline(story(by_hand(), 2))
    assert style.png(figure, dpi=40).startswith(b"\x89PNG")


def test_the_time_line_says_what_it_leaves_out() -> None:
    table = story(by_hand(), 1)
    assert "not shown" not in charts.timeline(table).axes[0].get_xlabel()
    early = table[table["application"] == 3].assign(day=-90.0, time=-80.0, application=9, opening=99)
    label = charts.timeline(pd.concat([early, table])).axes[0].get_xlabel()
    assert "(1 row is not shown: over a month from the search)" in label
    assert "ening 99" not in timeline_alt(pd.concat([early, table]))


@pytest.fixture(scope="module")
def stories(result: Result) -> dict[int, pd.DataFrame]:
    """Of one in seven people: some of the role, some with a job, some who search."""
    return {person: story(result, person, 1) for person in range(0, 400, 7)}


def test_every_stage_of_every_application_is_told_once(result: Result, stories: dict[int, pd.DataFrame]) -> None:
    for person, table in stories.items():
        own = result.applications[result.applications["person"] == person]
        expected = sorted(
            (int(row["application"]), event, float(row[column]))
            for row in own.to_dict("records")
            for event, column in STAGES.items()
            if row[column] == row[column]
        )
        told = table[table["event"].isin(list(STAGES)) & (table["application"] >= 0)]
        assert sorted(zip(told["application"], told["event"], told["time"], strict=True)) == expected
        assert table["time"].is_monotonic_increasing
        paths = result.pathway[(result.pathway["person"] == person) & (result.pathway["step"] == "vouch")]
        assert sorted(table.loc[table["event"].isin(["agreed", "refused"]), "path"]) == sorted(paths["path"])


def test_no_application_is_lost_in_the_short_story(stories: dict[int, pd.DataFrame]) -> None:
    """Single ones are named and the others counted: together they are all that were sent."""
    for table in stories.values():
        said = "\n".join(narrate(table))
        single = len(re.findall(r"Applied to opening|recruiter about|handed in a recommendation", said))
        summed = sum(int(number) for number in re.findall(r"Applied to (\d+) openings", said))
        assert single + summed == (table["event"] == "sent").sum()


def test_words_are_plain(stories: dict[int, pd.DataFrame]) -> None:
    for table in stories.values():
        for line in [*table["words"], *(line.strip().split("  ", 1)[1] for line in narrate(table))]:
            assert not JARGON.search(line), line
            assert line[0].isupper()
            assert line.endswith(".")


def test_the_one_chosen_was_hired_through_a_referral(result: Result) -> None:
    person, why = choose(result, 1)
    table = story(result, person, 1)
    assert ((table["event"] == "took the job") & (table["channel"] == "referral")).any()
    assert "through a referral (a success, not a typical person)" in why
    anna, why = choose(result, 1, "anna")
    assert str(result.persons["role"].iloc[anna]) == "anna"
    assert "role anna who sent an application" in why, "of a role a typical one, whatever came of it"
    persons = of_replication(result.persons, 1)
    people = persons.loc[persons["role"].astype(str) == "anna", "person"]
    sent = of_replication(result.applications, 1)["person"]
    counts = sent[sent.isin(people)].value_counts()
    assert counts[anna] == sorted(counts)[(len(counts) - 1) // 2]
    assert "of the role anna" in introduce(result, anna, 1)


def test_who_is_not_there_is_one_line(result: Result) -> None:
    with pytest.raises(AnalysisError, match="person 400: expected a number from 0 to 399"):
        story(result, 400, 1)
    with pytest.raises(AnalysisError, match="it has anna"):
        choose(result, 1, "bob")


def test_the_picture_has_the_hires_of_the_table(result: Result) -> None:
    sent = result.applications
    hires = sent[(sent["channel"] == "referral") & sent["accepted"].notna()]
    person, _ = choose(result, 1)
    found = who_brought_whom(result, 1, person)
    pairs = set(zip(hires["referrer"], hires["person"], strict=True))
    assert set(zip(found.hires["referrer"], found.hires["person"], strict=True)) == pairs
    assert set(zip(found.shown["referrer"], found.shown["person"], strict=True)) <= pairs
    assert person in set(found.shown["person"])
    assert f"the largest group linked by referrals has {found.group} people" in network_finding(found)
    for referrer, hired in zip(found.shown["referrer"], found.shown["person"], strict=True):
        assert re.search(rf"Person {referrer} brought in [^.]*\b{hired}\b", network_alt(found))


def test_a_chain_of_referrals_is_one_group() -> None:
    sent = pd.DataFrame(
        [
            application(0, 0, "referral", 1.0, accepted=5.0, person=2, referrer=1),
            application(1, 1, "referral", 9.0, accepted=12.0, person=3, referrer=2),
            application(2, 2, "referral", 9.0, accepted=12.0, person=9, referrer=8),
            application(3, 3, "referral", 9.0, person=4, referrer=2),
        ]
    )
    ties = pd.DataFrame({"person": [2, 2], "contact": [3, 7]})
    found = who_brought_whom(cast("Result", Tables(applications=sent, ties=ties)))
    assert (found.group, found.later, found.ties) == (3, 1, [(2, 3)])
    said = network_finding(found)
    assert "Of the 3 people hired through a referral, 1 later brought in somebody" in said


def test_a_replication_alone_is_the_same_as_among_others() -> None:
    among = simulate(small(), replications=2)
    alone = one_replication(small(), replication=1)
    pd.testing.assert_frame_equal(story(alone, 5, 1), story(among, 5, 1))
    assert choose(alone, 1) == choose(among, 1)
    assert choose(among, 0) != choose(among, 1)


def test_the_command_writes_the_same_page_twice(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    file = tmp_path / "anna.yaml"
    shorter = CAST.replace(
        "warm_up: 28 d, window: 84 d, follow_up: 60 d", "warm_up: 14 d, window: 46 d, follow_up: 14 d"
    )
    file.write_text(shorter.replace("people: 400", "people: 250"), encoding="utf-8")
    pages = []
    for name in ("one", "two"):
        assert main(["trace", str(file), "--role", "Anna", "--seed", "3", "--out", str(tmp_path / name)]) == 0
        pages.append({path.name: path.read_bytes() for path in sorted((tmp_path / name).glob("[!.]*"))})
    assert pages[0] == pages[1]
    assert set(pages[0]) == {
        "trace.html",
        *(f"trace-{stem}.{kind}" for stem in ("timeline", "referrals") for kind in ("png", "svg")),
    }
    page = pages[0]["trace.html"].decode()
    assert page.count('role="img"') == 4
    assert "Time line with one lane" in page
    assert not re.search(r'(src|href)="(?!data:|#)', page)
    out = capsys.readouterr().out
    assert "Chosen: the one with the median number of applications" in out
    assert "Began to search" in out


def test_the_command_for_machines(capsys: pytest.CaptureFixture[str]) -> None:
    sets = [part for name, value in SMALL.items() for part in ("--set", f"{name}={value}")]
    assert main(["trace", "baseline", *sets, "--person", "7", "--json"]) == 0
    told = json.loads(capsys.readouterr().out)
    assert told["person"] == 7
    assert told["steps"][-1]["event"] == "run ends"
    assert told["steps"][-1]["application"] is None


@pytest.mark.parametrize(
    ("more", "said"),
    [
        (["--person", "400"], "person 400: expected a number from 0 to 399"),
        (["--person", "-1"], "--person -1: expected a whole number of at least 0"),
        (["--role", "anna"], "role 'anna': baseline has no such role; it has no cast"),
        (["--person", "1", "--role", "anna"], "person and role: give one of them"),
    ],
)
def test_what_cannot_be_told_is_one_line(more: list[str], said: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["trace", "baseline", "--set", "population.people=400", *more]) == 2
    out, err = capsys.readouterr()
    assert out == ""
    assert said in err.splitlines()[-1]
