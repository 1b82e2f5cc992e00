"""Charts: what is drawn is what the tables say, it reads without colour, nothing is cut off, and bytes repeat."""

from __future__ import annotations

import hashlib
import re
from dataclasses import dataclass
from itertools import combinations

import matplotlib as mpl
import numpy as np
import pandas as pd
import pytest
from chart_tables import DRAW, SMALL, curve, days, effects, funnel, response, small_days
from matplotlib.axes import Axes
from matplotlib.collections import LineCollection
from matplotlib.figure import Figure
from matplotlib.patches import Rectangle
from matplotlib.text import Text
from other_processes import other_hashes, printed

from analysis.presentation import style
from analysis.reporting import charts
from analysis.reporting.time_chart import time_to_response

TITLE = "Referrals are answered 21.9 points more often than direct applications; among equal candidates 12.2 remain"


def drawn_lines(figure: Figure) -> list[tuple[list[float], list[float]]]:
    return [
        (list(map(float, line.get_xdata())), list(map(float, line.get_ydata())))  # type: ignore[arg-type]
        for axes in figure.axes
        for line in axes.lines
    ]


def test_response_draws_the_intervals_and_bands_of_the_table() -> None:
    figure = charts.response_by_channel(response())
    (axes,) = figure.axes
    lines = [x for x, y in drawn_lines(figure) if len(x) == 2 and y[0] == y[1]]
    for row in response().to_dict("records"):
        assert [row["low"], row["high"]] in lines
    bands = {
        (round(patch.get_x(), 6), round(patch.get_x() + patch.get_width(), 6))
        for patch in axes.patches
        if isinstance(patch, Rectangle)
    }
    assert bands == {(0.02, 0.05), (0.2, 0.4), (0.1, 0.15)}
    assert all(patch.get_hatch() for patch in axes.patches)
    said = " ".join(text.get_text() for text in axes.texts) + " ".join(t.get_text() for t in axes.get_yticklabels())
    for part in ("25.1 %", "23.7–26.6 %", "n = 16,160", "n = 248,068"):
        assert part in said


def test_funnel_draws_shares_on_a_log_scale_with_counts_below() -> None:
    figure = charts.funnel(funnel())
    axes, below = figure.axes
    assert axes.get_yscale() == "log"
    shares = [list(map(float, line.get_ydata())) for line in axes.lines if len(line.get_xdata()) == 6]  # type: ignore[arg-type]
    assert [1, 0.987, 0.25, 0.196, 0.063, 0.055] in shares
    assert {"987,000", "55,000", "6,200"} <= {text.get_text() for text in below.texts}


def test_a_stage_that_nobody_reached_does_not_break_the_log_scale() -> None:
    table = funnel()
    table.loc[(table["channel"] == "direct") & (table["stage"] == "hire"), ["count", "rate", "low"]] = 0
    axes = charts.funnel(table).axes[0]
    assert all(np.all(np.asarray(line.get_ydata()) > 0) for line in axes.lines)


def test_time_draws_the_curves_and_those_still_open() -> None:
    figure = time_to_response(curve(), days())
    axes, below, waits = figure.axes
    tops = [float(np.asarray(line.get_ydata())[-1]) for line in axes.lines if len(line.get_xdata()) > 20]
    end = curve()["days"] == axes.get_xlim()[1]
    assert tops == pytest.approx(list(curve().loc[end, "incidence"]))
    assert axes.get_xlim() == (0, 40)  # the slowest, at a mean of 8 days, has 99 % of its answers by day 37
    assert "1,556,748" in {text.get_text() for text in below.texts}
    assert {text.get_text() for text in waits.texts} == {"13", "1.5", "3.0"}


def test_labels_of_the_curves_say_the_day() -> None:
    axes, _, _ = time_to_response(curve(), days()).axes
    said = {text.get_text() for text in axes.texts}
    assert {"By day 40:", "Referral\n25.0 %"} <= said


@pytest.mark.parametrize("table", [days(), small_days()], ids=["large run", "small run"])
def test_medians_are_written_beyond_their_intervals_and_boxes(table: pd.DataFrame) -> None:
    _, _, waits = time_to_response(curve(), table).axes
    ends = {}
    for line in waits.lines:
        x, y = np.asarray(line.get_xdata(), float), np.asarray(line.get_ydata(), float)
        if len(x) == 2 and y[0] == y[1]:
            ends[y[0]] = max(x)
    for patch in waits.patches:
        assert isinstance(patch, Rectangle)
        at = patch.get_y() + patch.get_height() / 2
        ends[at] = max(ends[at], patch.get_x() + patch.get_width())
    assert {text.xy[1]: text.xy[0] for text in waits.texts} == pytest.approx(ends)  # type: ignore[attr-defined]
    assert waits.get_xlim()[1] > max(ends.values())


def test_intervals_of_the_funnel_stand_side_by_side() -> None:
    axes = charts.funnel(funnel()).axes[0]
    stems = [
        segment[0][0]
        for lines in axes.collections
        if isinstance(lines, LineCollection)
        for segment in lines.get_segments()
    ]
    assert len(set(stems)) == len(stems) == 3 * 5


def test_effects_show_observed_beside_adjusted() -> None:
    figure = charts.effects(effects())
    (axes,) = figure.axes
    hollow = [
        float(line.get_xdata()[0])
        for line in axes.lines  # type: ignore[index]
        if len(line.get_xdata()) == 1 and line.get_markerfacecolor() == "white"
    ]
    assert hollow == [0.0985, 0.219]
    assert {"+12.2", "+21.9", "+0.40"} <= {text.get_text() for text in axes.texts}


@pytest.mark.parametrize("width", [style.WIDE, style.NARROW])
@pytest.mark.parametrize("name", [*DRAW, *SMALL])
def test_no_text_is_cut_off_or_written_over_another(name: str, width: float) -> None:
    figure = {**DRAW, **SMALL}[name](TITLE, width)
    with style.drawing():
        figure.draw_without_rendering()
        page, hidden = figure.bbox, not_drawn(figure)
        boxes = [
            (text.get_text(), text.get_window_extent())
            for text in figure.findobj(Text)
            if text.get_text().strip() and text.get_visible() and id(text) not in hidden
        ]
    assert len(boxes) > 8
    for said, box in boxes:
        assert box.x0 >= -1, said
        assert box.y0 >= -1, said
        assert box.x1 <= page.x1 + 1, said
        assert box.y1 <= page.y1 + 1, said
    for (one, a), (other, b) in combinations(boxes, 2):
        overlap = min(a.x1, b.x1) - max(a.x0, b.x0) > -1 and min(a.y1, b.y1) - max(a.y0, b.y0) > 2.5
        assert not overlap, (one, other)


def not_drawn(figure: Figure) -> set[int]:
    """Labels of ticks beyond the ends of a scale or switched off, which matplotlib keeps but does not draw."""
    found = set()
    for axes in figure.findobj(Axes):
        for axis in (axes.xaxis, axes.yaxis):
            low, high = sorted(axis.get_view_interval())
            for tick in [*axis.get_major_ticks(), *axis.get_minor_ticks()]:
                if not low - 1e-9 <= tick.get_loc() <= high + 1e-9:
                    found |= {id(tick.label1), id(tick.label2)}
    return found


@dataclass(frozen=True)
class Written:
    """Every chart once as SVG and PNG, and what matplotlib was set to before and after."""

    svg: dict[str, str]
    png: dict[str, bytes]
    before: dict[str, object]
    after: dict[str, object]


@pytest.fixture(scope="module")
def written() -> Written:
    before = dict(mpl.rcParams)
    figures = {name: draw(TITLE, style.WIDE) for name, draw in DRAW.items()}
    svg = {name: style.svg(figure, name) for name, figure in figures.items()}
    png = {name: style.png(figure, 60) for name, figure in figures.items()}
    return Written(svg, png, before, dict(mpl.rcParams))


def test_equal_numbers_give_equal_bytes(written: Written) -> None:
    for name, draw in DRAW.items():
        again = draw(TITLE, style.WIDE)
        assert written.svg[name] == style.svg(again, name)
        assert written.png[name] == style.png(again, 60)
    assert written.svg["response"] != style.svg(DRAW["response"]("Another title", style.WIDE), "response")


def test_bytes_do_not_depend_on_the_process(written: Written) -> None:
    # Sets and dictionaries of text are ordered by a hash that differs from process to process: not by that of this one.
    code = (
        "import hashlib, chart_tables as t\nfrom analysis.presentation import style\n"
        f"print(hashlib.sha256(style.svg(t.DRAW['effects']({TITLE!r}, {style.WIDE}), 'effects').encode()).hexdigest())"
    )
    here = hashlib.sha256(written.svg["effects"].encode()).hexdigest()
    assert printed(code, environment=other_hashes()).strip() == here


def test_files_hold_no_date(written: Written) -> None:
    for svg in written.svg.values():
        assert "dc:date" not in svg
        assert not re.search(r"20\d\d-\d\d-\d\d", svg)
    for png in written.png.values():
        assert b"Software" not in png
        assert b"tIME" not in png


def test_drawing_leaves_matplotlib_as_it_was(written: Written) -> None:
    from matplotlib import pyplot as plt

    assert written.after == written.before
    assert plt.get_fignums() == []
