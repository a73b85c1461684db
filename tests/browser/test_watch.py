"""That the other tests would see it if something went wrong in a browser."""

from __future__ import annotations

import pytest
from playwright.async_api import Page, expect

from tests.browser.faults import faults
from tests.browser.visitor import Door, Visitor
from tests.browser.watch import REPORT

OF_ANOTHER_HOST = "http://127.0.0.1:1/picture.png"
FAINT = "() => { document.querySelector('.lead').attributeStyleMap.set('color', '#ddd'); }"
TINY = (
    "() => { document.querySelector('button').attributeStyleMap.set('transform', 'scale(0.5)'); }"
)
WIDE = "() => { document.querySelector('main').attributeStyleMap.set('min-inline-size', '99em'); }"

pytestmark = pytest.mark.asyncio(loop_scope="session")


async def opened(door: Door) -> Visitor:
    visitor = await door.enter("Wrong", language="en")
    await visitor.open()
    await expect(visitor.at("sign-up")).to_be_visible()
    return visitor


async def test_an_error_that_nobody_catches_is_seen(door: Door) -> None:
    visitor = await opened(door)
    async with visitor.context.expect_event("weberror"):
        await visitor.page.evaluate("() => void Promise.reject(new Error('dropped'))")
    assert "dropped" in visitor.watch.wrong.pop()


async def test_a_breach_of_the_policy_is_seen(door: Door) -> None:
    """Another host is asked; a style is written into what is on the page."""
    visitor = await opened(door)
    for breach in (
        f"() => {{ new Image().src = '{OF_ANOTHER_HOST}'; }}",
        "() => document.body.setAttribute('style', 'color: red')",
    ):
        async with visitor.context.expect_event("console", lambda told: REPORT in told.text):
            await visitor.page.evaluate(breach)
        assert any(REPORT in each for each in visitor.watch.wrong), breach
        visitor.watch.wrong.clear()


async def test_a_page_that_asks_for_all_events_is_seen(door: Door) -> None:
    """Contract: 5.10."""
    visitor = await opened(door)
    await visitor.page.evaluate("() => fetch('/api/events/GetEvents?limit=1')")
    assert not visitor.watch.wrong
    await visitor.page.evaluate("() => fetch('/api/events/GetEvents?newest_first=true')")
    assert "asked for all events" in visitor.watch.wrong.pop()


async def test_a_lost_connection_is_forgiven_only_where_a_test_takes_it_away(door: Door) -> None:
    visitor = await opened(door)
    await visitor.context.set_offline(True)
    for may_lose in (False, True):
        visitor.watch.may_lose_connection = may_lose
        async with visitor.context.expect_event("console", lambda told: "net::ERR" in told.text):
            await visitor.page.evaluate("() => fetch('/health/live').catch(() => undefined)")
        assert bool(visitor.watch.wrong) is not may_lose
        visitor.watch.wrong.clear()


async def test_what_keeps_people_out_is_found(door: Door) -> None:
    visitor = await opened(door)
    page: Page = visitor.page
    found = await faults(page)
    assert found == []
    for spoiled, fault in (
        (FAINT, "color-contrast"),
        (TINY, "too small"),
        (WIDE, "sideways"),
    ):
        assert not any(fault in each for each in found), fault
        await page.evaluate(spoiled)
        found = await faults(page)
        assert any(fault in each for each in found), fault
