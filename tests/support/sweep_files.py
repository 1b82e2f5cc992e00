"""Files of sweeps written by tests, and what is said of those that cannot run."""

from pathlib import Path

import pytest
import scenario_files

from sim.errors import ScenarioError
from sim.experiments.sweep_reader import load_sweep

SLOTS, STAKE, SWITCH = "screening.interview_slots", "referrals.stake", "mechanisms.referrals"
"""A whole number, a number and a switch to vary."""
TABLE = "scenario: jill\ndesign: table\ntable: points.csv\n"


def write(folder: Path, text: str, name: str = "sweep.yaml") -> Path:
    """Write a file; returns its path."""
    return scenario_files.write(folder, text, name)


def refused(folder: Path, text: str) -> str:
    """What is said of a file, without the folder; one line with its place."""
    with pytest.raises(ScenarioError) as caught:
        load_sweep(write(folder, text))
    message = str(caught.value)
    assert "\n" not in message
    assert message.startswith(str(folder)), message
    return message.replace(f"{folder}/", "")


def grid(vary: str, more: str = "") -> str:
    """A grid over what is said of one parameter."""
    return f"scenario: jill\ndesign: grid\n{more}vary:\n  {vary}\n"
