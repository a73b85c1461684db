"""How often something may be asked, and nothing else is limited. Contract: 1.10."""

from __future__ import annotations

import asyncio
import base64
from collections.abc import AsyncIterator, Callable
from http.cookies import SimpleCookie
from typing import Any

import pytest
import pytest_asyncio

from attendance_adapters.scrypt_passwords import ScryptPasswords
from attendance_core.testing.stand_ins import ManualStopwatch
from attendance_core.vocabulary import UserId
from attendance_web.http.limits import Limits
from attendance_web.http.password_turns import MAX_AT_ONCE
from tests.support.site import PASSWORD, Browser, Site, envelope, refusal, response
from tests.support.site import site_in_memory as site

__all__ = ["site"]
pytestmark = pytest.mark.asyncio(loop_scope="module")
LOG_IN = "/accounts/login/"


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def anna(site: Site) -> Browser:
    return await site.person("Анна")


@pytest_asyncio.fixture(autouse=True, loop_scope="module")
async def seconds(site: Site) -> ManualStopwatch:
    """The clock that calls are counted by; nothing is counted yet."""
    clock = ManualStopwatch()
    await site.unlimit(clock)
    return clock


def too_many(answer: Any) -> int:
    """After how many seconds to come back."""
    seconds = int(answer.headers["retry-after"])
    assert f" {seconds} s" in refusal(answer, 8, status=429)
    return seconds


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
        assert too_many(await self.fail(browser, anna.username)) == 891
        right = {"username": anna.username, "password": PASSWORD}
        too_many(await browser.post(LOG_IN, **right))
        refusal(await self.fail(browser, "somebody"), 3)  # another account is not concerned
        site.clock.pass_(890)
        too_many(await browser.post(LOG_IN, **right))
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
    async def known(site: Site, *people: Browser) -> Browser:
        """A browser in which these people logged in, and out again."""
        browser = site.browser()
        for person in people:
            response(await browser.post(LOG_IN, username=person.username, password=PASSWORD))
            response(await browser.post("/accounts/logout/"))
        assert browser.session is None
        return browser

    async def test_others_keep_out_nobody_who_was_logged_in_there(
        self, site: Site, anna: Browser
    ) -> None:
        mine = await self.known(site, anna)
        await self.fail(site.browser(), anna, 10)
        too_many(await self.log_in(site.browser(), anna))
        for _ in range(3):
            assert response(await self.log_in(mine, anna)) == {"user_id": anna.user_id}
        too_many(await self.log_in(site.browser(), anna))  # strangers stay out

    async def test_where_one_signed_up_one_is_known_too(self, site: Site) -> None:
        vera = await site.person("vera")
        response(await vera.post("/accounts/logout/"))
        await self.fail(site.browser(), vera, 10)
        assert response(await self.log_in(vera, vera)) == {"user_id": vera.user_id}

    async def test_its_own_tries_count_too_and_against_nobody_else(
        self, site: Site, anna: Browser
    ) -> None:
        mine, other = await self.known(site, anna), await self.known(site, anna)
        await self.fail(mine, anna, 10)
        assert too_many(await self.log_in(mine, anna)) == 900
        response(await self.log_in(other, anna))
        response(await self.log_in(site.browser(), anna))
        site.clock.pass_(900)
        response(await self.log_in(mine, anna))

    async def test_known_to_one_account_it_gains_nothing_for_another(
        self, site: Site, anna: Browser
    ) -> None:
        boris = await site.person("boris")
        theirs = await self.known(site, boris)
        await self.fail(theirs, anna, 10)
        too_many(await self.log_in(theirs, anna))
        too_many(await self.log_in(site.browser(), anna))  # they were a stranger's tries

    async def test_several_people_are_known_in_one_browser_up_to_eight(self, site: Site) -> None:
        everybody = [await site.person("one") for _ in range(9)]
        shared, stranger = await self.known(site, *everybody), site.browser()
        for person in everybody:
            await self.fail(stranger, person, 10)
        too_many(await self.log_in(shared, everybody[0]))  # whom the latest eight pushed out
        for person in everybody[:0:-1]:
            assert response(await self.log_in(shared, person)) == {"user_id": person.user_id}

    @pytest.mark.parametrize("planted", ["x" * 43, "x", ".".join(["y" * 43] * 90), "=;,", "é"])
    async def test_a_forged_cookie_is_none(self, site: Site, anna: Browser, planted: str) -> None:
        headers = {"Cookie": f"knownbrowser={planted}".encode("latin-1")}
        forger = site.browser()
        token = await forger.token()
        headers["Cookie"] += f"; csrftoken={token}".encode()
        given = {"username": anna.username, "password": "wrong password"}
        answers = [await forger.send(LOG_IN, json=given, headers=headers) for _ in range(11)]
        assert [answer.status_code for answer in answers] == [200] * 10 + [429]
        too_many(await self.log_in(site.browser(), anna))

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

    CROWD = 60

    @staticmethod
    def at(site: Site, address: str) -> Browser:
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
        people = [await site.person(name) for name in ("known", "elsewhere")]
        known, elsewhere = people[0], self.at(site, "192.0.2.7")
        response(await known.post("/accounts/logout/"))
        for browser in (elsewhere, crowd := site.browser()):
            await browser.token()
        answered: list[str] = []

        async def log_in(browser: Browser, username: str, password: str = PASSWORD) -> Any:
            answer = await browser.post(LOG_IN, username=username, password=password)
            answered.append(username)
            return answer

        guesses = [
            asyncio.create_task(log_in(crowd, f"nobody{number}", "wrong password"))
            for number in range(self.CROWD)
        ]
        others = site.app.services.limits._password_turns.others._turns
        await self.until(lambda: others.waiting_count >= self.CROWD / 2)
        may_verify.set()
        before = len(answered)
        honest = await asyncio.gather(
            log_in(known, people[0].username), log_in(elsewhere, people[1].username)
        )
        assert [response(each)["user_id"] for each in honest] == [each.user_id for each in people]
        assert len(answered) < before + self.CROWD / 3
        for guess in guesses:
            refusal(await guess, 3)
        assert len(answered) == self.CROWD + 2

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
        for name, value in (("MAX_OTHERS_AN_ADDRESS", 3), ("REFUSAL_SECONDS", 0)):
            monkeypatch.setattr(f"attendance_web.http.password_turns.{name}", value)
        await site.unlimit()
        crowd, elsewhere = site.browser(), self.at(site, "192.0.2.7")
        for browser in (crowd, elsewhere):
            await browser.token()
        guesses = [
            asyncio.create_task(crowd.post(LOG_IN, username=f"nobody{each}", password="wrong one"))
            for each in range(MAX_AT_ONCE + 3)
        ]
        others = site.app.services.limits._password_turns.others._turns
        await self.until(lambda: others.waiting_count == 3)
        given = {"username": "nobody", "password": PASSWORD}
        for path in (LOG_IN, "/accounts/signup/"):
            assert too_many(await crowd.post(path, **given)) == 5
        may_verify.set()
        for browser in (anna, elsewhere):
            given = {"username": anna.username, "password": PASSWORD}
            response(await browser.post(LOG_IN, **given))
        for guess in guesses:
            refusal(await guess, 3)


class TestSignUps:
    async def test_six_hundred_a_minute_for_an_address(self, site: Site) -> None:
        limits: Limits = site.app.services.limits
        browser = site.browser()
        given = {"username": "a b", "password": PASSWORD}
        refusal(await browser.post("/accounts/signup/", **given), 1)  # counted: the first
        for _ in range(599):
            async with limits.around_sign_up("127.0.0.1"):
                pass
        site.clock.pass_(20)
        assert too_many(await browser.post("/accounts/signup/", **given)) == 40
        site.clock.pass_(40)
        refusal(await browser.post("/accounts/signup/", **given), 1)


class TestUploads:
    @pytest.mark.parametrize(
        "path", ["/api/profile/UpdateProfilePicture", "/api/profile/UploadProfileConfirmation"]
    )
    async def test_sixty_an_hour_for_a_person(self, site: Site, anna: Browser, path: str) -> None:
        limits: Limits = site.app.services.limits
        given = {"image": base64.b64encode(b"no picture").decode(), "name": "a.png"}
        for _ in range(59):
            await limits.count_upload(UserId(anna.user_id))
        refusal(await anna.post(path, **given), 1)
        assert too_many(await anna.post(path, **given)) == 3600
        site.clock.pass_(3600)
        refusal(await anna.post(path, **given), 1)

    async def test_one_too_many_is_refused_before_it_is_read(
        self, site: Site, anna: Browser
    ) -> None:
        """Contract: 1.10."""
        pieces: list[bytes] = []

        async def picture() -> AsyncIterator[bytes]:
            pieces.append(b"x" * 100_000)
            yield pieces[-1]

        for _ in range(60):
            await site.app.services.limits.count_upload(UserId(anna.user_id))
        path = "/api/profile/UpdateProfilePicture"
        assert too_many(await anna.send(path, content=picture())) > 0
        assert pieces == []


class TestFriendRequests:
    async def test_sixty_an_hour_for_a_person(self, site: Site, anna: Browser) -> None:
        limits: Limits = site.app.services.limits
        boris = await site.person("Борис")
        path = "/api/friends/SendFriendRequest"
        for _ in range(59):
            await limits.count_friend_request(UserId(anna.user_id))
        response(await anna.post(path, user_id=boris.user_id))
        assert too_many(await anna.post(path, user_id=boris.user_id)) == 3600
        response(await boris.post(path, user_id=anna.user_id))
        site.clock.pass_(3600)
        response(await anna.post(path, user_id=boris.user_id))


class TestProfiles:
    async def test_twenty_thousand_a_day_of_other_people(
        self, site: Site, anna: Browser, seconds: ManualStopwatch
    ) -> None:
        limits: Limits = site.app.services.limits
        boris = await site.person("Борис")
        me, other = UserId(anna.user_id), UserId(boris.user_id)
        path = "/api/profile/GetProfile"
        for _ in range(19_999):
            limits.count_profile(me, other)
        seconds.at += 60
        response(await anna.get(path, user_id=other))
        assert too_many(await anna.get(path, user_id=other)) == 86_340
        for _ in range(3):
            response(await anna.get(path, user_id=me))
        response(await boris.get(path, user_id=me))
        seconds.at += 86_340
        response(await anna.get(path, user_id=other))


class TestCalls:
    async def test_fifty_a_second_and_a_thousand_at_once_for_a_person(
        self, site: Site, anna: Browser, seconds: ManualStopwatch
    ) -> None:
        limits: Limits = site.app.services.limits
        for _ in range(999):
            limits.count_call(UserId(anna.user_id))
        path = "/api/auth/GetCurrentUserId"
        assert response(await anna.get(path)) == {"user_id": anna.user_id}
        assert too_many(await anna.get(path)) == 1
        refusal(await anna.post("/api/events/CreateEvent"), 8, status=429)
        assert response(await site.browser().get(path)) == {"user_id": None}
        seconds.at += 1
        statuses = [(await anna.get(path)).status_code for _ in range(51)]
        assert statuses == [200] * 50 + [429]

    async def test_the_anonymous_of_a_lecture_hall_are_not_limited(
        self, site: Site, anna: Browser, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr("attendance_web.http.limits.CALLS", 10)
        await site.unlimit(ManualStopwatch())
        path, browser = "/api/auth/GetCurrentUserId", site.browser()
        told = [envelope(await browser.get(path))["error"] for _ in range(50)]
        assert told == [0] * 50
        told = [envelope(await anna.get(path))["error"] for _ in range(11)]
        assert told == [0] * 10 + [8], "whoever is logged in is"
