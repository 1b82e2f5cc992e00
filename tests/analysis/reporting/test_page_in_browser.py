"""The report as a browser shows it: alone, without a fault, readable on a phone and on a desk, and on paper."""

from __future__ import annotations

import re
import shutil
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from pages_in_browser import check_fit
from paper import PAPER, media_boxes

import sim
from analysis.reporting.page import report

if TYPE_CHECKING:
    from playwright.sync_api import Page

pytestmark = [pytest.mark.browser, pytest.mark.slow]


@pytest.fixture(scope="module")
def address(tmp_path_factory: pytest.TempPathFactory) -> str:
    scenario = sim.load_scenario("baseline", {"population.people": 400, "time.window": "12 weeks"})
    folder = tmp_path_factory.mktemp("reports") / "baseline"
    report(sim.simulate(scenario, replications=3, seed=1), folder)
    # Alone in its folder, as it is when it comes by e-mail.
    alone = tmp_path_factory.mktemp("alone")
    shutil.copy(folder / "report.html", alone)
    return (alone / "report.html").as_uri()


def test_page_loads_alone_and_without_complaint(page: Page, address: str) -> None:
    asked: list[str] = []
    said: list[str] = []
    page.on("request", lambda request: asked.append(request.url))
    page.on("console", lambda message: said.append(message.text))
    page.on("pageerror", lambda error: said.append(str(error)))
    page.goto(address, wait_until="networkidle")
    assert [url for url in asked if not url.startswith("data:")] == [address]
    assert said == []


@pytest.mark.parametrize("width", [360, 1280])
def test_page_fits_its_screen(page: Page, address: str, width: int) -> None:
    check_fit(page, address, width)


@pytest.mark.parametrize(("width", "kind"), [(360, "narrow"), (1280, "wide")])
def test_each_chart_is_seen_once_and_has_a_name(page: Page, address: str, width: int, kind: str) -> None:
    page.set_viewport_size({"width": width, "height": 800})
    page.goto(address)
    charts = page.get_by_role("img")
    assert charts.count() == 4
    for place, starts in enumerate(["Points with intervals beside", "Lines of the share", "Curves of", "Points with"]):
        chart = charts.nth(place)
        assert chart.is_visible()
        assert (chart.get_attribute("aria-label") or "").startswith(starts)
        assert chart.evaluate("e => e.parentElement.className") == kind
        box = chart.bounding_box()
        assert box is not None
        assert box["width"] > 0.85 * min(width, 800) - 40
        assert box["height"] > 100
    # What the pieces of a chart are named by must be there, also beside the chart that is not shown.
    drawn = page.evaluate(
        """kind => [...document.querySelectorAll('.' + kind + ' svg use')].map(e => e.getBBox())
           .filter(box => box.width > 0).length""",
        kind,
    )
    assert drawn > 50


def test_headings_and_tables_are_there_for_a_screen_reader(page: Page, address: str) -> None:
    page.goto(address)
    assert page.get_by_role("heading", level=1).count() == 1
    assert page.get_by_role("heading", level=2).count() == 8
    for table in page.get_by_role("table").all():
        assert table.locator("caption").inner_text().strip()
    assert page.get_by_role("row", name=re.compile("^K7c ")).count() == 1


@pytest.mark.parametrize("paper", PAPER)
def test_page_prints_within_the_paper(page: Page, address: str, paper: str) -> None:
    page.emulate_media(media="print")
    # The width that is left between the margins of 15 mm, in CSS pixels.
    inside = round(PAPER[paper][0] / 72 * 96 - 2 * 15 / 25.4 * 96)
    page.set_viewport_size({"width": inside, "height": 900})
    page.goto(address)
    over = page.evaluate(
        """inside => [...document.querySelectorAll('body *')].filter(e => !e.closest('svg'))
           .filter(e => e.getBoundingClientRect().right > inside + 1).map(e => e.outerHTML.slice(0, 80))""",
        inside,
    )
    assert over == []
    pages = media_boxes(page.pdf(format=paper, print_background=True))
    assert 3 <= len(pages) <= 12
    for box in pages:
        assert box == pytest.approx(PAPER[paper], abs=1)


def test_printed_charts_are_the_wide_ones(page: Page, address: str) -> None:
    page.emulate_media(media="print")
    page.set_viewport_size({"width": 360, "height": 800})  # the size of the window does not matter on paper
    page.goto(address)
    assert page.locator("figure .wide svg").first.is_visible()
    assert not page.locator("figure .narrow svg").first.is_visible()


def test_report_is_the_file_that_was_written(address: str) -> None:
    assert Path(address.removeprefix("file://")).stat().st_size < 2_000_000, "small enough for an e-mail"
