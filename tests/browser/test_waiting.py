"""Waiting to be marked: what is so, said as it is, and the receipt at the end."""

from __future__ import annotations

import re
from collections.abc import AsyncIterator

import pytest
import pytest_asyncio
from playwright.async_api import Browser, expect

from tests.browser.calls import begin_class, event_link, make_event, post
from tests.browser.tunnel import Tunnel, tunnel
from tests.browser.visitor import ON_ITS_SIDE, PATIENCE_MILLISECONDS, PHONE, Door
from tests.support.service_process import Service

pytestmark = pytest.mark.asyncio(loop_scope="session")
HOUR = 3600

GREEN = "rgb(15, 122, 62)"
# How often the screen is kept lit just now; what grants it is the test's own
COUNT_LOCKS = """
(() => {
  globalThis.locks = 0;
  class Lock extends EventTarget {
    async release() { locks -= 1; }
  }
  const request = async () => {
    locks += 1;
    return new Lock();
  };
  Object.defineProperty(Navigator.prototype, "wakeLock", { get: () => ({ request }) });
})();
"""
FILLS = """
(element) => {
  const { left, top, width, height } = element.getBoundingClientRect();
  const [right, bottom] = [innerWidth - 2, innerHeight - 2];
  const corners = [[1, 1], [right, 1], [1, bottom], [right, bottom]];
  return left === 0 && top === 0 && width === innerWidth && height === innerHeight &&
    corners.every(([x, y]) => element.contains(document.elementFromPoint(x, y)));
}
"""


async def test_one_knows_where_one_stands_and_who_marks(door: Door) -> None:
    first = await door.enter("First in line", language="en")
    await first.context.add_init_script(COUNT_LOCKS)
    await first.open()
    await first.sign_up("w-first")
    link = await first.create_event("Standing")
    assert await first.page.evaluate("() => locks") == 0
    await first.wait()
    await first.page.wait_for_function("() => locks === 1")  # the screen stays lit
    await expect(first.at("waiting")).to_contain_text("Nobody is marking yet")
    await expect(first.at("place")).to_have_text("1")
    second = await door.let_student_in("Second in line", "w-second", link, language="en")
    await second.wait()
    await expect(second.at("place")).to_have_text("2")
    marker = await door.let_student_in("At the sheet", "w-marker", link, language="en")
    await marker.begin_marking()
    await expect(first.at("more")).to_have_text("1 person is marking")
    await expect(first.at("waiting")).to_contain_text("You are on the list")
    await first.at("stop-waiting").click()
    await first.page.wait_for_function("() => locks === 0")
    await expect(second.at("place")).to_have_text("1")


async def test_one_is_told_while_one_is_being_signed_in(door: Door) -> None:
    marker = await door.let_student_in("Vera Sheet", "w-vera", language="en")
    link = await begin_class(marker, "Signing")
    await marker.begin_marking()
    asker = await door.let_student_in("Anna Signs", "w-anna", link, language="en")
    await asker.wait()
    await marker.hold(asker)
    await asker.expect_state("held")
    await expect(asker.at("waiting")).to_contain_text("You are being signed in")
    await expect(asker.at("waiting")).to_contain_text("Vera Sheet has the sheet")
    await marker.at("not-now").click()
    await asker.expect_state("open")


async def test_a_class_that_is_changed_is_told_to_those_in_it_at_once(door: Door) -> None:
    """Contract: 8.9."""
    teacher = await door.let_student_in("Vera Changes", "w-changes", language="en")
    event_id = await make_event(teacher, "Old room", -HOUR, HOUR)
    asker = await door.let_student_in(
        "Anna Hears", "w-hears", event_link(teacher, event_id), language="en"
    )
    await asker.wait()
    await teacher.open(event_link(teacher, event_id))
    await teacher.begin_marking()
    await post(teacher, "/api/events/UpdateEvent", event_id=event_id, name="Room 5")
    await expect(asker.at("notice")).to_contain_text("The class has changed: Room 5")
    await expect(asker.page.get_by_text("Room 5", exact=True)).to_be_visible()
    await expect(teacher.page.get_by_text("Room 5", exact=True)).to_be_visible()


@pytest_asyncio.fixture(loop_scope="session")
async def in_tunnel(browser: Browser, service: Service) -> AsyncIterator[tuple[Tunnel, Door]]:
    """A way that can go silent, and where people come in by it."""
    async with tunnel(service.url) as way:
        opened = Door(browser, way.url, PATIENCE_MILLISECONDS)
        yield way, opened
        way.speaks_again()
        await opened.close()


async def test_a_lost_place_is_counted_down_and_then_said_to_be_lost(
    door: Door, in_tunnel: tuple[Tunnel, Door]
) -> None:
    """Contract: 6.6."""
    way, other_door = in_tunnel
    asker = await other_door.let_student_in("Anna Tunnel", "w-tunnel", language="en")
    await begin_class(asker, "Tunnel")
    event_id = asker.page.url.rpartition("/")[2]
    await asker.wait()
    link = f"{door.url}/#/event/{event_id}"
    behind = await door.let_student_in("Boris Behind", "w-behind", link, language="en")
    await behind.wait()
    await expect(behind.at("place")).to_have_text("2")
    asker.watch.may_lose_connection = True
    way.falls_silent()
    await asker.context.set_offline(True)
    await asker.expect_state("lost")
    await expect(asker.at("more")).to_contain_text("Your place is kept for")
    before = await asker.at("more").inner_text()
    await expect(asker.at("more")).not_to_have_text(before)
    await expect(asker.at("waiting")).to_contain_text("You lost your place")
    # The service has heard of the loss later than the phone
    await expect(behind.at("place")).to_have_text("1", timeout=2 * PATIENCE_MILLISECONDS)
    way.speaks_again()
    await asker.context.set_offline(False)
    await asker.expect_state("open")
    await expect(asker.at("more")).to_have_text("You are back on the list, now number 2")
    await expect(asker.at("place")).to_have_text("2")


async def test_a_mark_is_a_receipt_that_fills_the_screen(door: Door) -> None:
    marker = await door.let_student_in("Vera Green", "w-green-v", language="en")
    link = await begin_class(marker, "Receipt seen")
    await marker.begin_marking()
    asker = await door.let_student_in("Anna Green", "w-green-a", link, language="en")
    await asker.wait()
    await marker.hold(asker)
    await marker.at("marked").click()
    await asker.expect_state("marked")
    receipt = asker.at("waiting")
    await expect(asker.at("own")).to_have_text("Anna Green")
    await expect(receipt).to_contain_text("Receipt seen")
    await expect(receipt).to_contain_text("Vera Green")
    # A moment later than the rest
    await expect(receipt.locator("time")).to_have_attribute("datetime", re.compile("Z$"))
    await expect(receipt.locator("time")).to_have_text(
        await asker.page.evaluate(
            "() => new Intl.DateTimeFormat('en-GB', { hour: '2-digit', minute: '2-digit' })"
            ".format(new Date(document.querySelector('time').dateTime))"
        )
    )
    for width, height in (PHONE, ON_ITS_SIDE):
        await asker.page.set_viewport_size({"width": width, "height": height})
        assert await receipt.evaluate(FILLS), width
        assert await receipt.evaluate("(e) => e.scrollHeight <= e.clientHeight"), (
            f"it has to be scrolled: {width}"
        )
    assert await receipt.evaluate("(e) => getComputedStyle(e).backgroundColor") == GREEN
    moves = "(e) => e.getAnimations({ subtree: true }).length"
    assert await receipt.evaluate(moves) == 0, "the visitor wants no movement"
    asker.watch.may_lose_connection = True
    await asker.context.set_offline(True)
    await expect(receipt.locator("time")).to_be_visible()
    await asker.context.set_offline(False)
    await asker.at("done").click()
    await expect(asker.at("tab-me")).to_be_visible()
