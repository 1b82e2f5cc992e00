"""The columns of everything that a market records, each with its dtype and the value of an empty cell."""

from __future__ import annotations

from typing import Any

import numpy as np

from sim.market.codes import NOBODY, Ask, Channel, LeftBecause, Reason, Vouch

NAN = np.nan

APPLICATIONS: dict[str, tuple[Any, Any]] = {
    "person": (np.int32, 0),
    "opening": (np.int32, 0),
    "sent": (np.float32, 0.0),
    "channel": (np.int8, Channel.DIRECT),
    "pile_place": (np.uint16, 0),
    "looked_at": (np.bool_, False),
}

CANDIDACIES: dict[str, tuple[Any, Any]] = {
    "row": (np.int64, 0),
    "arrived": (np.float32, NAN),
    "report": (np.float32, 0.0),
    "report_precision": (np.float32, 0.0),
    "read": (np.float32, NAN),
    "responded": (np.float32, NAN),
    "interviewed": (np.float32, NAN),
    "offered": (np.float32, NAN),
    "accepted": (np.float32, NAN),
    "started": (np.float32, NAN),
    "withdrawn": (np.float32, NAN),
    "mean": (np.float32, NAN),
    "variance": (np.float32, NAN),
    "letter": (np.int8, -1),
    "referrer": (np.int32, NOBODY),
    "seen": (np.float32, NAN),
    "final": (np.float32, NAN),
}

ENDORSEMENTS: dict[str, tuple[Any, Any]] = {
    "candidacy": (np.int64, 0),
    "referrer": (np.int32, NOBODY),
    "tie_kind": (np.int8, -1),
    "strength": (np.float32, NAN),
    "familiarity": (np.float32, NAN),
    "goodwill": (np.float32, NAN),
    "initiated_by": (np.int8, 0),
    "ask": (np.int8, Ask.NO_ASK),
    "vouch": (np.int8, Vouch.NO_VOUCH),
    "replied": (np.float32, NAN),
    "interested": (np.float32, NAN),
    "heard_from": (np.int32, NOBODY),
    "mutual_contacts": (np.int16, -1),
}

OPENINGS: dict[str, tuple[Any, Any]] = {
    "employer": (np.int32, 0),
    "field": (np.int16, 0),
    "draw_key": (np.int64, 0),
    "pile": (np.uint32, 0),
    "requirement": (np.float32, 0.0),
    "visibility": (np.int8, 0),
    "opened": (np.float32, NAN),
    "posted": (np.float32, NAN),
    "closed": (np.float32, NAN),
    "filled": (np.float32, NAN),
    "bar": (np.float32, 0.0),
    "board_slot": (np.int32, -1),
    "free_interviews": (np.int16, 0),
    "read_since": (np.int32, 0),
    "invited": (np.int32, 0),
    "interviewed": (np.int32, 0),
    "hired_candidacy": (np.int64, -1),
    "could_mention": (np.int32, 0),
}

PATHS: dict[str, tuple[Any, Any]] = {
    "person": (np.int32, 0),
    "opening": (np.int32, 0),
    "referrer": (np.int32, NOBODY),
    "tie": (np.int32, -1),
    "initiated_by": (np.int8, 0),
    "recalled": (np.float32, NAN),
    "reached": (np.float32, NAN),
    "decided": (np.float32, NAN),
    "handed": (np.float32, NAN),
    "candidacy": (np.int64, -1),
    "reason": (np.int8, Reason.GOES_ON),
}

SPELLS: dict[str, tuple[Any, Any]] = {
    "person": (np.int32, 0),
    "start": (np.float32, NAN),
    "end": (np.float32, NAN),
    "employed": (np.bool_, False),
    "how": (np.int8, 0),
}

JOBS: dict[str, tuple[Any, Any]] = {
    "person": (np.int32, 0),
    "employer": (np.int32, 0),
    "opening": (np.int32, 0),
    "channel": (np.int8, 0),
    "start": (np.float32, NAN),
    "end": (np.float32, NAN),
    "why": (np.int8, LeftBecause.STILL_THERE),
    "match": (np.float32, NAN),
    "belief": (np.float32, NAN),
}

DISPLACED: dict[str, tuple[Any, Any]] = {
    "person": (np.int32, 0),
    "day": (np.float32, NAN),
    "employer_left": (np.int32, 0),
    "contacts": (np.int16, 0),
    "employed_contacts": (np.int16, 0),
    "former": (np.int16, 0),
    "employer": (np.int32, NOBODY),
    "former_colleagues": (np.int16, 0),
}

EXPOSURE: dict[str, tuple[Any, Any]] = {
    "person": (np.int32, 0),
    "contact": (np.int32, 0),
    "day": (np.float32, NAN),
    "job": (np.bool_, False),
    "kind": (np.int8, 0),
    "strength": (np.float32, NAN),
    "familiarity": (np.float32, NAN),
    "mutual_contacts": (np.int16, 0),
    "stands_for": (np.float32, 1.0),
}
