"""References: the results of a scenario that later runs are compared with.

A reference keeps the value of every held quantity in every replication of one seed, digests of the tables of some
replications, the settings of the scenario, the verdicts on its claims, the versions of the tools, and why it was made
and updated.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from analysis.checks.held_quantities import Held
from analysis.claims.verdicts import Judgement
from sim.display import Shown
from sim.scenario.scenario import without_edge_list_settings

if TYPE_CHECKING:
    from sim import Scenario

FORMAT = 2
# Names and texts do not affect the simulation; the reference has a seed and replications of its own.
_NOT_SIMULATED = {"name", "title", "story", "seed", "replications", "expect"}


@dataclass(frozen=True, repr=False)
class Reference(Shown):
    """What later runs of a scenario are compared with.

    Attributes
    ----------
    scenario
        Name of the scenario.
    digest, settings
        Digest of the scenario, and every setting by dotted path.
    seed, replications
        Seed and number of the replications.
    size_chosen
        Whether a user set the number of replications; else the update found it.
    made_with
        Versions of the tools and kind of machine.
    cpu_seconds
        Mean processor time of one replication.
    columns
        For each of the first replications: digest of each column, by ``table.column``; none if the format is old.
    quantities
        The held quantities, by name.
    left_out
        Why tracked quantities are not held, by name.
    claims
        The verdict on each claim, by :func:`claim_key`.
    history
        Why it was made and updated, oldest first: ``why``, the version of ``referralsim``, which quantities ``moved``.
    format
        Of the file it was read from; an old one has no digests to compare with.
    """

    scenario: str
    digest: str
    settings: dict[str, Any]
    seed: int
    replications: int
    size_chosen: bool
    made_with: dict[str, str]
    cpu_seconds: float
    columns: tuple[dict[str, str], ...]
    quantities: dict[str, Held]
    left_out: dict[str, str]
    claims: dict[str, Judgement]
    history: tuple[dict[str, Any], ...]
    format: int = FORMAT

    @property
    def old(self) -> bool:
        """Whether it was read from a file of an old format."""
        return self.format != FORMAT

    def shown(self) -> tuple[str, Mapping[str, object]]:
        """Return what a prompt shows of it."""
        facts = {"quantities": len(self.quantities), "replications": self.replications, "seed": self.seed}
        return f"of {self.scenario}", facts | {"claims": len(self.claims)}


def claim_key(claim: Any) -> str:
    """Return a claim's identity: everything in it except the source."""
    content = claim.model_dump(mode="json", exclude={"source"})
    return json.dumps(content, sort_keys=True, ensure_ascii=False)


# ---- settings of the scenario ---------------------------------------------------------------------------------------


def settings_of(scenario: Scenario) -> dict[str, Any]:
    """Return every setting that affects the simulation, by dotted path."""
    content = scenario.model_dump(mode="json", exclude=_NOT_SIMULATED)
    if scenario.network.edge_list is None:
        content["network"] = without_edge_list_settings(content["network"])
    else:
        # The file may lie elsewhere on another machine; the scenario's digest covers its content.
        content["network"]["edge_list"] = Path(scenario.network.edge_list).name
    return dict(_flat(content, ""))


def _flat(content: Mapping[str, Any], prefix: str) -> Iterator[tuple[str, Any]]:
    for key, value in content.items():
        if isinstance(value, Mapping) and value:
            yield from _flat(value, f"{prefix}{key}.")
        else:
            yield f"{prefix}{key}", value


def scenario_changes(before: Mapping[str, Any], now: Mapping[str, Any]) -> tuple[str, ...]:
    """Return what changed in the settings, one text for each change, such as ``screening.capacity 60 -> 50``."""
    changes = []
    for path in dict.fromkeys([*before, *now]):
        if path not in now:
            changes.append(f"{path} is gone (was {_short(before[path])})")
        elif path not in before:
            changes.append(f"{path} is new ({_short(now[path])})")
        elif before[path] != now[path]:
            changes.append(f"{path} {_short(before[path])} -> {_short(now[path])}")
    return tuple(changes)


def _short(value: object) -> str:
    return f"{value:g}" if isinstance(value, float) else str(value)
