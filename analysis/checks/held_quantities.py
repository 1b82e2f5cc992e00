"""Which tracked quantities a check compares: rates, quantities, and the contrasts that are claimed."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

import numpy as np

from analysis.checks import margins
from analysis.checks.margins import spread_of
from analysis.checks.power import MANY
from analysis.errors import AnalysisError
from analysis.quantities.per_replication import tracked
from analysis.tables.clusters import Floats
from sim.errors import did_you_mean
from sim.scenario.claims import DifferenceClaim, OrderClaim, RatioClaim
from sim.scenario.quantities import CHANNELS
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
        Whether a user set the margin; else it follows from the quantity and the evidence.
    n
        Mean size of the denominator in a replication.
    values
        One for each replication; NaN where it had nothing to count.
    """

    unit: str
    margin: float
    chosen: bool
    n: float
    values: tuple[float, ...] = field(repr=False)

    @property
    def mean(self) -> float:
        """Mean over the replications with a value."""
        return float(np.nanmean(self.values))

    @property
    def spread(self) -> float:
        """Standard deviation between replications."""
        return spread_of(self.values)


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


@dataclass(frozen=True)
class Candidate:
    """A tracked quantity that a check could compare.

    Attributes
    ----------
    name, unit
        As in :class:`Held`.
    always
        Whether it is held even if the replications cannot decide at its margin.
    margin
        As in :class:`Held`; None if it has none.
    needed
        Replications that decide at this margin.
    n
        Mean size of the denominator in a replication.
    values
        One for each replication; NaN where there was nothing to count.
    unfit
        Why it cannot be held; else empty.
    """

    name: str
    unit: str
    always: bool
    margin: float | None
    needed: int
    n: float
    values: Floats
    unfit: str


def always_held(scenario: Scenario) -> tuple[str, ...]:
    """Return what a check always compares: responses to the ways in, interviews per opening, every claimed quantity."""
    claimed = [name for claim in scenario.expect for name in claim.names]
    return tuple(dict.fromkeys([*(f"{channel}.response" for channel in CHANNELS), "interviewed_per_opening", *claimed]))


def candidates(
    scenario: Scenario, replications: Sequence[Values], chosen: Mapping[str, float]
) -> tuple[Candidate, ...]:
    """Return every tracked quantity with its margin and the replications that decide at it.

    Parameters
    ----------
    scenario
        What was run.
    replications
        Values of each replication; two or more.
    chosen
        Margins set by the user, by name, in the unit of the quantity.

    Raises
    ------
    AnalysisError
        If a margin is set for a name that is not tracked, or is not above 0.
    """
    names, always = tracked_names(scenario), always_held(scenario)
    for name, width in chosen.items():
        if name not in names:
            raise AnalysisError(f"{scenario.name} tracks no quantity '{name}'{did_you_mean(name, names)}")
        if not 0 < width < math.inf:
            raise AnalysisError(f"a margin has to be above 0; for {name} found {width:g}")
    made = []
    for name in names:
        measured = [value_of(name, values) for values in replications]
        values = np.array([value for _, value in measured])
        unfit = _unfit(values, enough=margins.FEWEST if name in always else len(values))
        margin = chosen.get(name)
        if margin is None and not unfit:
            kind = "difference" if is_difference(name) else unit(name)
            margin = margins.margin_for(values, kind, margins.evidence_row_of(name))
            if margin is None:
                unfit = f"{float(np.nanmean(values)):g} in the mean, of which no margin can be a share"
        # Plan for all tracked quantities. If some are not held, the others get a larger share of the error.
        count = margins.needed(values, margin, len(names)) if margin is not None and not unfit else 0
        n = round(float(np.mean([n for n, _ in measured])), 1)
        made.append(Candidate(name, unit(name), name in always, margin, count, n, values, unfit))
    return tuple(made)


def choose_held(
    scenario: Scenario, replications: Sequence[Values], chosen: Mapping[str, float]
) -> tuple[dict[str, Held], dict[str, str]]:
    """Choose which tracked quantities the check compares, and the margin of each; arguments as of `candidates`.

    Returns
    -------
    dict
        The held quantities, by name.
    dict
        Why each of the others is not held.
    """
    found = candidates(scenario, replications, chosen)
    held: dict[str, Held] = {}
    left_out: dict[str, str] = {}
    seen: dict[tuple[float, ...], str] = {}
    # Those held in any case come first, so that of two with the same numbers it is the other that is left out.
    for one in sorted(found, key=lambda one: not one.always):
        why = one.unfit
        if not why and not one.always and one.name not in chosen and one.needed > len(replications):
            why = _undecided(one)
        values = tuple(map(float, one.values))
        twin = seen.setdefault(values, one.name) if not why and spread_of(values) > 0 else one.name
        if twin != one.name:
            why = f"the same numbers as {twin}"
            held[twin] = _narrower(held[twin], one)
        if why or one.margin is None:
            left_out[one.name] = why
        else:
            held[one.name] = Held(one.unit, one.margin, one.name in chosen, one.n, values)
    order = [one.name for one in found]
    return (
        {name: held[name] for name in order if name in held},
        {name: left_out[name] for name in order if name in left_out},
    )


def _narrower(held: Held, twin: Candidate) -> Held:
    """Of two quantities with the same numbers, one may be held more closely to the evidence."""
    if held.chosen or twin.margin is None or twin.margin >= held.margin:
        return held
    return replace(held, margin=twin.margin)


def _unfit(values: Floats, *, enough: int) -> str:
    known = values[~np.isnan(values)]
    missing = len(values) - len(known)
    if missing and len(known) < enough:
        return f"nothing to count in {missing} of {len(values)} replications"
    if known.std() == 0 and known[0] in (0.0, 1.0):
        return f"{known[0]:g} in every replication: nothing says how it varies"
    return ""


def _undecided(one: Candidate) -> str:
    return f"needs {needed_text(one.needed)} at a margin of {one.margin:g}"


def needed_text(count: int) -> str:
    """Write how many replications are needed."""
    return f"{count:,} replications" if count <= MANY else f"more than {MANY:,} replications"


def refuse_unknown_margins(scenario: Scenario, margins: Mapping[str, float]) -> None:
    """Refuse margins for names that can never be tracked, before anything is simulated."""
    for name in margins:
        for part in _parts(name)[0]:
            try:
                known_among(part, scenario.cast)
            except ValueError as problem:
                raise AnalysisError(str(problem)) from None
