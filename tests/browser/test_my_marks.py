"""My marks: told of when one is annulled, and kept for when there is no signal."""

from __future__ import annotations

from typing import Any, NamedTuple

import pytest
from playwright.async_api import expect

from tests.browser.calls import begin_class, event_link, make_event, post, user_id_of
from tests.browser.visitor import Door, Visitor

pytestmark = pytest.mark.asyncio(loop_scope="session")
HOUR = 3600
KEPT_MARKS = "() => localStorage.getItem('marks') ?? ''"


class MarkedByHand(NamedTuple):
    """Who has marked whom, and in which event."""

    teacher: Visitor
    student: Visitor
    event_id: str


async def mark_by_hand(door: Door, name: str, title: str, **options: Any) -> MarkedByHand:
    """Signs up an organiser of a new event and a student, and has the one mark the other."""
    username = name.lower().replace(" ", "-")
    teacher = await door.let_person_in(f"Teacher of {name}", f"{username}-teacher", language="en")
    event_id = await make_event(teacher, title, -60, HOUR)
    student = await door.let_student_in(name, username, language="en", **options)
    place = {"event_id": event_id, "user_id": await user_id_of(student)}
    await post(teacher, "/api/events/MarkParticipant", **place)
    return MarkedByHand(teacher, student, event_id)


async def test_somebody_whose_mark_was_annulled_is_told_why_and_may_ask_again(door: Door) -> None:
    """Contract: 8.7, 8.8."""
    teacher, student, event_id = await mark_by_hand(door, "Anna Undone", "Told kindly")
    await student.open(event_link(student, event_id))
    await expect(student.at("already-marked")).to_contain_text("Teacher of Anna Undone")
    assert "Told kindly" in await student.page.evaluate(KEPT_MARKS)
    mark = {"event_id": event_id, "user_id": await user_id_of(student), "n": 1}
    note = "You sat in the other hall"
    await post(teacher, "/api/events/AnnulMark", reason="not_present", note=note, **mark)

    await student.page.reload()
    undone = student.at("undone")
    await expect(undone).to_contain_text("Your mark was cancelled")
    await expect(undone).to_contain_text(f"You were not found in class. {note}")
    await expect(undone).to_contain_text("You can join the list again")
    assert "Told kindly" not in await student.page.evaluate(KEPT_MARKS)
    await student.at("tab-me").click()
    await expect(student.at("my-attendance")).to_contain_text(note)
    await student.at("tab-events").click()
    await expect(student.at("hero")).to_contain_text("Your mark was cancelled")
    await student.at("hero-act").click()
    await student.expect_state("open")
    await student.open(event_link(student, event_id))
    await expect(student.at("to-list")).to_be_visible()
    await expect(undone).to_have_count(0)


async def test_ones_marks_can_be_shown_without_signal(door: Door) -> None:
    _, student, event_id = await mark_by_hand(
        door, "Boris Kept", "Shown at the door", keeps_page=True
    )
    await student.open(event_link(student, event_id))
    await expect(student.at("already-marked")).to_be_visible()
    await student.page.evaluate("() => navigator.serviceWorker.ready.then(() => true)")
    student.watch.may_lose_connection = True
    await student.context.set_offline(True)
    await student.open(f"{student.url}/#/me")
    await student.page.reload()
    await expect(student.at("kept")).to_contain_text("Shown at the door")
    await student.at("kept").get_by_role("link").click()
    await expect(
        student.page.get_by_role("heading", level=1, name="Shown at the door")
    ).to_be_visible()
    await expect(student.at("kept-receipt")).to_contain_text("by Teacher of Boris Kept")
    await expect(student.at("kept-receipt")).to_contain_text("today, Boris Kept")
    await student.context.set_offline(False)
    await expect(student.at("already-marked")).to_be_visible()
    await expect(student.at("kept-receipt")).to_have_count(0)


async def test_without_signal_the_last_mark_is_shown_until_one_logs_out(door: Door) -> None:
    marker = await door.let_student_in("Marker Kept", "marker-kept", language="en")
    link = await begin_class(marker, "Receipt")
    await marker.begin_marking()
    asker = await door.let_student_in(
        "Asker Kept", "asker-kept", link, language="en", keeps_page=True
    )
    await asker.wait()
    await marker.hold(asker)
    await marker.at("marked").click()
    await asker.expect_state("marked")
    await asker.page.evaluate("() => navigator.serviceWorker.ready.then(() => true)")
    await asker.page.wait_for_function("() => localStorage.getItem('marks')")
    asker.watch.may_lose_connection = True
    await asker.context.set_offline(True)
    await asker.page.reload()
    await expect(asker.at("kept-mark")).to_contain_text("Receipt")
    await expect(asker.at("kept-mark")).to_contain_text("Marker Kept")
    await asker.context.set_offline(False)
    await expect(asker.at("kept-mark")).to_have_count(0)
    await asker.at("done").click()
    await asker.at("tab-me").click()
    await asker.at("log-out").click()
    await asker.at("sign-up").wait_for()
    assert await asker.page.evaluate("() => localStorage.getItem('marks')") is None
