"""What a scenario claims of its results: bands, orders and ratios of named rates, each with a confidence.

A claim is data here; whether it holds is decided by analysis, on tables.
"""

from __future__ import annotations

from typing import Annotated

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, model_validator

from sim.errors import did_you_mean, printable

CHANNELS = ("direct", "referral", "recruiter", "all")
STAGES = ("read", "response", "interview", "offer", "hire")

# Market quantities that a claim can name beside the rates: unit and meaning.
QUANTITIES: dict[str, tuple[str, str]] = {
    "applicants_per_opening": ("count", "Applicants per publicly posted opening."),
    "interviewed_per_opening": ("count", "Candidates interviewed per opening."),
    "cold_to_interview": ("share", "Share of direct applications that lead to an interview."),
    "experience_odds_ratio": ("ratio", "Odds ratio of a response per standard deviation of experience."),
    "letter_ratio": ("ratio", "Responses to the same résumés with a third party's letter over without."),
    "offers_accepted": ("share", "Share of offers that are accepted."),
    "arrived_within_48h": ("share", "Share of applications that arrive within 48 hours of posting."),
    "arrived_within_96h": ("share", "Share of applications that arrive within 96 hours of posting."),
    "days_to_fill": ("days", "Days from posting to filled."),
}
RATES = tuple(f"{channel}.{stage}" for channel in CHANNELS for stage in STAGES)
NAMES = (*RATES, *QUANTITIES)


def unit_of(name: str) -> str:
    """Return the unit of a rate or market quantity: ``share``, ``count``, ``ratio`` or ``days``."""
    return QUANTITIES[name][0] if name in QUANTITIES else "share"


def known(name: str) -> str:
    """Return the name of a rate or market quantity; raise ``ValueError`` if there is none of it."""
    if name not in NAMES:
        channels, stages, quantities = ", ".join(CHANNELS), ", ".join(STAGES), ", ".join(QUANTITIES)
        expected = f"; expected <channel>.<stage> (channels: {channels}; stages: {stages}) or {quantities}"
        raise ValueError(f"unknown rate '{printable(name)}'{did_you_mean(name, NAMES) or expected}")
    return name


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


NonNegative = Annotated[float, Field(ge=0, allow_inf_nan=False)]
RateName = Annotated[str, AfterValidator(known)]
Band = Annotated[tuple[NonNegative, NonNegative], AfterValidator(_rising)]


class Claim(BaseModel):
    """What all claims have."""

    model_config = ConfigDict(frozen=True, extra="forbid", allow_inf_nan=False)

    confidence: float = Field(
        default=0.99, gt=0, lt=1, description="Confidence with which the data must say that the claim holds."
    )
    source: str = Field(default="", description="Where the claim comes from, such as evidence:S1.")


class RateClaim(Claim):
    """A rate or market quantity lies within a band."""

    rate: RateName = Field(description="A rate such as direct.response, or a quantity such as days_to_fill.")
    within: Band = Field(description="Lower and upper end of the band, in the unit of the rate.")

    @model_validator(mode="after")
    def _share(self) -> RateClaim:
        if unit_of(self.rate) == "share" and self.within[1] > 1:
            raise ValueError(f"found {self.within[1]:g}; a share is at most 1 (100%)")
        return self


class OrderClaim(Claim):
    """Rates stand in descending order."""

    order: Annotated[tuple[RateName, ...], Field(min_length=2), AfterValidator(_distinct)] = Field(
        description="Rates from the highest to the lowest."
    )


class RatioClaim(Claim):
    """The first rate divided by the second lies within a band."""

    ratio: Annotated[tuple[RateName, RateName], AfterValidator(_distinct)] = Field(
        description="Numerator and denominator."
    )
    within: Band = Field(description="Lower and upper end of the band, plain numbers.")


AnyClaim = RateClaim | OrderClaim | RatioClaim
KINDS: dict[str, type[RateClaim] | type[OrderClaim] | type[RatioClaim]] = {
    "rate": RateClaim,
    "order": OrderClaim,
    "ratio": RatioClaim,
}
