"""Codes: small whole numbers that stand for words in columns, each declared once together with its word.

A set of codes is a class: a member's place in it is its code, a plain int, and `words` are written to the tables. Add
a code at the end of its set; `tests/sim/market/test_codes.py` says what else needs it.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, ClassVar, cast

import numpy as np

from sim.arrays import Bools

NOBODY = -1
"""Stands for no person, contact or employer."""


class _Declared:
    def __init__(self, word: str, facts: Mapping[str, Any]) -> None:
        self.word, self.facts = word, facts


def code(word: str, **facts: Any) -> int:
    """Declare a member of a `CodeSet`: its word in the tables, and facts about it by name."""
    return cast(int, _Declared(word, facts))


class CodeSet:
    """Codes of one column; a subclass goes on counting where its base ends."""

    words: ClassVar[tuple[str, ...]] = ()
    """Words in the tables, by code."""
    facts: ClassVar[tuple[Mapping[str, Any], ...]] = ()
    """Facts declared, by code."""

    def __init_subclass__(cls) -> None:
        words, facts = list(cls.words), list(cls.facts)
        for name, value in list(vars(cls).items()):
            if isinstance(value, _Declared):
                setattr(cls, name, len(words))  # a plain int, as fast as a number
                words.append(value.word)
                facts.append(value.facts)
        if len(set(words)) < len(words):
            raise ValueError(f"{cls.__name__} has two codes for one word")
        cls.words, cls.facts = tuple(words), tuple(facts)

    @classmethod
    def marked(cls, fact: str) -> Bools:
        """Return for each code whether the fact was declared true, shape (codes,)."""
        return np.array([bool(facts.get(fact)) for facts in cls.facts])


class State(CodeSet):
    """Whether a person looks for work; people open to offers do not search."""

    NOT_LOOKING = code("not_looking")
    OPEN = code("open")
    SEARCHING = code("searching")


class Kind(CodeSet):
    """Kinds of ties, the closest first; each has a section under `network` in a scenario.

    `one_sided` marks kinds that the other side may not return, `everyday` those that chance meetings keep alive.
    """

    CLOSE_FRIEND = code("close_friend", everyday=True)
    MENTOR = code("mentor", everyday=True)
    COLLEAGUE = code("colleague", everyday=True)
    FORMER_COLLEAGUE = code("former_colleague")
    CLASSMATE = code("classmate", one_sided=True)
    ACQUAINTANCE = code("acquaintance", one_sided=True)
    ONLINE = code("online", one_sided=True)


class Channel(CodeSet):
    """Channels of applications. They are recorded and written to tables; no decision depends on them."""

    DIRECT = code("direct")
    REFERRAL = code("referral")
    RECRUITER = code("recruiter")


class SpellEnd(Channel):
    """How a spell of search ended: through a channel, or otherwise."""

    GAVE_UP = code("gave_up")
    UNDER_WAY = code("none")


class HiredThrough(Channel):
    """The channel through which an opening was filled, if it was."""

    NOT_FILLED = code("none")


class LeftBecause(CodeSet):
    """Why a job ended, if it did."""

    STILL_THERE = code("none")
    MOVED = code("moved")
    LAID_OFF = code("laid_off")
    QUIT = code("quit")


class Visibility(CodeSet):
    """Who can see an opening: everybody, insiders first, or insiders only."""

    PUBLIC = code("public")
    INTERNAL_FIRST = code("internal_first")
    HIDDEN = code("hidden")


class InitiatedBy(CodeSet):
    """Who began a referral, if anybody did."""

    NOBODY = code("none")
    CONTACT = code("contact")
    SEEKER = code("seeker")


class Ask(CodeSet):
    """How a seeker asked: the contact knew what they can do, or had to be told in a hurry."""

    NO_ASK = code("none")
    INFORMED = code("informed")
    RUSHED = code("rushed")


class Vouch(CodeSet):
    """The form in which a contact vouches, the stronger the later."""

    NO_VOUCH = code("none")
    RESUME = code("resume")
    LETTER = code("letter")
    MANAGER = code("manager")


class ClosedReason(CodeSet):
    """How an application ended."""

    HIRED = code("hired")
    DECLINED = code("declined")
    WITHDRAWN = code("withdrawn")
    REJECTED = code("rejected")
    SILENCE = code("silence")
    OPEN = code("open")
    NOT_INTERESTED = code("not_interested")
    TOO_LATE = code("too_late")


class Step(CodeSet):
    """The steps of a referral, in order; `sim/processes/referral` has a module of each name."""

    RECALL = code("recall")
    REACH_OUT = code("reach_out")
    VOUCH = code("vouch")
    HAND_OVER = code("hand_over")
    WEIGH = code("weigh")
    INTERVIEW = code("interview")
    OUTCOME = code("outcome")


_ANY_STEP = tuple(range(len(Step.words)))


class Reason(CodeSet):
    """Why a referral went no further.

    `ends_at` lists the last steps that it can have reached then; `contacts` marks reasons before the employer has it,
    `unnoticed` those that nobody in the market notices.
    """

    GOES_ON = code("goes_on", ends_at=())
    UNWILLING = code("unwilling", ends_at=(Step.VOUCH,), contacts=True)
    POOR_FIT = code("poor_fit", ends_at=(Step.VOUCH,), contacts=True)
    TOO_LATE = code("too_late", ends_at=(Step.VOUCH,), contacts=True)
    FOUND_JOB = code("found_job", ends_at=(Step.VOUCH,), contacts=True)
    ALREADY_IN = code("already_in", ends_at=(Step.VOUCH,), contacts=True)
    NOT_READ = code("not_read", ends_at=(Step.HAND_OVER,))
    BELOW_BAR = code("not_invited", ends_at=(Step.WEIGH,))
    NOT_OFFERED = code("lost_after_interview", ends_at=(Step.OUTCOME,))
    DECLINED = code("declined", ends_at=(Step.OUTCOME,))
    WITHDREW = code("withdrew", ends_at=(Step.WEIGH,))
    HIRED = code("hired", ends_at=(Step.OUTCOME,))
    WAITING = code("still_waiting", ends_at=_ANY_STEP)
    NOT_HEARD = code("not_heard", ends_at=(Step.RECALL,), unnoticed=True)
    NOT_RECALLED = code("not_recalled", ends_at=(Step.RECALL,), unnoticed=True)
