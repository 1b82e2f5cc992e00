"""Write the parts of docs/model.md that are made from code: python docs/refresh.py."""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path

from analysis.evidence import load_evidence
from sim.listing import as_markdown
from sim.scenario import parameters_table

PAGE = Path(__file__).with_name("model.md")


def parameters() -> str:
    """Make the tables of parameters."""
    return as_markdown(parameters_table(), heading="###")


def evidence() -> str:
    """Make the table of evidence."""
    lines = ["| row | role | quantity | value | range that counts as met | source |", f"|{' --- |' * 6}"]
    for row in load_evidence():
        band = "" if row.low is None or row.high is None else f"{row.low:g} to {row.high:g}"
        lines.append(f"| {row.id} | {row.role} | {row.quantity} | {row.value} | {band} | {row.source} |")
    return "\n".join(lines) + "\n"


PARTS: dict[str, Callable[[], str]] = {"evidence": evidence, "parameters": parameters}


def refreshed(page: str) -> str:
    """Give the page with every made part made anew; raises ValueError where a part's markers are missing."""
    for name, make in PARTS.items():
        between = re.compile(rf"(<!-- {name}: begin [^>]*-->\n).*?(<!-- {name}: end -->)", re.DOTALL)
        if len(between.findall(page)) != 1:
            raise ValueError(f"{PAGE.name} holds the markers of '{name}' not exactly once")
        made = f"\n{make().strip()}\n\n"
        page = between.sub(lambda found, made=made: found[1] + made + found[2], page)
    return page


if __name__ == "__main__":
    PAGE.write_text(refreshed(PAGE.read_text(encoding="utf-8")), encoding="utf-8")
