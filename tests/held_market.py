"""A market small enough to be held to a reference in a test: a quarter of a second for each replication."""

from __future__ import annotations

from pathlib import Path

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


def write(folder: Path, name: str = "held", text: str = TEXT) -> Path:
    """Write the scenario file; returns its path."""
    path = folder / f"{name}.yaml"
    path.write_text(text, encoding="utf-8")
    return path
