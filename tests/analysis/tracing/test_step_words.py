"""Every code that a story can meet has its words; these tests say where they are missing."""

import numpy as np
import pytest

from analysis.tracing import step_words
from sim.market.codes import ClosedReason, Reason, Vouch

PLACE = "analysis/tracing/step_words.py"


@pytest.mark.parametrize("reason", np.flatnonzero(Reason.marked("contacts")).tolist())
def test_every_reason_of_a_contact_has_its_words(reason: int) -> None:
    word = Reason.words[reason]
    assert word in step_words.CONTACT_REASONS, f"say {word} in CONTACT_REASONS of {PLACE}"
    assert word in step_words.SUMMED_REASONS, f"say {word} in SUMMED_REASONS of {PLACE}"


def test_every_unnoticed_end_is_counted() -> None:
    unnoticed = {Reason.words[reason] for reason in np.flatnonzero(Reason.marked("unnoticed"))}
    assert unnoticed == set(step_words.MISSED), f"count it in MISSED and missed_words of {PLACE}"


@pytest.mark.parametrize("vouch", Vouch.words)
def test_every_form_of_vouching_has_its_words(vouch: str) -> None:
    assert vouch in step_words.VOUCHES, f"say {vouch} in VOUCHES of {PLACE}"


@pytest.mark.parametrize("reason", ClosedReason.words)
def test_every_end_of_an_application_is_told(reason: str) -> None:
    row = {"closed_reason": reason, "employer": 1, "opening": 2, "interviewed": np.nan, "replied": np.nan}
    told_elsewhere = {"hired", "open"}  # a hire is told as one, and what is open has not ended
    assert bool(step_words.closing_words(row)) == (reason not in told_elsewhere), f"say {reason} in {PLACE}"
