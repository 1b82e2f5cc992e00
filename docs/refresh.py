"""Write the parts of the pages that are made by program.

python docs/refresh.py               tables of parameters and evidence, from the code
python docs/refresh.py --measured    these, and what has to be simulated: numbers quoted, planted faults (minutes)
"""

from __future__ import annotations

import re
import sys
import textwrap
from collections.abc import Callable, Iterator, Mapping
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING

from reference_pages import commands, picture, public, rooms_table

from analysis.claims.evidence import evidence, load_evidence
from analysis.comparison import sentences
from analysis.comparison.comparison import compare
from analysis.estimation.rates import rates
from analysis.reporting.sentences import opening_sentence
from sim import load_scenario, simulate
from sim.scenario.parameter_listing import as_markdown
from sim.scenario.quantities import MARKET, MEASURES
from sim.scenario.scenario import parameters_table

if TYPE_CHECKING:
    from sim.runs.result import Result

ROOT = Path(__file__).resolve().parents[1]
Page = Mapping[str, Callable[[], str]]


def parameters() -> str:
    """Make the tables of parameters."""
    return as_markdown(parameters_table(), heading="##")


def quantities() -> str:
    """Make the tables of the market's quantities and of a role's measures."""
    lines = []
    for heading, named in (("Quantities of the market", MARKET), ("Measures of a role", MEASURES)):
        lines += [f"## {heading}", "", "| name | unit | meaning |", "| --- | --- | --- |"]
        lines += [f"| `{one.name}` | {one.unit} | {one.meaning} |" for one in named.values()] + [""]
    return "\n".join(lines)


def published() -> str:
    """Make the table of evidence."""
    lines = ["| row | role | quantity | value | range that counts as met | source |", f"|{' --- |' * 6}"]
    for row in load_evidence():
        band = "" if row.low is None or row.high is None else f"{row.low:g} to {row.high:g}"
        lines.append(f"| {row.id} | {row.role} | {row.quantity} | {row.value} | {band} | {row.source} |")
    return "\n".join(lines)


@cache
def baseline() -> Result:
    """Simulate the baseline as it is shipped."""
    return simulate(load_scenario("baseline"), workers=2)


def sentence() -> str:
    """Make the sentence that the baseline's report opens with, as a quotation."""
    said = opening_sentence(rates(baseline()), baseline().scenario.time.response_window)
    return "\n".join(textwrap.wrap(said, 118, initial_indent="> ", subsequent_indent="> "))


def comparison() -> str:
    """Make the first sentence of the comparison that the coaches' page shows, as a quotation."""
    said = sentences.sentence(compare(["eli-ben"], workers=2))
    return "\n".join(textwrap.wrap(said, 118, initial_indent="> ", subsequent_indent="> "))


def pattern_numbers() -> Iterator[tuple[str, float]]:
    """Give the pattern rows that one run can measure, on applications sent in the window and followed to its end."""
    sent = baseline().applications.query("in_window and not censored")
    channel, hired = sent["channel"], sent["accepted"].notna()
    by = sent.groupby("channel", observed=True)
    interviews, hires = (by[stage].agg(lambda times: times.notna().mean()) for stage in ("interviewed", "accepted"))
    days = (sent["accepted"] - sent["sent"])[hired].groupby(channel, observed=True).mean()
    among_hires = (channel[hired] == "referral").mean()
    yield "P1", interviews["referral"] / interviews["direct"]
    yield "P2", hires["referral"] / hires["direct"]
    yield "P3", among_hires / (channel[sent["arrived"].notna()] == "referral").mean()
    yield "P5", among_hires
    yield "P12", days["referral"] / days["direct"]


def patterns() -> str:
    """Make the table of pattern rows against the baseline."""
    lines = ["| row | quantity | published | range that counts as met | here | |", f"|{' --- |' * 6}"]
    for name, value in pattern_numbers():
        row = evidence(name)
        low, high = row.low or 0.0, row.high or 0.0
        verdict = "inside" if low <= value <= high else "**outside**"
        lines.append(f"| {name} | {row.quantity} | {row.value} | {low:g} to {high:g} | {value:.2f} | {verdict} |")
    return "\n".join(lines)


def planted() -> str:
    """Make the table of faults planted in the model, and of what catches each."""
    sys.path.insert(0, str(ROOT / "tests" / "support"))
    from planted_faults import measured_table

    return measured_table()


MADE: dict[str, Page] = {
    "docs/evidence.md": {"evidence": published},
    "docs/parameters.md": {"parameters": parameters},
    "docs/quantities.md": {"quantities": quantities},
    "docs/architecture.md": {"arrows": picture, "rooms": rooms_table},
    "docs/api.md": {"sim": lambda: public("sim"), "analysis": lambda: public("analysis")},
    "docs/commands.md": {"commands": commands},
}
MEASURED: dict[str, Page] = {
    "docs/evidence.md": {"patterns": patterns},
    "README.md": {"sentence": sentence},
    "docs/coaches.md": {"comparison": comparison},
}

# Held by tests/whole_model/test_planted_faults.py, which plants them anyway.
PLANTED: dict[str, Page] = {"docs/checks.md": {"planted faults": planted}}


def refreshed(page: str, parts: Page) -> str:
    """Give the text of a page with some parts made anew; raises ValueError where a part's markers are missing."""
    for name, make in parts.items():
        between = re.compile(rf"(<!-- {name}: begin [^>]*-->\n).*?(<!-- {name}: end -->)", re.DOTALL)
        if len(between.findall(page)) != 1:
            raise ValueError(f"the page holds the markers of '{name}' not exactly once")
        made = f"\n{make().strip()}\n\n"
        page = between.sub(lambda found, made=made: found[1] + made + found[2], page)
    return page


def main(measured: bool) -> None:
    """Write the pages."""
    for wanted in (MADE, MEASURED, PLANTED) if measured else (MADE,):
        for name, parts in wanted.items():
            page = ROOT / name
            page.write_text(refreshed(page.read_text(encoding="utf-8"), parts), encoding="utf-8")


if __name__ == "__main__":
    main("--measured" in sys.argv[1:])
