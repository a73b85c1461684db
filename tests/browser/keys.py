"""A person who uses no pointer."""

from __future__ import annotations

from playwright.async_api import Locator, expect

from tests.browser.visitor import Visitor

MAX_TABS = 60  # from one thing to any other on a screen


async def tab_to(visitor: Visitor, wanted: Locator) -> None:
    """Goes on, Tab by Tab, until it has the focus, which has to be seen then."""
    await expect(wanted).to_be_visible()
    for _ in range(MAX_TABS):
        await visitor.page.keyboard.press("Tab")
        if await wanted.evaluate("element => element === document.activeElement"):
            outline = await wanted.evaluate(
                """element => ["", "::after"].map(
                  (part) => getComputedStyle(element, part || null).outlineStyle)"""
            )
            assert set(outline) != {"none"}, "nobody sees where the focus is"
            return
    raise AssertionError(f"Tab does not lead to {wanted}")


async def tab_to_and_press(visitor: Visitor, name: str) -> None:
    await tab_to(visitor, visitor.at(name))
    await visitor.page.keyboard.press("Enter")
