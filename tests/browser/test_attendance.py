"""Who came, at a glance: the list beside the code of a class."""

from __future__ import annotations

import pytest
from playwright.async_api import expect

from tests.browser.calls import event_link, make_event, post, user_id_of
from tests.browser.visitor import Door, Visitor

pytestmark = pytest.mark.asyncio(loop_scope="session")
HOUR = 3600


async def test_the_list_is_by_surname_without_its_maker_and_tells_namesakes_apart(
    door: Door,
) -> None:
    """Contract: GetAttendance."""
    teacher = await door.let_student_in("Абрамов Учитель", "abramov-list")
    event_id = await make_event(teacher, "Список по фамилиям", -60, HOUR)
    people: list[Visitor] = []
    for name, bio in (
        ("Яковлев Антон", ""),
        ("Ёлкин Борис", ""),
        ("Иванов Иван", "БПМИ-231\nФКН"),
        ("Иванов Иван", "БПМИ-232"),
    ):
        one = await door.let_person_in(name, f"list-{len(people)}")
        await post(one, "/api/events/JoinEvent", event_id=event_id)
        if bio:
            await post(one, "/api/profile/UpdateProfileInfo", bio=bio)
        people.append(one)
    await post(
        teacher,
        "/api/events/MarkParticipant",
        event_id=event_id,
        user_id=await user_id_of(people[0]),
    )
    await people[1].open(event_link(teacher, event_id))
    await people[1].wait()
    await teacher.open(event_link(teacher, event_id))
    rows = teacher.at("attendance").get_by_role("listitem")
    await expect(rows).to_have_count(4)
    for index, (name, beside) in enumerate(
        (
            ("Ёлкин Борис", "ждёт"),
            ("Иванов Иван", "БПМИ-231"),
            ("Иванов Иван", "БПМИ-232"),
            ("Яковлев Антон", "✓"),
        )
    ):
        await expect(rows.nth(index)).to_contain_text(name)
        await expect(rows.nth(index)).to_contain_text(beside)
    await expect(rows.nth(1)).to_contain_text("ещё не в списке")
    await expect(rows.nth(1)).not_to_contain_text("ФКН")
    await expect(teacher.at("attendance-count")).to_have_text("Отмечен 1 из 4, ждёт 1")
    await expect(teacher.at("attendance")).not_to_contain_text("Абрамов Учитель ещё")
