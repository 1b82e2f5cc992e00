"""Codes are declared once with their words; these tests say what else a code needs when one is added."""

import re
from typing import get_args

import numpy as np
import pandas as pd
import pytest
from paths import ROOT
from small_markets import frames, small, tables_of

from sim.market import codes
from sim.market.codes import Channel, CodeSet, Kind, Reason, SpellEnd, State, Step, code
from sim.scenario.parameters import Network, TieKindName
from sim.scenario.parameters import TieKind as TieSection

SETS = [
    one for one in vars(codes).values() if isinstance(one, type) and issubclass(one, CodeSet) and one is not CodeSet
]


@pytest.mark.parametrize("one", SETS)
def test_a_code_is_a_plain_int_and_the_place_of_its_word(one: type[CodeSet]) -> None:
    members = {name: value for name in dir(one) if name.isupper() for value in [getattr(one, name)]}
    assert sorted(members.values()) == list(range(len(one.words)))
    assert all(type(value) is int for value in members.values())
    assert len(one.facts) == len(one.words)


def test_one_set_can_go_on_where_another_ends() -> None:
    assert SpellEnd.words == (*Channel.words, "gave_up", "none")
    assert (Channel.REFERRAL, len(Channel.words)) == (SpellEnd.REFERRAL, SpellEnd.GAVE_UP)


def test_two_codes_for_one_word_are_refused() -> None:
    with pytest.raises(ValueError, match="Twice has two codes for one word"):
        type("Twice", (State,), {"AGAIN": code("open")})


def test_facts_are_marked_by_code() -> None:
    assert [Kind.words[kind] for kind in np.flatnonzero(Kind.marked("one_sided"))] == [
        "classmate",
        "acquaintance",
        "online",
    ]


def test_every_kind_of_tie_has_its_section_in_the_scenario() -> None:
    sections = tuple(name for name, field in Network.model_fields.items() if field.annotation is TieSection)
    assert Kind.words == sections, "declare the kind under network in sim/scenario/parameters.py"
    assert Kind.words == get_args(TieKindName), "enter the kind in TieKindName of sim/scenario/parameters.py"


# ---- why a referral ends -------------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def ends() -> pd.DataFrame:
    """The ended paths of some small markets, with a cast."""
    many = {"population.people": 800, "openings.growth": 0.02, "referrals.recall": 0.5, "screening.interview_slots": 2}
    paths = [frames(tables_of(small({**many, **more}), seed))["pathway"] for seed, more in ((1, {}), (2, {}))]
    table = pd.concat(paths)
    return table[table.ended]


@pytest.mark.parametrize("reason", range(len(Reason.words)))
def test_every_reason_says_at_which_step_it_ends_a_path(reason: int, ends: pd.DataFrame) -> None:
    declared = {Step.words[step] for step in Reason.facts[reason]["ends_at"]}
    found = set(ends.step[ends.reason == Reason.words[reason]].astype(str))
    assert found <= declared, f"ends_at of {Reason.words[reason]} in sim/market/codes.py"


def test_what_contacts_do_ends_most_kinds_of_paths_in_a_small_market(ends: pd.DataFrame) -> None:
    # Else the test above would look at nothing.
    assert len(set(ends.reason)) >= 8


@pytest.mark.parametrize("reason", [name for name in vars(Reason) if name.isupper()])
def test_every_reason_is_set_somewhere(reason: str) -> None:
    rooms = [ROOT / "sim" / room for room in ("market", "processes", "records")]
    files = [file for room in rooms for file in room.rglob("*.py")]
    used = any(re.search(rf"\bReason\.{reason}\b", file.read_text(encoding="utf-8")) for file in files)
    assert used, (
        f"nothing ends a path with Reason.{reason}: set it where the path ends, in sim/processes or sim/records"
    )


def test_every_reason_is_a_contacts_or_unnoticed_or_comes_after_the_name_was_handed_over() -> None:
    early = {Step.RECALL, Step.REACH_OUT, Step.VOUCH}
    for reason, facts in enumerate(Reason.facts):
        if set(facts["ends_at"]) & early and reason != Reason.WAITING:
            said = facts.get("contacts") or facts.get("unnoticed")
            assert said, f"mark {Reason.words[reason]} as contacts or unnoticed in sim/market/codes.py"
