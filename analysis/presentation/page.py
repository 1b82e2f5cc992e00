"""An HTML page with its charts and tables, from a template to files in a folder."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any

import jinja2
import pandas as pd
from matplotlib.figure import Figure

from analysis.presentation import style
from analysis.presentation.csv_text import csv_text
from sim.own_files.listing import refuse_others
from sim.own_files.own_files import own_files

PATIENCE = 30.0  # seconds to wait while another command writes a page into the same folder
_OUR_TITLE = re.compile(rb"<title>[^<]* \xe2\x80\x93 referralsim (report|comparison|sensitivity|trace)</title>")


@dataclass(frozen=True)
class Chart:
    """A chart ready for a page.

    Attributes
    ----------
    stem
        Name of its files.
    finding
        What it shows, as a title.
    alt
        Alternative text with the numbers.
    draw
        From title and width in inches to the figure.
    caption
        What the marks mean, to stand below it on the page.
    """

    stem: str
    finding: str
    alt: str
    draw: Callable[[str, float], Figure]
    caption: str = ""

    def svg(self, *, title: bool, width: float) -> str:
        """Return it as SVG."""
        return style.svg(self.draw(self.finding if title else "", width), f"{self.stem}-{width:g}")

    def inline(self) -> str:
        """Return it as two SVG elements, of which the page shows one: for wide and for narrow screens."""
        parts = []
        for name, width in (("wide", style.WIDE), ("narrow", style.NARROW)):
            text = style.inline(self.svg(title=False, width=width), f"{self.stem}-{name}", self.alt)
            parts.append(f'<div class="{name}">{text}</div>')
        return "\n".join(parts)


def environment(room: str) -> jinja2.Environment:
    """Return the template environment of a room's page.

    Everything inserted is escaped, a name that is not given is an error, and a number and its percent sign stay on
    one line.

    Parameters
    ----------
    room
        Folder of `analysis` that holds the template, such as ``reporting``.
    """
    return jinja2.Environment(
        loader=jinja2.PackageLoader("analysis", room),
        autoescape=True,
        undefined=jinja2.StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
        finalize=_keep_units,
    )


def _keep_units(value: Any) -> Any:
    return type(value)(str(value).replace(" %", "\u00a0%")) if isinstance(value, str) else value


def image_names(stem: str) -> tuple[str, str]:
    """Return the names of a chart's files."""
    return f"{stem}.svg", f"{stem}.png"


def table_name(stem: str) -> str:
    """Return the name of a table's file."""
    return f"{stem}.csv"


def write_page(
    folder: str | Path,
    name: str,
    html: str,
    charts: Sequence[Chart],
    tables: Mapping[str, pd.DataFrame],
    *,
    stale: Iterable[str] = (),
) -> tuple[str, ...]:
    """Write a page, its charts as SVG and PNG, and its tables as CSV.

    Parameters
    ----------
    folder
        Where the files go; made if it is not there.
    name
        File name of the page.
    html
        The page.
    charts
        Written with their finding as title, under their stems.
    tables
        By the stem of their file.
    stale
        Names of files that an older page may have left there: removed unless they are written now. All other files
        in the folder stay, and so does a file of such a name that the program did not write.

    Returns
    -------
    tuple of str
        Names of the files, the page first.

    Raises
    ------
    OSError
        If the folder cannot be written; an existing folder is then as it was.
    ScenarioError
        If a file is in the way that the program did not write.
    """
    files = {name: html.encode()}
    for chart in charts:
        vector, pixels = image_names(chart.stem)
        files[vector] = chart.svg(title=True, width=style.WIDE).encode()
        files[pixels] = style.png(chart.draw(chart.finding, style.WIDE))
    for stem, table in tables.items():
        files[table_name(stem)] = csv_text(table, "%.8g").encode()
    write_files(Path(folder), files, last=name, stale=stale)
    return tuple(files)


def write_files(folder: Path, files: Mapping[str, bytes], *, last: str, stale: Iterable[str] = ()) -> None:
    """Write all files aside, then move each into its place.

    An error while writing leaves the folder as it was. The file called `last`, the page, is moved last: where it is
    new, its charts are, too. Files named in `stale` that are not written now are removed, if the program wrote them.

    Raises
    ------
    ScenarioError
        If a file is in the way that the program did not write, or another command is writing there.
    """
    stale = tuple(stale)
    with own_files(folder, former=partial(former_page, last, [*files, *stale]), wait=PATIENCE) as own:
        own.put_all(files, last=last)
        own.remove(name for name in stale if name not in files)


def check_page(folder: str | Path, page: str, names: Iterable[str] = ()) -> None:
    """Refuse a folder in which files of a page are not the program's, before the work starts. Makes nothing.

    Parameters
    ----------
    folder
        Where the page will go.
    page
        File name of the page.
    names
        Names of the files beside it, as far as they are known.

    Raises
    ------
    ScenarioError
        If one of the files is there and was not written by the program.
    """
    every = [page, *names]
    refuse_others(Path(folder), every, partial(former_page, page, every))


def former_page(page: str, names: Iterable[str], folder: Path) -> Iterator[str]:
    """Names of the files of a page that a version without a list of files wrote into a folder."""
    try:
        with (folder / page).open("rb") as file:
            start = file.read(10_000)
    except OSError:
        return
    if _OUR_TITLE.search(start):
        yield from dict.fromkeys([page, *names])
