"""What holds for every page that is opened in a browser."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from playwright.sync_api import Page


def check_fit(page: Page, address: str, width: int) -> None:
    """Check that nothing reaches beyond a screen of this width, and that what scrolls can be scrolled."""
    page.set_viewport_size({"width": width, "height": 800})
    page.goto(address)
    assert page.evaluate("document.documentElement.scrollWidth") == width
    over = page.evaluate(
        """width => [...document.querySelectorAll('body *')].filter(e => !e.closest('.scroll, svg'))
           .filter(e => e.getBoundingClientRect().right > width + 0.5).map(e => e.outerHTML.slice(0, 80))""",
        width,
    )
    assert over == []
    locked = page.evaluate(
        """() => [...document.querySelectorAll('.scroll')].filter(e => e.scrollWidth > e.clientWidth)
           .filter(e => getComputedStyle(e).overflowX !== 'auto' || e.tabIndex !== 0).length"""
    )
    assert locked == 0, "a table wider than the screen scrolls by itself, by keyboard too"
