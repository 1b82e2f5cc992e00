"""A run small enough to count on paper: tables as a simulation leaves them, of a few people."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from sim import Scenario, load_scenario

NAN = np.nan
SHORT = """
title: Two roles by hand
extends: baseline
time: {warm_up: 100 days, window: 200 days, follow_up: 60 days}
cast:
  eli: {count: 3}
  ben: {count: 2, searches_from: 50 days, applications: 100%}
"""


@dataclass
class Run:
    """What a finished run offers, tables given by hand; a table that is not given is not there."""

    scenario: Scenario
    manifest: dict[str, Any]
    applications: pd.DataFrame
    openings: pd.DataFrame
    persons: pd.DataFrame
    tables: dict[str, pd.DataFrame] = field(default_factory=dict)

    def __getattr__(self, name: str) -> pd.DataFrame:
        try:
            table: pd.DataFrame = self.__dict__["tables"][name]
        except KeyError:
            raise AttributeError(name) from None
        return table


def frame(columns: str, *rows: tuple[Any, ...]) -> pd.DataFrame:
    """Return a table from the names of its columns and its rows; the first column is the replication."""
    return pd.DataFrame(list(rows), columns=["replication", *columns.split()])


def run(folder: Path, text: str = SHORT, **given: pd.DataFrame) -> Run:
    """Return a run of the scenario written in ``text`` with these tables."""
    file = folder / "scenario.yaml"
    file.write_text(text, encoding="utf-8")
    scenario = load_scenario(str(file))
    time = scenario.time
    end = time.warm_up + time.window
    manifest: dict[str, Any] = {
        "response_window": 60.0,
        "observation": [time.warm_up, end],
        "horizon": end + time.follow_up,
    }
    openings = given.pop("openings", frame("opening posted field in_window", (0, 0, 1.0, 0, True)))
    applications = given.pop(
        "applications",
        frame(
            "person opening channel sent responded", (0, 0, 0, "direct", 120.0, NAN), (1, 0, 0, "direct", 120.0, NAN)
        ),
    )
    sent = applications["sent"]
    applications = applications.assign(
        in_window=(sent >= time.warm_up) & (sent < end), censored=manifest["horizon"] - sent < 60.0
    )
    return Run(scenario, manifest, applications, openings, given.pop("persons"), given)
