"""Messages of failed assertions: what was measured, and how many replications would decide an undecided claim."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator, Sequence
from typing import TYPE_CHECKING

from analysis.checks.drift import Finding, student
from analysis.checks.formats import sentence
from analysis.checks.reference import claim_key
from analysis.checks.result import CheckResult
from analysis.checks.sentences import remarks
from analysis.claims.verdicts import Judgement
from sim.scenario.claims import AnyClaim

if TYPE_CHECKING:
    from sim import Scenario

MANY = 100_000
"""More replications than anybody would wait for."""
_SHOWN = 5


def claim_lines(judgement: Judgement) -> str:
    """Say what was measured for a claim that fails or is undecided, and how many replications would decide it."""
    verdict = "does not hold" if judgement.verdict == "fails" else "is undecided"
    if judgement.note:
        return f"{judgement.claimed} {verdict}: {judgement.note}"
    line = f"{judgement.claimed} {verdict}: {judgement.finding} in {replications_text(judgement.replications)}."
    return line if judgement.verdict == "fails" else f"{line}\n{would_decide(judgement)}"


def would_decide(judgement: Judgement) -> str:
    """Say about how many replications would decide an undecided claim if its value stayed the same."""
    scale: Callable[[float], float] = math.log if judgement.kind == "ratio" and judgement.low > 0 else float
    ends = [scale(end) for end in judgement.within if math.isfinite(end) and (end > 0 or scale is float)]
    value, low, high = (
        scale(end) if math.isfinite(end) else end for end in (judgement.value, judgement.low, judgement.high)
    )
    # Each end of the band must lie outside the interval, whose two half-widths may differ.
    pairs = [((value - low) if end < value else (high - value), abs(value - end)) for end in ends]
    needed = max(
        (replications_needed(half, room, judgement.replications, 1 - judgement.confidence) for half, room in pairs),
        default=MANY + 1,
    )
    return _needed(needed, "replications would decide")


def _needed(count: int, would: str) -> str:
    if count > MANY:
        return "The value is so close to the end of the band that more replications would hardly decide."
    return f"About {count:,} {would}, if the value stays where it is."


def replications_needed(half: float, room: float, replications: int, error: float) -> int:
    """Return about how many replications bring a half-width below ``room``.

    Parameters
    ----------
    half, room
        Half-width now, and what it must fall below, in the same unit.
    replications
        Replications behind the half-width.
    error
        Two-sided error of the interval. With few replications, Student's intervals shrink faster than the root of
        their number.
    """
    if not math.isfinite(half) or not room > 0:
        return MANY + 1
    now = student(error, replications - 1) if replications > 1 else 1.0
    for count in _rising(replications + 1):
        then = student(error, count - 1) if replications > 1 else 1.0
        if half * then / now * math.sqrt(replications / count) < room:
            return count
    return MANY + 1


def _rising(count: int) -> Iterator[int]:
    while count <= MANY:
        yield count
        count += max(1, count // 100)


def drift_lines(scenario: Scenario, result: CheckResult) -> tuple[list[str], list[str]]:
    """Say what drifted, and what was decided before and is now undecided."""
    changed = [finding for finding in result.quantities if finding.verdict == "changed"]
    undecided = [finding for finding in result.quantities if finding.verdict == "undecided"]
    claims = list(zip(scenario.expect, result.claims, strict=True))
    broken = [
        (claim, judgement)
        for claim, judgement in claims
        if judgement.verdict == "fails" and not result.failed_before(claim)
    ]
    if changed or broken:
        head = (
            f"{result.scenario} drifted: {len(changed)} of {len(result.quantities)} quantities changed, "
            f"{len(broken)} of {len(claims)} claims broke, in {replications_text(result.replications)}."
        )
        return [
            head,
            *remarks(result),
            *_some([sentence(result, finding) for finding in changed]),
            *_some([claim_lines(judgement) for _, judgement in broken]),
        ], []
    lines = [f"{sentence(result, finding)}, n = {finding.replications}" for finding in undecided]
    needed = max((_to_decide(finding, result) for finding in undecided), default=0)
    if undecided:
        head = (
            f"{result.scenario}: whether it drifted is undecided for {len(undecided)} of "
            f"{len(result.quantities)} quantities in {replications_text(result.replications)}."
        )
        lines = [head, *remarks(result), *_some(lines), _needed(needed, "replications of the reference would decide")]
    return [], lines + _some(
        [
            claim_lines(judgement)
            for claim, judgement in claims
            if judgement.verdict == "undecided" and _held_then(result, claim)
        ]
    )


def _held_then(result: CheckResult, claim: AnyClaim) -> bool:
    then = result.reference.claims.get(claim_key(claim))
    return then is not None and then.verdict == "holds"


def _to_decide(finding: Finding, result: CheckResult) -> int:
    """Return how many replications would bring the interval inside the margin, or clear of zero."""
    half, shift = (finding.high - finding.low) / 2, abs(finding.difference)
    error = result.plan.share(len(result.plan.looks) - 1)
    return replications_needed(half, max(finding.margin - shift, shift), max(finding.replications, 2), error)


def _some(lines: Sequence[str]) -> list[str]:
    more = [f"and {len(lines) - _SHOWN} more"] if len(lines) > _SHOWN else []
    return [*lines[:_SHOWN], *more]


def replications_text(count: int) -> str:
    """Write a number of replications."""
    return f"{count:,} replication{'' if count == 1 else 's'}"
