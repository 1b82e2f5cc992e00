"""What several of the functions take, and where they put files by default."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, TypeAlias

if TYPE_CHECKING:
    from sim import Scenario

Overrides: TypeAlias = Mapping[str, object] | None
"""Dotted path to value, as ``--set`` gives them."""

ScenarioLike: TypeAlias = "Scenario | str | Path"
"""A scenario, its name or the path of its file."""

Progress: TypeAlias = Callable[[int, int], None]
"""Called with the numbers of finished and of all replications, at the start and after each."""

Begins: TypeAlias = "Callable[[Scenario, Path | None], None]"
"""Called before a run with its scenario and the folder that its tables are kept in; None where only in memory."""

Told: TypeAlias = Callable[[str], None]
"""Called with a few words before a longer step."""


def nothing_told(_: str) -> None:
    """Stand for `told` where none is given."""


RESULTS = Path("results")
REPORTS = Path("reports")


def folder_name(scenario: Scenario, overrides: Mapping[str, object] | None) -> str:
    """Name the folder of a run after its scenario; values set apart from its file add digits that stand for them."""
    if not overrides or "name" in overrides:
        return scenario.name
    return f"{scenario.name}~{scenario.digest[:8]}"
