"""What a scenario claims of its results: bands, orders, ratios and differences of named rates, each with a confidence.

A claim is data here; whether it holds is decided by analysis, on tables. A rate is named in one of three ways:
``<channel>.<stage>`` for all people of the market, the name of a market quantity, or ``<role>.<measure>`` for
the people of one role of the scenario's cast.
"""

from __future__ import annotations

import re
from collections.abc import Collection
from typing import Annotated

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, model_validator

from sim.errors import did_you_mean, printable
from sim.measures import CHANNELS, MEASURES, QUANTITIES, STAGES

ROLE_NAME = re.compile("[a-z][a-z0-9_]{0,39}")
RATES = tuple(f"{channel}.{stage}" for channel in CHANNELS for stage in STAGES)
NAMES = (*RATES, *QUANTITIES)
"""The names that every scenario knows; those of roles come beside them."""
RESERVED = {
    **dict.fromkeys(CHANNELS, "a channel"),
    **dict.fromkeys(STAGES, "a stage"),
    **dict.fromkeys(QUANTITIES, "a market quantity"),
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


def unit_of(name: str) -> str:
    """Return the unit of a rate, of a market quantity or of a role's measure."""
    if name in QUANTITIES:
        return QUANTITIES[name][0]
    split = role_of(name)
    return MEASURES[split[1]][0] if split else "share"


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
    channels, stages, quantities = ", ".join(CHANNELS), ", ".join(STAGES), ", ".join(QUANTITIES)
    cast = f" (roles: {', '.join(sorted(roles))})" if roles else ""
    expected = (
        f"; expected <channel>.<stage> (channels: {channels}; stages: {stages}), <role>.<measure>{cast} or {quantities}"
    )
    return f"unknown rate '{printable(name)}'{did_you_mean(name, names) or expected}"


def _rising(band: tuple[float, float]) -> tuple[float, float]:
    low, high = band
    if not low < high:
        raise ValueError(f"found [{low:g}, {high:g}]; expected the lower end first and then a higher one")
    return band


def _distinct(names: tuple[str, ...]) -> tuple[str, ...]:
    repeated = next((name for name in names if names.count(name) > 1), None)
    if repeated is not None:
        raise ValueError(f"'{repeated}' is named twice; expected different rates")
    units = {unit_of(name): name for name in names}
    if len(units) > 1:
        first, second, *_ = units.values()
        raise ValueError(f"'{first}' and '{second}' are in different units and cannot be compared")
    return names


def _divisible(names: tuple[str, str]) -> tuple[str, str]:
    if may_be_negative(names[0]):
        raise ValueError(f"'{names[0]}' can fall below 0, where a ratio says nothing; claim an order or a difference")
    return names


def _possible(unit: str, band: tuple[float, float], *, difference: bool = False) -> None:
    """Raise ``ValueError`` if the band reaches where no number of the unit can lie."""
    low, high = limits(unit, difference=difference)
    kind = f"a difference of two {unit}s" if difference else f"a {unit}"
    if high is not None and band[1] > high:
        raise ValueError(f"found {band[1]:g}; {kind} is at most 1{' (100%)' if unit == 'share' else ''}")
    if low is not None and band[0] < low:
        raise ValueError(f"found {band[0]:g}; {kind} is at least {low:g}")


Finite = Annotated[float, Field(allow_inf_nan=False)]
NonNegative = Annotated[float, Field(ge=0, allow_inf_nan=False)]
RateName = Annotated[str, AfterValidator(known)]
Band = Annotated[tuple[NonNegative, NonNegative], AfterValidator(_rising)]
SignedBand = Annotated[tuple[Finite, Finite], AfterValidator(_rising)]


class Claim(BaseModel):
    """What all claims have."""

    model_config = ConfigDict(frozen=True, extra="forbid", allow_inf_nan=False)

    confidence: float = Field(
        default=0.99, gt=0, lt=1, description="Confidence with which the data must say that the claim holds."
    )
    source: str = Field(default="", description="Where the claim comes from, such as evidence:S1.")

    @property
    def names(self) -> tuple[str, ...]:
        """The rates, quantities and measures the claim is about."""
        return ()


class RateClaim(Claim):
    """A rate, market quantity or measure of a role lies within a band."""

    rate: RateName = Field(
        description="A rate such as direct.response, a quantity such as days_to_fill, or a role's measure."
    )
    within: SignedBand = Field(description="Lower and upper end of the band, in the unit of the rate.")

    @model_validator(mode="after")
    def _in_unit(self) -> RateClaim:
        _possible(unit_of(self.rate), self.within)
        return self

    @property
    def names(self) -> tuple[str, ...]:
        """The one rate."""
        return (self.rate,)


class OrderClaim(Claim):
    """Rates stand in descending order."""

    order: Annotated[tuple[RateName, ...], Field(min_length=2), AfterValidator(_distinct)] = Field(
        description="Rates from the highest to the lowest."
    )

    @property
    def names(self) -> tuple[str, ...]:
        """The rates from the highest to the lowest."""
        return self.order


class RatioClaim(Claim):
    """The first rate divided by the second lies within a band."""

    ratio: Annotated[tuple[RateName, RateName], AfterValidator(_distinct), AfterValidator(_divisible)] = Field(
        description="Numerator and denominator."
    )
    within: Band = Field(description="Lower and upper end of the band, plain numbers.")

    @property
    def names(self) -> tuple[str, ...]:
        """Numerator and denominator."""
        return self.ratio


class DifferenceClaim(Claim):
    """The first rate less the second lies within a band, which may reach below 0."""

    difference: Annotated[tuple[RateName, RateName], AfterValidator(_distinct)] = Field(
        description="The rate that is taken from, and the rate that is taken away."
    )
    within: SignedBand = Field(description="Lower and upper end of the band, in the unit of the two rates.")

    @model_validator(mode="after")
    def _in_unit(self) -> DifferenceClaim:
        _possible(unit_of(self.difference[0]), self.within, difference=True)
        return self

    @property
    def names(self) -> tuple[str, ...]:
        """What is taken from, and what is taken away."""
        return self.difference


AnyClaim = RateClaim | OrderClaim | RatioClaim | DifferenceClaim
KINDS: dict[str, type[RateClaim] | type[OrderClaim] | type[RatioClaim] | type[DifferenceClaim]] = {
    "rate": RateClaim,
    "order": OrderClaim,
    "ratio": RatioClaim,
    "difference": DifferenceClaim,
}
