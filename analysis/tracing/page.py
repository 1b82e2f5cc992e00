"""A story as files to hand on: two charts and one page that needs nothing else."""

from __future__ import annotations

from pathlib import Path

import pandas as pd

from analysis.presentation.page import Chart, environment, write_page
from analysis.tracing import charts, referral_network
from analysis.tracing.story import introduce, narrate
from sim.runs.result import Result

PAGE = "trace.html"
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
    html = (
        environment("tracing")
        .get_template("trace.html.j2")
        .render(
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
    )
    return list(write_page(folder, PAGE, html, drawn, {}))
