"""Signal lost, service gone, logged out elsewhere: the page says so, and finds the truth again."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Iterator
from itertools import pairwise
from pathlib import Path

import pytest
import pytest_asyncio
from playwright.async_api import Browser, expect

from tests.browser.calls import begin_class
from tests.browser.visitor import PATIENCE_MILLISECONDS, Door
from tests.support.service_process import Service, free_port, running

pytestmark = pytest.mark.asyncio(loop_scope="session")
AWAY_SECONDS = 12.0  # in which nobody is there to come back to
MIN_PAUSE_SECONDS = 4.9  # between two openings, less what a timer may be early
NOTE_OPENINGS = """
() => {
  globalThis.openings = [];
  globalThis.WebSocket = class extends WebSocket {
    constructor(...given) {
      super(...given);
      openings.push(performance.now() / 1000);
    }
  };
}
"""  # in the page, since what it tells us may come late


@pytest.fixture
def settings() -> dict[str, str]:
    """Of a service that is to come back at the same address, and waits long for its people."""
    return {"ATTENDANCE_PORT": str(free_port()), "ATTENDANCE_GRACE_SECONDS": "120"}


@pytest.fixture
def own_service(tmp_path: Path, settings: dict[str, str]) -> Iterator[Service]:
    """One that a test may end."""
    with running(tmp_path, settings) as started:
        yield started


@pytest_asyncio.fixture(loop_scope="session")
async def own_door(browser: Browser, own_service: Service) -> AsyncIterator[Door]:
    opened = Door(browser, own_service.url, PATIENCE_MILLISECONDS)
    yield opened
    await opened.close()


async def test_a_service_that_is_killed_and_comes_back_finds_everybody_in_their_place(
    own_door: Door, own_service: Service, tmp_path: Path, settings: dict[str, str]
) -> None:
    marker = await own_door.let_student_in("Marker", "marker", language="en")
    link = await begin_class(marker, "Restarted")
    await marker.begin_marking()
    first = await own_door.let_student_in("First", "first", link, language="en")
    await first.wait()
    second = await own_door.let_student_in("Second", "second", link, language="en")
    await second.wait()
    await marker.expect_listed(first, second)
    since = await first.page.locator(".since time-since").get_attribute("at")
    for visitor in (marker, first, second):
        visitor.watch.may_lose_connection = True
    await first.page.evaluate(NOTE_OPENINGS)

    own_service.kill()
    for visitor in (first, second):
        await visitor.expect_state("lost")
        await expect(visitor.at("waiting")).to_contain_text("reconnecting")
    await expect(marker.at("connection")).to_contain_text("reconnecting")
    await asyncio.sleep(AWAY_SECONDS)
    with running(tmp_path, settings, migrate=False):
        for visitor in (first, second):
            await visitor.expect_state("open")
        await expect(marker.at("connection")).to_have_attribute("data-state", "open")
        await marker.expect_listed(first, second)
        tried = await first.page.evaluate("() => openings")
        pauses = [after - before for before, after in pairwise(tried)]
        assert len(pauses) >= 2 and min(pauses) > MIN_PAUSE_SECONDS, pauses
        assert await first.page.locator(".since time-since").get_attribute("at") == since
        await marker.hold(first)
        await marker.at("marked").click()
        await first.expect_state("marked")
        await marker.expect_listed(second)


async def test_without_a_network_nothing_is_said_to_be_done(door: Door) -> None:
    marker = await door.let_student_in("Boris Offline", "boris-offline", language="en")
    link = await begin_class(marker, "Underground")
    await marker.begin_marking()
    asker = await door.let_student_in("Anna Offline", "anna-offline", link, language="en")
    await asker.wait()
    await marker.expect_listed(asker)
    for visitor in (marker, asker):
        visitor.watch.may_lose_connection = True
        await visitor.context.set_offline(True)
    await asker.expect_state("lost")
    await expect(marker.at("connection")).to_have_attribute("data-state", "lost")

    await expect(marker.row(asker)).to_have_attribute("aria-disabled", "true")
    await marker.row(asker).click(force=True)
    await expect(marker.at("held")).to_be_hidden()

    for visitor in (marker, asker):
        await visitor.context.set_offline(False)
    await asker.expect_state("open")
    await expect(marker.at("connection")).to_have_attribute("data-state", "open")
    await marker.hold(asker)
    await marker.at("marked").click()
    await asker.expect_state("marked")


async def test_a_mark_made_while_one_was_away_is_told_when_one_is_back(door: Door) -> None:
    marker = await door.let_student_in("Boris There", "boris-there", language="en")
    link = await begin_class(marker, "Lift")
    await marker.begin_marking()
    asker = await door.let_student_in("Anna Away", "anna-away", link, language="en")
    await asker.wait()
    await marker.hold(asker)
    asker.watch.may_lose_connection = True
    await asker.context.set_offline(True)
    await asker.expect_state("lost")
    await marker.at("marked").click()
    await expect(marker.at("held")).to_be_hidden()
    await asker.context.set_offline(False)
    await asker.expect_state("marked")
    await expect(asker.at("waiting")).to_contain_text("Marked by Boris There")


async def test_an_event_made_without_a_network_is_not_said_to_be_made(door: Door) -> None:
    creator = await door.let_student_in("Clara", "clara", language="en")
    await creator.at("create").click()
    dialog = creator.at("new-event")
    await dialog.locator("[name=name]").fill("Never")
    creator.watch.may_lose_connection = True
    await creator.context.set_offline(True)
    await dialog.get_by_test_id("submit").click()
    await expect(dialog.get_by_test_id("form-error")).to_contain_text("Not sent")
    await creator.context.set_offline(False)
    await dialog.get_by_test_id("submit").click()
    await expect(creator.page.get_by_role("heading", level=1, name="Never")).to_be_visible()


async def test_the_page_opens_without_a_network_once_it_was_seen(door: Door) -> None:
    visitor = await door.let_student_in("Dora", "dora", language="en", keeps_page=True)
    await visitor.page.evaluate("() => navigator.serviceWorker.ready.then(() => true)")
    visitor.watch.may_lose_connection = True
    await visitor.context.set_offline(True)
    await visitor.page.reload()
    await expect(visitor.page.locator("main")).to_contain_text("No connection")
    await visitor.context.set_offline(False)
    await expect(visitor.page.locator("main")).not_to_contain_text("No connection")  # by itself
    await expect(visitor.at("create")).to_be_visible()


async def test_logging_out_in_another_tab_ends_the_waiting(door: Door) -> None:
    asker = await door.let_student_in("Egor", "egor", language="en")
    await begin_class(asker, "Two tabs")
    await asker.wait()
    other = await asker.context.new_page()
    await other.goto(asker.url)
    await other.get_by_test_id("tab-me").click()
    await other.get_by_test_id("log-out").click()
    await expect(other.get_by_test_id("sign-up")).to_be_visible()
    await expect(asker.at("sign-up")).to_be_visible()
    await expect(asker.at("waiting")).to_have_count(0)
    await expect(asker.at("waiting-bar")).to_have_count(0)


async def test_waiting_goes_on_through_a_reload(door: Door) -> None:
    marker = await door.let_student_in("Fedor", "fedor", language="en")
    link = await begin_class(marker, "Reload")
    await marker.begin_marking()
    asker = await door.let_student_in("Galya", "galya", link, language="en")
    await asker.wait()
    await asker.page.reload()
    await asker.expect_state("open")
    await asker.at("tab-people").click()
    await expect(asker.at("waiting-bar")).to_contain_text("You are on the list")
    await marker.expect_listed(asker)


async def test_a_reload_keeps_ones_place_in_the_list(door: Door) -> None:
    """Contract: 6.6."""
    marker = await door.let_student_in("Marker Reload", "marker-reload", language="en")
    link = await marker.create_event("In their place")
    await marker.begin_marking()
    first = await door.let_student_in("First Reload", "first-reload", link, language="en")
    await first.wait()
    second = await door.let_student_in("Second Reload", "second-reload", link, language="en")
    await second.wait()
    for _ in range(2):
        await first.page.reload()
        await first.expect_state("open")
    await marker.expect_listed(first, second)
    await marker.hold(second)
    await marker.page.reload()
    await expect(marker.at("held")).to_contain_text("Second Reload")
    await marker.at("marked").click()
    await second.expect_state("marked")
