"""Every screen of the page, one after the other, as people come to them in one lecture."""

from __future__ import annotations

import random
from collections.abc import AsyncIterator
from dataclasses import dataclass
from pathlib import Path
from typing import NamedTuple

from playwright.async_api import Page, expect

from attendance_web.demo.people import face
from tests.browser.calls import post
from tests.browser.visitor import PASSWORD, Door, Visitor


class Names(NamedTuple):
    """What people and events of one tour are called, and what people say of themselves."""

    event: str
    marker: str
    askers: tuple[str, ...]
    bio: str
    other_event: str


NAMES = {
    "ru": Names(
        "Матанализ, лекция 12",
        "Вера Донская",
        ("Анна Белова", "Тимур Зайцев", "Мария Соколова", "Пётр Волков"),
        "БПМИ-231, ФКН",
        "История науки",
    ),
    "en": Names(
        "Analysis, lecture 12",
        "Vera Down",
        ("Alice Brown", "Henry Carter", "Olivia Evans", "Thomas Cooper"),
        "Group 231, Computer Science",
        "History of science",
    ),
}
WITH_NOTICE = "told"  # the screen whose notice is looked at, and stays
NO_FULL_SCREEN = "() => { document.documentElement.requestFullscreen = () => Promise.reject(); }"
# It goes by itself after some seconds, for which a tour does not stop
PUT_NOTICE_AWAY = "() => document.querySelector('.notice')?.replaceChildren()"


@dataclass(frozen=True)
class Screen:
    """One that is to be looked at now, and nothing is on its way to it."""

    name: str
    page: Page


class Tour:
    """People of one language, whose faces are written into a folder.

    Only one tour of a language fits into a service.
    """

    def __init__(self, door: Door, language: str, faces_folder: Path) -> None:
        self._door = door
        self._language = language
        self._chance = random.Random(language)
        self._faces_folder = faces_folder
        self._names = NAMES[language]

    async def screens(self) -> AsyncIterator[Screen]:
        """Yields all of them; each is as it is only until the next one is asked for."""
        async for screen in self._lecture():
            if screen.name != WITH_NOTICE:
                await screen.page.evaluate(PUT_NOTICE_AWAY)
            yield screen

    async def _lecture(self) -> AsyncIterator[Screen]:
        marker = await self._door.enter(self._names.marker, language=self._language)
        await marker.open()
        await expect(marker.at("sign-up")).to_be_visible()
        yield Screen("sign-up", marker.page)
        await marker.at("to-log-in").click()
        yield Screen("log-in", marker.page)
        await marker.at("forgotten").click()
        await marker.at("recovery").wait_for()
        yield Screen("forgotten", marker.page)
        await marker.at("back-to-log-in").click()
        await marker.at("to-log-in").click()
        await marker.at("to-sign-up").click()
        await marker.sign_up(f"vera-{self._language}-tour")
        await self._show_face(marker)
        await self._say_group(marker)
        await marker.at("tab-events").click()
        await marker.create_event(self._names.other_event)
        await marker.at("tab-events").click()
        link = await marker.create_event(self._names.event)
        await marker.at("tab-events").click()
        await expect(marker.at("event")).not_to_have_count(0)
        yield Screen("events", marker.page)
        await marker.page.goto(f"{marker.url}/#/classes")
        await expect(marker.at("to-come").get_by_test_id("event")).not_to_have_count(0)
        yield Screen("classes", marker.page)
        await marker.page.goto(f"{marker.url}/#/")
        await marker.at("create").click()
        yield Screen("new-event", marker.page)
        await marker.page.keyboard.press("Escape")
        await marker.open(link)
        await marker.at("mark-me").wait_for()
        await marker.at("share").click()
        code = marker.at("sharing").locator("img")
        await expect(code).to_have_js_property("complete", True)
        yield Screen("sharing", marker.page)
        await marker.at("close").click()
        await marker.begin_marking()
        yield Screen("marking-nobody", marker.page)
        async for screen in self._marking(marker, link):
            yield screen
        async for screen in self._people(marker):
            yield screen

    async def _marking(self, marker: Visitor, link: str) -> AsyncIterator[Screen]:
        askers = []
        for number, name in enumerate(self._names.askers):
            asker = await self._door.enter(name, language=self._language)
            username = f"asker{number}-{self._language}"
            if number == 0:
                await asker.open(link)
                await asker.at("invitation").wait_for()
                yield Screen("invited", asker.page)
                await asker.sign_up(username)
            else:
                await asker.sign_up_by_call(username)
                await asker.open()
            if number % 2 == 0:  # the others have their initials
                await self._show_face(asker)
            await self._say_group(asker)
            await asker.open(link)
            if number == 0:
                await asker.at("mark-me").wait_for()
                yield Screen("event", asker.page)
            await asker.wait()
            askers.append(asker)
        await expect(askers[0].at("place")).to_have_text("1")
        yield Screen("waiting", askers[0].page)
        last = askers[-1]
        last.watch.may_lose_connection = True
        await last.context.set_offline(True)
        await last.expect_state("lost")
        yield Screen("lost", last.page)
        await last.context.set_offline(False)
        await last.expect_state("open")
        await marker.expect_listed(*askers)
        yield Screen("marking", marker.page)
        await marker.hold(askers[0])
        await expect(marker.at("marked")).to_have_attribute("aria-disabled", "false")
        yield Screen("holding", marker.page)
        await askers[0].expect_state("held")
        yield Screen("held", askers[0].page)
        await marker.at("marked").click()
        await askers[0].expect_state("marked")
        await expect(askers[0].at("waiting")).to_contain_text(marker.name)
        await expect(askers[0].at("own")).to_have_text(askers[0].name)
        yield Screen("marked", askers[0].page)
        await expect(marker.at("notice")).to_contain_text(askers[0].name)
        yield Screen(WITH_NOTICE, marker.page)
        await self._end_waiting(askers[1])
        yield Screen("ended", askers[1].page)
        await marker.open(link)
        await expect(marker.at("attendance")).to_contain_text(askers[0].name)
        yield Screen("attendance", marker.page)
        await marker.at("sheet").click()
        await expect(marker.at("connection")).to_have_attribute("data-state", "open")
        await expect(marker.at("row")).to_have_count(len(askers) - 1)  # one has left
        await marker.at("row").get_by_role("checkbox").first.check()
        yield Screen("sheet", marker.page)
        await marker.at("choose-none").click()
        await marker.page.get_by_role("button", name=askers[0].name).click()
        await expect(marker.at("history").locator("li")).to_have_count(1)
        yield Screen("sheet-person", marker.page)
        await marker.open(link)
        await marker.open(f"{marker.url}{await marker.at('board').get_attribute('href')}")
        await expect(marker.at("board")).to_have_attribute("data-state", "open")
        await expect(marker.at("code").get_by_role("img")).to_have_js_property("complete", True)
        yield Screen("board", marker.page)
        await marker.open(link)
        await marker.at("edit").click()
        yield Screen("edit-event", marker.page)
        await marker.page.keyboard.press("Escape")
        # As on a phone that has no full screen: in one no size but its own could be looked at
        await marker.page.evaluate(NO_FULL_SCREEN)
        await marker.at("project").click()
        code = marker.at("projected").locator("img")
        await expect(code).to_have_js_property("complete", True)
        yield Screen("projected", marker.page)
        await marker.at("close-code").click()
        await marker.at("more").click()
        await marker.at("leave").wait_for()
        yield Screen("more", marker.page)
        await marker.at("leave").click()
        await marker.at("yes").wait_for()
        yield Screen("question", marker.page)
        await marker.page.keyboard.press("Escape")
        await self._befriend(marker, askers)

    async def _end_waiting(self, asker: Visitor) -> None:
        """Has somebody leave the event in another tab, which ends their waiting."""
        event_id = asker.page.url.split("/event/")[1].partition("/")[0]
        tab = await asker.context.new_page()
        await tab.goto(f"{asker.url}/#/event/{event_id}")
        await tab.get_by_test_id("more").click()
        await tab.get_by_test_id("leave").click()
        await tab.get_by_test_id("yes").click()
        await tab.get_by_test_id("notice").locator("p").wait_for()
        await tab.close()
        await asker.expect_state("ended")

    async def _befriend(self, marker: Visitor, askers: list[Visitor]) -> None:
        """Has one of them ask the marker, who asks another."""
        await askers[0].at("done").click()
        await self._find(askers[0], marker)
        await askers[0].at("befriend").click()
        await askers[0].at("withdraw").wait_for()
        await self._find(marker, askers[2])
        await marker.at("befriend").click()
        await marker.at("withdraw").wait_for()

    async def _find(self, visitor: Visitor, other: Visitor) -> None:
        await visitor.open_people()
        await visitor.at("search").fill(other.name)
        # Others of a run may have these names the other way round, and are found, too
        found = visitor.at("found").get_by_role("link")
        await found.filter(has_text=other.name).first.click()
        await visitor.at("profile").get_by_role("button").first.wait_for()

    async def _people(self, marker: Visitor) -> AsyncIterator[Screen]:
        yield Screen("person", marker.page)
        await marker.open_people()
        await expect(marker.at("requests").get_by_role("link")).to_have_count(1)
        await expect(marker.at("friends").get_by_role("link")).to_have_count(1)
        yield Screen("people", marker.page)
        await marker.at("tab-me").click()
        await marker.at("info").locator("[name=bio]").fill(self._names.bio)
        await marker.at("save").click()
        await marker.at("scan").set_input_files(self._picture())
        await expect(marker.at("scan-state")).to_have_attribute("data-state", "pending")
        yield Screen("me", marker.page)
        await marker.at("change-picture").click()
        await marker.at("picture").set_input_files(self._picture())
        await marker.at("save-picture").wait_for()
        yield Screen("picture", marker.page)
        await marker.open(f"{marker.url}/#/access")
        await expect(marker.at("this-device")).to_be_visible()
        yield Screen("access", marker.page)
        await marker.at("make-codes").click()
        await marker.at("codes-proof").locator("[type=password]").fill(PASSWORD)
        await marker.at("codes-proof").get_by_test_id("submit").click()
        await expect(marker.at("code-list").locator("li")).to_have_count(10)
        yield Screen("codes", marker.page)

    async def _show_face(self, visitor: Visitor) -> None:
        """Chooses a picture of oneself, cut as the page offers it."""
        await visitor.at("tab-me").click()
        await visitor.at("change-picture").click()
        await visitor.at("picture").set_input_files(self._picture())
        await visitor.at("save-picture").click()
        await expect(visitor.at("save-picture")).to_have_count(0)

    async def _say_group(self, visitor: Visitor) -> None:
        """Says what tells people of one name apart."""
        await post(visitor, "/api/profile/UpdateProfileInfo", bio=self._names.bio)

    def _picture(self) -> Path:
        path = self._faces_folder / f"face-{self._chance.random()}.png"
        path.write_bytes(face(self._chance))
        return path
