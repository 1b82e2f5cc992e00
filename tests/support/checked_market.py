"""A market small enough to be held to a reference in a test: a quarter of a second for each replication."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

import pytest

from analysis.checks.held_quantities import plain_names, tracked_names
from analysis.checks.replication_jobs import Replicated, replicate
from sim import Scenario

TEXT = """
title: A market that the tests hold to its reference
extends: baseline
seed: 5
population: {people: 400}
openings: {growth: 0.01 per employee per week}
time: {warm_up: 14 days, window: 56 days, follow_up: 60 days}
expect:
  - {rate: days_to_fill, within: [25 days, 60 days]}
  - order: [referral.response, direct.response]
  - {ratio: [referral.response, direct.response], within: [1.5, 10]}
"""
REPLICATIONS = 16
STEP = "referral.response - direct.response"
# For whoever asks only whether anything is there or moved: half of the days are simulated. An answer counts in four
# weeks and a half, so that the rows of the window are observed to their end.
SHORT = TEXT.replace(
    "warm_up: 14 days, window: 56 days, follow_up: 60 days",
    "warm_up: 7 days, window: 28 days, follow_up: 32 days, response_window: 32 days",
)
_KNOWN: dict[tuple[str, int, int], Replicated] = {}


@contextmanager
def each_replication_once() -> Iterator[None]:
    """Many checks of one market ask for the same replications: in this process each is simulated once and kept.

    They are kept for all files of tests: those of the check and those of its command ask for the same.
    """

    def once(scenario: Scenario, seed: int, replication: int, names: Sequence[str], tables: bool) -> Replicated:
        key, all_names = (scenario.digest, seed, replication), plain_names([*tracked_names(scenario), STEP])
        assert set(names) <= set(all_names)
        if key not in _KNOWN:
            _KNOWN[key] = replicate(scenario, seed, replication, all_names, True)
        return _KNOWN[key]

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("analysis.checks.replication_jobs.replicate", once)
        yield


def write(folder: Path, name: str = "held", text: str = TEXT) -> Path:
    """Write the scenario file; returns its path."""
    path = folder / f"{name}.yaml"
    path.write_text(text, encoding="utf-8")
    return path
