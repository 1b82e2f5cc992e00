"""Which tracked quantities a check compares: rates, quantities, and the contrasts that are claimed."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import numpy as np

from analysis.checks import drift
from analysis.errors import AnalysisError
from analysis.quantities.per_replication import tracked
from sim.errors import did_you_mean
from sim.scenario.claims import DifferenceClaim, OrderClaim, RatioClaim
from sim.scenario.quantity_names import known_among, unit_of

if TYPE_CHECKING:
    from sim import Scenario

Values = Mapping[str, tuple[float, float]]
"""Name to (n, value), of one replication."""
_OVER, _LESS = " / ", " - "


@dataclass(frozen=True)
class Held:
    """A held quantity: one that a check compares.

    Attributes
    ----------
    unit
        Unit of the values.
    margin
        The difference that matters, in the same unit.
    chosen
        Whether a user set the margin; else it follows from the spread of the values.
    n
        Mean size of the denominator in a replication.
    values
        One for each replication.
    """

    unit: str
    margin: float
    chosen: bool
    n: float
    values: tuple[float, ...] = field(repr=False)

    @property
    def mean(self) -> float:
        """Mean over the replications."""
        return float(np.mean(self.values))

    @property
    def spread(self) -> float:
        """Standard deviation between replications."""
        return float(np.std(self.values, ddof=1))


def tracked_names(scenario: Scenario) -> tuple[str, ...]:
    """Return the tracked names: the quantities of every check, and the contrasts of the claims.

    A contrast is a ratio, a difference or a step of an order, named after its two quantities, such as
    ``referral.response / direct.response``.
    """
    pairs: list[str] = []
    for claim in scenario.expect:
        if isinstance(claim, RatioClaim):
            pairs.append(_OVER.join(claim.names))
        elif isinstance(claim, DifferenceClaim):
            pairs.append(_LESS.join(claim.names))
        elif isinstance(claim, OrderClaim):
            pairs += [_LESS.join(step) for step in zip(claim.names, claim.names[1:], strict=False)]
    return tuple(dict.fromkeys([*tracked(scenario), *pairs]))


def plain_names(names: Sequence[str]) -> tuple[str, ...]:
    """Return the quantities these names are made of: a contrast has two."""
    return tuple(dict.fromkeys(part for name in names for part in _parts(name)[0]))


def _parts(name: str) -> tuple[tuple[str, ...], str]:
    for sign in (_OVER, _LESS):
        if sign in name:
            return tuple(name.split(sign)), sign
    return (name,), ""


def unit(name: str) -> str:
    """Return the unit of a quantity or a contrast."""
    parts, sign = _parts(name)
    return "ratio" if sign == _OVER else unit_of(parts[0])


def is_difference(name: str) -> bool:
    """Return whether a name means the difference of two quantities."""
    return _parts(name)[1] == _LESS


def value_of(name: str, values: Values) -> tuple[float, float]:
    """Return (n, value) of a quantity or contrast in one replication; NaN where the replication has none."""
    parts, sign = _parts(name)
    n, first = values.get(parts[0], (0.0, float("nan")))
    if not sign:
        return n, first
    other, second = values.get(parts[1], (0.0, float("nan")))
    if sign == _LESS:
        return min(n, other), first - second
    return min(n, other), first / second if second else float("nan")


def series(name: str, replications: Sequence[Values]) -> np.ndarray:
    """Return the value of a quantity or contrast in each replication."""
    return np.array([value_of(name, values)[1] for values in replications])


def choose_held(
    scenario: Scenario, replications: Sequence[Values], chosen: Mapping[str, float]
) -> tuple[dict[str, Held], dict[str, str]]:
    """Choose which tracked quantities the check compares, and the margin of each.

    Parameters
    ----------
    scenario
        What was run.
    replications
        Values of each replication; two or more.
    chosen
        Margins set by the user, by name, in the unit of the quantity.

    Returns
    -------
    dict
        The held quantities, by name.
    dict
        Why each of the others is not held.

    Raises
    ------
    AnalysisError
        If a margin is set for a name that is not tracked, or is not above 0.
    """
    names = tracked_names(scenario)
    for name, width in chosen.items():
        if name not in names:
            raise AnalysisError(f"{scenario.name} tracks no quantity '{name}'{did_you_mean(name, names)}")
        if not width > 0:
            raise AnalysisError(f"a margin has to be above 0; for {name} found {width:g}")
    # Plan for all tracked quantities. If some are not held, the others get a larger share of the error.
    planned = drift.plan(len(replications), len(names))
    held: dict[str, Held] = {}
    left_out: dict[str, str] = {}
    seen: dict[tuple[float, ...], str] = {}
    for name in names:
        measured = [value_of(name, values) for values in replications]
        values = np.array([value for _, value in measured])
        margin: float | None = chosen.get(name)
        why = _unfit(name, values, seen)
        if margin is None and not why:
            margin = drift.margin_for(values, "difference" if is_difference(name) else unit(name), planned)
        if why or margin is None:
            left_out[name] = why or _too_wide(values)
        else:
            held[name] = Held(
                unit(name),
                margin,
                name in chosen,
                round(float(np.mean([n for n, _ in measured])), 1),
                tuple(map(float, values)),
            )
    return held, left_out


def _unfit(name: str, values: np.ndarray, seen: dict[tuple[float, ...], str]) -> str:
    missing = int(np.isnan(values).sum())
    if missing:
        return f"nothing to count in {missing} of {len(values)} replications"
    twin = seen.setdefault(tuple(map(float, values)), name)
    return "" if twin == name or values.std() == 0 else f"the same numbers as {twin}"


def _too_wide(values: np.ndarray) -> str:
    spread, mean = float(values.std(ddof=1)), abs(float(values.mean()))
    if not spread:
        return f"{mean:g} in every replication"
    share = f", {100 * spread / mean:.0f} % of its mean," if mean else ""
    return f"its spread between replications{share} hides even a change of the widest margin"


def refuse_unknown_margins(scenario: Scenario, margins: Mapping[str, float]) -> None:
    """Refuse margins for names that can never be tracked, before anything is simulated."""
    for name in margins:
        for part in _parts(name)[0]:
            try:
                known_among(part, scenario.cast)
            except ValueError as problem:
                raise AnalysisError(str(problem)) from None
