"""How charts look: colours that differ for colour-blind readers and in grey, and marks that differ without colour.

Figures are made without pyplot, which would change global state, and saved so that equal numbers give equal bytes.
"""

from __future__ import annotations

import io
import re
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

import matplotlib as mpl
import seaborn as sns
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.layout_engine import ConstrainedLayoutEngine

INK = "#1A1A1A"
SOFT = "#595959"
RULE = "#D9D9D9"
BAND = "#E4E1D8"
BAND_EDGE = "#7A7462"
# Width of a chart in inches: for paper and screens, and for phones.
WIDE, NARROW = 7.2, 3.7


@dataclass(frozen=True)
class Look:
    """How a channel is drawn: colour, marker and dashes each tell it apart without the others."""

    colour: str
    marker: str
    dashes: tuple[float, ...]

    @property
    def line(self) -> Any:
        """The line style that matplotlib understands."""
        return (0, self.dashes) if self.dashes else "-"


LOOKS = {
    "referral": Look("#08457E", "o", ()),
    "recruiter": Look("#1E8C6E", "^", (6, 1.6, 1.2, 1.6)),
    "direct": Look("#AD4608", "s", (4, 2)),
}
OTHER = Look("#6B4C8A", "D", (1.2, 1.6))

_SETTINGS: dict[str, Any] = {
    "font.family": ["DejaVu Sans"],
    "font.size": 9.5,
    "text.color": INK,
    "axes.labelcolor": INK,
    "axes.edgecolor": SOFT,
    "axes.labelsize": 9.5,
    "axes.titlesize": 11.5,
    "axes.titleweight": "bold",
    "axes.linewidth": 0.8,
    "xtick.color": SOFT,
    "ytick.color": SOFT,
    "xtick.labelcolor": INK,
    "ytick.labelcolor": INK,
    "xtick.labelsize": 9,
    "ytick.labelsize": 9,
    "grid.color": RULE,
    "grid.linewidth": 0.7,
    "hatch.linewidth": 0.5,
    "hatch.color": BAND_EDGE,
    "figure.facecolor": "white",
    "axes.facecolor": "white",
    "savefig.facecolor": "white",
    "axes.axisbelow": True,
    "lines.solid_capstyle": "butt",
    "axes.unicode_minus": True,
    "svg.fonttype": "path",
    "path.simplify": False,
}


def look(channel: str) -> Look:
    """Return how a channel is drawn."""
    return LOOKS.get(channel, OTHER)


@contextmanager
def drawing() -> Iterator[None]:
    """Apply the look inside a ``with`` block and leave matplotlib's settings as they were."""
    settings: dict[Any, Any] = {**mpl.rcParamsDefault, **_plain(sns.axes_style("ticks")), **_SETTINGS}
    with mpl.rc_context(settings):
        yield


def _plain(style: dict[str, Any]) -> dict[str, Any]:
    """Seaborn's style without its fonts, which differ from machine to machine."""
    return {name: value for name, value in style.items() if not name.startswith(("font", "image"))}


def is_narrow(width: float) -> bool:
    """Return whether a chart of this width (inches) is for phones."""
    return width < 5


def blank(width: float, height: float) -> Figure:
    """Return an empty figure of this size in inches, whose parts will not overlap."""
    return Figure(figsize=(width, height), layout=ConstrainedLayoutEngine(w_pad=0.07, h_pad=0.07))


def headline(figure: Figure, text: str) -> None:
    """Put a title over a chart, flush left, broken into lines that fit its width."""
    per_line = int(figure.get_figwidth() * 9.8)
    figure.suptitle(folded(text, per_line), x=0.01, ha="left", fontsize=11.5, fontweight="bold", color=INK)


def folded(text: str, width: int) -> str:
    """Break a text into lines of at most `width` characters."""
    lines, line = [], ""
    for word in text.split(" "):
        if line and len(line) + 1 + len(word) > width:
            lines.append(line)
            line = word
        else:
            line = f"{line} {word}" if line else word
    return "\n".join([*lines, line])


def despine(axes: Axes) -> None:
    """Remove the lines that carry no scale."""
    sns.despine(ax=axes)


def svg(figure: Figure, salt: str) -> str:
    """Return a figure as SVG; its ids come from `salt` and the content, and it has no date."""
    with drawing(), mpl.rc_context({"svg.hashsalt": salt}):
        page = io.StringIO()
        figure.savefig(page, format="svg", metadata={"Date": None, "Creator": None, "Format": None, "Type": None})
    return page.getvalue()


def png(figure: Figure, dpi: int = 200) -> bytes:
    """Return a figure as PNG, without a date or the name of the program."""
    with drawing():
        page = io.BytesIO()
        figure.savefig(page, format="png", dpi=dpi, metadata={"Software": None})
    return page.getvalue()


def inline(text: str, prefix: str, name: str) -> str:
    """Turn an SVG file into an element for a page with other charts: with ids of its own and an alternative text.

    Parameters
    ----------
    text
        What `svg` returned.
    prefix
        Put before every id, so that ids stay unique in the page.
    name
        Alternative text.
    """
    body = text[text.index("<svg") :]
    body = re.sub(r"<metadata>.*?</metadata>\s*", "", body, flags=re.DOTALL)
    body = re.sub(r'\bid="([^"]+)"', rf'id="{prefix}-\1"', body)
    body = re.sub(r'(xlink:href="#|url\(#)([^")]+)', rf"\1{prefix}-\2", body)
    escaped = name.replace("&", "&amp;").replace('"', "&quot;").replace("<", "&lt;")
    opening, rest = body.split(">", 1)
    box = re.search(r'viewBox="[^"]*"', opening)
    shape = box.group(0) if box else ""
    head = (
        f'<svg xmlns="http://www.w3.org/2000/svg" xmlns:xlink="http://www.w3.org/1999/xlink" {shape} '
        f'role="img" focusable="false" aria-label="{escaped}"'
    )
    return f"{head}>{rest}".strip()
