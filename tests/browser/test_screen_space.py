"""What is left of a screen: below the bar, between a notch and a round edge, under what is told."""

from __future__ import annotations

import pytest
from playwright.async_api import expect

from tests.browser.visitor import ON_ITS_SIDE, Door, Visitor

pytestmark = pytest.mark.asyncio(loop_scope="session")
# How much of the screen the sections cover, where something scrolls below them
COVERED_SHARE = """
() => {
  const nav = document.querySelector("nav");
  if (getComputedStyle(nav).position !== "fixed") return 0;
  const { width, height } = nav.getBoundingClientRect();
  return (width * height) / (innerWidth * innerHeight);
}
"""
MAX_COVERED_SHARE = 0.2  # of a screen
LOW = ((844, 390), (740, 360), (667, 375), (568, 320), (360, 400), (480, 330), (320, 200))
BOUNCES = """
() => [document.documentElement, document.body, ...document.querySelectorAll("dialog")]
  .map((each) => getComputedStyle(each).overscrollBehaviorY)
"""
INSETS = {"left": 47, "right": 47, "bottom": 21, "top": 0}  # of a phone on its side, in pixels
# What is read or pressed and reaches below the notch, the round edges, or the line at the bottom
BELOW_EDGES = """
({ left, right, bottom }) => {
  const among = document.querySelector("dialog[open]") ?? document.body;
  const nav = document.querySelector("nav");
  const rail = nav.checkVisibility() && nav.offsetHeight > nav.offsetWidth ? nav.offsetWidth : 0;
  const squeezed = [...nav.querySelectorAll("a")]
    .filter((each) => rail && each.checkVisibility() && each.offsetWidth < rail - left - 2);
  const all = among.querySelectorAll("h1, h2, p, button, a, input, time, .place");
  return [...squeezed, ...[...all]
    .filter((each) => each.checkVisibility() && !each.closest(".skip, .unseen"))
    .filter((each) => {
      const box = each.getBoundingClientRect();
      const beside = among === document.body && each.closest("main") ? rail + 2 : 0;
      const isAtBottom = each.closest("nav, dialog, .receipt") !== null;
      const isBeside = box.left < Math.max(left, beside) || box.right > innerWidth - right;
      const isBelow = isAtBottom && box.bottom > innerHeight - bottom + 0.5;
      return box.width > 1 && (isBeside || isBelow);
    })]
    .map((each) => each.outerHTML.slice(0, 120));
}
"""


async def with_edges(visitor: Visitor) -> Visitor:
    """Gives their phone, which lies on its side, a notch."""
    session = await visitor.context.new_cdp_session(visitor.page)
    await session.send("Emulation.setSafeAreaInsetsOverride", {"insets": INSETS})
    return visitor


async def test_the_sections_leave_low_screens_to_what_is_read(door: Door) -> None:
    visitor = await door.let_student_in("Low Screen", "low-screen", language="en")
    for width, height in LOW:
        await visitor.page.set_viewport_size({"width": width, "height": height})
        covered = await visitor.page.evaluate(COVERED_SHARE)
        assert covered < MAX_COVERED_SHARE, (width, height, covered)
    bounces = await visitor.page.evaluate(BOUNCES)
    assert {*bounces} == {"contain"}, "a pull loads the page anew"


async def test_nothing_lies_below_a_notch_or_a_round_edge(door: Door) -> None:
    marker = await with_edges(await door.enter("Edna Edge", language="en", size=ON_ITS_SIDE))
    asker = await with_edges(await door.enter("Nick Notch", language="en", size=ON_ITS_SIDE))
    wrong = {}

    async def look(visitor: Visitor, screen: str) -> None:
        if found := await visitor.page.evaluate(BELOW_EDGES, INSETS):
            wrong[screen] = found

    await marker.open()
    await expect(marker.at("sign-up")).to_be_visible()
    await look(marker, "sign-up")
    await marker.sign_up("edna-edge")
    await look(marker, "today")
    link = await marker.create_event("To the edge")
    await look(marker, "class")
    await marker.begin_marking()
    await asker.open(link)
    await asker.sign_up("nick-notch")
    await asker.wait()
    await look(asker, "waiting")
    await marker.expect_listed(asker)
    await look(marker, "marking")
    await marker.hold(asker)
    await look(marker, "holding")
    await marker.at("marked").click()
    await asker.expect_state("marked")
    await expect(asker.at("own")).to_have_text(asker.name)
    await look(asker, "receipt")
    assert not wrong, wrong
