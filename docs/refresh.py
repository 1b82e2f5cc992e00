"""Write the parts of the pages that are made by program.

python docs/refresh.py               everything made from the code and from the files in reports/, and the JSON Schema
python docs/refresh.py --measured    this, and the table of planted faults, which has to be simulated (minutes)
"""

from __future__ import annotations

import json
import re
import sys
from collections.abc import Callable, Mapping
from pathlib import Path

import reported_numbers
from reference_pages import commands, picture, public, rooms_table

import sim
from analysis.claims.evidence import load_evidence
from analysis.reporting.contents import as_markdown as report_files
from sim import scenario_schema
from sim.scenario.parameter_listing import as_markdown
from sim.scenario.quantities import MARKET, MEASURES
from sim.scenario.scenario import parameters_table

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
    lines = ["| row | role | quantity | value | published range | source |", f"|{' --- |' * 6}"]
    for row in load_evidence():
        band = "" if row.low is None or row.high is None else f"{row.low:g} to {row.high:g}"
        lines.append(f"| {row.id} | {row.role} | {row.quantity} | {row.value} | {band} | {row.source} |")
    return "\n".join(lines)


def planted() -> str:
    """Make the table of faults planted in the model, and of what catches each."""
    sys.path.insert(0, str(ROOT / "tests" / "support"))
    from planted_faults import measured_table

    return measured_table()


# The parts of each page: made from the code, or from the files in reports/.
MADE: dict[str, Page] = {
    "README.md": {"sentence": reported_numbers.sentence, "counts": reported_numbers.pattern_counts},
    "docs/coaches.md": {"comparison": reported_numbers.comparison},
    "docs/evidence.md": {
        "evidence": published,
        "counts": reported_numbers.pattern_counts,
        "patterns": reported_numbers.patterns,
        "details": reported_numbers.pattern_details,
    },
    "docs/calibration.md": {"targets": reported_numbers.targets},
    "docs/parameters.md": {"parameters": parameters},
    "docs/quantities.md": {"quantities": quantities},
    "docs/tables.md": {"report files": report_files},
    "docs/architecture.md": {"arrows": picture, "rooms": rooms_table},
    "docs/api.md": {"sim": lambda: public("sim"), "analysis": lambda: public("analysis")},
    "docs/commands.md": {"commands": commands},
}
# Held by tests/whole_model/test_planted_faults.py, which plants them anyway.
PLANTED: dict[str, Page] = {"docs/checks.md": {"planted faults": planted}}


def refreshed(page: str, parts: Page) -> str:
    """Give the text of a page with some parts made again; raises ValueError where a part's markers are missing."""
    for name, make in parts.items():
        between = re.compile(rf"(<!-- {name}: begin [^>]*-->\n).*?(<!-- {name}: end -->)", re.DOTALL)
        if len(between.findall(page)) != 1:
            raise ValueError(f"the page holds the markers of '{name}' not exactly once")
        made = f"\n{make().strip()}\n\n"
        page = between.sub(lambda found, made=made: found[1] + made + found[2], page)
    return page


def main(measured: bool) -> None:
    """Write the pages, and the JSON Schema beside the scenarios."""
    if Path(str(sim.__file__)).resolve().parents[1] != ROOT:
        sys.exit(f"refresh: sim is taken from {sim.__file__}, not from {ROOT}; use the Python of its .venv.")
    schema = json.dumps(scenario_schema(), indent=2, ensure_ascii=False) + "\n"
    (ROOT / "scenarios" / "scenario.schema.json").write_text(schema, encoding="utf-8")
    for wanted in (MADE, PLANTED) if measured else (MADE,):
        for name, parts in wanted.items():
            page = ROOT / name
            page.write_text(refreshed(page.read_text(encoding="utf-8"), parts), encoding="utf-8")


if __name__ == "__main__":
    main("--measured" in sys.argv[1:])
