"""Scenario files written by tests, and what is said of those that cannot be loaded."""

from pathlib import Path

import pytest

from sim import load_scenario
from sim.errors import ScenarioError


def write(folder: Path, text: str, name: str = "mine.yaml") -> Path:
    """Write a file; returns its path."""
    file = folder / name
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_text(text, encoding="utf-8")
    return file


def refused(path: object, overrides: dict[str, object] | None = None) -> ScenarioError:
    """What is said of a scenario that cannot be loaded: always one line."""
    with pytest.raises(ScenarioError) as caught:
        load_scenario(path, overrides)  # type: ignore[arg-type]
    assert "\n" not in str(caught.value)
    return caught.value
