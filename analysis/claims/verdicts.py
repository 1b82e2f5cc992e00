"""The three verdicts on a claim, a published range or a pattern, how they follow from an interval, and their words.

People and machines read the same words, but for files of patterns, which write ``inside`` and ``outside`` for *holds*
and *fails*.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal, TypeAlias

from analysis.presentation.wording import amount, amount_range, band, confidence
from sim.scenario.quantity_names import unit_of

Verdict: TypeAlias = Literal["holds", "fails", "undecided"]

VERDICTS: tuple[Verdict, ...] = ("holds", "fails", "undecided")

IN_PATTERN_FILES: Mapping[Verdict, str] = {"holds": "inside", "fails": "outside", "undecided": "undecided"}
"""The words of the column ``verdict`` in the JSON and CSV of patterns."""

FROM_PATTERN_FILES: Mapping[str, Verdict] = {word: verdict for verdict, word in IN_PATTERN_FILES.items()}

MARKED: Mapping[Verdict, str] = {"holds": "✓ holds", "fails": "✗ fails", "undecided": "? undecided"}
"""The verdicts as pages show them."""


def verdict(low: float, high: float, band: tuple[float, float]) -> Verdict:
    """Compare an interval with a band: inside it holds, outside it fails; all else, NaN too, is undecided."""
    if low >= band[0] and high <= band[1]:
        return "holds"
    if high < band[0] or low > band[1]:
        return "fails"
    return "undecided"


def all_of(*verdicts: Verdict) -> Verdict:
    """Return the verdict on several things that must all hold."""
    if "fails" in verdicts:
        return "fails"
    return "holds" if all(word == "holds" for word in verdicts) else "undecided"


@dataclass(frozen=True)
class Judgement:
    """A claim and its verdict.

    Attributes
    ----------
    kind
        ``rate``, ``order``, ``ratio`` or ``difference``.
    claim
        The claim in words.
    verdict
        ``holds``, ``fails`` or ``undecided``.
    value, low, high
        Number and interval; for an order the smallest step between neighbours, in the unit of the quantities.
    within
        The band, or (0, inf) for the steps of an order.
    n
        Size of the (smallest) denominator.
    replications
        Replications the interval was made from.
    confidence, source, method
        Confidence of the interval, where the claim comes from, how the interval was made.
    note
        Why the claim could not be measured; else empty.
    """

    kind: str
    claim: str
    verdict: Verdict
    value: float
    low: float
    high: float
    within: tuple[float, float]
    n: float
    replications: int
    confidence: float
    source: str
    method: str
    note: str = ""

    @property
    def claimed(self) -> str:
        """The claim with its band in the unit of the quantities: shares as percentages, their differences in points."""
        quantities, within, _ = self.claim.partition(" within ")
        if not within:
            return self.claim
        low, high = (float(f"{end:.4g}") for end in self.within)
        return f"{quantities} within {band(low, high, self._unit, change=self._is_step)}"

    @property
    def measured(self) -> str:
        """What was measured, in the same unit; of an order the smallest step."""
        value = amount(self.value, self._unit, change=self._is_step)
        if self.kind != "order":
            return value
        return f"{'smallest step' if self.claim.count(' > ') > 1 else 'step'} {value}"

    @property
    def interval(self) -> str:
        """The interval, in the same unit."""
        return amount_range(self.low, self.high, self._unit, change=self._is_step)

    @property
    def finding(self) -> str:
        """What was measured with its interval and n, as part of a sentence."""
        measured = self.measured if self.kind == "order" else f"measured {self.measured}"
        return f"{measured} ({confidence(self.confidence)} interval {self.interval}), n = {self.n:,.0f}"

    @property
    def _unit(self) -> str:
        return "ratio" if self.kind == "ratio" else unit_of(self.claim.split(" ", 1)[0])

    @property
    def _is_step(self) -> bool:
        return self.kind in ("order", "difference")

    def text(self) -> str:
        """Say the verdict in a sentence."""
        if self.note:
            return f"{self.claimed}: {self.verdict}. {self.note}"
        return f"{self.claimed}: {self.verdict}; {self.finding}."
