"""Charts: what is drawn is what the tables say, it reads without colour, nothing is cut off, and bytes repeat."""

from __future__ import annotations

import hashlib
import os
import re
import subprocess
import sys
from collections.abc import Callable
from itertools import combinations

import matplotlib as mpl
import numpy as np
import pandas as pd
import pytest
from matplotlib import colors
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.patches import Rectangle
from matplotlib.text import Text
from paths import ROOT

from analysis.presentation import style, wording
from analysis.reporting import charts, sentences
from analysis.reporting.time_chart import time_to_response

NAN = float("nan")
METHOD = "Student t over 4 replications"


def response() -> pd.DataFrame:
    return pd.DataFrame(
        {
            "channel": ["direct", "referral", "recruiter"],
            "n": [248068, 16160, 9641],
            "count": [8082, 4065, 1264],
            "rate": [0.0326, 0.2515, 0.1311],
            "low": [0.0314, 0.2369, 0.1158],
            "high": [0.0338, 0.2662, 0.1464],
            "level": 0.95,
            "method": METHOD,
            "band_low": [0.02, 0.2, 0.1],
            "band_high": [0.05, 0.4, 0.15],
            "verdict": ["holds", "fails", "undecided"],
        }
    )


def funnel() -> pd.DataFrame:
    shares = {
        "direct": [1, 0.645, 0.0326, 0.0304, 0.0071, 0.0062],
        "referral": [1, 0.987, 0.25, 0.196, 0.063, 0.055],
        "recruiter": [1, 0.355, 0.131, 0.129, 0.041, 0.037],
    }
    return pd.DataFrame(
        [
            {
                "channel": channel,
                "stage": stage,
                "n": 10000,
                "count": round(1_000_000 * share),
                "rate": share,
                "low": NAN if stage == "sent" else 0.9 * share,
                "high": NAN if stage == "sent" else min(1.1 * share, 1),
                "level": 0.95,
                "method": "" if stage == "sent" else METHOD,
            }
            for channel, row in shares.items()
            for stage, share in zip(wording.STAGE_LABELS, row, strict=True)
        ]
    )


def curve() -> pd.DataFrame:
    days = np.arange(0, 60.5, 0.5)
    speeds = {"direct": (0.033, 8.0), "referral": (0.25, 0.7), "recruiter": (0.13, 2.0)}
    return pd.concat(
        [
            pd.DataFrame(
                {
                    "channel": channel,
                    "days": days,
                    "incidence": top * (1 - np.exp(-days / wait)),
                    "low": 0.93 * top * (1 - np.exp(-days / wait)),
                    "high": 1.07 * top * (1 - np.exp(-days / wait)),
                    "at_risk": (1_556_748 * np.exp(-days / 40)).astype(int),
                    "n": 1000,
                    "level": 0.95,
                    "method": METHOD,
                }
            )
            for channel, (top, wait) in speeds.items()
        ],
        ignore_index=True,
    )


def days() -> pd.DataFrame:
    half = {"direct": 13.2, "referral": 1.5, "recruiter": 3.0}
    return pd.DataFrame(
        [
            {
                "channel": channel,
                "quantile": q,
                "days": middle * 2 * q,
                "low": middle * 1.9 * q,
                "high": middle * 2.1 * q,
                "n": 812,
                "mean": middle,
                "level": 0.95,
            }
            for channel, middle in half.items()
            for q in (0.25, 0.5, 0.75, 0.9)
        ]
    )


def effects() -> pd.DataFrame:
    return pd.DataFrame(
        {
            "term": ["referral", "recruiter", "match", "goodwill"],
            "kind": ["channel", "channel", "slope", "slope"],
            "label": [
                "Referral instead of direct application",
                "Recruiter approach instead of direct application",
                "Match of person and opening",
                "Goodwill of the referrer",
            ],
            "reference": ["direct", "direct", "", ""],
            "step": [1, 1, 0.99, 0.49],
            "effect": [0.122, 0.0295, 0.0494, 0.004],
            "low": [0.117, 0.0254, 0.0483, -0.002],
            "high": [0.127, 0.0336, 0.0505, 0.0106],
            "p": [0, 0, 0, 0.2],
            "n": [273869, 273869, 273869, 16160],
            "level": 0.95,
            "unadjusted": [0.219, 0.0985, NAN, NAN],
        }
    )


DRAW: dict[str, Callable[[str, float], Figure]] = {
    "response": lambda title, width: charts.response_by_channel(response(), title=title, width=width),
    "funnel": lambda title, width: charts.funnel(funnel(), title=title, width=width),
    "time_to_response": lambda title, width: time_to_response(curve(), days(), title=title, width=width),
    "effects": lambda title, width: charts.effects(effects(), title=title, width=width),
}
TITLE = "Referrals are answered 21.9 points more often than direct applications; between equal candidates 12.2 remain"


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
@pytest.mark.parametrize("name", DRAW)
def test_no_text_is_cut_off_or_written_over_another(name: str, width: float) -> None:
    figure = DRAW[name](TITLE, width)
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


def test_equal_numbers_give_equal_bytes() -> None:
    for name, draw in DRAW.items():
        once, again = draw(TITLE, style.WIDE), draw(TITLE, style.WIDE)
        written = style.svg(once, name)
        assert written == style.svg(again, name)
        assert style.png(once, 60) == style.png(again, 60)
        assert written != style.svg(draw("Another title", style.WIDE), name)


def test_bytes_do_not_depend_on_the_process() -> None:
    # Sets and dictionaries of text are ordered by a hash that differs from process to process: not by that of this one.
    other = "2" if os.environ.get("PYTHONHASHSEED") == "1" else "1"
    code = (
        "import sys; sys.path[:0] = ['tests/analysis/reporting', 'tests/support']\n"
        "import hashlib, test_charts as t\nfrom analysis.presentation import style\n"
        "print(hashlib.sha256(style.svg(t.DRAW['effects']('x', 7.2), 'effects').encode()).hexdigest())"
    )
    done = subprocess.run(
        [sys.executable, "-c", code],
        cwd=ROOT,
        env=os.environ | {"PYTHONHASHSEED": other},
        capture_output=True,
        text=True,
        check=True,
    )
    here = hashlib.sha256(style.svg(DRAW["effects"]("x", 7.2), "effects").encode()).hexdigest()
    assert done.stdout.strip() == here


def test_files_hold_no_date() -> None:
    figure = DRAW["response"](TITLE, style.WIDE)
    assert "dc:date" not in style.svg(figure, "x")
    assert not re.search(r"20\d\d-\d\d-\d\d", style.svg(figure, "x"))
    assert b"Software" not in style.png(figure, 60)
    assert b"tIME" not in style.png(figure, 60)


def test_drawing_leaves_matplotlib_as_it_was() -> None:
    from matplotlib import pyplot as plt

    before = dict(mpl.rcParams)
    for draw in DRAW.values():
        style.svg(draw(TITLE, style.WIDE), "x")
    assert dict(mpl.rcParams) == before
    assert plt.get_fignums() == []


def luminance(colour: str) -> float:
    rgb = np.array(colors.to_rgb(colour))
    linear = np.where(rgb <= 0.04045, rgb / 12.92, ((rgb + 0.055) / 1.055) ** 2.4)
    return float(linear @ [0.2126, 0.7152, 0.0722])


def contrast(one: str, other: str) -> float:
    a, b = sorted((luminance(one), luminance(other)))
    return (b + 0.05) / (a + 0.05)


@pytest.mark.parametrize(
    "colour", [*(look.colour for look in style.LOOKS.values()), style.OTHER.colour, style.BAND_EDGE]
)
def test_marks_stand_out_on_white(colour: str) -> None:
    assert contrast(colour, "white") >= 3


@pytest.mark.parametrize("look", style.LOOKS.values())
def test_marks_stand_out_on_the_band(look: style.Look) -> None:
    assert contrast(look.colour, style.BAND) >= 3


def test_channels_differ_without_colour() -> None:
    looks = [*style.LOOKS.values(), style.OTHER]
    assert len({look.marker for look in looks}) == len(looks)
    assert len({look.dashes for look in looks}) == len(looks)


# Full protanopia, deuteranopia and tritanopia on linear RGB (Machado, Oliveira and Fernandes 2009).
BLIND = {
    "protan": [[0.152286, 1.052583, -0.204868], [0.114503, 0.786281, 0.099216], [-0.003882, -0.048116, 1.051998]],
    "deutan": [[0.367322, 0.860646, -0.227968], [0.280085, 0.672501, 0.047413], [-0.011820, 0.042940, 0.968881]],
    "tritan": [[1.255528, -0.076749, -0.178779], [-0.078411, 0.930809, 0.147602], [0.004733, 0.691367, 0.303900]],
}


@pytest.mark.parametrize("kind", BLIND)
def test_channels_differ_to_colour_blind_eyes(kind: str) -> None:
    def lab(colour: str) -> np.ndarray:
        rgb = np.array(colors.to_rgb(colour))
        linear = np.where(rgb <= 0.04045, rgb / 12.92, ((rgb + 0.055) / 1.055) ** 2.4)
        seen = np.clip(np.array(BLIND[kind]) @ linear, 0, 1)
        xyz = np.array([[0.4124, 0.3576, 0.1805], [0.2126, 0.7152, 0.0722], [0.0193, 0.1192, 0.9505]]) @ seen
        f = np.cbrt(xyz / [0.95047, 1.0, 1.08883])
        return np.array([116 * f[1] - 16, 500 * (f[0] - f[1]), 200 * (f[1] - f[2])])

    for one, other in combinations(style.LOOKS.values(), 2):
        assert np.linalg.norm(lab(one.colour) - lab(other.colour)) > 25, (one, other)


def contrasts(estimate: float, low: float) -> pd.DataFrame:
    return pd.DataFrame(
        [
            {
                "stage": "response",
                "channel": "referral",
                "reference": "direct",
                "measure": "risk_ratio",
                "estimate": estimate,
                "low": low,
                "high": estimate * 1.2,
            }
        ]
    )


@pytest.mark.parametrize(
    ("estimate", "low", "said"),
    [
        (7.72, 7.0, "Referrals are answered 7.7 times as often as direct applications"),
        (12.3, 9.0, "Referrals are answered 12 times as often as direct applications"),
        (1.4, 0.9, "Whether referrals are answered more often than direct applications is undecided in this run"),
        (float("inf"), 3.0, "Referrals are answered, direct applications never"),
    ],
)
def test_the_title_is_computed_from_the_numbers(estimate: float, low: float, said: str) -> None:
    rates = response().assign(stage="response")
    assert sentences.comparison(contrasts(estimate, low), rates, "response", "are answered") == said


def test_the_title_turns_round_where_direct_applications_do_better() -> None:
    rates = response().assign(stage="response", rate=[0.3, 0.1, 0.2])
    table = contrasts(3.0, 2.0).assign(channel="direct", reference="referral")
    assert sentences.comparison(table, rates, "response", "are answered").startswith(
        "Direct applications are answered 3.0"
    )


def test_effects_title_says_what_remains() -> None:
    assert sentences.effects_finding(effects()) == (
        "Referrals are answered 21.9 points more often than direct applications; "
        "between equal candidates 12.2 points remain"
    )
    unsure = effects().assign(low=-0.1)
    assert "the run cannot tell" in sentences.effects_finding(unsure)


def test_time_title_names_the_quicker_first() -> None:
    assert sentences.time_finding(days()) == (
        "Half of the answers to referrals come within 1.5 days; to direct applications, within 13 days"
    )


def test_alternative_text_holds_the_numbers() -> None:
    text = sentences.response_alt(response())
    for part in (
        "Referral: 25.1 % answered",
        "23.7–26.6 %",
        "n = 16,160",
        "published band 20–40 %, fails",
        "undecided",
    ):
        assert part in text
    assert "Direct application, 10,000 sent: read 64.5 %, answered 3.26 %" in sentences.funnel_alt(funnel())
    text = sentences.time_alt(curve(), days())
    assert "by day 14" in text
    assert "half within 1.50" in text
    assert "+12.2 percentage points, 95 % interval +11.7 to +12.7" in sentences.effects_alt(effects())


@pytest.mark.parametrize(
    ("share", "said"),
    [
        (0.2515, "25 of 100 x"),
        (0.0326, "3 of 100 x"),
        (0.0062, "6 of 1,000 x"),
        (0.00004, "4 of 100,000 x"),
        (0, "none of the x"),
        (1, "100 of 100 x"),
    ],
)
def test_shares_in_words(share: float, said: str) -> None:
    assert wording.out_of(share, "x") == said
