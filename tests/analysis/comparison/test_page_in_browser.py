"""The page of a comparison as a browser shows it: alone, on a phone, and on paper."""

from __future__ import annotations

import re
import shutil
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from pages_in_browser import check_fit
from paper import PAPER, media_boxes

from analysis.comparison.charts import SMALL
from analysis.comparison.comparison import compare
from analysis.comparison.page import PAGE, publish
from analysis.presentation import style

if TYPE_CHECKING:
    from playwright.sync_api import Page

pytestmark = [pytest.mark.browser, pytest.mark.slow]

HEAD = "extends: baseline\npopulation: {{people: 600}}\ntime: {{warm_up: 0 days, window: 30 weeks}}\ntitle: {title}\n"
LONG = "A title of a scenario that goes on and on, and then goes on some more, " * 8
"""Of more than one line; what would not fit is cut."""


def people(number: int) -> str:
    """So many roles with long names that differ in everything that there is room for, and in more."""
    roles = [
        f"  somebody_with_a_rather_long_name_{i}: {{count: 30, employed: off, searches_from: 7 days, quiet_hours: {i}, "
        f"hours_per_week: {6 + i}, applications: {40 + i}%, asks: {i}%, upkeep: {i}%, support: {i}%, ties: {30 + i}, "
        f"strength: {0.1 + i / 20}, familiarity: {0.1 + i / 20}, goodwill: {i / 10}, days_since_touch: {i}}}\n"
        for i in range(number)
    ]
    return f"{HEAD.format(title=LONG)}cast:\n{''.join(roles)}"


def market(number: int) -> str:
    return f"{HEAD.format(title=LONG)}careers: {{searching: {0.1 + number / 50}, managers: {0.1 + number / 50}}}\n"


COMPARED = {
    "two": ["eli_ben"],
    "three": ["three"],
    "markets": [f"a-market-with-a-rather-long-name-{i}" for i in range(4)],
    "ten": ["ten"],
}


@pytest.fixture(scope="module")
def addresses(tmp_path_factory: pytest.TempPathFactory) -> dict[str, str]:
    """Each page alone in its folder, as it is when it comes by e-mail."""
    folder = tmp_path_factory.mktemp("compare")
    texts = {name: market(i) for i, name in enumerate(COMPARED["markets"])}
    texts |= {"three": people(3), "ten": people(10)}
    texts["eli_ben"] = HEAD.format(title="Two of them") + (
        "cast:\n  eli: {count: 60, employed: off, searches_from: 7 days, applications: 60%, asks: 40%}\n"
        "  ben: {count: 60, employed: off, searches_from: 7 days, applications: 100%}\n"
    )
    for name, text in texts.items():
        (folder / f"{name}.yaml").write_text(text, encoding="utf-8")
    found = {}
    for name, files in COMPARED.items():
        asked = [str(folder / f"{file}.yaml") for file in files]
        publish(compare(asked, replications=3, seed=1), folder / name, names=[f"{file}.yaml" for file in files])
        alone = tmp_path_factory.mktemp(name)
        shutil.copy(folder / name / PAGE, alone)
        found[name] = (alone / PAGE).as_uri()
    return found


SHEETS = {"two": 2, "three": 4, "markets": 3, "ten": 5}
"""Most sheets of each page: the client's, and one of numbers; many settings or groups take more."""


@pytest.mark.parametrize("paper", PAPER)
@pytest.mark.parametrize("name", COMPARED)
def test_page_prints_on_a_few_sheets(page: Page, addresses: dict[str, str], name: str, paper: str) -> None:
    page.goto(addresses[name])
    sheets = media_boxes(page.pdf(format=paper, print_background=True))
    assert len(sheets) <= SHEETS[name]
    assert sheets[0] == pytest.approx(PAPER[paper], abs=1)


@pytest.mark.parametrize("paper", PAPER)
@pytest.mark.parametrize("name", COMPARED)
def test_letters_on_paper_are_large_enough_and_nothing_is_lost_beside_the_sheet(
    page: Page, addresses: dict[str, str], name: str, paper: str
) -> None:
    wide = round((PAPER[paper][0] / 72 - 2 * 12 / 25.4) * 96)  # margins of the page, in millimetres
    page.emulate_media(media="print")
    page.set_viewport_size({"width": wide, "height": 1000})
    page.goto(addresses[name])
    over = page.evaluate(
        """wide => [...document.querySelectorAll('body *')].filter(e => !e.closest('svg'))
           .filter(e => e.getBoundingClientRect().right > wide + 1).map(e => e.outerHTML.slice(0, 80))""",
        wide,
    )
    assert over == []
    sizes = page.evaluate(
        """() => [...document.querySelectorAll('body *')].filter(e => !e.closest('svg') && e.offsetParent)
           .filter(e => [...e.childNodes].some(n => n.nodeType === 3 && n.textContent.trim()))
           .map(e => [parseFloat(getComputedStyle(e).fontSize) * 0.75, e.outerHTML.slice(0, 80)])"""
    )
    assert [said for size, said in sizes if size < 8.99] == []
    assert page.locator("p.careful").evaluate("e => parseFloat(getComputedStyle(e).fontSize) * 0.75") >= 10.99
    chart = page.locator("figure .wide svg").bounding_box()
    assert chart is not None
    # Its smallest letters have 9 points at the width that it is drawn at.
    assert chart["width"] / 96 * SMALL / style.WIDE > 8.9
    assert not page.locator("figure .narrow svg").is_visible()


@pytest.mark.parametrize("name", COMPARED)
@pytest.mark.parametrize("width", [360, 1280])
def test_page_fits_its_screen(page: Page, addresses: dict[str, str], name: str, width: int) -> None:
    check_fit(page, addresses[name], width)


@pytest.mark.parametrize(("width", "kind"), [(360, "narrow"), (1280, "wide")])
@pytest.mark.parametrize(("name", "starts"), [("two", "Lines over weeks of"), ("ten", "Points, one row a group")])
def test_chart_is_seen_once_and_has_an_alternative_text(
    page: Page, addresses: dict[str, str], name: str, starts: str, width: int, kind: str
) -> None:
    page.set_viewport_size({"width": width, "height": 800})
    page.goto(addresses[name])
    chart = page.get_by_role("img")
    assert chart.count() == 1
    assert chart.evaluate("e => e.parentElement.className") == kind
    said = chart.get_attribute("aria-label") or ""
    assert said.startswith(starts)
    assert re.search(r"hours per interview [\d,]+ hours \(", said)


def test_page_loads_alone_and_is_in_order_for_a_screen_reader(page: Page, addresses: dict[str, str]) -> None:
    asked: list[str] = []
    said: list[str] = []
    page.on("request", lambda request: asked.append(request.url))
    page.on("console", lambda message: said.append(message.text))
    page.on("pageerror", lambda error: said.append(str(error)))
    page.goto(addresses["two"], wait_until="networkidle")
    assert [url for url in asked if not url.startswith("data:")] == [addresses["two"]]
    assert said == []
    assert page.get_by_role("heading", level=1).count() == 1
    assert page.get_by_role("heading", level=2).count() == 4
    assert page.get_by_role("table").count() == 3
    for table in page.get_by_role("table").all():
        assert table.locator("caption").inner_text().strip()
    lead = page.locator(".lead").inner_text()
    assert lead.startswith("In this simulation")
    assert page.get_by_role("row", name=re.compile("^eli less ben|^ben less eli")).count() == 1
    assert Path(addresses["two"].removeprefix("file://")).stat().st_size < 1_000_000, "small enough for an e-mail"
