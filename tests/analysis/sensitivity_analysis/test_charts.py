"""Charts of a sweep: what is drawn is what was computed, readable without colour, described in words."""

from __future__ import annotations

import xml.etree.ElementTree as ET
from pathlib import Path

import numpy as np
import pytest
from analytic_functions import OF, A, B, C, in_hand, ishigami, linear, measuring, quadratic
from matplotlib.collections import PathCollection
from matplotlib.colors import to_rgb
from matplotlib.figure import Figure
from matplotlib.patches import Rectangle
from matplotlib.text import Text

from analysis.presentation import style
from analysis.sensitivity_analysis import charts, response_charts, sentences
from analysis.sensitivity_analysis.indices import Sensitivity, sensitivity
from analysis.sensitivity_analysis.page import charts_of, publish

PARTS = {
    "sobol": {"points": 16},
    "morris": {"points": 6},
    "latin-hypercube": {"points": 30},
    "grid": {},
    "one-at-a-time": {},
}


@pytest.fixture(scope="module")
def found() -> dict[str, Sensitivity]:
    functions = {
        "sobol": ishigami,
        "morris": ishigami,
        "latin-hypercube": quadratic,
        "grid": quadratic,
        "one-at-a-time": linear,
    }
    return {
        design: sensitivity(
            in_hand(measuring(functions[design], noise=0.2), design, replications=3, **parts), OF, resamples=40
        )
        for design, parts in PARTS.items()
    }


def texts(figure: Figure) -> str:
    return " ".join(text.get_text().replace("\n", " ") for text in figure.findobj(Text))


def test_each_design_has_its_charts(found: dict[str, Sensitivity]) -> None:
    kinds = {
        design: [chart.stem.removeprefix("days-to-fill-") for chart in charts_of(one)] for design, one in found.items()
    }
    assert kinds["one-at-a-time"] == [
        "tornado",
        *(f"curve-{name}" for name in ("screening-risk-aversion", "openings-bar-spread", "screening-learning")),
    ]
    assert kinds["grid"][0] == "surface"
    assert len(kinds["grid"]) == 4
    assert kinds["sobol"][0] == "sobol"
    assert kinds["morris"][0] == "morris"
    assert kinds["latin-hypercube"] == ["surface"]


def test_tornado_has_the_largest_on_top_and_bars_as_long_as_the_effects(found: dict[str, Sensitivity]) -> None:
    one = found["one-at-a-time"]
    figure = charts.tornado(one)
    (axes,) = figure.axes
    assert [tick.get_text() for tick in axes.get_yticklabels()] == [C, B, A]
    bars = [patch for patch in axes.patches if isinstance(patch, Rectangle)]
    drawn = sorted(round(bar.get_width(), 9) for bar in bars if round(bar.get_y() + 0.25) == 2)
    effects = one.effects[one.effects["factor"] == A]["value"]
    assert drawn == [round(effects.min(), 9), round(effects.max(), 9)]
    # Up and down differ by hatch and fill, not by colour alone.
    assert {bool(bar.get_hatch()) for bar in bars} == {True, False}
    assert "95 % intervals" in texts(figure)
    assert "Change from" in texts(figure)
    assert "days" in texts(figure)


def test_sobol_bars_are_the_indices(found: dict[str, Sensitivity]) -> None:
    one = found["sobol"]
    (axes,) = charts.sobol(one).axes
    widths = {round(bar.get_width(), 9) for bar in axes.patches}
    assert widths == {round(max(value, 0.0), 9) for value in one.indices["value"]}
    assert {bool(bar.get_hatch()) for bar in axes.patches} == {True, False}
    assert "alone (S1)" in texts(charts.sobol(one))


def test_morris_points_stand_at_mu_star_and_sigma(found: dict[str, Sensitivity]) -> None:
    one = found["morris"]
    (axes,) = charts.morris(one).axes
    points = {
        (round(float(line.get_xdata()[0]), 9), round(float(line.get_ydata()[0]), 9))
        for line in axes.lines
        if line.get_marker() == "o"
    }
    rows = one.indices.pivot_table(index="factor", columns="index", values="value")
    assert points == {(round(row["mu_star"], 9), round(row["sigma"], 9)) for _, row in rows.iterrows()}
    assert {"risk_aversion", "bar_spread", "learning"} <= {text.get_text() for text in axes.texts}


def test_curve_has_every_level_with_its_interval(found: dict[str, Sensitivity]) -> None:
    one = found["grid"]
    (axes,) = response_charts.curve(one, A).axes
    rows = one.curves[one.curves["factor"] == A]
    np.testing.assert_allclose(axes.lines[0].get_ydata(), rows["value"])
    assert [tick.get_text() for tick in axes.get_xticklabels()] == ["0", "2.5", "5", "7.5", "10"]
    assert len(axes.texts) == len(rows)


@pytest.mark.parametrize("design", ["grid", "latin-hypercube"])
def test_surface_has_labelled_lines_and_the_points(found: dict[str, Sensitivity], design: str) -> None:
    one = found[design]
    both = response_charts.two_factors(one)
    assert both is not None
    assert both[0] == A  # the first moves the quadratic most
    figure = response_charts.surface(one, *both)
    (axes,) = figure.axes
    assert len(axes.texts) > 2  # numbers on the lines
    crosses = next(line for line in axes.lines if line.get_marker() == "x")
    np.testing.assert_allclose(crosses.get_xdata(), one.data.points[both[0]])
    assert "points simulated" in texts(figure)
    assert not any(isinstance(part, PathCollection) for part in axes.collections)


def test_tones_of_a_surface_darken_and_letters_stand_out() -> None:
    tones = [np.dot(to_rgb(response_charts.TONES(part)), (0.2126, 0.7152, 0.0722)) for part in np.linspace(0, 1, 9)]
    assert (np.diff(tones) < 0).all()
    assert (tones[-1] + 0.05) / (np.dot(to_rgb(style.INK), (0.2126, 0.7152, 0.0722)) + 0.05) > 4.5


@pytest.mark.parametrize("width", [style.WIDE, style.NARROW])
def test_no_words_leave_the_sheet(found: dict[str, Sensitivity], width: float) -> None:
    for one in found.values():
        for chart in charts_of(one):
            figure = chart.draw(chart.finding, width)
            with style.drawing():
                figure.draw_without_rendering()  # lays it out
                box = figure.get_tightbbox()
            assert box.x0 > -0.05, chart.stem
            assert box.x1 < width + 0.05, chart.stem


def test_titles_tell_finding_size_and_unit_and_alternatives_all_numbers(found: dict[str, Sensitivity]) -> None:
    for design, one in found.items():
        for chart in charts_of(one):
            assert f"n = {one.responses.values.shape[0]} points × 3 replications" in chart.finding
            assert chart.alt.startswith(chart.finding)
            assert "days" in chart.alt or design == "sobol"
    tornado = charts_of(found["one-at-a-time"])[0]
    for row in found["one-at-a-time"].effects.to_dict("records"):
        assert sentences.change(found["one-at-a-time"], row["value"]) in tornado.alt
    assert tornado.finding.startswith(f"Days from posting to filled: {A} moves it most, by -")


def test_published_page_stands_alone_and_is_the_same_again(found: dict[str, Sensitivity], tmp_path: Path) -> None:
    one = found["sobol"]
    files = publish([one], tmp_path / "a")
    assert (files[0], files[-1]) == ("sensitivity.html", "sensitivity.csv")
    assert {path.name for path in (tmp_path / "a").glob("[!.]*")} == set(files)
    publish([one], tmp_path / "b")
    for name in files:
        assert (tmp_path / "a" / name).read_bytes() == (tmp_path / "b" / name).read_bytes()
    page = (tmp_path / "a" / "sensitivity.html").read_text(encoding="utf-8")
    assert "http" not in page.replace("http://www.w3.org", "")
    assert page.count('role="img"') == 2 * len(charts_of(one))
    for name in files:
        if name.endswith(".svg"):
            ET.parse(tmp_path / "a" / name)
