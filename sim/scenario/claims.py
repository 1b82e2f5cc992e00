"""Claims about the results: bands, orders, ratios and differences of named quantities, each with a confidence.

A claim is data here; the analysis decides on tables whether it holds. A quantity is named in one of three ways:
``<channel>.<stage>`` for a rate of all people, the name of a market quantity, or ``<role>.<measure>`` for the people
of one role.
"""

from __future__ import annotations

from typing import Annotated

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, model_validator

from sim.scenario.quantity_names import known, limits, may_be_negative, unit_of


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
    """What all claims share."""

    model_config = ConfigDict(frozen=True, extra="forbid", allow_inf_nan=False)

    confidence: float = Field(
        default=0.99, gt=0, lt=1, description="Confidence with which the data must say that the claim holds."
    )
    source: str = Field(default="", description="Where the claim comes from, such as evidence:S1.")

    @property
    def names(self) -> tuple[str, ...]:
        """Names of the quantities in the claim."""
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
        """The rate, and the rate subtracted from it."""
        return self.difference


AnyClaim = RateClaim | OrderClaim | RatioClaim | DifferenceClaim

KINDS: dict[str, type[RateClaim] | type[OrderClaim] | type[RatioClaim] | type[DifferenceClaim]] = {
    "rate": RateClaim,
    "order": OrderClaim,
    "ratio": RatioClaim,
    "difference": DifferenceClaim,
}
