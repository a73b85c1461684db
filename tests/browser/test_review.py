"""The review desk: scans that moderators judge, and nobody else sees. Contract: 9.8 to 9.10."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.async_api import Request, expect

from tests.browser.faults import ARTEFACTS, faults
from tests.browser.keys import tab_to_and_press
from tests.browser.photographs import photograph
from tests.browser.visitor import LAPTOP, ON_ITS_SIDE, PHONE, Door, Visitor
from tests.support.service_process import Service, attendance, running

pytestmark = pytest.mark.asyncio(loop_scope="session")


@pytest.fixture
def service(tmp_path: Path) -> Iterator[Service]:
    """One where nobody else has sent a scan."""
    with running(tmp_path) as started:
        yield started


async def student_with_scan(door: Door, name: str, username: str, folder: Path) -> Visitor:
    """Brings somebody whose scan waits now."""
    visitor = await door.let_student_in(name, username, language="en")
    await visitor.at("tab-me").click()
    await visitor.at("scan").set_input_files(photograph(folder / f"{username}.jpg", 400, 300))
    await expect(visitor.at("scan-state")).to_have_attribute("data-state", "pending")
    return visitor


async def moderator(door: Door, service: Service, username: str, language: str = "en") -> Visitor:
    visitor = await door.let_student_in("Mo Derator", username, language=language, size=LAPTOP)
    made = attendance("moderators", "add", username, folder=service.folder)
    assert made.returncode == 0, made
    return visitor


async def test_scans_are_judged_one_after_another(
    door: Door, service: Service, tmp_path: Path
) -> None:
    students = [
        await student_with_scan(door, f"Record {number}", f"record-{number}", tmp_path)
        for number in range(4)
    ]
    judge = await moderator(door, service, "mo-derator")
    await judge.at("tab-me").click()
    await judge.at("to-review").click()
    await judge.at("begin").click()
    for number in range(4):
        await expect(judge.at("desk")).to_contain_text(f"Record {number}")
        picture = judge.at("scan-frame").locator("img")
        await expect(picture).to_have_js_property("complete", True)
        assert await picture.evaluate("image => image.naturalWidth") == 400
        if number == 1:
            await judge.page.keyboard.press("r")
            await judge.at("reason-unreadable").check()
            await judge.at("rejecting").locator("[name=note]").fill("Too dark")
            await judge.at("rejecting").get_by_test_id("submit").click()
        else:
            await judge.page.keyboard.press("a")
    await expect(judge.at("queue")).to_contain_text("Nothing to review")
    for number, student in enumerate(students):
        await student.page.reload()
        state = "rejected" if number == 1 else "approved"
        await expect(student.at("scan-state")).to_have_attribute("data-state", state)
    await expect(students[1].at("scan-state")).to_contain_text("Not readable")
    await expect(students[1].at("scan-state")).to_contain_text("Too dark")


async def test_the_image_can_be_turned_and_enlarged(
    door: Door, service: Service, tmp_path: Path
) -> None:
    await student_with_scan(door, "Turned Record", "turned-record", tmp_path)
    judge = await moderator(door, service, "turning-judge")
    await judge.open(f"{judge.url}/#/review")
    await judge.at("begin").click()
    size = judge.at("scan-frame").locator(".scan-size")
    before = await size.evaluate("each => each.clientWidth")
    await judge.page.keyboard.press("+")
    assert await size.evaluate("each => each.clientWidth") > before
    await judge.page.keyboard.press("t")
    picture = judge.at("scan-frame").locator("img")
    await expect(picture).to_have_css("transform", "matrix(0, 1, -1, 0, 0, 0)")
    await judge.page.keyboard.press("s")
    await expect(judge.at("queue")).to_be_visible()


@pytest.mark.parametrize("language", ["en", "ru"])
async def test_everybody_can_use_the_desk(
    door: Door, service: Service, tmp_path: Path, language: str
) -> None:
    await student_with_scan(door, "Seen Record", f"seen-record-{language}", tmp_path)
    judge = await moderator(door, service, f"judge-{language}", language=language)
    await judge.open(f"{judge.url}/#/review")
    await judge.at("begin").wait_for()
    wrong = {"queue": await faults(judge.page)}
    await judge.at("begin").click()
    await judge.at("reject").click()
    await judge.at("rejecting").wait_for()
    for size in (LAPTOP, PHONE, ON_ITS_SIDE):
        width, height = size
        await judge.page.set_viewport_size({"width": width, "height": height})
        folder = ARTEFACTS / f"{width}x{height}" / language
        await judge.page.screenshot(path=folder / "review.png")
        wrong[f"desk {width}"] = await faults(judge.page)
    assert not any(wrong.values()), wrong
    await judge.page.set_viewport_size({"width": LAPTOP[0], "height": LAPTOP[1]})
    before = await judge.at("desk").element_handle()
    assert before
    await tab_to_and_press(judge, "skip")  # to the next, or the queue
    await judge.page.wait_for_function("desk => !desk.isConnected", arg=before)


async def test_moderators_have_it_beside_their_screens_and_nobody_else_is_asked(
    door: Door, service: Service, tmp_path: Path
) -> None:
    student = await student_with_scan(door, "Counted Record", "counted-record", tmp_path)
    judge = await moderator(door, service, "counting-judge")
    asked: dict[str, int] = {}
    for who in (student, judge):
        asked[who.name] = 0

        def count(request: Request, name: str = who.name) -> None:
            asked[name] += "GetPendingConfirmations" in request.url

        who.context.on("request", count)
        await expect(who.at("tab-review")).to_have_count(0)
    for who in (student, judge):  # once one has looked at one's profile
        await who.page.reload()
        for _ in range(2):
            await who.at("tab-people").click()
            await who.at("friends").wait_for()
            await who.at("tab-me").click()
            await who.at("to-access").wait_for()
    assert asked[student.name] == 1
    await expect(student.at("tab-review")).to_have_count(0)
    await expect(judge.at("tab-review")).to_have_text("Review (1)")
    await judge.open(f"{judge.url}/#/people")
    await judge.page.reload()
    await expect(judge.at("tab-review")).to_have_text("Review (1)")  # without a look
    wrong = await faults(judge.page)
    await judge.page.screenshot(path=ARTEFACTS / "1280x800/en/review-tab.png")
    await tab_to_and_press(judge, "tab-review")
    await judge.at("begin").click()
    await expect(judge.at("desk")).to_be_focused()
    await judge.page.keyboard.press("a")
    await expect(judge.at("queue")).to_contain_text("Nothing to review")
    await expect(judge.at("tab-review")).to_have_text("Review (0)")
    await judge.page.set_viewport_size({"width": PHONE[0], "height": PHONE[1]})
    await expect(judge.at("tab-review")).to_be_hidden()
    before = asked[judge.name]
    await judge.open(f"{judge.url}/#/people")
    await judge.page.reload()
    await judge.at("friends").wait_for()
    assert asked[judge.name] == before, "on a phone nobody sees how many there are"
    gone = attendance("moderators", "remove", "counting-judge", folder=service.folder)
    assert gone.returncode == 0, gone
    await judge.at("tab-me").click()
    await judge.at("to-access").wait_for()
    await judge.page.set_viewport_size({"width": LAPTOP[0], "height": LAPTOP[1]})
    await expect(judge.at("tab-review")).to_have_count(0)
    assert not wrong, wrong


async def test_the_desk_is_no_students(door: Door) -> None:
    visitor = await door.let_student_in("Curious", "curious-one", language="en")
    await visitor.open(f"{visitor.url}/#/review")
    await expect(visitor.at("queue")).to_contain_text("Only moderators can do this")
    await visitor.at("tab-me").click()
    await expect(visitor.at("to-access")).to_be_visible()
    await expect(visitor.at("to-review")).to_have_count(0)
