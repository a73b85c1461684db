"""The small things of a real class: few people on paper, an end put off, an end reached."""

from __future__ import annotations

import re

import pytest
from playwright.async_api import expect

from tests.browser.calls import event_link, make_event, now, post, soon
from tests.browser.enrolled import enrol
from tests.browser.visitor import LAPTOP, Door
from tests.support.service_process import Service

pytestmark = pytest.mark.asyncio(loop_scope="session")
HOUR = 3600
WITHIN_MILLISECONDS = 5_000
LEFTS = "() => [...document.querySelectorAll('tr[data-state]')].map((each) => each.offsetLeft)"


async def test_a_small_class_without_groups_is_on_one_page_in_two_columns(
    door: Door, service: Service
) -> None:
    teacher = await door.let_student_in("Small Sonya", "sonya-small", language="en", size=LAPTOP)
    for count in (4, 8):
        event_id = await make_event(teacher, f"On paper, small, {count}", -60, HOUR)
        await enrol(service, event_id, [(f"Student {each}", "") for each in range(count)])
        await teacher.open(f"{event_link(teacher, event_id)}/sheet")
        await expect(teacher.at("row")).to_have_count(count)
        await teacher.page.emulate_media(media="print")
        assert len(set(await teacher.page.evaluate(LEFTS))) == 2, count
        printed = await teacher.page.pdf(format="A4")
        assert len(re.findall(rb"/Type\s*/Page\b", printed)) == 1, count
        await teacher.page.emulate_media(media="screen")


async def test_a_board_and_a_sheet_follow_an_end_that_is_put_off(door: Door) -> None:
    teacher = await door.let_student_in("Later Lada", "lada-paper", language="en", size=LAPTOP)
    event_id = await make_event(teacher, "Put off", -60, HOUR)
    await teacher.page.clock.install()
    await teacher.open(f"{teacher.url}/board/{event_id}")
    await expect(teacher.at("board")).to_have_attribute("data-state", "open")
    sheet = await teacher.context.new_page()
    await sheet.clock.install()
    await sheet.goto(f"{event_link(teacher, event_id)}/sheet")
    await expect(sheet.get_by_test_id("connection")).to_have_attribute("data-state", "open")
    seen = await teacher.at("state").inner_text()
    event_times = sheet.locator(".of-event")
    told = await event_times.inner_text()
    later = await now(teacher) + 2 * HOUR - 600
    await post(teacher, "/api/events/UpdateEvent", event_id=event_id, time_to=later)
    for page in (teacher.page, sheet):
        await page.clock.fast_forward(15_000)
    await expect(teacher.at("state")).not_to_have_text(seen, timeout=WITHIN_MILLISECONDS)
    await expect(event_times).not_to_have_text(told, timeout=WITHIN_MILLISECONDS)


async def test_who_waited_until_the_end_is_not_asked_to_try_again(door: Door) -> None:
    teacher = await door.let_student_in("Ending Emma", "emma-paper", language="en", size=LAPTOP)
    event_id = await make_event(teacher, "Ends early", -60, HOUR)
    student = await door.let_student_in(
        "Late Liam", "liam-paper", event_link(teacher, event_id), language="en"
    )
    await student.wait()
    await post(teacher, "/api/events/UpdateEvent", event_id=event_id, time_to=await soon(teacher))
    await student.expect_state("ended")
    await expect(student.at("done")).to_be_visible()
    await expect(student.at("again")).to_have_count(0, timeout=WITHIN_MILLISECONDS)
