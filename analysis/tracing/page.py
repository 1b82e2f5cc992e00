"""A story as files to hand on: two charts and one page that needs nothing else."""

from __future__ import annotations

import os
from pathlib import Path

import jinja2
import pandas as pd

from analysis.presentation import style
from analysis.presentation.page import Chart
from analysis.tracing import charts, referral_network
from analysis.tracing.story import introduce, narrate
from sim.runs.result import Result

CAPTIONS = {
    "trace-timeline": "Each lane is one application, or one recommendation from the contact's first thought of it. "
    "Shaded: the time of search.",
    "trace-referrals": "Each arrow runs from a referrer to somebody hired through that referral, in the "
    "referrer's colour. The numbers are those of the people. Shown are the largest groups.",
}


def make_charts(result: Result, table: pd.DataFrame, person: int, replication: int) -> list[Chart]:
    """Return the charts there is something to draw for."""
    made = []
    if (table["opening"] >= 0).any():
        made.append(
            Chart(
                "trace-timeline",
                charts.timeline_finding(table, person),
                charts.timeline_alt(table),
                lambda title, width: charts.timeline(table, title=title, width=width),
            )
        )
    found = referral_network.who_brought_whom(result, replication, person)
    if len(found.hires):
        made.append(
            Chart(
                "trace-referrals",
                referral_network.network_finding(found),
                referral_network.network_alt(found),
                lambda title, width: referral_network.network(found, person=person, title=title, width=width),
            )
        )
    return made


def publish(
    result: Result,
    table: pd.DataFrame,
    person: int,
    replication: int,
    why: str,
    folder: str | Path,
    *,
    every: bool = False,
) -> list[str]:
    """Write charts and page of a story into a folder; returns the names of the files, the page first.

    Parameters
    ----------
    result, person, replication
        As in :func:`analysis.tracing.story.story`.
    table
        What that function returned.
    why
        Why this person, in words.
    folder
        Where the files go; other files there are left alone.
    every
        As in :func:`analysis.tracing.story.narrate`.
    """
    drawn = make_charts(result, table, person, replication)
    environment = jinja2.Environment(
        loader=jinja2.PackageLoader("analysis", "tracing"), autoescape=True, undefined=jinja2.StrictUndefined
    )
    page = environment.get_template("trace.html.j2").render(
        person=person,
        title=result.scenario.title or result.scenario.name,
        introduction=introduce(result, person, replication),
        lead=charts.timeline_finding(table, person),
        why=why,
        charts=drawn,
        captions=CAPTIONS,
        lines=[line.strip().split("  ", 1) for line in narrate(table, every=every)],
        scenario=result.scenario.name,
        seed=result.seed,
        replication=replication,
        version=result.manifest["versions"]["referralsim"],
    )
    files = {"trace.html": page.encode()}
    for chart in drawn:
        files[f"{chart.stem}.svg"] = chart.svg(title=True, width=style.WIDE).encode()
        files[f"{chart.stem}.png"] = style.png(chart.draw(chart.finding, style.WIDE))
    place = Path(folder)
    place.mkdir(parents=True, exist_ok=True)
    for name in reversed(files):  # the page last: where it stands, its charts do
        part = place / f".{name}.part{os.getpid()}"
        part.write_bytes(files[name])
        part.replace(place / name)
    return list(files)
