"""The screen of one class: what its organisers do with it, and what others may."""

from __future__ import annotations

import re

import pytest
from playwright.async_api import expect

from tests.browser.calls import event_link, get, make_event, post, soon, user_id_of
from tests.browser.visitor import LAPTOP, Door, Visitor

pytestmark = pytest.mark.asyncio(loop_scope="session")
HOUR = 3600
MODULES, QUIET = 29, 4  # of a QR code; ISO/IEC 18004


async def mark_by_hand(teacher: Visitor, student: Visitor, event_id: str) -> None:
    await post(student, "/api/events/JoinEvent", event_id=event_id)
    user_id = await user_id_of(student)
    await post(teacher, "/api/events/MarkParticipant", event_id=event_id, user_id=user_id)


async def test_an_organiser_sees_the_code_first_and_shows_it_to_all(door: Door) -> None:
    """Contract: 8.10. Of 29 modules, in a quiet zone of 4: what makes it be read from the back."""
    teacher = await door.let_student_in("Boris Projector", "boris-qr", language="en", size=LAPTOP)
    await teacher.create_event("On the wall")
    await expect(teacher.at("address")).to_contain_text("/e/")
    image = teacher.at("code").get_by_role("img")
    await expect(image).to_have_js_property("complete", True)
    box = await image.bounding_box()
    assert box and box["width"] > 280
    svg = await teacher.page.evaluate(
        "async (url) => (await fetch(url)).text()", await image.get_attribute("src")
    )
    view = re.search(r'viewBox="0 0 (\d+) (\d+)"', svg)
    first = re.search(r'stroke="[^"]+" d="M(\d+) (\d+)\.5h7', svg)  # the frame of its corner
    assert view is not None and first is not None
    assert (int(view[1]), int(view[2])) == (QUIET + MODULES + QUIET,) * 2
    assert (int(first[1]), int(first[2])) == (QUIET, QUIET)
    await teacher.at("project").click()
    shown = teacher.at("projected")
    await expect(shown).to_contain_text("On the wall")
    await teacher.page.wait_for_function("() => document.fullscreenElement !== null")
    height = await teacher.page.evaluate("() => innerHeight")
    box = await shown.get_by_role("img").bounding_box()
    assert box and min(box["width"], box["height"]) > 0.9 * height
    await teacher.at("close-code").click()
    await expect(shown).to_have_count(0)
    await teacher.page.wait_for_function("() => document.fullscreenElement === null")


async def test_an_organiser_renames_prolongs_and_ends_it(door: Door) -> None:
    """Contract: UpdateEvent."""
    teacher = await door.let_student_in("Вера Правка", "vera-edit")
    event_id = await make_event(teacher, "Старое имя", -HOUR, HOUR)
    await teacher.open(event_link(teacher, event_id))
    await teacher.at("edit").click()
    form = teacher.at("edit-event")
    await form.locator("[name=name]").fill("Новое имя")
    await form.get_by_test_id("submit").click()
    await expect(teacher.page.get_by_role("heading", level=1, name="Новое имя")).to_be_visible()
    event_path = f"/api/events/GetEventByID?event_id={event_id}"
    before = await get(teacher, event_path)
    await teacher.at("prolong").click()
    await expect(teacher.at("notice")).to_contain_text("Занятие идёт до")
    await expect(teacher.page.get_by_role("heading", level=1)).to_be_focused()
    after = await get(teacher, event_path)
    assert after["time_to"] - before["time_to"] == 30 * 60
    await teacher.at("end").click()
    await teacher.at("yes").click()
    await expect(teacher.at("state")).to_have_text("закончилось")
    for gone in ("code", "can-mark", "edit", "prolong"):
        await expect(teacher.at(gone)).to_have_count(0)


async def test_a_wrong_end_is_said_beside_its_field(door: Door) -> None:
    teacher = await door.let_student_in("Вера Конец", "vera-end")
    event_id = await make_event(teacher, "Конец в прошлом", -HOUR, HOUR)
    await teacher.open(event_link(teacher, event_id))
    await teacher.at("edit").click()
    end = teacher.at("edit-event").locator("[name=end]")
    await end.fill("2020-01-01T10:00")
    await teacher.at("submit").click()
    await expect(teacher.at("wrong-end")).to_have_text(
        "Конец должен быть позже начала и ещё не наступить"
    )
    await expect(end).to_be_focused()


async def test_who_may_not_mark_is_told_why(door: Door) -> None:
    """Contract: 8.6."""
    teacher = await door.let_student_in("Клара Строгая", "clara-may")
    event_id = await make_event(teacher, "Только мы", -60, HOUR, who_marks="organisers")
    student = await door.let_student_in("Денис", "denis-may", event_link(teacher, event_id))
    await expect(student.at("may-not-mark")).to_have_text("Здесь отмечают только организаторы")
    await expect(student.at("can-mark")).to_have_count(0)
    await teacher.open(event_link(teacher, event_id))
    await teacher.at("edit").click()
    await teacher.at("edit-event").get_by_label("Все участники").check()
    await teacher.at("submit").click()
    await expect(teacher.at("edit-event")).to_have_count(0)
    await student.page.reload()
    await expect(student.at("can-mark")).to_be_visible()
    await expect(student.at("can-mark")).to_have_text("Лист у меня")


async def test_what_would_be_refused_is_not_offered(door: Door) -> None:
    """Contract: 5.6, 5.5."""
    teacher = await door.let_student_in("Ирина Удаляет", "irina-del")
    event_id = await make_event(teacher, "Пока пустое", -60, HOUR)
    await teacher.open(event_link(teacher, event_id))
    await teacher.at("more").click()
    await expect(teacher.at("actions").get_by_test_id("delete")).to_be_visible()
    await teacher.page.keyboard.press("Escape")
    student = await door.let_person_in("Яна", "yana-del")
    await mark_by_hand(teacher, student, event_id)
    await teacher.page.reload()
    await teacher.at("more").click()
    await expect(teacher.at("actions").get_by_test_id("leave")).to_be_visible()
    await expect(teacher.at("actions").get_by_test_id("delete")).to_have_count(0)
    await expect(teacher.at("delete")).to_have_count(0)


async def test_a_class_that_is_over_is_deleted_only_where_nobody_else_came(door: Door) -> None:
    """Contract: 5.6."""
    teacher = await door.let_student_in("Инна Стирает", "inna-over")
    alone = await make_event(teacher, "Никто не пришёл", -60, 2)
    shared = await make_event(teacher, "Пришёл один", -60, HOUR)
    student = await door.let_person_in("Юра", "yura-over")
    await post(student, "/api/events/JoinEvent", event_id=shared)
    end = await soon(teacher)
    await post(teacher, "/api/events/UpdateEvent", event_id=shared, time_to=end)
    await teacher.open(event_link(teacher, shared))
    await expect(teacher.page.locator("h1")).to_have_text("Пришёл один")
    await expect(teacher.at("state")).to_have_text("закончилось")
    await expect(teacher.at("attendance")).to_contain_text("Юра")
    await expect(teacher.at("more")).to_have_count(0)  # there is nothing else to be done
    await teacher.open(event_link(teacher, alone))
    await expect(teacher.page.locator("h1")).to_have_text("Никто не пришёл")
    await expect(teacher.at("state")).to_have_text("закончилось")
    await teacher.choose_action("delete")
    await teacher.at("yes").click()
    await expect(teacher.at("notice")).to_contain_text("Занятие удалено")


async def test_a_first_place_is_not_dropped_without_asking(door: Door) -> None:
    """Contract: 6.6."""
    teacher = await door.let_student_in("Ева", "eva-two")
    first = await make_event(teacher, "Первое занятие", -60, HOUR)
    second = await make_event(teacher, "Второе занятие", -60, HOUR)
    student = await door.let_student_in("Фёдор", "fedor-two", event_link(teacher, first))
    await student.wait()
    await student.open(event_link(teacher, first))
    await expect(student.at("to-list")).to_have_text("Вы в списке")
    await expect(student.at("mark-me")).to_have_count(0)
    await student.open(event_link(teacher, second))
    await student.at("mark-me").click()
    question = student.at("question")
    await expect(question).to_contain_text("Первое занятие")
    await expect(student.at("yes")).not_to_be_focused()
    await student.at("no").click()
    await expect(question).to_have_count(0)
    await expect(student.at("waiting-bar")).to_contain_text("Вы в списке")
    await student.at("mark-me").click()
    await student.at("yes").click()
    await student.expect_state("open")
    assert second in student.page.url


async def test_a_mark_that_is_not_mine_is_given_back_and_stays_on_record(door: Door) -> None:
    """Contract: AnnulMark."""
    teacher = await door.let_student_in("Жанна", "zhanna-not")
    event_id = await make_event(teacher, "Не моя отметка", -60, HOUR)
    student = await door.let_student_in("Захар", "zakhar-not", event_link(teacher, event_id))
    await mark_by_hand(teacher, student, event_id)
    await student.page.reload()
    await expect(student.at("already-marked")).to_contain_text("Лист был у: Жанна")
    await student.at("not-me").click()
    await student.at("yes").click()
    await expect(student.at("mark-me")).to_be_visible()
    await expect(student.at("already-marked")).to_have_count(0)
    await student.at("tab-me").click()
    mine = student.at("my-attendance")
    await expect(mine).to_contain_text("отменена")
    await expect(mine).to_contain_text("Вы сообщили, что отметка не ваша")


async def test_a_helper_is_named_and_taken_back(door: Door) -> None:
    """Contract: AddHelper, RemoveHelper, GetHelpers."""
    teacher = await door.let_student_in("Нина Главная", "nina-help")
    event_id = await make_event(teacher, "С помощью", -60, HOUR)
    helper = await door.let_student_in("Помощник Олег", "oleg-help", event_link(teacher, event_id))
    await expect(helper.at("attendance")).to_have_count(0)
    await teacher.open(event_link(teacher, event_id))
    await teacher.choose_action("helpers")
    helping = teacher.at("helping")
    await helping.get_by_test_id("search").fill("помощник")
    await helping.get_by_role("button", name="Добавить").click()
    await expect(helping.get_by_test_id("helpers")).to_contain_text("Помощник Олег")
    await helper.page.reload()
    await expect(helper.at("attendance")).to_be_visible()
    await helping.get_by_role("button", name="Убрать").click()
    await expect(helping.get_by_test_id("helpers")).to_contain_text("Помощников пока нет")
    await helper.page.reload()
    await expect(helper.at("can-mark")).to_be_visible()
    await expect(helper.at("attendance")).to_have_count(0)
