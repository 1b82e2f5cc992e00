"""A story as files: one self-contained page and its two charts."""

from __future__ import annotations

from pathlib import Path

import pandas as pd

from analysis.presentation.page import Chart, environment, write_page
from analysis.tracing import charts, sentences
from analysis.tracing.network_chart import network
from analysis.tracing.referral_network import who_brought_whom
from analysis.tracing.story import introduce
from sim.runs.result import Result

PAGE = "trace.html"


def make_charts(result: Result, table: pd.DataFrame, person: int, replication: int) -> list[Chart]:
    """Return the charts for which there is something to draw."""
    made = []
    if (table["opening"] >= 0).any():
        made.append(
            Chart(
                "trace-timeline",
                sentences.timeline_finding(table, person),
                sentences.timeline_alt(table),
                lambda title, width: charts.timeline(table, title=title, width=width),
                "Each lane is one application, or one referral from the moment a contact thought of it. "
                "Shaded: the time of search.",
            )
        )
    found = who_brought_whom(result, replication, person)
    if len(found.hires):
        made.append(
            Chart(
                "trace-referrals",
                sentences.network_finding(found),
                sentences.network_alt(found),
                lambda title, width: network(found, person=person, title=title, width=width),
                "Each arrow runs from a referrer to somebody hired through that referral, in the referrer's "
                "colour. Numbers identify people. Only the largest groups are shown.",
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
        As in :func:`analysis.tracing.sentences.narrate`.
    """
    drawn = make_charts(result, table, person, replication)
    html = (
        environment("tracing")
        .get_template("trace.html.j2")
        .render(
            person=person,
            title=result.scenario.title or result.scenario.name,
            introduction=introduce(result, person, replication),
            lead=sentences.timeline_finding(table, person),
            why=why,
            charts=drawn,
            lines=[line.strip().split("  ", 1) for line in sentences.narrate(table, every=every)],
            scenario=result.scenario.name,
            seed=result.seed,
            replication=replication,
            version=result.manifest["versions"]["referralsim"],
        )
    )
    return list(write_page(folder, PAGE, html, drawn, {}))
