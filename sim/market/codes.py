"""The small whole numbers that stand for words in columns, and the words."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    pass


KINDS = ("close_friend", "mentor", "colleague", "former_colleague", "classmate", "acquaintance", "online")

NOT_LOOKING, OPEN, SEARCHING = 0, 1, 2

NOBODY = -1


CLOSE_FRIEND, MENTOR, COLLEAGUE, FORMER_COLLEAGUE, CLASSMATE, ACQUAINTANCE, ONLINE = range(len(KINDS))

RETURNED = np.array([k in (CLASSMATE, ACQUAINTANCE, ONLINE) for k in range(len(KINDS))])
"""Kinds of which the other side may keep up its half or not."""


CHANNELS = ("direct", "referral", "recruiter")

DIRECT, REFERRAL, RECRUITER = range(3)

GAVE_UP = 3

STILL_THERE, MOVED, LAID_OFF, QUIT = range(4)

LEFT_BECAUSE = ("none", "moved", "laid_off", "quit")

READ = 65535
"""The place in the pile of a résumé that has been read."""

NO_ASK, INFORMED, RUSHED = range(3)

NO_VOUCH, RESUME, LETTER, MANAGER = range(4)

(
    GOES_ON,
    UNWILLING,
    POOR_FIT,
    TOO_LATE,
    FOUND_JOB,
    ALREADY_IN,
    NOT_READ,
    BELOW_BAR,
    NOT_OFFERED,
    DECLINED,
    WITHDREW,
    HIRED,
    WAITING,
    NOT_HEARD,
    NOT_RECALLED,
) = range(15)

REASONS = (
    "goes_on",
    "unwilling",
    "poor_fit",
    "too_late",
    "found_job",
    "already_in",
    "not_read",
    "not_invited",
    "lost_after_interview",
    "declined",
    "withdrew",
    "hired",
    "still_waiting",
    "not_heard",
    "not_recalled",
)

STATES = ("not_looking", "open", "searching")

PUBLIC, INTERNAL_FIRST, HIDDEN = range(3)

VISIBILITY = ("public", "internal_first", "hidden")

CLOSED_REASONS = ("hired", "declined", "withdrawn", "rejected", "silence", "open", "not_interested", "too_late")

STEPS = ("recall", "reach_out", "vouch", "hand_over", "weigh", "interview", "outcome")
