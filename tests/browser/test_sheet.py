"""The sheet of a class: how its organisers see it, print it, and take it away."""

from __future__ import annotations

import asyncio
import json
import re
import time
from itertools import pairwise
from urllib.parse import urlsplit

import pytest
from playwright.async_api import BrowserContext, Request, Route, expect

from tests.browser.calls import event_link, get, make_event, post, soon, user_id_of
from tests.browser.enrolled import enrol
from tests.browser.faults import faults
from tests.browser.visitor import LAPTOP, PHONE, Door, Visitor
from tests.support.service_process import Service

pytestmark = pytest.mark.asyncio(loop_scope="session")
HOUR = 3600
READ_EVERY = 4.9  # seconds, less what a timer may be early
READ, STREAM = "/api/events/GetAttendance", "/api/events/WatchAttendance"
PEOPLE = {
    "ru": (("Яковлев Антон", "БПМИ-232"), ("Ёлкин Борис", "БПМИ-231"), ("Белова Анна", "")),
    "en": (("Young Adam", "Group 232"), ("Elkin Boris", "Group 231"), ("Brown Ann", "")),
}


def note_call_times(context: BrowserContext, path: str) -> list[float]:
    """Begins to note when each call of this path is made; answers the list that grows."""
    times: list[float] = []

    def note(request: Request) -> None:
        if urlsplit(request.url).path == path:
            times.append(time.monotonic())

    context.on("request", note)
    return times


async def open_sheet(organiser: Visitor, event_id: str) -> None:
    await organiser.open(f"{event_link(organiser, event_id)}/sheet")
    await expect(organiser.at("connection")).to_have_attribute("data-state", "open")


async def mark_by_hand(organiser: Visitor, event_id: str, user_id: int) -> None:
    await post(organiser, "/api/events/MarkParticipant", event_id=event_id, user_id=user_id)


async def expect_rows(organiser: Visitor, *names: str) -> None:
    """Looks that exactly these are there, in this order."""
    await expect(organiser.at("row").locator(".name > :first-child")).to_have_text(list(names))


@pytest.mark.parametrize("language", ["ru", "en"])
async def test_it_is_one_tap_away_and_sorts_filters_and_finds(
    door: Door, service: Service, language: str
) -> None:
    """Contract: GetAttendance, 8.8."""
    people = PEOPLE[language]
    last, second, first = (name for name, _ in people)
    teacher = await door.let_student_in(
        {"ru": "Главная Вера", "en": "Main Vera"}[language],
        f"vera-{language}-sheet",
        language=language,
        size=LAPTOP,
    )
    event_id = await make_event(teacher, f"Sheet in {language}", -60, HOUR)
    ids = await enrol(service, event_id, people)
    await mark_by_hand(teacher, event_id, ids[0])
    student = await door.let_student_in(
        {"ru": "Ждущий Глеб", "en": "Gleb Waiting"}[language], f"gleb-{language}-sheet"
    )
    await student.open(event_link(teacher, event_id))
    await student.wait()
    await teacher.open(event_link(teacher, event_id))
    await teacher.at("sheet").click()
    order = [first, second, student.name, last]
    await expect_rows(teacher, *order)
    summary = {"ru": "Отмечен 1 из 4, ждёт 1", "en": "1 of 4 marked, 1 waiting"}[language]
    await expect(teacher.at("attendance-count")).to_have_text(summary)
    marked = teacher.at("row").nth(3)
    for what in (
        ("4", "БПМИ-232", "есть отметка", teacher.name, "организатор")
        if language == "ru"
        else ("4", "Group 232", "marked", teacher.name, "organiser")
    ):
        await expect(marked).to_contain_text(what)
    await expect(marked.locator(".of-at")).to_have_text(re.compile(r"^\d\d:\d\d$"))

    group = teacher.at("sort-group")
    await group.click()  # whoever has said of none comes last, in either direction
    await expect_rows(teacher, second, last, first, student.name)
    await expect(group.locator("xpath=..")).to_have_attribute("aria-sort", "ascending")
    await group.click()
    await expect_rows(teacher, last, second, first, student.name)
    await expect(group.locator("xpath=..")).to_have_attribute("aria-sort", "descending")

    for which, names in (
        ("waiting", [student.name]),
        ("marked", [last]),
        ("unmarked", [second, first, student.name]),
    ):
        await teacher.page.locator(f"input[value={which}]").check(force=True)
        await expect_rows(teacher, *names)
    await teacher.at("search").fill("елкин" if language == "ru" else "boris elk")
    await expect_rows(teacher, second)
    await teacher.at("search").fill("nobody is called so")
    await expect(teacher.at("not-found")).to_be_visible()
    await teacher.at("not-found").get_by_role("button").click()
    await expect_rows(teacher, last, second, first, student.name)

    await teacher.page.set_viewport_size({"width": PHONE[0], "height": PHONE[1]})
    await expect(teacher.at("sort-group")).to_be_hidden()
    await teacher.at("sort").click()
    assert not await faults(teacher.page)
    await teacher.at("by-number").click()
    await expect_rows(teacher, *order)


async def test_it_is_read_anew_when_counts_have_changed_and_not_more_often_than_it_may(
    door: Door, service: Service
) -> None:
    """Contract: WatchAttendance, 8.7."""
    teacher = await door.let_student_in("Reading Rita", "rita-sheet", language="en", size=LAPTOP)
    event_id = await make_event(teacher, "Followed", -60, HOUR)
    ids = await enrol(service, event_id, [(f"Student {each}", "") for each in "ABC"])
    times = note_call_times(teacher.context, READ)
    await open_sheet(teacher, event_id)
    await expect(teacher.at("row")).to_have_count(3)
    await asyncio.sleep(READ_EVERY + 1)
    assert len(times) == 1, "nothing had changed"
    helper = await door.let_person_in("Calling Carl", "carl-sheet")
    helper_id = await user_id_of(helper)
    await post(teacher, "/api/events/AddHelper", event_id=event_id, user_id=helper_id)
    for user_id in ids:
        await mark_by_hand(helper, event_id, user_id)
        await asyncio.sleep(0.7)  # each of them changes the counts
    marked = teacher.page.locator("tr[data-state=marked]")
    await expect(marked).to_have_count(3, timeout=8_000)
    await expect(marked.nth(2)).to_contain_text(helper.name)  # who is not on the sheet
    assert 2 <= len(times) <= 3
    assert all(after - before > READ_EVERY for before, after in pairwise(times))


async def test_one_stream_feeds_all_tabs_and_the_next_takes_over(
    door: Door, service: Service
) -> None:
    """Contract: WatchAttendance. Six connections are all that a browser has."""
    teacher = await door.let_student_in("Tab Tamara", "tamara-sheet", language="en", size=LAPTOP)
    event_id = await make_event(teacher, "In tabs", -60, HOUR)
    (one, two) = await enrol(service, event_id, [("Student A", ""), ("Student B", "")])
    streams = note_call_times(teacher.context, STREAM)
    await open_sheet(teacher, event_id)
    first = teacher.page
    tabs = [await teacher.context.new_page() for _ in range(7)]
    for tab in tabs:
        teacher.page = tab
        await open_sheet(teacher, event_id)
    assert len(streams) == 1
    await mark_by_hand(teacher, event_id, one)
    for tab in (first, *tabs):
        await expect(tab.locator("tr[data-state=marked]")).to_have_count(1)
    await first.close()
    await mark_by_hand(teacher, event_id, two)
    for tab in tabs:
        await expect(tab.locator("tr[data-state=marked]")).to_have_count(2)
    assert len(streams) == 2


async def test_it_is_printed_on_two_pages_at_most_to_be_signed(
    door: Door, service: Service
) -> None:
    teacher = await door.let_student_in("Printer Paula", "paula-prints", language="en", size=LAPTOP)
    for count, least, most in ((42, 1, 2), (66, 2, 2)):
        event_id = await make_event(teacher, f"On paper, {count}", -60, HOUR)
        await enrol(service, event_id, [(f"Student {each:02}", "Group 1") for each in range(count)])
        await open_sheet(teacher, event_id)
        await expect(teacher.at("row")).to_have_count(count)
        code = teacher.page.locator(".corner img")
        await expect(code).to_have_js_property("complete", True)
        await teacher.page.emulate_media(media="print")
        for hidden in ("tab-events", "print", "download", "search", "choose-all", "add", "more"):
            await expect(teacher.at(hidden)).to_be_hidden()
        await expect(code).to_be_visible()
        await expect(teacher.page.get_by_text("Signature of the organiser")).to_be_visible()
        last = teacher.at("row").last.locator(".signed")
        assert await last.evaluate("each => getComputedStyle(each).borderBottomStyle") == "solid"
        left = {
            await teacher.at("row").nth(each).evaluate("each => each.getBoundingClientRect().left")
            for each in (0, count - 1)
        }
        assert len(left) == 2, "in two columns"
        printed = await teacher.page.pdf(format="A4")
        assert least <= len(re.findall(rb"/Type\s*/Page\b", printed)) <= most, count
        await teacher.page.emulate_media(media="screen")


async def test_it_is_downloaded_under_its_name_and_a_refusal_is_told(door: Door) -> None:
    """Contract: 8.13."""
    teacher = await door.let_student_in("Выгрузкина Ольга", "olga-export")
    event_id = await make_event(teacher, "Выгрузка: лекция 1", -60, HOUR)
    student = await door.let_person_in("Числов Пётр", "petr-export")
    await mark_by_hand(teacher, event_id, await user_id_of(student))
    await open_sheet(teacher, event_id)
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

    refusals = [
        (429, 8, "too_many_requests", "Слишком много попыток"),
        (403, 3, "too_many_rows", "Участников слишком много для одного файла"),
    ]

    async def refuse(route: Route) -> None:
        status, error, code, _ = refusals[0]
        envelope = {"error": error, "error_msg": "!", "code": code}
        headers = {"Retry-After": "1", "Content-Type": "application/json"}
        await route.fulfill(status=status, headers=headers, body=json.dumps(envelope))

    await teacher.page.route("**/ExportAttendance?**", refuse)
    while refusals:
        await teacher.at("download").click()
        await teacher.at("csv").click()
        await expect(teacher.at("notice")).to_contain_text(refusals[0][-1])
        told = str(refusals.pop(0)[0])
        teacher.watch.wrong = [each for each in teacher.watch.wrong if told not in each]


async def test_what_is_seen_of_it_is_copied_and_makes_no_formula(
    door: Door, service: Service
) -> None:
    """Contract: 8.13."""
    teacher = await door.let_student_in("Copying Kim", "kim-sheet", language="en")
    event_id = await make_event(teacher, "To be pasted", -60, HOUR)
    people = [("=1+1", "Group\t1"), ("Brown Ann", "Group 2"), ("Cooper Carl", "")]
    ids = await enrol(service, event_id, people)
    await mark_by_hand(teacher, event_id, ids[1])
    await teacher.context.grant_permissions(["clipboard-read", "clipboard-write"])
    await open_sheet(teacher, event_id)
    await teacher.page.locator("input[value=unmarked]").check(force=True)
    await teacher.at("copy").click()
    await expect(teacher.at("notice")).to_contain_text("The list is copied")
    copied = await teacher.page.evaluate("() => navigator.clipboard.readText()")
    assert copied.replace("\r", "").split("\n") == [
        "No.\tSurname and name\tGroup\tState\tTime\tMarked by\tGrade",
        "1\t'=1+1\tGroup 1\tjoined\t\t\t",
        "3\tCooper Carl\t\tjoined\t\t\t",
    ]
    await teacher.page.evaluate(
        "() => { navigator.clipboard.writeText = () => Promise.reject(new Error()); }"
    )
    await teacher.at("copy").click()
    by_itself = teacher.page.get_by_role("textbox", name="Copy the list from here")
    await expect(by_itself).to_have_value(re.compile("Cooper Carl"))
    await expect(by_itself).to_be_focused()
    assert not await faults(teacher.page)


async def test_it_is_for_organisers_and_goes_on_after_the_end(door: Door, service: Service) -> None:
    """Contract: 8.5."""
    teacher = await door.let_student_in("Ending Emma", "emma-sheet", language="en")
    event_id = await make_event(teacher, "Over and seen", -60, HOUR)
    (student_id,) = await enrol(service, event_id, [("Student A", "")])
    student = await door.let_student_in("Curious Carl", "carl-curious", language="en")
    await student.open(f"{event_link(teacher, event_id)}/sheet")
    await expect(student.at("failed")).to_contain_text("Only an organiser can do this")
    await open_sheet(teacher, event_id)
    end = await soon(teacher)
    await post(teacher, "/api/events/UpdateEvent", event_id=event_id, time_to=end)
    await expect(teacher.at("connection")).to_have_attribute("data-state", "ended")
    await expect(teacher.at("state")).to_have_text("over")
    await expect(teacher.at("row").locator(".of-state")).to_have_text("not marked")
    await teacher.at(f"choose-{student_id}").check()
    await teacher.at("mark-chosen").click()
    await expect(teacher.page.locator("tr[data-state=marked]")).to_have_count(1)
    (entry,) = (await get(teacher, f"/api/events/GetLedger?event_id={event_id}"))["entries"]
    assert (entry["user_id"], entry["origin"]) == (student_id, "hand")
    student.watch.wrong = [each for each in student.watch.wrong if "403" not in each]
