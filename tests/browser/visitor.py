"""A person in front of the page: what they can do at the door, in the words of the page."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from playwright.async_api import Browser, BrowserContext, Locator, Page, expect

from tests.browser.watch import Watch

PHONE, LAPTOP = (360, 740), (1280, 800)
ON_ITS_SIDE, TABLET = (844, 390), (768, 1024)
PASSWORD = "tea at five"
PATIENCE_MILLISECONDS = 30_000  # for anything to be seen: machines that test are slow
SECOND_TAP_MS = 600  # of the page's hold.js: in which a second tap, or key, decides nothing
# As a browser does that keeps no pages. To keep one takes as much of a processor as to open it
KEEPS_NO_PAGE = """
if (globalThis.ServiceWorkerContainer) ServiceWorkerContainer.prototype.register = async () => {
  throw new DOMException("it keeps no pages", "SecurityError");
};
"""


@dataclass(eq=False)
class Visitor:
    """One person, with cookies and a screen of their own."""

    name: str
    page: Page
    context: BrowserContext
    watch: Watch
    url: str

    def at(self, name: str) -> Locator:
        """Finds what a test calls so."""
        return self.page.get_by_test_id(name)

    async def open(self, link: str = "") -> None:
        """Comes to the page, by a link where one was sent."""
        await self.page.goto(link or self.url)

    async def sign_up(self, username: str) -> None:
        form = self.at("sign-up")
        await form.locator("[name=name]").fill(self.name)
        await form.locator("[name=username]").fill(username)
        await form.locator("[type=password]").fill(PASSWORD)
        await form.get_by_test_id("submit").click()
        await expect(self.at("tab-me")).to_be_visible()

    async def sign_up_by_call(self, username: str, name: str = "") -> None:
        """Signs up as a page would, before any is opened: a form costs as much as a test."""
        calls = self.context.request
        await calls.get(f"{self.url}/api/auth/GetCurrentUserId")
        token = await self.csrf_token()
        given = {"username": username, "password": PASSWORD, "display_name": name or self.name}
        answer = await calls.post(
            f"{self.url}/accounts/signup/", data=given, headers={"X-CSRFToken": token}
        )
        told = await answer.json()
        assert told["error"] == 0, told

    async def csrf_token(self) -> str:
        """Finds what calls repeat that come from our own page."""
        (token,) = [
            each["value"] for each in await self.context.cookies() if each["name"] == "csrftoken"
        ]
        return token

    async def open_people(self) -> None:
        """Goes by the tab, until its own search is there: the screen before may have one, too."""
        await self.at("tab-people").click()
        await self.at("friends").wait_for()

    async def create_event(self, name: str) -> str:
        """Makes a new event, from the list of events; answers the link to it."""
        await self.at("create").click()
        dialog = self.at("new-event")
        await dialog.locator("[name=name]").fill(name)
        await dialog.get_by_test_id("submit").click()
        await expect(self.page.get_by_role("heading", level=1, name=name)).to_be_visible()
        await self.at("share").click()
        link = await self.at("link").input_value()
        await self.at("close").click()
        return link

    async def wait(self) -> None:
        """Asks to be marked, from the screen of an event, until it is sure."""
        await self.at("mark-me").click()
        await self.expect_state("open")

    async def begin_marking(self) -> None:
        """Sits down by the sheet, from the screen of an event."""
        await self.at("can-mark").click()
        await expect(self.at("connection")).to_have_attribute("data-state", "open")

    async def choose_action(self, name: str) -> None:
        """Chooses something behind "⋯"."""
        await self.at("more").click()
        await self.at("actions").get_by_test_id(name).click()

    async def hold(self, other: Visitor) -> None:
        await self.row(other).click()
        await expect(self.at("held")).to_contain_text(other.name)

    def row(self, other: Visitor) -> Locator:
        """Finds somebody on the list of those who wait."""
        return self.at("asker").filter(has_text=other.name)

    async def expect_state(self, state: str) -> None:
        """Looks that the waiting is so: open, lost, held, marked, ended."""
        await expect(self.at("waiting")).to_have_attribute("data-state", state)

    async def expect_listed(self, *others: Visitor) -> None:
        """Looks that exactly these wait, in this order."""
        await expect(self.at("asker")).to_have_count(len(others))
        for index, other in enumerate(others):
            await expect(self.at("asker").nth(index)).to_contain_text(other.name)


class Door:
    """Where people come in, each with a browser profile of their own."""

    def __init__(self, browser: Browser, url: str, patience_milliseconds: int) -> None:
        self._browser = browser
        self._patience_milliseconds = patience_milliseconds
        self._inside: list[Visitor] = []
        self.url = url

    async def enter(
        self,
        name: str,
        *,
        language: str = "ru",
        size: tuple[int, int] = PHONE,
        keeps_page: bool = False,
        **context: Any,
    ) -> Visitor:
        """Lets somebody new in, with nothing open; `keeps_page` where a service worker matters."""
        width, height = size
        made = await self._browser.new_context(
            locale={"ru": "ru-RU", "en": "en-GB"}[language],
            viewport={"width": width, "height": height},
            reduced_motion="reduce",
            **context,
        )
        made.set_default_timeout(self._patience_milliseconds)
        watch = Watch(made, self.url)
        await watch.begin(made)
        if not keeps_page:
            await made.add_init_script(KEEPS_NO_PAGE)
        visitor = Visitor(name, await made.new_page(), made, watch, self.url)
        self._inside.append(visitor)
        return visitor

    async def let_person_in(self, name: str, username: str, **options: Any) -> Visitor:
        """Lets somebody in who has signed up before, and has no page open."""
        visitor = await self.enter(name, **options)
        await visitor.sign_up_by_call(username)
        return visitor

    async def let_student_in(
        self, name: str, username: str, link: str = "", **options: Any
    ) -> Visitor:
        """Lets somebody in who has signed up before, and stands where the link leads."""
        visitor = await self.let_person_in(name, username, **options)
        await visitor.open(link)
        await expect(visitor.at("tab-me")).to_be_visible()
        return visitor

    async def close(self) -> None:
        """Has everybody go; raises where anything went wrong in a browser."""
        for visitor in self._inside:
            await visitor.context.close()
        wrong = {each.name: each.watch.wrong for each in self._inside if each.watch.wrong}
        assert not wrong, wrong
