"""Who came: the list that a class's organisers read, print and download."""

from __future__ import annotations

import json
import re

import pytest
from playwright.async_api import Route, expect

from tests.browser.calls import link, make_event, post, user_id_of
from tests.browser.crowd import Crowd
from tests.browser.visitor import DESK, Door, Visitor
from tests.support.service_process import Service

pytestmark = pytest.mark.asyncio(loop_scope="session")
HOUR = 3600


async def test_the_list_is_by_surname_without_its_maker_and_tells_namesakes_apart(
    door: Door,
) -> None:
    """Contract: GetAttendance."""
    teacher = await door.student("Абрамов Учитель", "abramov-list")
    event_id = await make_event(teacher, "Список по фамилиям", -60, HOUR)
    people: list[Visitor] = []
    for name, bio in (
        ("Яковлев Антон", ""),
        ("Ёлкин Борис", ""),
        ("Иванов Иван", "БПМИ-231\nФКН"),
        ("Иванов Иван", "БПМИ-232"),
    ):
        one = await door.student(name, f"list-{len(people)}", link(teacher, event_id))
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
    await people[1].page.reload()
    await people[1].wait()
    await teacher.open(link(teacher, event_id))
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


async def test_sixty_six_people_are_printed_on_two_pages(door: Door, service: Service) -> None:
    teacher = await door.student("Printer Paula", "paula-print", language="en", size=DESK)
    event_id = await make_event(teacher, "On paper, sixty-six", -60, HOUR)
    crowd = Crowd(service, event_id)
    try:
        await crowd.come(66)
        await teacher.open(link(teacher, event_id))
        await expect(teacher.at("attendance").get_by_role("listitem")).to_have_count(66)
        await expect(teacher.at("attendance-count")).to_have_text("0 of 66 marked, 66 waiting")
        await teacher.page.emulate_media(media="print")
        for hidden in ("tab-events", "print", "refresh", "edit", "share", "can-mark"):
            await expect(teacher.at(hidden)).to_be_hidden()
        printed = await teacher.page.pdf(format="A4")
    finally:
        await crowd.go_home()
    assert 1 <= len(re.findall(rb"/Type\s*/Page\b", printed)) <= 2


async def test_the_list_is_downloaded_under_its_name_and_a_refusal_is_told(door: Door) -> None:
    """Contract: 8.13."""
    teacher = await door.student("Выгрузкина Ольга", "olga-export")
    event_id = await make_event(teacher, "Выгрузка: лекция 1", -60, HOUR)
    student = await door.student("Числов Пётр", "petr-export")
    given = {"event_id": event_id, "user_id": await user_id_of(student)}
    await post(teacher, "/api/events/MarkParticipant", **given)
    await teacher.open(link(teacher, event_id))
    for kind, begin in (("csv", b"\xef\xbb\xbf"), ("xlsx", b"PK")):
        await teacher.at("download").click()
        async with teacher.page.expect_download() as coming:
            await teacher.at(kind).click()
        downloaded = await coming.value
        name = downloaded.suggested_filename
        assert name == f"Выгрузка_ лекция 1.{kind}"
        content = (await downloaded.path()).read_bytes()
        assert content.startswith(begin)
        assert kind != "csv" or "Числов Пётр" in content.decode()
        await expect(teacher.at("notice")).to_contain_text(f"Скачано: {name}")

    async def refuse(route: Route) -> None:
        envelope = {"error": 8, "error_msg": "!", "code": "too_many_requests"}
        headers = {"Retry-After": "1", "Content-Type": "application/json"}
        await route.fulfill(status=429, headers=headers, body=json.dumps(envelope))

    await teacher.page.route("**/ExportAttendance?**", refuse)
    await teacher.at("download").click()
    await teacher.at("csv").click()
    await expect(teacher.at("notice")).to_contain_text("Слишком много попыток")
    teacher.watch.wrong = [each for each in teacher.watch.wrong if "429" not in each]
