"""Nothing moves under a thumb: what comes later finds its room kept (CLS), on every screen,
however long the names are that come.
"""

from __future__ import annotations

import asyncio
from typing import Any

import pytest
from playwright.async_api import Page, Route, expect

from tests.browser.calls import post
from tests.browser.visitor import LAPTOP, PHONE, Door, Visitor

pytestmark = pytest.mark.asyncio(loop_scope="session")

MAX_SHIFT = 0.02  # Cumulative Layout Shift; 0.1 is called good
LONG_NAME = "Konstantinopolskaya-Rozhdestvenskaya Alexandra Vladislavovna"
SLOW_NETWORK = {  # milliseconds, and bytes a second
    "latency": 200,
    "downloadThroughput": 400_000,
    "uploadThroughput": 100_000,
}
WATCH_SHIFTS = """
window.shifts = [];
new PerformanceObserver((list) => {
  for (const each of list.getEntries()) {
    if (each.hadRecentInput) continue;
    const who = each.sources.map(({ node }) => node?.outerHTML?.slice(0, 80) ?? String(node));
    window.shifts.push([each.value, ...who]);
  }
}).observe({ type: "layout-shift", buffered: true });
"""


@pytest.mark.parametrize("size", [PHONE, LAPTOP], ids=["phone", "laptop"])
async def test_nothing_moves_while_a_screen_comes(door: Door, size: tuple[int, int]) -> None:
    username = f"steady-{size[0]}"
    marker = await door.let_student_in(
        f"{LONG_NAME} {size[0]}", f"m-{username}", language="en", keeps_page=True
    )
    link = await marker.create_event(f"Class {username}")
    await marker.begin_marking()
    visitor = await door.enter(f"Student {username}", language="en", size=size, keeps_page=True)
    await slow_down_and_record_shifts(visitor)
    wrong = {}

    async def note_shifts(name: str, seen: Visitor = visitor) -> None:
        await seen.page.wait_for_load_state("networkidle")
        shifts = await take_shifts(seen.page)
        if sum(each[0] for each in shifts) >= MAX_SHIFT:
            wrong[name] = shifts

    await visitor.open(link)
    await expect(visitor.at("invitation")).to_be_visible()
    await note_shifts("sign-up")
    await visitor.sign_up(username)
    for name, awaited in (("", "tab-me"), ("people", "friends"), ("me", "karma")):
        await visitor.page.goto(f"{visitor.url}/#/{name}")
        await visitor.page.reload()
        await visitor.at(awaited).first.wait_for()
        await note_shifts(name or "today")
    await visitor.open(link)
    await visitor.page.reload()
    await visitor.at("mark-me").wait_for()
    await note_shifts("event")
    await visitor.wait()
    await visitor.page.reload()
    await visitor.expect_state("open")
    await note_shifts("wait")
    await marker.page.set_viewport_size({"width": size[0], "height": size[1]})
    await post(marker, "/api/profile/UpdateProfileInfo", bio="Group 231")
    await slow_down_and_record_shifts(marker)
    await marker.page.reload()
    await marker.expect_listed(visitor)
    await expect(marker.at("who-group")).to_be_visible()
    await note_shifts("mark", marker)
    await visitor.at("stop-waiting").click()
    await marker.expect_listed()
    await visitor.wait()
    await marker.expect_listed(visitor)
    await note_shifts("a change of the list", marker)
    await marker.hold(visitor)
    await marker.at("marked").click()
    await visitor.expect_state("marked")
    await expect(visitor.at("own")).to_have_text(visitor.name)
    await note_shifts("marked")
    await visitor.page.goto(link)
    await visitor.page.reload()
    await expect(visitor.at("already-marked")).to_contain_text(LONG_NAME)
    await note_shifts("already marked")
    assert not wrong, wrong


async def test_no_choice_moves_the_list_below_it_when_it_comes(door: Door) -> None:
    marker = await door.let_student_in("Marker In A Group", "m-chips", language="en")
    await post(marker, "/api/profile/UpdateProfileInfo", bio="Group 231")
    link = await marker.create_event("Class chips")
    await marker.begin_marking()
    asker = await door.let_student_in("Asker Of Chips", "a-chips", language="en")
    await asker.open(link)
    await asker.wait()
    await marker.expect_listed(asker)

    async def late(route: Route) -> None:
        await asyncio.sleep(0.4)
        await route.continue_()

    await marker.page.route("**/api/profile/GetProfile*", late)
    await marker.page.reload()
    await expect(marker.row(asker)).to_be_visible()
    first = await marker.row(asker).bounding_box()
    await expect(marker.at("who-group")).to_be_visible()
    assert await marker.row(asker).bounding_box() == first


async def slow_down_and_record_shifts(visitor: Visitor) -> None:
    """Has all come slowly, and what moves noted, from their next screen on."""
    await visitor.context.add_init_script(WATCH_SHIFTS)
    session = await visitor.context.new_cdp_session(visitor.page)
    await session.send("Network.enable")
    await session.send("Network.emulateNetworkConditions", {"offline": False, **SLOW_NETWORK})


async def take_shifts(page: Page) -> list[list[Any]]:
    """Takes what has moved since it was last taken: the score of each, and the elements moved."""
    return list(await page.evaluate("() => window.shifts.splice(0)"))
