"""Short addresses, as people follow them: from a board, without signal, on paper."""

from __future__ import annotations

import re

import pytest
from playwright.async_api import expect

from tests.browser.visitor import Door, Visitor

pytestmark = pytest.mark.asyncio(loop_scope="session")
EVENT_ADDRESS = re.compile(r"/#/event/[0-9a-f-]{36}$")
NOT_FOUND = "Failed to load resource: the server responded with a status of 404 (Not Found)"


async def expect_event(visitor: Visitor, name: str) -> None:
    await expect(visitor.page.get_by_role("heading", level=1, name=name)).to_be_visible()
    await expect(visitor.page).to_have_url(EVENT_ADDRESS)


async def test_a_code_that_was_typed_opens_the_event_and_the_long_link_does_so_too(
    door: Door,
) -> None:
    """Contract: 8.10."""
    creator = await door.let_student_in("Boris Board", "boris-board", language="en")
    link = await creator.create_event("Board")
    assert re.fullmatch(rf"{re.escape(door.url)}/e/[2-9A-Z]{{6}}", link)
    await expect_event(creator, "Board")
    long = creator.page.url

    guest = await door.enter("Anna Board", language="en", keeps_page=True)
    await guest.open(door.url)
    await guest.open(f"{door.url}/e/{link[-6:].lower()}/")
    await expect(guest.at("invitation")).to_contain_text("Board")
    await guest.sign_up("anna-board")
    await expect_event(guest, "Board")
    await guest.page.reload()
    await expect_event(guest, "Board")
    await guest.at("tab-people").click()
    await expect(guest.page).to_have_url(f"{door.url}/#/people")
    await guest.open(long)
    await expect_event(guest, "Board")


async def test_a_code_of_no_event_is_said_to_be_none_to_whoever_comes(door: Door) -> None:
    visitor = await door.enter("Vera Typo", language="en", keeps_page=True)
    await visitor.open(f"{door.url}/e/222222")
    await expect(visitor.at("no-event")).to_contain_text("There is no such class")
    await expect(visitor.at("sign-up")).to_be_hidden()
    await visitor.page.get_by_role("link", name="Back").click()
    await visitor.sign_up("vera-typo")
    await visitor.open(f"{door.url}/e/%3Cscript%3E/more")
    await expect(visitor.at("no-event")).to_contain_text("There is no such class")
    await visitor.at("tab-me").click()
    await expect(visitor.page).to_have_url(f"{door.url}/#/me")
    assert {*visitor.watch.wrong} <= {NOT_FOUND}
    visitor.watch.wrong.clear()


async def test_without_signal_the_page_says_so_and_opens_the_event_later(door: Door) -> None:
    visitor = await door.let_student_in("Dora Lift", "dora-lift", language="en", keeps_page=True)
    link = await visitor.create_event("Lift to the hall")
    await visitor.page.evaluate("() => navigator.serviceWorker.ready.then(() => true)")
    visitor.watch.may_lose_connection = True
    await visitor.context.set_offline(True)
    await visitor.open(link)
    await expect(visitor.page.locator("main")).to_contain_text("No connection")
    await visitor.context.set_offline(False)
    await visitor.at("again").click()  # there once the page has found the service by itself
    await expect_event(visitor, "Lift to the hall")


async def test_what_is_printed_is_the_name_the_code_and_the_address(door: Door) -> None:
    creator = await door.let_student_in("Clara Print", "clara-print", language="en")
    link = await creator.create_event("On paper")
    await creator.at("share").click()
    await creator.page.emulate_media(media="print")
    await expect(creator.at("short")).to_have_text(link.removeprefix("http://"))
    await expect(creator.at("sharing").get_by_role("img")).to_be_visible()
    await expect(creator.at("sharing").get_by_role("heading", name="On paper")).to_be_visible()
    for name in ("close", "link", "can-mark", "tab-me"):
        await expect(creator.at(name)).to_be_hidden()
