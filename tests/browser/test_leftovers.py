"""What a screen leaves behind when one goes on: nothing."""

from __future__ import annotations

import pytest
from playwright.async_api import expect

from tests.browser.visitor import Door, Visitor

pytestmark = pytest.mark.asyncio(loop_scope="session")
COUNT_INTERVALS = """
(() => {
  const running = new Set();
  const [set, clear] = [globalThis.setInterval, globalThis.clearInterval];
  globalThis.setInterval = (...given) => {
    const timer = set(...given);
    running.add(timer);
    return timer;
  };
  globalThis.clearInterval = (timer) => {
    running.delete(timer);
    clear(timer);
  };
  globalThis.intervals = () => running.size;
})();
"""
COUNT_LEFTOVERS = """
async () => {
  const folder = document.querySelector("script[type=module]").src.replace(/app.js$/, "");
  const stores = [
    (await import(`${folder}people.js`)).people,
    (await import(`${folder}waiting.js`)).waiting,
    (await import(`${folder}session.js`)).session,
  ];
  return [intervals(), ...stores.map((each) => each.watcherCount)];
}
"""


async def count_leftovers(visitor: Visitor) -> list[int]:
    """Counts the intervals that run, and those who watch each store."""
    return list(await visitor.page.evaluate(COUNT_LEFTOVERS))


async def test_watchers_and_intervals_end_with_what_they_were_for(door: Door) -> None:
    creator = await door.enter("Nina Joins", language="en")
    await creator.context.add_init_script(COUNT_INTERVALS)
    await creator.open()
    await creator.sign_up("nina-joins")
    await creator.create_event("In and out")
    address = creator.page.url
    await creator.at("attendance").wait_for()
    before = await count_leftovers(creator)
    notice = creator.at("notice")
    for _ in range(3):
        await creator.choose_action("leave")
        await creator.at("yes").click()
        await expect(notice).to_contain_text("You have left")
        await creator.choose_action("join")
        await expect(notice).to_contain_text("You have joined")
    await creator.at("attendance").wait_for()
    assert await count_leftovers(creator) == before
    await creator.open_people()
    elsewhere = await count_leftovers(creator)
    assert elsewhere[0] == 0
    await creator.open(address)
    await creator.begin_marking()
    await creator.open_people()
    assert await count_leftovers(creator) == elsewhere
