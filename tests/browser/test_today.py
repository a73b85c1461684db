"""The first screen: what is on, what to do about it, and where everything else is found."""

from __future__ import annotations

from urllib.parse import parse_qs, urlsplit

import pytest
from playwright.async_api import Request, expect

from tests.browser.calls import event_link, make_event, post
from tests.browser.visitor import LAPTOP, Door, Visitor

pytestmark = pytest.mark.asyncio(loop_scope="session")
HOUR, DAY = 3600, 86_400


async def open_today(visitor: Visitor) -> None:
    await visitor.open(visitor.url)
    await visitor.page.reload()
    await expect(visitor.at("events")).not_to_have_attribute("aria-busy", "true")


async def test_where_there_is_no_class_the_page_says_what_to_do(door: Door) -> None:
    visitor = await door.let_student_in("Nora Empty", "nora-empty", language="en")
    await expect(visitor.at("events")).to_contain_text("No classes today")
    await visitor.at("create-first").click()
    await expect(visitor.at("new-event")).to_be_visible()


async def test_the_class_that_is_on_has_its_one_action(door: Door) -> None:
    teacher = await door.let_student_in("Тимур Учитель", "timur-today")
    event_id = await make_event(teacher, "Идёт сегодня", -600, HOUR)
    await make_event(teacher, "Позже сегодня", 600, HOUR)
    await open_today(teacher)
    await expect(teacher.at("hero")).to_contain_text("Идёт сегодня")
    await expect(teacher.at("hero").get_by_test_id("state")).to_have_text("идёт")
    await teacher.at("hero-act").click()
    await expect(teacher.at("code")).to_be_visible()

    student = await door.let_student_in("Анна Студент", "anna-today", event_link(teacher, event_id))
    await post(student, "/api/events/JoinEvent", event_id=event_id)
    await open_today(student)
    await expect(student.at("hero-act")).to_have_text("Внесите меня в лист")
    await student.at("hero-act").click()
    await student.expect_state("open")
    await student.at("tab-events").click()
    await expect(student.at("hero-act")).to_have_text("Вы в списке")


async def test_a_class_that_is_soon_says_when_and_the_next_day_is_not_today(door: Door) -> None:
    teacher = await door.let_student_in("Vera Soon", "vera-soon", language="en")
    await make_event(teacher, "Soon enough", 25 * 60, 2 * HOUR)
    await make_event(teacher, "In three days", 3 * DAY, 3 * DAY + HOUR)
    await open_today(teacher)
    await expect(teacher.at("hero").get_by_test_id("state")).to_have_text("in 25 mins")
    await expect(teacher.at("events.later")).to_contain_text("In three days")


async def test_a_class_that_has_ended_is_found(door: Door) -> None:
    """Contract: 5.10. Among one's own, and by anybody who searches."""
    teacher = await door.let_student_in("Глеб Прошлый", "gleb-past")
    await make_event(teacher, "Прошедший зачёт по химии", -DAY, 2)  # none is made that has ended
    await teacher.page.wait_for_timeout(2500)  # until that has ended, by the clock of the service
    await teacher.page.goto(f"{teacher.url}/#/classes")
    await expect(teacher.at("past")).to_contain_text("Прошедший зачёт по химии")
    await expect(teacher.at("past").get_by_test_id("state")).to_have_text("закончилось")

    searcher = await door.let_student_in("Зоя Чужая", "zoya-past")
    await searcher.at("search").fill("химии зачет")
    found = searcher.at("found").get_by_role("link")
    await expect(found).to_contain_text("Прошедший зачёт по химии")
    await searcher.at("search").fill("хи")
    await expect(searcher.at("found")).to_have_text("Введите хотя бы 3 буквы")
    await searcher.at("search").fill("алхимия на марсе")
    await expect(searcher.at("found")).to_contain_text("Ничего не нашлось")


async def test_lists_come_a_page_at_a_time(door: Door) -> None:
    teacher = await door.let_student_in("Ольга Многих", "olga-many")
    for number in range(33):
        await make_event(teacher, f"Страница {number:02}", -DAY + number, HOUR)
    await teacher.at("search").fill("страница")
    await expect(teacher.at("found").get_by_test_id("event")).to_have_count(30)
    await teacher.at("more").click()
    await expect(teacher.at("found").get_by_test_id("event")).to_have_count(33)
    await expect(teacher.at("more")).to_have_count(0)


async def test_the_page_never_asks_for_all_events(door: Door) -> None:
    """Contract: 5.10."""
    visitor = await door.let_student_in("Лев Скромный", "lev-few")
    asked: list[str] = []

    def note(request: Request) -> None:
        if "/api/events/Get" in request.url and "Events" in request.url:
            asked.append(request.url)

    visitor.page.on("request", note)
    await open_today(visitor)
    await visitor.page.goto(f"{visitor.url}/#/classes")
    await expect(visitor.at("past")).to_be_visible()
    assert len(asked) >= 3  # two for the first screen, and some for the list of classes
    unlimited = [each for each in asked if "limit" not in parse_qs(urlsplit(each).query)]
    assert not unlimited


async def test_a_wide_screen_has_one_tab_more(door: Door) -> None:
    visitor = await door.let_student_in("Dana Laptop", "dana-laptop", language="en", size=LAPTOP)
    await visitor.at("tab-my-events").click()
    await expect(visitor.page.get_by_role("heading", level=1, name="My classes")).to_be_visible()
    await visitor.page.set_viewport_size({"width": 360, "height": 740})
    await expect(visitor.at("tab-my-events")).to_be_hidden()
    await expect(visitor.at("tab-events")).to_be_visible()
