"""The sessions somebody has: by cookie or token, listed, and ended. Contract: 2."""

from __future__ import annotations

from typing import Any

import pytest

from attendance_core.accounts import SESSION_SECONDS, USE_NOTED_EVERY, session_id_of
from tests.support.browsers_logged_in import anna, cookie_set_by, logged_in, sessions_of, user_id_of
from tests.support.site import PASSWORD, Browser, Site, code, refusal, response
from tests.support.site import site_in_folder as site

__all__ = ["anna", "site"]
pytestmark = pytest.mark.asyncio(loop_scope="module")


class TestSessions:
    """Contract: 2.5."""

    async def test_the_cookie_cannot_be_read_by_a_page(self, site: Site, anna: Browser) -> None:
        given = {"username": anna.username, "password": PASSWORD}
        answer = await site.browser().post("/accounts/login/", **given)
        cookie = cookie_set_by(answer, "sessionid")
        assert cookie is not None and len(cookie.value) >= 43
        assert cookie["httponly"] and cookie["samesite"] == "Lax" and cookie["path"] == "/"
        assert cookie["max-age"] == str(int(SESSION_SECONDS)) == str(30 * 86_400)
        assert not cookie["secure"] and not cookie["domain"]

    async def test_on_https_the_cookies_are_for_https_only(self, site: Site, anna: Browser) -> None:
        browser = site.browser(base_url="https://attendance.test")
        first = await browser.get("/api/auth/GetCurrentUserId")
        given = {"username": anna.username, "password": PASSWORD}
        answer = await browser.post("/accounts/login/", **given)
        for cookie in (
            cookie_set_by(first, "csrftoken"),
            cookie_set_by(answer, "__Host-sessionid"),
        ):
            assert cookie is not None and cookie["secure"]
            assert cookie["path"] == "/" and not cookie["domain"]
        assert cookie_set_by(answer, "sessionid") is None
        assert await user_id_of(browser) == anna.user_id
        plain = site.browser(
            base_url="https://attendance.test", cookies={"sessionid": str(anna.session)}
        )
        assert await user_id_of(plain) is None
        answer = await browser.post("/accounts/logout/")
        cookie = cookie_set_by(answer, "__Host-sessionid")
        assert cookie is not None and (cookie.value, cookie["max-age"]) == ("", "0")

    async def test_two_sessions_that_differ_are_nobody_s(self, site: Site, anna: Browser) -> None:
        """Contract: 1.7."""
        for first, second in ((anna.session, "theirs"), ("theirs", anna.session)):
            kept = {"Cookie": f"sessionid={first}; sessionid={second}"}
            assert await user_id_of(site.browser(headers=kept)) is None

    async def test_logging_in_changes_the_session_and_ends_the_one_before(
        self, site: Site, anna: Browser
    ) -> None:
        browser = site.browser()
        given = {"username": anna.username, "password": PASSWORD}
        seen = []
        for _ in range(2):
            response(await browser.post("/accounts/login/", **given))
            seen.append(browser.session)
        assert seen[0] != seen[1]
        old = site.browser(cookies={"sessionid": str(seen[0])})
        assert (await user_id_of(old), await user_id_of(browser)) == (None, anna.user_id)

    async def test_signing_up_changes_the_session_too(self, site: Site) -> None:
        browser = await site.add_person("first")
        before = browser.session
        await browser.sign_up(f"again{browser.user_id}")
        assert browser.session != before
        assert await user_id_of(site.browser(cookies={"sessionid": str(before)})) is None

    async def test_a_session_id_that_somebody_else_picked_is_never_adopted(
        self, site: Site, anna: Browser
    ) -> None:
        picked = "x" * 43
        browser = site.browser(cookies={"sessionid": picked})
        assert await user_id_of(browser) is None
        given = {"username": anna.username, "password": PASSWORD}
        answer = await browser.post("/accounts/login/", **given)
        cookie = cookie_set_by(answer, "sessionid")
        assert cookie is not None and cookie.value != picked
        assert await user_id_of(site.browser(cookies={"sessionid": picked})) is None

    async def test_a_cookie_is_no_bearer_token(self, site: Site, anna: Browser) -> None:
        stolen = site.browser(headers={"Authorization": f"Bearer {anna.session}"})
        assert await user_id_of(stolen) is None

    async def test_a_session_lasts_thirty_days_from_its_last_use(self, site: Site) -> None:
        browser = await site.add_person("idle")
        site.clock.pass_(SESSION_SECONDS - 1)
        answer = await browser.get("/api/auth/GetCurrentUserId")
        assert response(answer)["user_id"] == browser.user_id
        refreshed = cookie_set_by(answer, "sessionid")
        assert refreshed is not None and refreshed.value == browser.session
        assert refreshed["max-age"] == str(int(SESSION_SECONDS)) and refreshed["httponly"]
        site.clock.pass_(SESSION_SECONDS - 1)
        assert await user_id_of(browser) == browser.user_id
        site.clock.pass_(SESSION_SECONDS)
        assert await user_id_of(browser) is None

    async def test_the_cookie_is_set_anew_once_a_minute_at_most(self, site: Site) -> None:
        browser = await site.add_person("busy")
        for seconds, is_set in ((0, False), (USE_NOTED_EVERY, True), (1, False)):
            site.clock.pass_(seconds)
            answer = await browser.get("/api/friends/GetFriendList")
            assert (cookie_set_by(answer, "sessionid") is not None) is is_set


class TestBearerTokens:
    async def test_a_program_needs_no_cookies_and_gets_none(
        self, site: Site, anna: Browser
    ) -> None:
        program = await site.add_program(anna)
        given = {"name": f"{anna.user_id} by a program", "time_from": 1, "time_to": 2**31}
        answer = await program.client.post("/api/events/CreateEvent", json=given)
        assert response(answer)["event_id"]
        site.clock.pass_(USE_NOTED_EVERY)
        answer = await program.get("/api/auth/GetCurrentUserId")
        assert response(answer) == {"user_id": anna.user_id}
        assert cookie_set_by(answer, "sessionid") is None

    async def test_a_token_is_no_cookie(self, site: Site, anna: Browser) -> None:
        program = await site.add_program(anna)
        token = program.client.headers["authorization"].removeprefix("Bearer ")
        assert await user_id_of(site.browser(cookies={"sessionid": token})) is None

    @pytest.mark.parametrize("worth", ["all", "nothing"])
    async def test_nobody_logs_in_or_out_with_one(
        self, site: Site, anna: Browser, worth: str
    ) -> None:
        """Contract: 9.3: it never reaches `/accounts/`, whatever it is worth."""
        program = await site.add_program(anna)
        if worth == "nothing":
            program = site.browser(headers={"Authorization": "Bearer att_forged"})
        given = {"username": anna.username, "password": PASSWORD}
        for path in ("login", "logout", "signup"):
            answer = await program.client.post(f"/accounts/{path}/", json=given)
            assert code(answer, 3) == "missing_scope"
        assert await user_id_of(program) == (anna.user_id if worth == "all" else None)

    async def test_an_address_of_accounts_takes_one_for_nobody(
        self, site: Site, anna: Browser
    ) -> None:
        """Contract: 1.12, 9.3."""
        program = await site.add_program(anna)
        answer = await program.client.get("/accounts/login/", headers={"Accept": "text/html"})
        assert (answer.status_code, answer.headers["location"]) == (302, "/")


class TestGetSessions:
    async def test_it_says_where_one_is_logged_in_and_with_what(self, site: Site) -> None:
        person = await site.add_person("many")
        began = int(site.clock.now())
        site.clock.pass_(100)
        phone = await logged_in(site, person)
        site.clock.pass_(USE_NOTED_EVERY)
        assert await user_id_of(phone) == person.user_id
        first, second = await sessions_of(phone)
        assert second.pop("session") != first.pop("session")
        assert first == {
            "created_at": began + 100,
            "used_at": began + 100 + int(USE_NOTED_EVERY),
            "client": "Chrome on Android",
            "current": True,
        }
        assert second == {
            "created_at": began,
            "used_at": began,
            "client": "python-httpx",
            "current": False,
        }

    async def test_others_are_not_among_them_nor_what_has_ended(self, site: Site) -> None:
        person = await site.add_person("one")
        old = await logged_in(site, person)
        response(await old.post("/accounts/logout/"))
        idle = await logged_in(site, person)
        site.clock.pass_(SESSION_SECONDS - 1)
        assert await user_id_of(person) == person.user_id
        site.clock.pass_(1)
        assert await user_id_of(idle) is None
        (only,) = await sessions_of(person)
        assert only["current"]

    async def test_what_names_a_session_lets_nobody_in(self, site: Site) -> None:
        person = await site.add_person("named")
        (only,) = await sessions_of(person)
        for secret in (only["session"], session_id_of(str(person.session))):
            assert await user_id_of(site.browser(cookies={"sessionid": secret})) is None
            bearer = {"Authorization": f"Bearer {secret}"}
            assert await user_id_of(site.browser(headers=bearer)) is None
        assert only["session"] not in session_id_of(str(person.session))

    @pytest.mark.parametrize(("user_agent", "client"), [("", ""), ("x" * 8_000, "")])
    async def test_whatever_a_browser_calls_itself_it_logs_in(
        self, site: Site, user_agent: str, client: str
    ) -> None:
        person = await site.add_person("odd")
        odd = await logged_in(site, person, user_agent)
        assert {each["client"] for each in await sessions_of(odd) if each["current"]} == {client}


class TestEndSession:
    async def test_the_one_named_ends_and_no_other(self, site: Site) -> None:
        person = await site.add_person("ends")
        phone, laptop = await logged_in(site, person), await logged_in(site, person)
        for each in (phone, laptop):
            assert await user_id_of(each) == person.user_id
        (name,) = [each["session"] for each in await sessions_of(phone) if each["current"]]
        for _ in range(2):
            assert response(await person.post("/api/auth/EndSession", session=name)) == {}
        assert await user_id_of(phone) is None
        assert await user_id_of(laptop) == person.user_id
        assert await user_id_of(person) == person.user_id

    async def test_all_others_end(self, site: Site) -> None:
        person = await site.add_person("ends")
        others = [await logged_in(site, person) for _ in range(3)]
        for each in others:
            assert await user_id_of(each) == person.user_id
        for _ in range(2):
            assert response(await person.post("/api/auth/EndSession", others=True)) == {}
        assert [await user_id_of(each) for each in others] == [None] * 3
        assert [each["current"] for each in await sessions_of(person)] == [True]

    async def test_one_s_own_ends_as_by_a_log_out(self, site: Site) -> None:
        person = await site.add_person("ends")
        (only,) = await sessions_of(person)
        answer = await person.post("/api/auth/EndSession", session=only["session"])
        cookie = cookie_set_by(answer, "sessionid")
        assert response(answer) == {} and cookie is not None and cookie["max-age"] == "0"
        assert await user_id_of(person) is None

    async def test_that_of_somebody_else_stays(self, site: Site) -> None:
        person, thief = await site.add_person("theirs"), await site.add_person("thief")
        (theirs,) = await sessions_of(person)
        for name in (theirs["session"], session_id_of(str(person.session)), "", "x"):
            assert response(await thief.post("/api/auth/EndSession", session=name)) == {}
        site.clock.pass_(1)  # so that the store is asked
        assert await user_id_of(person) == person.user_id

    @pytest.mark.parametrize("given", [{}, {"others": False}, {"session": None}])
    async def test_one_of_both_has_to_be_said(self, site: Site, given: dict[str, Any]) -> None:
        person = await site.add_person("says")
        assert "session" in refusal(await person.post("/api/auth/EndSession", **given), 2)
