"""Phones whose clock is wrong: everything works, by the service's clock. Contract: 1.9."""

from __future__ import annotations

import time

import pytest
from playwright.async_api import expect

from tests.browser.visitor import Door, Visitor

HOURS = 3600
# What a phone with such a clock says, to everything that asks it
SET_CLOCK = """
(() => {
  const Right = Date;
  const wrong = %d * 1000;
  globalThis.Date = class extends Right {
    constructor(...given) {
      if (given.length) super(...given);
      else super(Right.now() + wrong);
    }
    static now() { return Right.now() + wrong; }
  };
})();
"""

pytestmark = pytest.mark.asyncio(loop_scope="session")
both_ways = pytest.mark.parametrize(
    "seconds_ahead", [2 * HOURS, -2 * HOURS], ids=["ahead", "behind"]
)


async def enter_with_clock(door: Door, name: str, seconds_ahead: int) -> Visitor:
    """Lets somebody in whose phone is so many seconds ahead, or behind."""
    visitor = await door.enter(name, language="en")
    await visitor.context.add_init_script(SET_CLOCK % seconds_ahead)
    return visitor


@both_ways
async def test_a_class_begins_now_is_marked_and_lasts_as_long_as_was_said(
    door: Door, seconds_ahead: int
) -> None:
    way = "ahead" if seconds_ahead > 0 else "behind"
    marker = await enter_with_clock(door, f"Marker {way}", seconds_ahead)
    await marker.open()
    await marker.sign_up(f"marker-{way}")
    before = time.time()
    link = await marker.create_event(f"Clock {way}")
    event_id = marker.page.url.rpartition("/")[2]
    answer = await marker.context.request.get(
        f"{marker.url}/api/events/GetEventByID?event_id={event_id}"
    )
    made = (await answer.json())["response"]
    assert before - 120 < made["time_from"] <= time.time()
    assert before + 85 * 60 < made["time_to"] < time.time() + 95 * 60
    await marker.begin_marking()

    asker = await enter_with_clock(door, f"Asker {way}", seconds_ahead)
    await asker.open(link)
    await asker.sign_up(f"asker-{way}")
    await expect(asker.at("over")).to_have_count(0)
    await asker.wait()
    await marker.hold(asker)
    left = await marker.at("held").locator(".seconds").inner_text()
    assert 60 <= int(left.split()[0]) <= 90
    await marker.at("marked").click()
    await asker.expect_state("marked")


async def test_before_the_start_few_sockets_are_opened_by_a_phone_that_is_ahead(door: Door) -> None:
    """A phone that is ahead would try again and again, if it went by its own clock."""
    marker = await enter_with_clock(door, "Early", 10 * 60)
    await marker.open()
    await marker.sign_up("early")
    token = next(
        each.get("value")
        for each in await marker.context.cookies()
        if each.get("name") == "csrftoken"
    )
    start = int(time.time()) + 8
    answer = await marker.context.request.post(
        f"{marker.url}/api/events/CreateEvent",
        data={"name": "Soon", "time_from": start, "time_to": start + 600},
        headers={"X-CSRFToken": str(token)},
    )
    event_id = (await answer.json())["response"]["event_id"]
    opened: list[float] = []
    marker.page.on("websocket", lambda _: opened.append(time.monotonic()))
    await marker.open(f"{marker.url}/#/event/{event_id}/mark")
    await expect(marker.at("connection")).to_have_attribute("data-state", "open", timeout=20_000)
    assert time.time() >= start
    assert len(opened) <= 3
