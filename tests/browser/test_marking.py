"""The list of those who wait, as a marker uses it: found, kept, said, and never pressed in vain."""

from __future__ import annotations

import json
import re
from typing import Literal

import pytest
from playwright.async_api import WebSocketRoute, expect

from tests.browser.calls import begin_class, post
from tests.browser.faults import least_contrast
from tests.browser.screens import PUT_NOTICE_AWAY
from tests.browser.visitor import SECOND_TAP_MS, Door, Visitor

pytestmark = pytest.mark.asyncio(loop_scope="session")

LISTS_WITHOUT_ROLE = """
() => [...document.querySelectorAll("ul, ol")]
  .filter((each) => each.checkVisibility())
  .filter((each) => each.getAttribute("role") !== "list")
  .map((each) => each.outerHTML.slice(0, 80))
"""
EMPTY_LANDMARKS = """
() => [...document.querySelectorAll("aside")].filter((each) => !each.hidden && !each.innerText)
"""
SCHEMES: tuple[Literal["dark", "light"], ...] = ("dark", "light")
CHANGE_PEOPLE = """
async () => {
  const folder = document.querySelector("script[type=module]").src.replace(/app.js$/, "");
  (await import(`${folder}people.js`)).people.set({});
  await new Promise(requestAnimationFrame);
  await new Promise(requestAnimationFrame);
}
"""
UNAVAILABLE = {"result": "error", "message": "!", "params": {"code": "unavailable"}}
IS_ON_TOP = """
(element) => {
  const { left, right, top, bottom } = element.getBoundingClientRect();
  return element.contains(document.elementFromPoint((left + right) / 2, (top + bottom) / 2));
}
"""


async def class_with(door: Door, event: str, *names: str) -> tuple[Visitor, list[Visitor]]:
    """Brings a marker by the sheet, and people of these names who wait."""
    key = event.lower().replace(" ", "-")
    marker = await door.let_student_in(f"Marker {event}", f"m-{key}", language="en")
    link = await begin_class(marker, event)
    await marker.begin_marking()
    askers = []
    for number, name in enumerate(names):
        asker = await door.let_student_in(name, f"a{number}-{key}", link, language="en")
        await asker.wait()
        askers.append(asker)
    await marker.expect_listed(*askers)
    return marker, askers


async def test_a_search_that_finds_nobody_says_so(door: Door) -> None:
    marker, (anna,) = await class_with(door, "Empty search", "Anna Belova")
    await marker.at("search").fill("nobody like this")
    await expect(marker.at("not-found")).to_be_visible()
    await expect(marker.row(anna)).to_have_count(0)
    await marker.at("not-found").get_by_role("button").click()
    await expect(marker.at("search")).to_have_value("")
    await expect(marker.row(anna)).to_be_visible()
    await expect(marker.at("not-found")).to_be_hidden()


async def test_the_focus_goes_on_to_the_next_row(door: Door) -> None:
    marker, (anna, boris, vera) = await class_with(door, "Next row", "Anna", "Boris", "Vera")
    await marker.row(boris).focus()
    await boris.at("stop-waiting").click()
    await expect(marker.row(boris)).to_have_count(0)
    await expect(marker.row(vera)).to_be_focused()
    await marker.page.keyboard.press("Enter")
    await expect(marker.at("held")).to_contain_text("Vera")
    await expect(marker.at("marked")).to_have_attribute("aria-disabled", "false")
    await marker.at("marked").press("Enter")
    await vera.expect_state("marked")
    await expect(marker.row(anna)).to_be_focused()


async def test_a_mark_can_be_taken_back_for_a_moment(door: Door) -> None:
    marker, (anna,) = await class_with(door, "Taken back", "Anna Taken")
    await marker.hold(anna)
    await marker.at("marked").click()
    await anna.expect_state("marked")
    await expect(marker.at("notice")).to_contain_text("Anna Taken is marked. +50 karma")
    await marker.at("offer").click()
    await expect(marker.at("notice")).to_contain_text("the mark is undone")
    await anna.expect_state("ended")
    await expect(anna.at("waiting")).to_contain_text("Your mark was cancelled")
    await anna.at("again").click()
    await anna.expect_state("open")
    await marker.expect_listed(anna)


async def test_a_mark_can_be_taken_back_though_something_else_is_told(door: Door) -> None:
    marker, (anna, boris) = await class_with(door, "Told between", "Anna Still", "Boris Between")
    await marker.hold(anna)
    await marker.at("marked").click()
    await anna.expect_state("marked")
    await expect(marker.at("held")).to_be_hidden()
    await marker.page.wait_for_timeout(
        SECOND_TAP_MS
    )  # a tap that is too soon was meant for the dialog
    await marker.hold(boris)
    await marker.at("not-now").click()
    await expect(marker.at("notice")).to_contain_text("Boris Between")
    await marker.at("offer").click()
    await anna.expect_state("ended")


async def test_a_mark_is_offered_to_be_taken_back_for_ten_seconds(door: Door) -> None:
    marker, (anna,) = await class_with(door, "Ten seconds", "Anna Ten")
    await marker.page.clock.install()
    await marker.hold(anna)
    await marker.at("marked").click()
    await anna.expect_state("marked")
    await expect(marker.at("offer")).to_be_visible()
    await marker.page.clock.fast_forward(7_000)
    await expect(marker.at("offer")).to_be_visible()
    await marker.page.clock.fast_forward(4_000)
    await expect(marker.at("offer")).to_have_count(0)


async def test_after_the_end_nothing_is_left_to_be_pressed(door: Door) -> None:
    marker, (anna,) = await class_with(door, "Deleted at once", "Anna Left")
    event_id = marker.page.url.split("/event/")[1].partition("/")[0]
    await post(marker, "/api/events/DeleteEvent", event_id=event_id)
    await expect(marker.page.locator("main").get_by_text("The class is over")).to_be_visible()
    await marker.page.evaluate(CHANGE_PEOPLE)  # whatever is learned later
    for gone in ("count", "search", "again", "asker", "connection"):
        await expect(marker.at(gone).locator("visible=true")).to_have_count(0)
    await anna.expect_state("ended")


async def test_without_a_connection_rows_can_be_read_and_not_pressed(door: Door) -> None:
    marker, (anna,) = await class_with(door, "No line", "Anna Faded")
    await post(anna, "/api/profile/UpdateProfileInfo", bio="Group 231")
    await anna.at("stop-waiting").click()
    await marker.expect_listed()
    await anna.wait()
    await expect(marker.row(anna)).to_contain_text("Group 231")
    marker.watch.may_lose_connection = True
    await marker.context.set_offline(True)
    await expect(marker.at("connection")).to_have_attribute("data-state", "lost")
    row = marker.row(anna)
    await expect(row).to_have_attribute("aria-disabled", "true")
    for scheme in SCHEMES:
        await marker.page.emulate_media(color_scheme=scheme)
        contrast = await least_contrast(row)
        assert contrast >= 4.5, (scheme, contrast)
    await row.click(force=True)
    await expect(marker.at("held")).to_be_hidden()
    await marker.context.set_offline(False)
    await expect(row).to_have_attribute("aria-disabled", "false")
    await marker.hold(anna)


async def test_an_error_does_not_hide_that_somebody_is_held(door: Door) -> None:
    """Contract: 6.5. The answers to what is said first come late, or say nothing."""
    marker, (anna,) = await class_with(door, "Late commit", "Anna Late")
    unanswered = ["prepare_to_mark", "refuse_to_mark", "confirm_marking"]

    def between(page: WebSocketRoute) -> None:
        service = page.connect_to_server()

        def said(message: str | bytes) -> None:
            name = json.loads(message)["message"]
            if name not in unanswered:
                service.send(message)
                return
            unanswered.remove(name)
            page.send(json.dumps(UNAVAILABLE))
            if name == "prepare_to_mark":
                service.send(message)  # it was done after all

        page.on_message(said)

    await marker.page.route_web_socket("**/ws/marking*", between)
    await marker.page.reload()
    await marker.expect_listed(anna)
    await marker.hold(anna)
    for name in ("not-now", "marked"):
        await expect(marker.at(name)).to_have_attribute("aria-disabled", "false")
        await marker.at(name).click()
        await expect(marker.at("notice")).to_contain_text("Not recorded, try again")
        await expect(marker.at("held")).to_contain_text("Anna Late")
        await marker.page.evaluate(PUT_NOTICE_AWAY)
    assert not unanswered
    await anna.expect_state("held")
    await marker.at("marked").click()
    await anna.expect_state("marked")
    await expect(marker.at("held")).to_be_hidden()


async def test_count_and_search_stay_in_sight(door: Door) -> None:
    names = [f"Student {number:02}" for number in range(3)]
    marker, _ = await class_with(door, "Long list", *names)
    # As long as a list of many, without making many: the page below is what is scrolled
    await marker.page.locator("main > section").evaluate(
        "(section) => section.attributeStyleMap.set('min-height', '3000px')"
    )
    await marker.page.evaluate("() => scrollTo(0, 900)")
    for stays in ("count", "connection", "search"):
        assert await marker.at(stays).evaluate(IS_ON_TOP), stays


async def test_lists_are_lists_and_no_landmark_is_empty(door: Door) -> None:
    marker, _ = await class_with(door, "Heard", "Anna Heard")
    assert await marker.page.evaluate(LISTS_WITHOUT_ROLE) == []
    assert await marker.page.evaluate(EMPTY_LANDMARKS) == []
    await marker.at("tab-people").click()
    await marker.at("friends").wait_for()
    assert await marker.page.evaluate(LISTS_WITHOUT_ROLE) == []


async def test_how_long_somebody_waits_is_said_once_it_is_long(door: Door) -> None:
    marker, (anna,) = await class_with(door, "Patience", "Anna Waits")
    since = marker.row(anna).locator("time-since")
    await expect(since).to_be_empty()
    await since.evaluate("(element) => element.setAttribute('at', Date.now() / 1000 - 299)")
    await expect(since).to_be_empty()
    await since.evaluate("(element) => element.setAttribute('at', Date.now() / 1000 - 301)")
    await expect(since).to_have_text("5 mins")


async def test_the_last_seconds_of_a_hold_are_said(door: Door) -> None:
    marker, (anna,) = await class_with(door, "Last seconds", "Anna Slow")
    await marker.hold(anna)
    said = marker.at("left")
    await expect(said).to_be_empty()
    count = marker.page.locator("count-down")
    await expect(count).to_have_attribute("until", re.compile(r"\d"))  # the hold was answered
    for left in (30, 10):
        await count.evaluate(
            "(element, left) => element.setAttribute('until', Date.now() / 1000 + left)", left
        )
        await expect(said).to_have_text(f"{left} seconds left")


async def test_back_closes_the_dialog_and_keeps_the_screen(door: Door) -> None:
    marker, (anna,) = await class_with(door, "Back", "Anna Back")
    await marker.hold(anna)
    await marker.page.go_back()
    await expect(marker.at("held")).to_be_hidden()
    await expect(marker.at("notice")).to_contain_text("back on the list")
    await marker.expect_listed(anna)
    await marker.page.wait_for_timeout(SECOND_TAP_MS)
    await marker.hold(anna)
    await marker.at("not-now").click()
    await expect(marker.at("held")).to_be_hidden()
    await marker.page.go_back()
    await expect(marker.at("can-mark")).to_be_visible()


async def test_paper_has_names_and_nothing_to_press(door: Door) -> None:
    marker, (anna,) = await class_with(door, "Paper", "Anna Printed")
    await marker.page.emulate_media(media="print")
    await expect(marker.row(anna).get_by_text("Anna Printed")).to_be_visible()
    for furniture in ("tab-me", "search"):
        await expect(marker.at(furniture)).to_be_hidden()
    await expect(marker.row(anna).get_by_text("Mark", exact=True)).to_be_hidden()
