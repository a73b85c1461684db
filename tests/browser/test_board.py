"""The board of a class on a second screen. Contract: 8.5."""

from __future__ import annotations

import re
from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import pytest
import pytest_asyncio
from playwright.async_api import Browser, Page, expect

from tests.browser.calls import event_link, make_event, post, soon, user_id_of
from tests.browser.faults import ARTEFACTS, faults
from tests.browser.visitor import LAPTOP, PATIENCE_MILLISECONDS, PHONE, Door, Visitor
from tests.support.service_process import Service, free_port, running

pytestmark = pytest.mark.asyncio(loop_scope="session")
HOUR = 3600
COUNT_TEXTS = {"ru": "Отмечен 1 из 1", "en": "1 of 1 marked"}
PROJECTOR, FULL_HD = (1280, 720), (1920, 1080)
IS_FULL = "() => document.fullscreenElement !== null"
IS_KEPT = "() => navigator.serviceWorker.controller !== null"
HAS_CODE = "() => document.querySelector('.code')?.naturalWidth > 0"
# Parts of the height of the screen: the least letters, the code; and whether all of it is in sight
HEIGHT_SHARES = """
() => {
  const letters = [...document.querySelectorAll("h1, p, dt, dd")].filter((each) => each.innerText);
  const sizes = letters.map((each) => parseFloat(getComputedStyle(each).fontSize));
  const code = document.querySelector(".code").getBoundingClientRect();
  const { scrollHeight } = document.documentElement;
  return [Math.min(...sizes) / innerHeight, code.height / innerHeight, scrollHeight / innerHeight];
}
"""

# As many as there may be in one class, each figure of it on one line
LARGEST_COUNTS_FIT = """
async () => {
  const begun = document.querySelector("script[type=module]").src;
  const { BoardView } = await import(begun.replace(/board.js$/, "view.js"));
  const view = new BoardView(() => {});
  view.showCounts({ participants: 18888, waiting: 8888, held: 888, marked: 18888 });
  document.querySelector(".figures").replaceWith(view.element.querySelector(".figures"));
  return [...document.querySelectorAll(".figures dd")].every((each) => {
    const written = document.createRange();
    written.selectNodeContents(each);
    return written.getBoundingClientRect().right <= innerWidth;
  });
}
"""


@pytest.fixture
def settings() -> dict[str, str]:
    """Of a service that is to come back at the same address."""
    return {"ATTENDANCE_PORT": str(free_port())}


@pytest.fixture
def own_service(tmp_path: Path, settings: dict[str, str]) -> Iterator[Service]:
    """One that a test may end."""
    with running(tmp_path, settings) as started:
        yield started


@pytest_asyncio.fixture(loop_scope="session")
async def own_door(browser: Browser, own_service: Service) -> AsyncIterator[Door]:
    opened = Door(browser, own_service.url, PATIENCE_MILLISECONDS)
    yield opened
    await opened.close()


async def make_board_link(organiser: Visitor, event_id: str) -> str:
    """Makes a new link; answers its whole address."""
    made = await post(organiser, "/api/events/MakeBoardLink", event_id=event_id)
    return organiser.url + str(made["url"])


async def mark(organiser: Visitor, event_id: str, *others: Visitor) -> None:
    for each in others:
        given = {"event_id": event_id, "user_id": await user_id_of(each)}
        await post(organiser, "/api/events/MarkParticipant", **given)


async def expect_state(page: Page, state: str) -> None:
    await expect(page.get_by_test_id("board")).to_have_attribute("data-state", state)


@pytest.mark.parametrize("language", ["ru", "en"])
async def test_a_board_by_its_secret_shows_marks_at_once_and_names_never(
    door: Door, language: str
) -> None:
    names = {"ru": ("Донская Вера", "Зайцев Тимур"), "en": ("Down Vera", "Carter Henry")}[language]
    teacher = await door.let_student_in(
        names[0], f"vera-{language}-board", language=language, size=LAPTOP
    )
    title = {"ru": "Матанализ на доске, лекция 12", "en": "Analysis on the board, lecture 12"}
    event_id = await make_event(teacher, title[language], -60, HOUR)
    await teacher.open(event_link(teacher, event_id))
    await teacher.choose_action("link")
    await teacher.at("make-board-link").click()
    address = await teacher.at("link").input_value()
    assert re.fullmatch(rf"{re.escape(door.url)}/board/{event_id}#[\w-]{{43}}", address)
    assert not await faults(teacher.page)

    hall = await door.enter("Hall", language=language, size=PROJECTOR, keeps_page=True)
    asked: list[str] = []
    hall.context.on("request", lambda request: asked.append(request.url))
    await hall.open(address)
    await expect_state(hall.page, "open")
    await expect(hall.page).to_have_title(title[language])
    await expect(hall.at("address")).to_contain_text("/e/")
    student = await door.let_student_in(
        names[1], f"timur-{language}-board", event_link(teacher, event_id)
    )
    await student.wait()
    await expect(hall.at("waiting")).to_have_text("1")
    await mark(teacher, event_id, student)
    await expect(hall.at("marked")).to_have_text("1 / 1", timeout=3_000)
    await expect(hall.at("waiting")).to_have_text("0")
    await expect(teacher.at("attendance-count")).to_have_text(
        COUNT_TEXTS[language]
    )  # the same number
    await expect(hall.at("code").get_by_role("img")).to_have_js_property("complete", True)
    text = await hall.page.content()
    assert not [name for name in " ".join(names).split() if name in text]
    secret = address.partition("#")[2]
    assert asked and not [url for url in asked if secret in url.partition("#")[0]]

    for width, height in (FULL_HD, PROJECTOR, PHONE):
        await hall.page.set_viewport_size({"width": width, "height": height})
        folder = ARTEFACTS / f"{width}x{height}" / language
        await hall.page.screenshot(path=folder / "board-by-link.png")
        assert not await faults(hall.page), (width, height)
        assert await hall.page.evaluate(LARGEST_COUNTS_FIT), (width, height)
        if width > height:
            letters, code, whole = await hall.page.evaluate(HEIGHT_SHARES)
            assert letters >= 0.0599 and code > 0.75 and whole <= 1, (letters, code, whole)


async def test_a_board_fills_the_screen_by_a_key_and_a_board_is_opened_by_its_organisers(
    door: Door,
) -> None:
    teacher = await door.let_student_in("Key Karina", "karina-board", language="en", size=LAPTOP)
    event_id = await make_event(teacher, "Seen from the back", -60, HOUR)
    await teacher.open(event_link(teacher, event_id))
    async with teacher.context.expect_page() as opening:
        await teacher.at("board").click()
    tab = await opening.value
    await expect_state(tab, "open")
    await expect(tab.get_by_test_id("marked")).to_have_text("0 / 0")
    for key in ("f", "Space"):
        await tab.keyboard.press(key)
        await tab.wait_for_function(IS_FULL)
        await expect(tab.get_by_test_id("full-screen")).to_be_hidden()
        await tab.keyboard.press(key)
        await tab.wait_for_function(f"() => !({IS_FULL})()")
    await post(teacher, "/api/events/UpdateEvent", event_id=event_id, time_to=await soon(teacher))
    await expect_state(tab, "ended")
    await expect(tab.get_by_test_id("state")).to_have_text("This class is over")
    await expect(tab.get_by_test_id("pace")).to_be_hidden()


async def test_a_board_keeps_what_it_has_seen_while_the_service_is_gone(
    own_door: Door, own_service: Service, tmp_path: Path, settings: dict[str, str]
) -> None:
    """Also where it is loaded anew: by its link, and by an organiser. One that is not kept asks."""
    teacher = await own_door.let_student_in("Анна", "anna-board", keeps_page=True)
    student = await own_door.let_person_in("Борис", "boris-board")
    event_id = await make_event(teacher, "Без сервера", -60, HOUR)
    hall = await own_door.enter("Hall", size=PROJECTOR, keeps_page=True)
    private = await own_door.enter("Where nothing is kept")
    address = await make_board_link(teacher, event_id)
    for visitor in (hall, private):
        await visitor.open(address)
        await expect(visitor.at("marked")).to_have_text("0 / 0")
    own = await teacher.context.new_page()
    await own.goto(f"{teacher.url}/board/{event_id}")
    for page in (hall.page, own):
        await expect(page.get_by_test_id("marked")).to_have_text("0 / 0")
        await page.wait_for_function(IS_KEPT)
    for visitor in (hall, private, teacher, student):
        visitor.watch.may_lose_connection = True
    own_service.kill()
    session = await hall.context.new_cdp_session(hall.page)
    await session.send("Network.clearBrowserCache")  # as after an hour, for the QR code
    for page in (hall.page, own):
        for is_again in (False, True):
            if is_again:
                await page.reload()
            await expect_state(page, "lost")
            told = page.get_by_test_id("told")
            await expect(told).to_have_text(re.compile(r"^Нет связи, показано на \d\d:\d\d$"))
            await expect(page.get_by_test_id("marked")).to_have_text("0 / 0")
            await expect(page.get_by_test_id("name")).to_have_text("Без сервера")
            await page.wait_for_function(HAS_CODE)
    await expect_state(private.page, "lost")
    await private.at("board").click()  # nobody is asked who has touched nothing
    async with private.page.expect_event("dialog") as asking:
        await private.page.evaluate("() => void setTimeout(() => location.reload())")
    await (await asking.value).dismiss()
    await expect(private.at("marked")).to_have_text("0 / 0")
    assert not await faults(hall.page)
    with running(tmp_path, settings, migrate=False):
        await mark(teacher, event_id, student)
        for page in (hall.page, own):
            await expect(page.get_by_test_id("marked")).to_have_text("1 / 1")
            await expect(page.get_by_test_id("told")).to_be_hidden()


async def test_who_may_not_see_a_board_any_more_is_told_kindly(door: Door) -> None:
    teacher = await door.let_student_in("Ending Egor", "egor-board", language="en")
    event_id = await make_event(teacher, "A link that ends", -60, HOUR)
    address = await make_board_link(teacher, event_id)
    hall = await door.enter("Hall", language="en", size=PROJECTOR, keeps_page=True)
    await hall.open(address)
    await expect_state(hall.page, "open")
    await teacher.open(event_link(teacher, event_id))
    await teacher.choose_action("link")
    await teacher.at("end-board-link").click()
    await expect(teacher.at("notice")).to_contain_text("The board link has ended")
    await expect_state(hall.page, "refused")
    await expect(hall.at("told")).to_contain_text("Ask an organiser for a new one")
    assert not await faults(hall.page)
    await hall.open(address.partition("#")[0])  # only the fragment differs: it is another board
    await expect(hall.at("told")).to_contain_text("Log in as an organiser")
    hall.watch.wrong = [each for each in hall.watch.wrong if "401" not in each]
    assert not await faults(hall.page)
    await hall.at("log-in").click()
    await expect(hall.at("invitation")).to_contain_text("A link that ends")
