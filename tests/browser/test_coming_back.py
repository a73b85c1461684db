"""What somebody sees who comes back: their own classes, soon, wherever their link leads."""

from __future__ import annotations

import asyncio

import pytest
from playwright.async_api import Route, expect

from tests.browser.visitor import Door

pytestmark = pytest.mark.asyncio(loop_scope="session")


async def test_ones_classes_do_not_wait_for_the_question_who_it_is(door: Door) -> None:
    visitor = await door.let_student_in("Soon There", "soon-there", language="en", keeps_page=True)
    await visitor.create_event("Seen soon")
    asked, seen = asyncio.Event(), asyncio.Event()

    async def late(route: Route) -> None:
        asked.set()
        await seen.wait()
        await route.continue_()

    await visitor.page.route("**/GetCurrentUserId", late)
    await visitor.open(visitor.url)
    await expect(visitor.at("events")).to_contain_text("Seen soon")
    await asked.wait()
    seen.set()
    await visitor.page.unroute_all(behavior="wait")


async def test_whose_session_is_over_is_asked_to_log_in_and_told_where_the_link_leads(
    door: Door,
) -> None:
    visitor = await door.let_student_in("Session Over", "session-over", language="en")
    link = await visitor.create_event("Behind the log-in")
    visitor.watch.may_lose_connection = True
    await visitor.context.clear_cookies(name="sessionid")
    await visitor.open(link)
    await expect(visitor.at("sign-up")).to_be_visible()
    await expect(visitor.at("invitation")).to_contain_text("Behind the log-in")
    visitor.watch.wrong = [each for each in visitor.watch.wrong if "401" not in each]


async def test_what_is_put_behind_a_link_leads_nobody_astray(door: Door) -> None:
    visitor = await door.let_student_in("Link", "link", language="en", keeps_page=True)
    link = await visitor.create_event("Behind a link")
    heading = visitor.page.get_by_role("heading", level=1, name="Behind a link")
    event_path = f"/event/{visitor.page.url.rpartition('/')[2]}"
    behind = ("?utm_source=vk", ".", ")", "/", "».")
    for address in (
        *(f"{link}{each}" for each in behind),
        *(f"{visitor.url}/#{event_path}{each}" for each in behind),
        f"{visitor.url}/%23{event_path}",
    ):
        await visitor.at("tab-people").click()
        await visitor.open(address)
        await expect(heading).to_be_visible()


async def test_where_there_is_no_page_one_is_told(door: Door) -> None:
    visitor = await door.let_student_in("Lost Link", "lost-link", language="en")
    await visitor.open(f"{visitor.url}/#/nowhere")
    await expect(visitor.at("notice")).to_contain_text("no such page")
    await expect(visitor.at("events")).to_be_visible()
