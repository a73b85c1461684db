"""How often a log-in may fail, from where, and in which turns. Contract: 1.10, 9.4."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from http.cookies import SimpleCookie
from typing import Any

import pytest

from attendance_adapters.scrypt_passwords import ScryptPasswords
from attendance_web.http.password_turns import MAX_AT_ONCE
from tests.support.limited_site import LOG_IN, anna, seconds_to_wait, stopwatch
from tests.support.site import PASSWORD, Browser, Site, refusal, response
from tests.support.site import site_in_memory as site

__all__ = ["anna", "site", "stopwatch"]
pytestmark = pytest.mark.asyncio(loop_scope="module")


class TestFailedLogIns:
    async def fail(self, browser: Browser, username: str) -> Any:
        return await browser.post(LOG_IN, username=username, password="wrong password")

    async def test_ten_in_fifteen_minutes_for_an_account_from_one_address(
        self, site: Site, anna: Browser
    ) -> None:
        browser = site.browser()
        for number in range(10):
            site.clock.pass_(1)
            # The case of a name makes it no other account
            name = anna.username.upper() if number % 2 else anna.username
            refusal(await self.fail(browser, name), 3)
        assert seconds_to_wait(await self.fail(browser, anna.username)) == 891
        right = {"username": anna.username, "password": PASSWORD}
        seconds_to_wait(await browser.post(LOG_IN, **right))
        refusal(await self.fail(browser, "somebody"), 3)  # another account is not concerned
        site.clock.pass_(890)
        seconds_to_wait(await browser.post(LOG_IN, **right))
        site.clock.pass_(1)
        assert response(await browser.post(LOG_IN, **right)) == {"user_id": anna.user_id}

    async def test_success_clears_the_count(self, site: Site, anna: Browser) -> None:
        browser = site.browser()
        for _ in range(2):
            for _ in range(9):
                refusal(await self.fail(browser, anna.username), 3)
            given = {"username": anna.username, "password": PASSWORD}
            response(await browser.post(LOG_IN, **given))


class TestKnownBrowsers:
    """Contract: 9.4."""

    async def log_in(self, browser: Browser, person: Browser, password: str = PASSWORD) -> Any:
        return await browser.post(LOG_IN, username=person.username, password=password)

    async def fail(self, browser: Browser, person: Browser, times: int) -> None:
        for _ in range(times):
            refusal(await self.log_in(browser, person, "wrong password"), 3)

    @staticmethod
    async def known_browser(site: Site, *people: Browser) -> Browser:
        """Makes a browser in which these people have logged in, and out again."""
        browser = site.browser()
        for person in people:
            response(await browser.post(LOG_IN, username=person.username, password=PASSWORD))
            response(await browser.post("/accounts/logout/"))
        assert browser.session is None
        return browser

    async def test_others_keep_out_nobody_who_was_logged_in_there(
        self, site: Site, anna: Browser
    ) -> None:
        mine = await self.known_browser(site, anna)
        await self.fail(site.browser(), anna, 10)
        seconds_to_wait(await self.log_in(site.browser(), anna))
        for _ in range(3):
            assert response(await self.log_in(mine, anna)) == {"user_id": anna.user_id}
        seconds_to_wait(await self.log_in(site.browser(), anna))  # others stay out

    async def test_where_one_signed_up_one_is_known_too(self, site: Site) -> None:
        vera = await site.add_person("vera")
        response(await vera.post("/accounts/logout/"))
        await self.fail(site.browser(), vera, 10)
        assert response(await self.log_in(vera, vera)) == {"user_id": vera.user_id}

    async def test_its_own_tries_count_too_and_against_nobody_else(
        self, site: Site, anna: Browser
    ) -> None:
        mine, other = await self.known_browser(site, anna), await self.known_browser(site, anna)
        await self.fail(mine, anna, 10)
        assert seconds_to_wait(await self.log_in(mine, anna)) == 900
        response(await self.log_in(other, anna))
        response(await self.log_in(site.browser(), anna))
        site.clock.pass_(900)
        response(await self.log_in(mine, anna))

    async def test_known_to_one_account_it_gains_nothing_for_another(
        self, site: Site, anna: Browser
    ) -> None:
        boris = await site.add_person("boris")
        theirs = await self.known_browser(site, boris)
        await self.fail(theirs, anna, 10)
        seconds_to_wait(await self.log_in(theirs, anna))
        seconds_to_wait(await self.log_in(site.browser(), anna))  # they were somebody else's tries

    async def test_several_people_are_known_in_one_browser_up_to_eight(self, site: Site) -> None:
        everybody = [await site.add_person("one") for _ in range(9)]
        shared, elsewhere = await self.known_browser(site, *everybody), site.browser()
        for person in everybody:
            await self.fail(elsewhere, person, 10)
        seconds_to_wait(await self.log_in(shared, everybody[0]))  # whom the latest eight pushed out
        for person in everybody[:0:-1]:
            assert response(await self.log_in(shared, person)) == {"user_id": person.user_id}

    @pytest.mark.parametrize("planted", ["x" * 43, "x", ".".join(["y" * 43] * 90), "=;,", "é"])
    async def test_a_forged_cookie_is_none(self, site: Site, anna: Browser, planted: str) -> None:
        headers = {"Cookie": f"knownbrowser={planted}".encode("latin-1")}
        forger = site.browser()
        token = await forger.csrf_token()
        headers["Cookie"] += f"; csrftoken={token}".encode()
        given = {"username": anna.username, "password": "wrong password"}
        answers = [await forger.send(LOG_IN, json=given, headers=headers) for _ in range(11)]
        assert [answer.status_code for answer in answers] == [200] * 10 + [429]
        seconds_to_wait(await self.log_in(site.browser(), anna))

    async def test_the_cookie_lets_nobody_in_and_no_page_reads_it(
        self, site: Site, anna: Browser
    ) -> None:
        for address, name, is_secure in (
            ("http://attendance.test", "knownbrowser", False),
            ("https://attendance.test", "__Host-knownbrowser", True),
        ):
            browser = site.browser(base_url=address)
            answer = await self.log_in(browser, anna)
            (header,) = (
                each for each in answer.headers.get_list("set-cookie") if each.startswith(name)
            )
            cookie = SimpleCookie(header)[name]
            assert cookie["httponly"] and cookie["samesite"] == "Lax" and cookie["path"] == "/"
            assert cookie["max-age"] == str(400 * 86_400) and not cookie["domain"]
            assert bool(cookie["secure"]) is is_secure
            for kept in (name, "sessionid", "__Host-sessionid"):
                shown = site.browser(base_url=address, cookies={kept: cookie.value})
                answer = await shown.get("/api/auth/GetCurrentUserId")
                assert response(answer) == {"user_id": None}
            answer = await browser.post("/accounts/logout/")
            assert name not in "".join(answer.headers.get_list("set-cookie"))


class TestTurns:
    """Contract: 1.18, judged by what was answered before what, and never by the clock."""

    CROWD_SIZE = 60

    @staticmethod
    def browser_at(site: Site, address: str) -> Browser:
        browser = site.browser()
        transport: Any = browser.client._transport
        transport.client = (address, 1)
        return browser

    @staticmethod
    async def until(so: Callable[[], bool]) -> None:
        async with asyncio.timeout(30):
            while not so():
                await asyncio.sleep(0.001)

    @pytest.fixture
    def may_verify(self, monkeypatch: pytest.MonkeyPatch) -> asyncio.Event:
        """Passwords are looked at, a moment each, when this is set."""
        may, verify = asyncio.Event(), ScryptPasswords.verify

        async def held(its: ScryptPasswords, hashed: str | None, password: str) -> bool:
            await may.wait()
            await asyncio.sleep(0.02)
            return await verify(its, hashed, password)

        monkeypatch.setattr(ScryptPasswords, "verify", held)
        return may

    async def test_a_crowd_at_one_address_keeps_nobody_else_waiting(
        self, site: Site, may_verify: asyncio.Event, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(
            "attendance_web.http.request_turns.MAX_TURN_SECONDS", 0
        )  # all are let in
        people = [await site.add_person(name) for name in ("known", "elsewhere")]
        known, elsewhere = people[0], self.browser_at(site, "192.0.2.7")
        response(await known.post("/accounts/logout/"))
        for browser in (elsewhere, crowd := site.browser()):
            await browser.csrf_token()
        answered: list[str] = []

        async def log_in(browser: Browser, username: str, password: str = PASSWORD) -> Any:
            answer = await browser.post(LOG_IN, username=username, password=password)
            answered.append(username)
            return answer

        guesses = [
            asyncio.create_task(log_in(crowd, f"nobody{number}", "wrong password"))
            for number in range(self.CROWD_SIZE)
        ]
        others = site.app.services.limits._password_turns.others._turns
        await self.until(lambda: others.waiting_count >= self.CROWD_SIZE / 2)
        may_verify.set()
        before = len(answered)
        honest = await asyncio.gather(
            log_in(known, people[0].username), log_in(elsewhere, people[1].username)
        )
        assert [response(each)["user_id"] for each in honest] == [each.user_id for each in people]
        assert len(answered) < before + self.CROWD_SIZE / 3
        for guess in guesses:
            refusal(await guess, 3)
        assert len(answered) == self.CROWD_SIZE + 2

    async def test_one_too_many_is_told_to_come_again(
        self,
        site: Site,
        anna: Browser,
        may_verify: asyncio.Event,
        monkeypatch: pytest.MonkeyPatch,
    ) -> None:
        monkeypatch.setattr(
            "attendance_web.http.request_turns.MAX_TURN_SECONDS", 0
        )  # all are let in
        for name, value in (("MAX_OTHERS_AN_ADDRESS", 3), ("REFUSAL_DELAY_SECONDS", 0)):
            monkeypatch.setattr(f"attendance_web.http.password_turns.{name}", value)
        await site.forget_tallies()
        crowd, elsewhere = site.browser(), self.browser_at(site, "192.0.2.7")
        for browser in (crowd, elsewhere):
            await browser.csrf_token()
        guesses = [
            asyncio.create_task(crowd.post(LOG_IN, username=f"nobody{each}", password="wrong one"))
            for each in range(MAX_AT_ONCE + 3)
        ]
        others = site.app.services.limits._password_turns.others._turns
        await self.until(lambda: others.waiting_count == 3)
        given = {"username": "nobody", "password": PASSWORD}
        for path in (LOG_IN, "/accounts/signup/"):
            assert seconds_to_wait(await crowd.post(path, **given)) == 5
        may_verify.set()
        for browser in (anna, elsewhere):
            given = {"username": anna.username, "password": PASSWORD}
            response(await browser.post(LOG_IN, **given))
        for guess in guesses:
            refusal(await guess, 3)
