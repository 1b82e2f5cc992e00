"""What several of the functions take, and where they put files by default."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, TypeAlias

if TYPE_CHECKING:
    from sim import Scenario

Overrides: TypeAlias = Mapping[str, object] | None
"""Dotted path to value, as ``--set`` gives them."""

ScenarioLike: TypeAlias = "Scenario | str | Path"
"""A scenario, its name or the path of its file."""

RESULTS = Path("results")
REPORTS = Path("reports")
