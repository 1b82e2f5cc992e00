"""Names of quantities: which there are, what they can be, and what a role may not be called for their sake."""

from __future__ import annotations

import re
from collections.abc import Collection

from sim.errors import did_you_mean, printable
from sim.scenario.quantities import ALL, CHANNELS, MARKET, MEASURES, RATES, STAGES, TRACKED_MEASURES, QuantityName

ROLE_NAME = re.compile("[a-z][a-z0-9_]{0,39}")

NAMES = (*RATES, *MARKET)
"""The names that every scenario knows; those of roles come beside them."""

RESERVED = {
    **dict.fromkeys((*CHANNELS, ALL), "a channel"),
    **dict.fromkeys(STAGES, "a stage"),
    **dict.fromkeys(MARKET, "a market quantity"),
}

CROWD = "none"
"""What tables call the role of everybody outside the cast."""


# Ends of what a number of a unit can be; at least 0 where nothing is said.
_LIMITS: dict[str, tuple[float | None, float | None]] = {
    "share": (0.0, 1.0),
    "strength": (0.0, 1.0),
    "sd": (None, None),
    "score": (None, None),
    "goodwill": (None, None),
}


def limits(unit: str, *, difference: bool = False) -> tuple[float | None, float | None]:
    """Return the least and the largest a number of a unit, or a difference of two, can be; None for no end."""
    low, high = _LIMITS.get(unit, (0.0, None))
    return (None if high is None else -high, high) if difference else (low, high)


def may_be_negative(name: str) -> bool:
    """Tell whether the rate, quantity or measure of this name can fall below 0."""
    return limits(unit_of(name))[0] is None


def check_role_name(name: str) -> str:
    """Return the name if a role may be called so; raise ``ValueError`` if not."""
    if not ROLE_NAME.fullmatch(name):
        raise ValueError(
            "a role cannot be called so; expected lower-case letters, digits and '_', the first a letter, "
            "at most 40 of them"
        )
    reserved = RESERVED | {CROWD: "everybody outside the cast"}
    if name in reserved:
        raise ValueError(f"'{name}' is the name of {reserved[name]}; expected another name for the role")
    return name


def no_such_role(name: str, roles: Collection[str]) -> str:
    """Say that no role has this name, and which do."""
    if not roles:
        return f"no role is called '{printable(name)}'; this scenario has no cast"
    near = did_you_mean(name, roles) or f"; the cast is {', '.join(sorted(roles))}"
    return f"no role is called '{printable(name)}'{near}"


def role_of(name: str) -> tuple[str, str] | None:
    """Split ``<role>.<measure>``; None for a rate of a channel, a market quantity and what is no name at all."""
    role, dot, measure = name.partition(".")
    if not dot or measure not in MEASURES or role in RESERVED or not ROLE_NAME.fullmatch(role):
        return None
    return role, measure


def declared(name: str) -> QuantityName | None:
    """Return what is declared of a rate, a market quantity or ``<role>.<measure>``; None where nothing is.

    A table of one's own can have channels that nothing is declared of.
    """
    split = role_of(name)
    return MEASURES[split[1]] if split else RATES.get(name) or MARKET.get(name)


def unit_of(name: str) -> str:
    """Return the unit of a rate, of a market quantity or of a role's measure."""
    one = declared(name)
    return one.unit if one else "share"


def tracked_names(roles: Collection[str]) -> tuple[str, ...]:
    """Return what sweeps and checks track: all rates and market quantities, and some measures of each role."""
    rates = [f"{channel}.{stage}" for channel in CHANNELS for stage in STAGES]
    return (*rates, *MARKET, *(f"{role}.{measure}" for role in roles for measure in TRACKED_MEASURES))


def known(name: str) -> str:
    """Return the name of a rate, a market quantity or a measure of some role; else raise ``ValueError``."""
    if name not in NAMES and role_of(name) is None:
        raise ValueError(_unknown(name, ()))
    return name


def known_among(name: str, roles: Collection[str]) -> str:
    """Return the name if it is known and, where it is of a role, the role is in the cast; else raise ``ValueError``."""
    split = role_of(name)
    if split is not None and split[0] not in roles:
        raise ValueError(no_such_role(split[0], roles))
    if split is None and name not in NAMES:
        raise ValueError(_unknown(name, roles))
    return name


def _unknown(name: str, roles: Collection[str]) -> str:
    """Say that nothing has this name; the nearest name, or what there is."""
    role, dot, measure = name.partition(".")
    if dot and role in roles:
        near = did_you_mean(measure, MEASURES).replace("'", f"'{role}.", 1)
        return f"unknown rate '{printable(name)}'{near or '; the measures of a role are ' + ', '.join(MEASURES)}"
    names = (*NAMES, *(f"{one}.{measure}" for one in roles for measure in MEASURES))
    channels, stages, quantities = ", ".join((*CHANNELS, ALL)), ", ".join(STAGES), ", ".join(MARKET)
    cast = f" (roles: {', '.join(sorted(roles))})" if roles else ""
    expected = (
        f"; expected <channel>.<stage> (channels: {channels}; stages: {stages}), <role>.<measure>{cast} or {quantities}"
    )
    return f"unknown rate '{printable(name)}'{did_you_mean(name, names) or expected}"
