"""The sheet of a class: how its organisers put it right, and how nothing of that is lost."""

from __future__ import annotations

from typing import Any

import pytest
from playwright.async_api import Page, Route, expect

from tests.browser.calls import event_link, get, make_event, post, user_id_of
from tests.browser.enrolled import enrol
from tests.browser.faults import faults
from tests.browser.keys import tab_to, tab_to_and_press
from tests.browser.visitor import LAPTOP, ON_ITS_SIDE, PHONE, Door, Visitor
from tests.support.service_process import Service

pytestmark = pytest.mark.asyncio(loop_scope="session")
HOUR = 3600
MARK = "**/api/events/MarkParticipant"
CANCELS = {"ru": "Отменить отметку", "en": "Cancel the mark"}
WAS_CANCELLED = {"ru": "отметка отменена", "en": "mark cancelled"}
TEXT_DECORATION = "(each) => getComputedStyle(each).textDecorationLine"
CONTENT_BEFORE = "(each) => getComputedStyle(each, '::before').content"
REFUSED = '{"error": 5, "error_msg": "There is no such person", "code": "person_not_found"}'


async def open_sheet(organiser: Visitor, event_id: str) -> None:
    await organiser.open(f"{event_link(organiser, event_id)}/sheet")
    await expect(organiser.at("connection")).to_have_attribute("data-state", "open")


async def entries(organiser: Visitor, event_id: str) -> list[dict[str, Any]]:
    """Reads the ledger, the first entry first."""
    found = await get(organiser, f"/api/events/GetLedger?event_id={event_id}")
    return list(reversed(found["entries"]))


async def expect_marked(page: Page, count: int) -> None:
    await expect(page.locator("tr[data-state=marked]")).to_have_count(count)


async def test_several_are_marked_at_once_and_who_is_not_is_told_why(
    door: Door, service: Service
) -> None:
    """Contract: MarkParticipant."""
    teacher = await door.let_student_in("Handy Hanna", "hanna-acts", language="en")
    event_id = await make_event(teacher, "By hand", -60, HOUR)
    ids = await enrol(service, event_id, [(f"Student {each}", "") for each in "ABCDEF"])
    gone = ids[1]

    async def refuse_one(route: Route) -> None:
        if f'"user_id":{gone}' in (route.request.post_data or ""):
            await route.fulfill(status=404, body=REFUSED, content_type="application/json")
        else:
            await route.continue_()

    await teacher.page.route(MARK, refuse_one)
    await open_sheet(teacher, event_id)
    for user_id in ids[:2]:
        await teacher.at(f"choose-{user_id}").check()
    await expect(teacher.at("chosen")).to_have_text("Chosen: 2")
    for width, height in (ON_ITS_SIDE, PHONE):
        await teacher.page.set_viewport_size({"width": width, "height": height})
        assert not await faults(teacher.page), (width, height)
    await teacher.at("more-chosen").click()
    await expect(teacher.at("chosen")).to_have_text("Chosen: 6")
    await teacher.at("mark-chosen").click()
    await expect_marked(teacher.page, 5)
    await expect(teacher.at("notice")).to_contain_text("Marked by hand: 5. Not marked: 1")
    failed = teacher.at("row").nth(1)
    await expect(failed).to_contain_text("There is no such person")
    await expect(teacher.at("chosen")).to_have_text("Chosen: 1")
    await teacher.page.unroute(MARK)
    await teacher.at("mark-chosen").click()
    await expect_marked(teacher.page, 6)
    await expect(teacher.at("chosen")).to_be_hidden()
    found = await entries(teacher, event_id)
    assert sorted(each["user_id"] for each in found) == sorted(ids)
    assert {(each["n"], each["origin"]) for each in found} == {(1, "hand")}
    teacher.watch.wrong = [each for each in teacher.watch.wrong if "404" not in each]


async def test_nothing_is_lost_or_doubled_when_the_network_goes_away_in_the_middle(
    door: Door, service: Service
) -> None:
    teacher = await door.let_student_in("Lost Lena", "lena-acts", language="en", size=LAPTOP)
    event_id = await make_event(teacher, "In a tunnel", -60, HOUR)
    ids = await enrol(service, event_id, [(f"Student {each}", "") for each in "ABCDE"])
    teacher.watch.may_lose_connection = True
    call_count = 0

    async def lose(route: Route) -> None:
        """Has the first be done, the answer of the second be lost, and then no network."""
        nonlocal call_count
        call_count += 1
        if call_count == 1:
            await route.continue_()
        elif call_count == 2:
            await route.fetch()
            await route.abort()
        else:
            await route.abort()

    await teacher.page.route(MARK, lose)
    await open_sheet(teacher, event_id)
    await teacher.at("choose-all").check()
    await teacher.at("mark-chosen").dblclick()
    await expect(teacher.at("notice")).to_contain_text("Not marked: 4")
    assert call_count == len(ids)
    unanswered = teacher.at("row").filter(has_text="No answer. Check whether it went through")
    await expect(unanswered).not_to_have_count(0)
    # What had gone through after all is seen as soon as the sheet is read, and chosen no more
    await expect_marked(teacher.page, 2)
    await expect(teacher.at("chosen")).to_have_text("Chosen: 3")
    await teacher.page.reload()
    await expect(teacher.at("chosen")).to_have_text("Chosen: 3")
    await teacher.page.unroute(MARK)
    await teacher.at("mark-chosen").click()
    await expect_marked(teacher.page, 5)
    found = await entries(teacher, event_id)
    assert sorted((each["user_id"], each["n"]) for each in found) == sorted((one, 1) for one in ids)


@pytest.mark.parametrize("language", ["ru", "en"])
async def test_a_mark_is_annulled_with_a_reason_and_stays_in_the_history(
    door: Door, service: Service, language: str
) -> None:
    """Contract: AnnulMark, GetLedger, 8.1."""
    words = {
        "ru": ("Строгая Инна", "Иванов Иван", "Не было на занятии", "ушёл сразу", "без телефона"),
        "en": ("Strict Inna", "Jones John", "Not present", "left at once", "without a phone"),
    }
    by, name, why, note, other_note = words[language]
    teacher = await door.let_student_in(by, f"inna-{language}-acts", language=language)
    event_id = await make_event(teacher, f"Corrected, {language}", -60, HOUR)
    (one,) = await enrol(service, event_id, [(name, "")])
    await post(teacher, "/api/events/MarkParticipant", event_id=event_id, user_id=one)
    await open_sheet(teacher, event_id)
    await teacher.at(f"open-{one}").click()
    history = teacher.at("history").locator("li")
    await expect(history).to_have_count(1)
    await expect(history.locator("s")).to_have_count(0)
    for width, height in (ON_ITS_SIDE, LAPTOP, PHONE):
        await teacher.page.set_viewport_size({"width": width, "height": height})
        assert not await faults(teacher.page), (width, height)
    begins = teacher.at("annul").locator("> :is(h3, p)")
    await expect(begins).to_contain_text([CANCELS[language], name])  # before it asks why
    await teacher.at("annul").get_by_label(why).check(force=True)
    await teacher.at("annul").locator("textarea").fill(note)
    await teacher.at("submit").click()
    await expect(teacher.at("notice")).to_contain_text(name)
    await expect_marked(teacher.page, 0)
    row = teacher.at("row")
    for what in (WAS_CANCELLED[language], why, note):  # at once, and as it is read
        await expect(row).to_contain_text(what)
    await teacher.page.reload()
    for what in (WAS_CANCELLED[language], why, note):
        await expect(row).to_contain_text(what)
    struck = row.locator(".name > :first-child")
    assert await struck.evaluate(TEXT_DECORATION) == "line-through"
    assert not await faults(teacher.page)
    await teacher.page.emulate_media(media="print")
    await expect(row.locator(".said")).to_be_visible()
    assert WAS_CANCELLED[language] in await row.locator(".said").evaluate(CONTENT_BEFORE)
    await teacher.page.emulate_media(media="screen")

    await teacher.at(f"open-{one}").click()
    await expect(history).to_have_count(2)
    for what in (by, why, note):
        await expect(history.nth(0)).to_contain_text(what)
    await expect(history.nth(1).locator("s")).to_contain_text(by)
    await teacher.at("mark").locator("textarea").fill(other_note)
    await teacher.at("submit").click()
    await expect_marked(teacher.page, 1)
    first, second, third = await entries(teacher, event_id)
    assert (first["kind"], second["kind"], third["kind"]) == ("marked", "annulled", "marked")
    assert (second["reason"], second["note"]) == ("not_present", note)
    assert (third["n"], third["note"]) == (3, other_note)


async def test_a_mark_that_somebody_has_changed_meanwhile_is_left_as_it_is(
    door: Door, service: Service
) -> None:
    """Contract: AnnulMark."""
    teacher = await door.let_student_in("Slow Sam", "sam-acts", language="en", size=LAPTOP)
    event_id = await make_event(teacher, "Two at once", -60, HOUR)
    (one,) = await enrol(service, event_id, [("Student A", "")])
    await post(teacher, "/api/events/MarkParticipant", event_id=event_id, user_id=one)
    helper = await door.let_person_in("Fast Fay", "fay-acts")
    helper_id = await user_id_of(helper)
    await post(teacher, "/api/events/AddHelper", event_id=event_id, user_id=helper_id)
    await open_sheet(teacher, event_id)
    await teacher.at(f"open-{one}").click()
    annulment = {"event_id": event_id, "user_id": one, "n": 1, "reason": "wrong_person"}
    await post(helper, "/api/events/AnnulMark", **annulment)
    await teacher.at("submit").click()
    await expect(teacher.at("notice")).to_contain_text("Student A: someone else has changed")
    await expect(teacher.at("of-person")).to_have_count(0)
    await expect_marked(teacher.page, 0)
    assert [each["actor_id"] for each in await entries(teacher, event_id)][1:] == [helper_id]
    teacher.watch.wrong = [each for each in teacher.watch.wrong if "409" not in each]


async def test_somebody_who_is_not_listed_is_found_and_marked(door: Door) -> None:
    teacher = await door.let_student_in("Adding Ada", "ada-acts", language="en")
    event_id = await make_event(teacher, "One without a phone", -60, HOUR)
    other = await door.let_person_in("Phoneless Paul", "paul-acts")
    await open_sheet(teacher, event_id)
    await teacher.at("add").click()
    await teacher.at("adding").get_by_test_id("search").fill("phoneless")
    await teacher.at(f"mark-{await user_id_of(other)}").click()
    await expect(teacher.at("row")).to_contain_text("Phoneless Paul")
    await expect_marked(teacher.page, 1)


async def test_helpers_and_times_are_changed_from_the_sheet(door: Door) -> None:
    """Contract: UpdateEvent, AddHelper."""
    teacher = await door.let_student_in("Менеева Ольга", "olga-acts")
    helper = await door.let_student_in("Ассистентов Олег", "oleg-acts")
    event_id = await make_event(teacher, "Меняется с листа", -HOUR, HOUR)
    event_path = f"/api/events/GetEventByID?event_id={event_id}"
    await open_sheet(teacher, event_id)
    before = await get(teacher, event_path)
    await teacher.at("prolong").click()
    await expect(teacher.at("notice")).to_contain_text("Занятие идёт до")
    after = await get(teacher, event_path)
    assert after["time_to"] - before["time_to"] == 30 * 60
    await teacher.choose_action("helpers")
    await expect(teacher.at("helping")).to_contain_text("Помощников пока нет")
    await teacher.at("helping").get_by_test_id("search").fill("ассистентов")
    await teacher.at(f"add-{await user_id_of(helper)}").click()
    await expect(teacher.at("helpers")).to_contain_text("Ассистентов Олег")
    await open_sheet(helper, event_id)
    await teacher.page.keyboard.press("Escape")
    await teacher.choose_action("edit")
    form = teacher.at("edit-event")
    await form.locator("[name=name]").fill("Новое имя листа")
    await form.get_by_test_id("submit").click()
    heading = teacher.page.get_by_role("heading", level=1, name="Новое имя листа")
    await expect(heading).to_be_visible()
    await teacher.at("end").click()
    await teacher.at("yes").click()
    await expect(teacher.at("state")).to_have_text("закончилось")
    await expect(teacher.at("prolong")).to_be_hidden()
    await expect(teacher.at("more")).to_have_count(0)


async def test_it_is_all_done_by_keyboard(door: Door, service: Service) -> None:
    teacher = await door.let_student_in("Keyboard Kate", "kate-acts", language="en", size=LAPTOP)
    event_id = await make_event(teacher, "Without a pointer", -60, HOUR)
    one, two = await enrol(service, event_id, [("Student A", ""), ("Student B", "")])
    await teacher.open(event_link(teacher, event_id))
    await tab_to_and_press(teacher, "sheet")
    await expect(teacher.page.get_by_role("heading", level=1)).to_be_focused()
    await tab_to_and_press(teacher, "sort-grade")
    await expect(teacher.at("sort-grade")).to_be_focused()
    await tab_to(teacher, teacher.at(f"choose-{two}"))
    await teacher.page.keyboard.press("Space")
    await tab_to_and_press(teacher, "mark-chosen")
    await expect_marked(teacher.page, 1)
    await expect(teacher.page.locator("body")).not_to_be_focused()
    await tab_to_and_press(teacher, f"open-{two}")
    await expect(teacher.at("history").locator("li")).to_have_count(1)
    await teacher.page.keyboard.press("Escape")
    await expect(teacher.at(f"open-{two}")).to_be_focused()
    assert [each["user_id"] for each in await entries(teacher, event_id)] == [two]
    assert one != two
