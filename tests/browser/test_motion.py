"""What moves (a tick that draws itself, a dialog that rises) ends as what does not move."""

from __future__ import annotations

from typing import Any

import pytest
from playwright.async_api import Page, expect

from tests.browser.visitor import Door, Visitor

pytestmark = pytest.mark.asyncio(loop_scope="session")

WATCH_ANIMATIONS = """
window.moved = [];
addEventListener("animationend", (event) => window.moved.push(event));
"""
TOOK = """
([name, selector]) => window.moved.find(({ animationName, target }) =>
  animationName === name && target.matches(selector))?.elapsedTime
"""
STATE = """
(selector) => {
  const seen = getComputedStyle(document.querySelector(selector));
  const { strokeDashoffset, opacity, transform } = seen;
  return { strokeDashoffset, opacity, transform };
}
"""
TICK, RECEIPT, SHEET = ".receipt .drawn path", ".receipt", "dialog.hold"


async def enter_in_motion(door: Door, name: str, username: str, link: str = "") -> Visitor:
    visitor = await door.enter(name, language="en")
    await visitor.page.emulate_media(reduced_motion="no-preference")
    await visitor.context.add_init_script(WATCH_ANIMATIONS)
    await visitor.open(link)
    await visitor.sign_up(username)
    return visitor


async def end_of_motion(
    page: Page, selector: str, animation: str, seconds: float
) -> dict[str, Any]:
    """Waits until it has moved, for so many seconds; answers how it looks then."""
    took = await page.wait_for_function(TOOK, arg=[animation, selector])
    assert await took.json_value() == pytest.approx(seconds)
    return dict(await page.evaluate(STATE, selector))


async def test_what_moves_ends_as_it_is_where_nothing_moves(door: Door) -> None:
    marker = await enter_in_motion(door, "Moving Marker", "moving-marker")
    link = await marker.create_event("In motion")
    await marker.begin_marking()
    asker = await enter_in_motion(door, "Moving Asker", "moving-asker", link)
    await asker.wait()
    await marker.hold(asker)
    risen = await end_of_motion(marker.page, SHEET, "rise", 0.2)
    await marker.page.emulate_media(reduced_motion="reduce")
    assert await marker.page.evaluate(STATE, SHEET) == risen
    await expect(marker.at("marked")).to_have_attribute("aria-disabled", "false")
    await marker.at("marked").click()
    await asker.expect_state("marked")
    drawn = await end_of_motion(asker.page, TICK, "draw", 0.38)
    flooded = await end_of_motion(asker.page, RECEIPT, "flood", 0.2)
    assert (drawn["strokeDashoffset"], flooded["opacity"]) == ("0px", "1")
    await asker.page.emulate_media(reduced_motion="reduce")
    assert await asker.page.evaluate(STATE, TICK) == drawn
    assert await asker.page.evaluate(STATE, RECEIPT) == flooded
