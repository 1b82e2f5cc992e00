"""A browser for the tests that open a page, and one comparison for those of the command and of its page."""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator
from typing import TYPE_CHECKING

import pytest
from compared_people import SEED, TWO, write

import sim
from analysis.comparison.arms import arms_of
from analysis.comparison.comparison import Comparison, compared
from sim.runs.result import Result

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Page

REQUIRED = os.environ.get("REFERRALSIM_REQUIRE_BROWSER") == "1"


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    """One Chromium for all tests of a process."""
    chromium = shutil.which("chromium") or shutil.which("chromium-browser")
    if chromium is None:
        if REQUIRED:
            pytest.fail("REFERRALSIM_REQUIRE_BROWSER=1, and there is no chromium on the PATH")
        pytest.skip("there is no chromium on the PATH")
    from playwright.sync_api import sync_playwright

    with sync_playwright() as player:
        # The sandbox of Chromium cannot be set up by root, as whom containers run; the page is our own.
        browser = player.chromium.launch(executable_path=chromium, args=["--no-sandbox"])
        yield browser
        browser.close()


@pytest.fixture
def page(browser: Browser) -> Iterator[Page]:
    """A new page, closed after the test."""
    page = browser.new_page()
    yield page
    page.close()


@pytest.fixture(scope="session")
def two(tmp_path_factory: pytest.TempPathFactory) -> str:
    """The file of two kinds of people to compare."""
    return write(tmp_path_factory.mktemp("scenarios"), "two", TWO)


@pytest.fixture(scope="session")
def run_of_two(two: str) -> Result:
    """Four replications of it."""
    return sim.simulate(arms_of([two])[0].scenario, replications=4, seed=SEED)


@pytest.fixture(scope="session")
def comparison(two: str, run_of_two: Result) -> Comparison:
    """The two compared."""
    arms = arms_of([two])
    return compared(arms, {arms[0].scenario.digest: run_of_two})
