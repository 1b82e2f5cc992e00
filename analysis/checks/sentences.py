"""What a check says on a terminal: what changed, what is planned, what an update changes."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Literal

from analysis.checks import power
from analysis.checks.check import plan_for
from analysis.checks.drift import Finding, Plan
from analysis.checks.held_quantities import Held, needed_text
from analysis.checks.reference import Reference
from analysis.checks.result import CheckOptions, CheckResult
from analysis.checks.update import MOST, PILOT, Update
from analysis.claims.verdicts import Judgement
from analysis.presentation import wording

WIDTH = 38
LOUD = {"changed": "CHANGED", "moved": "moved, within margin", "fails": "FAILS"}
CLAIMS = {"holds": "hold", "fails": "FAIL", "undecided": "undecided"}
QUANTITIES = {"same": "same", "moved": "moved within margin", "changed": "CHANGED", "undecided": "undecided"}
Row = tuple[str, str, str, str, str, str]
HEADS: Row = ("quantity", "reference", "now", "difference and its interval", "margin", "verdict")


@dataclass(frozen=True)
class Checked:
    """The results of one check command.

    Attributes
    ----------
    results
        One for each scenario, in the order asked for.
    titles, files
        Title and file of each scenario, by name; the file as a user would type it.
    how
        Options of the check.
    seconds
        Time it took.
    """

    results: Sequence[CheckResult]
    titles: Mapping[str, str]
    files: Mapping[str, str]
    how: CheckOptions
    seconds: float

    @property
    def exit_code(self) -> int:
        """1 if anything drifted or a claim broke, else 3 if anything is undecided, else 0."""
        codes = {result.exit_code for result in self.results}
        return 1 if 1 in codes else max(codes, default=0)


# ---- in words -----------------------------------------------------------------------------------------------------


def _digits(width: float) -> int:
    """Return the decimals that show a width with two significant digits."""
    return max(0, min(6, 1 - math.floor(math.log10(width)))) if 0 < width < math.inf else 2


def _width(value: float, unit: str) -> str:
    scaled = 100 * value if unit == "share" else value
    return f"{scaled:,.{_digits(abs(scaled))}f}{wording.suffix(unit, change=True)}"


def _difference(finding: Finding, unit: str) -> str:
    """Write a difference and its interval, rounded to the precision that the interval's width allows."""
    scale = 100 if unit == "share" else 1
    digits = _digits(scale * (finding.high - finding.low) / 2)
    middle, low, high = (f"{scale * value:+,.{digits}f}" for value in (finding.difference, finding.low, finding.high))
    return f"{middle} ({low} to {high}){wording.suffix(unit, change=True)}"


def row_of(finding: Finding, unit: str) -> Row:
    """Return a finding as the cells of a table."""
    verdict, margin = LOUD.get(finding.verdict, finding.verdict), _width(finding.margin, unit)
    before, now = wording.amount(finding.reference, unit), wording.amount(finding.now, unit)
    if math.isnan(finding.difference):
        return finding.name, before, now, finding.note, margin, verdict
    return (
        finding.name,
        before,
        now,
        _difference(finding, unit) + (f"; {finding.note}" if finding.note else ""),
        margin,
        verdict,
    )


def unit_in(result: CheckResult, name: str) -> str:
    """Return the unit of a quantity held in a result."""
    return result.reference.quantities[name].unit


def what_changed(result: CheckResult) -> tuple[list[Finding], list[Judgement]]:
    """Return what changed, moved, fails or is undecided; leave out the undecided if the check stopped early."""
    quiet = {"same", "holds", *(("undecided",) if result.stopped_early else ())}
    return (
        [finding for finding in result.quantities if finding.verdict not in quiet],
        [judgement for judgement in result.claims if judgement.verdict not in quiet],
    )


def _table(rows: Sequence[Sequence[str]], indent: str = "  ") -> list[str]:
    widths = [max(len(row[at]) for row in rows if at or len(row[0]) <= WIDTH) for at in range(len(rows[0]))]
    widths[0] = min(widths[0], WIDTH)
    lines = []
    for row in rows:
        cells = [f"{row[0]:{widths[0]}}", *(f"{cell:{width}}" for cell, width in zip(row[1:], widths[1:], strict=True))]
        if len(row[0]) > widths[0]:
            lines.append(indent + row[0])
            cells[0] = " " * widths[0]
        lines.append((indent + "  ".join(cells)).rstrip())
    return lines


def _counted(what: str, verdicts: Sequence[str], words: Mapping[str, str]) -> str:
    parts = [f"{verdicts.count(key)} {word}" for key, word in words.items() if key in verdicts]
    return f"{_number(len(verdicts), what)}: {', '.join(parts)}" if verdicts else ""


def _number(count: int, what: str) -> str:
    """Write a number of things."""
    several = what[:-1] + "ies" if what.endswith("y") else what + "s"
    return f"{count:,} {what if count == 1 else several}"


def summary_line(result: CheckResult) -> str:
    """Say in one sentence how a scenario did."""
    claims = _counted("claim", [judgement.verdict for judgement in result.claims], CLAIMS)
    if result.level == "bytes":
        compared = f"same tables in {_number(result.replications, 'replication')}"
        if result.replications > len(result.reference.columns):
            compared = f"same tables; claims judged on {result.replications} replications"
    else:
        paired = bool(result.quantities) and result.quantities[0].paired
        compared = f"{result.replications} replications against {result.of} of the reference"
        compared += ", paired by seed; " if paired else ", of other seeds; "
        compared += _counted("quantity", [finding.verdict for finding in result.quantities], QUANTITIES)
    return f"{result.scenario}: {result.verdict}. {compared}{f'; {claims}' if claims else ''}."


def remarks(result: CheckResult) -> Iterator[str]:
    """Give the remarks on a result: changes of the scenario, columns that moved, notes, an early stop."""
    if result.changes:
        shown = "; ".join(result.changes[:6])
        more = f"; and {len(result.changes) - 6} more" if len(result.changes) > 6 else ""
        yield f"The scenario itself was changed: {shown}{more}."
    if result.moved:
        tables = list(dict.fromkeys(name.partition(".")[0] for name in result.moved))
        yield f"{_number(len(result.moved), 'column')} of the tables {', '.join(tables)} changed."
    yield from result.notes
    if result.stopped_early:
        verdicts = [
            *(finding.verdict for finding in result.quantities),
            *(judgement.verdict for judgement in result.claims),
        ]
        yield (
            f"The answer was clear after {result.replications} replications, with {verdicts.count('undecided')} "
            "still undecided; --thorough goes on."
        )


def claim_text(result: CheckResult, judgement: Judgement) -> str:
    """Say whether a claim holds, and if it fails whether that is new."""
    same = [
        then for then in result.reference.claims.values() if (then.claim, then.verdict) == (judgement.claim, "fails")
    ]
    before = " It also failed when the reference was made." if same and judgement.verdict == "fails" else ""
    return judgement.text() + before


def text(checked: Checked, *, verbose: bool = False) -> str:
    """Write what changed, or with ``verbose`` everything, for a terminal."""
    lines: list[str] = []
    for result in checked.results:
        lines.append(summary_line(result))
        lines += [f"  {line}" for line in remarks(result)]
        shown, claims = (result.quantities, result.claims) if verbose else what_changed(result)
        if shown:
            lines += _table([HEADS, *(row_of(finding, unit_in(result, finding.name)) for finding in shown)])
        lines += [
            f"  {LOUD.get(judgement.verdict, judgement.verdict):9}  {claim_text(result, judgement)}"
            for judgement in claims
        ]
        if len(lines) > 1 and (shown or lines[-1].startswith("  ")):
            lines.append("")
    return "\n".join([*lines, *closing(checked)])


def closing(checked: Checked) -> Iterator[str]:
    """Give the totals, both error rates and the smallest detectable shifts."""
    verdicts = [result.verdict for result in checked.results]
    counts = ", ".join(
        f"{verdicts.count(verdict)} {verdict.replace('holds', 'hold')}" for verdict in dict.fromkeys(verdicts)
    )
    spent = sum(result.replications for result in checked.results)
    yield f"{_number(len(verdicts), 'scenario')}: {counts}; {_number(spent, 'replication')} in {checked.seconds:.0f} s."
    yield guarantee(checked.how)
    yield _detected([result.reference for result in checked.results], checked.how)


def guarantee(how: CheckOptions) -> str:
    """State both error rates."""
    return (
        f"Family-wise false-alarm rate: at most {_one_in(how.false_alarm)} that anything unchanged is called "
        f"changed or moved, over all quantities and looks of {_number(how.scenarios, 'scenario')}; a change as large "
        "as its margin is called same or moved at most as often."
    )


def _one_in(chance: float) -> str:
    return f"1 in {1 / chance:,.0f}" if chance <= 0.1 else f"{100 * chance:g} %"


def _detected(references: Sequence[Reference], how: CheckOptions) -> str:
    found = []
    for reference in references:
        planned = plan_for(reference, how)
        found += [
            detects(held, planned) / abs(held.mean)
            for held in reference.quantities.values()
            if held.mean and held.spread
        ]
    found.sort()
    if not found:
        return "No quantities are held."
    middle = found[len(found) // 2]
    return (
        f"Smallest shift called changed with {100 * power.POWER:.0f} % power at the last look, without the gain from "
        f"pairing: {wording.significant(100 * found[0])} to {wording.significant(100 * found[-1])} % of the quantity, "
        f"{wording.significant(100 * middle)} % in the "
        "median; --plan lists them all."
    )


def detects(held: Held, planned: Plan) -> float:
    """Return the smallest shift that the last look calls changed with 90 % power, in the unit of the quantity."""
    last = len(planned.looks) - 1
    if not held.spread:
        return held.margin
    return power.smallest_shift(held.margin / held.spread, planned.looks[last], planned.share(last)) * held.spread


def plan_text(references: Sequence[Reference], how: CheckOptions, workers: int) -> str:
    """Say before a run how many replications it needs at most, and what they can detect."""
    lines = []
    total = 0.0
    for reference in references:
        planned = plan_for(reference, how)
        cost = planned.looks[-1] * reference.cpu_seconds
        total += cost
        looks = ", ".join(map(str, planned.looks))
        lines.append(
            f"{reference.scenario}: looks at {looks} replications; {len(reference.quantities)} quantities; at "
            f"most {cost:.0f} s of processor time."
        )
        rows: list[Sequence[str]] = [
            ("quantity", "reference", "margin", "detected", "at margin", "called same", "needs")
        ]
        rows += [_planned_row(name, held, planned, how) for name, held in reference.quantities.items()]
        lines += [*_table(rows), *_not_decided(reference, planned, how), ""]
        if reference.left_out:
            lines.append("  Followed but not held:")
            lines += [*(f"    {name}: {why}." for name, why in reference.left_out.items()), ""]
    lines.append(
        f"detected: the smallest shift that the last look calls changed with {100 * power.POWER:.0f} % power; at "
        "margin: the chance that it calls a shift as large as the margin changed; called same: the chance that an "
        "unchanged quantity is called same; needs: the replications that decide at the margin. All from the spread "
        "between the reference's replications, without the gain from pairing and from earlier looks."
    )
    lines.append(guarantee(how))
    lines.append(
        f"At most {total:.0f} s of processor time in all, {total / workers:.0f} s with "
        f"{_number(workers, 'worker')}; a few seconds if the tables are the same."
    )
    return "\n".join(lines)


def _planned_row(name: str, held: Held, planned: Plan, how: CheckOptions) -> Sequence[str]:
    last = len(planned.looks) - 1
    count, error, spread = planned.looks[last], planned.share(last), held.spread
    changed = same = 1.0
    if spread:
        margin = held.margin / spread
        changed = power.chance_of_changed(margin, margin, count, error)
        same = power.chance_of_same(margin, count, error)
    return (
        name,
        wording.amount(held.mean, held.unit),
        _width(held.margin, held.unit),
        _width(detects(held, planned), held.unit),
        _chance(changed),
        _chance(same),
        f"{needs(held, planned, how):,}",
    )


def needs(held: Held, planned: Plan, how: CheckOptions) -> int:
    """Return how many replications decide a held quantity at its margin."""
    margin = held.margin / held.spread if held.spread else math.inf
    return power.replications_needed(margin, planned.quantities, how.false_alarm, how.scenarios)


def _not_decided(reference: Reference, planned: Plan, how: CheckOptions) -> Iterator[str]:
    """Name the held quantities that these replications may leave undecided."""
    names = [
        f"{name} ({needed_text(count)})"
        for name, held in reference.quantities.items()
        if (count := needs(held, planned, how)) > planned.looks[-1]
    ]
    if names:
        yield f"  May stay undecided with {planned.looks[-1]} replications: {', '.join(names)}."


def _chance(chance: float) -> str:
    return "> 99.9 %" if chance > 0.999 else f"{100 * chance:.1f} %"


def cost_text(references: Mapping[str, Reference | None], replications: int | Literal["auto"] | None) -> str:
    """Say before an update what it costs, going by the references that there are."""
    known = [reference for reference in references.values() if reference is not None and reference.cpu_seconds]
    fixed = {
        reference.scenario: replications if isinstance(replications, int) else reference.replications
        for reference in known
        if isinstance(replications, int) or (replications is None and reference.size_chosen)
    }
    least = sum(fixed.get(reference.scenario, PILOT) * reference.cpu_seconds for reference in known)
    most = sum(fixed.get(reference.scenario, MOST) * reference.cpu_seconds for reference in known)
    found = len(references) - len(fixed) if not isinstance(replications, int) else 0
    parts = []
    if found:
        parts.append(
            f"{_number(found, 'scenario')}: a pilot of {PILOT} replications, then as many as decide, at most {MOST}"
        )
    elif isinstance(replications, int):
        parts.append(f"{_number(len(references), 'scenario')}: {replications} replications")
    else:
        parts.append(f"{_number(len(references), 'scenario')}: as many replications as before")
    if known:
        span = f"{least:,.0f} s" if most - least < 1 else f"{least:,.0f} to {most:,.0f} s"
        parts.append(f"{span} of processor time, going by the old references, if anything moved")
    if len(known) < len(references):
        parts.append(f"no cost is known of {', '.join(name for name in references if references[name] is None)}")
    return "; ".join(parts) + "."


def update_text(name: str, update: Update) -> str:
    """Say what changed between the old reference and the new one."""
    new, old = update.reference, update.old
    if update.unchanged:
        return f"{name}: same tables; the reference stays as it is."
    lines = []
    lines.append(
        f"{name}: {len(new.quantities)} quantities held, {len(new.left_out)} not; {new.replications} "
        f"replications, seed {new.seed}, {new.cpu_seconds:g} s of processor time each."
    )
    verdicts = [judgement.verdict for judgement in new.claims.values()]
    if verdicts:
        lines.append(f"  {_counted('claim', verdicts, CLAIMS)}.")
        lines += [
            f"  {LOUD.get(judgement.verdict, judgement.verdict):9}  {judgement.text()}"
            for judgement in new.claims.values()
            if judgement.verdict != "holds"
        ]
    if old is None:
        return "\n".join([*lines, "  There was no reference before."])
    if update.changes:
        lines.append(f"  The scenario itself was changed: {'; '.join(update.changes)}.")
    moved = [finding for finding in update.quantities if finding.difference != 0]
    lines.append(
        f"  {len(moved)} of {len(update.quantities)} quantities differ from the old reference{':' if moved else '.'}"
    )
    if moved:
        lines += _table([HEADS, *(row_of(finding, old.quantities[finding.name].unit) for finding in moved)])
    gone = sorted(set(old.quantities) - set(new.quantities))
    fresh = sorted(set(new.quantities) - set(old.quantities))
    lines += [f"  No longer held: {name} ({new.left_out.get(name, 'no longer tracked')})." for name in gone]
    lines += [f"  Newly held: {', '.join(fresh)}."] if fresh else []
    return "\n".join(lines)
