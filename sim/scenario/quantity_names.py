"""Names of quantities: known names, their units and limits, and the names that a role may not have."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Collection

from sim.errors import did_you_mean, printable
from sim.scenario.quantities import ALL, CHANNELS, MARKET, MEASURES, RATES, STAGES, TRACKED_MEASURES, QuantityName

ROLE_NAME = re.compile("[a-z][a-z0-9_]{0,39}")

WRITTEN_NAME = "[A-Za-z\u00c0-\u024f][A-Za-z\u00c0-\u024f0-9_ '\u2019-]{0,39}"
"""A role's name as people write it, such as ``Mary Ann``: pattern for editors and for `as_role`."""

NAMES = (*RATES, *MARKET)
"""The names known in every scenario; measures of roles are added to them."""

RESERVED = {
    **dict.fromkeys((*CHANNELS, ALL), "a channel"),
    **dict.fromkeys(STAGES, "a stage"),
    **dict.fromkeys(MARKET, "a market quantity"),
}

# Letters that are no letter a to z with a mark.
_SPELLED = {"ß": "ss", "æ": "ae", "œ": "oe", "ø": "o", "ł": "l", "đ": "d", "ð": "d", "þ": "th", "ı": "i"}

CROWD = "none"
"""Role of everybody outside the cast, as the tables write it."""


# Least and largest possible value in each unit; for other units 0 and none.
_LIMITS: dict[str, tuple[float | None, float | None]] = {
    "share": (0.0, 1.0),
    "strength": (0.0, 1.0),
    "sd": (None, None),
    "score": (None, None),
    "goodwill": (None, None),
}


def limits(unit: str, *, difference: bool = False) -> tuple[float | None, float | None]:
    """Return the least and the largest possible value in a unit, or of a difference of two; None if unlimited."""
    low, high = _LIMITS.get(unit, (0.0, None))
    return (None if high is None else -high, high) if difference else (low, high)


def may_be_negative(name: str) -> bool:
    """Return whether the rate, quantity or measure of this name can fall below 0."""
    return limits(unit_of(name))[0] is None


def check_role_name(name: str) -> str:
    """Return the name if a role may have it; else raise ``ValueError``."""
    if not ROLE_NAME.fullmatch(name):
        could = _could_be(name)
        raise ValueError(
            "a role cannot have this name; expected at most 40 lower-case letters a to z, digits and '_', the first a "
            f"letter{f', such as {could}' if could else ''}"
        )
    reserved = RESERVED | {CROWD: "everybody outside the cast"}
    if name in reserved:
        raise ValueError(f"'{name}' is the name of {reserved[name]}; expected another name for the role")
    return name


def _plain(name: str) -> str:
    """Write a name in lower-case letters a to z, digits and ``_``; other letters are left out."""
    plain = "".join(_SPELLED.get(c, c) for c in name[:200].lower().replace("'", "").replace("\u2019", ""))
    plain = unicodedata.normalize("NFKD", plain).encode("ascii", "ignore").decode()
    return re.sub("[^a-z0-9]+", "_", plain).strip("_")


def _could_be(name: str) -> str:
    """Return the name a role may have that is nearest to another, or nothing."""
    could = _plain(name).lstrip("0123456789_")[:40].rstrip("_")
    return "" if could in RESERVED or could == CROWD else could


def as_role(name: str) -> str:
    """Return the name that a role has in tables and claims, of one as people write it: ``mary_ann`` for ``Mary Ann``.

    Any other text is returned as it is.
    """
    if ROLE_NAME.fullmatch(name) or not re.fullmatch(WRITTEN_NAME, name):
        return name
    plain = _plain(name)
    return plain if ROLE_NAME.fullmatch(plain) else name


def as_quantity(name: str) -> str:
    """Return the name of a quantity, in which a role may be written as people write it."""
    role, dot, measure = name.rpartition(".")
    return f"{as_role(role)}.{measure}" if dot and measure in MEASURES else name


def as_path(path: str, roles: Collection[str]) -> str:
    """Return the path of a parameter, in which a role of the cast may be written as people write it."""
    cast, _, rest = path.partition(".")
    role, dot, leaf = rest.partition(".")
    return f"{cast}.{as_role(role)}{dot}{leaf}" if cast == "cast" and as_role(role) in roles else path


def no_such_role(name: str, roles: Collection[str]) -> str:
    """Write the message that no role has this name, with the nearest name or the cast."""
    if not roles:
        return f"no role is called '{printable(name)}'; this scenario has no cast"
    near = did_you_mean(name, roles) or f"; the cast is {', '.join(sorted(roles))}"
    return f"no role is called '{printable(name)}'{near}"


def role_of(name: str) -> tuple[str, str] | None:
    """Split ``<role>.<measure>``; None for any other name."""
    role, dot, measure = name.partition(".")
    if not dot or measure not in MEASURES or role in RESERVED or not ROLE_NAME.fullmatch(role):
        return None
    return role, measure


def declared(name: str) -> QuantityName | None:
    """Return the declaration of a rate, a market quantity or ``<role>.<measure>``; None if there is none.

    A user's own table can have channels without a declaration.
    """
    split = role_of(name)
    return MEASURES[split[1]] if split else RATES.get(name) or MARKET.get(name)


def unit_of(name: str) -> str:
    """Return the unit of a rate, of a market quantity or of a role's measure."""
    declaration = declared(name)
    return declaration.unit if declaration else "share"


def tracked_names(roles: Collection[str]) -> tuple[str, ...]:
    """Return the names that sweeps and checks track: rates of channels, market quantities, some measures of roles."""
    rates = [f"{channel}.{stage}" for channel in CHANNELS for stage in STAGES]
    return (*rates, *MARKET, *(f"{role}.{measure}" for role in roles for measure in TRACKED_MEASURES))


def known(name: str) -> str:
    """Return the name if it is a rate, a market quantity or a measure of any role; else raise ``ValueError``."""
    if name not in NAMES and role_of(name) is None:
        raise ValueError(_unknown(name, ()))
    return name


def known_among(name: str, roles: Collection[str]) -> str:
    """Return the name if it is known and its role, if any, is in the cast; else raise ``ValueError``."""
    split = role_of(name)
    if split is not None and split[0] not in roles:
        raise ValueError(no_such_role(split[0], roles))
    if split is None and name not in NAMES:
        raise ValueError(_unknown(name, roles))
    return name


def _unknown(name: str, roles: Collection[str]) -> str:
    """Write the message that a name is unknown, with the nearest name or all there are."""
    role, dot, measure = name.partition(".")
    if dot and role in roles:
        near = did_you_mean(measure, MEASURES).replace("'", f"'{role}.", 1)
        return f"unknown rate '{printable(name)}'{near or '; the measures of a role are ' + ', '.join(MEASURES)}"
    names = (*NAMES, *(f"{role}.{measure}" for role in roles for measure in MEASURES))
    channels, stages, quantities = ", ".join((*CHANNELS, ALL)), ", ".join(STAGES), ", ".join(MARKET)
    cast = f" (roles: {', '.join(sorted(roles))})" if roles else ""
    expected = (
        f"; expected <channel>.<stage> (channels: {channels}; stages: {stages}), <role>.<measure>{cast} or {quantities}"
    )
    return f"unknown rate '{printable(name)}'{did_you_mean(name, names) or expected}"
