"""The three verdicts on a claim, a published range or a pattern, and how they follow from an interval.

People and machines read the same words, but for files of patterns, which write ``inside`` and ``outside`` for *holds*
and *fails*.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Literal, TypeAlias

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
    return "holds" if all(one == "holds" for one in verdicts) else "undecided"
