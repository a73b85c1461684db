"""The calls about accounts and sessions. Contract: 2."""

from __future__ import annotations

from dataclasses import replace
from http.cookies import Morsel, SimpleCookie
from typing import Any

import httpx
import pytest
import pytest_asyncio

from attendance_core.accounts import SESSION_SECONDS, USE_NOTED_EVERY, session_id_of
from tests.support.site import PASSWORD, Browser, Site, code, refusal, response
from tests.support.site import site_in_folder as site

__all__ = ["site"]
pytestmark = pytest.mark.asyncio(loop_scope="module")


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def anna(site: Site) -> Browser:
    """She has an account, and is logged in."""
    return await site.person("Анна")


def set_cookie(answer: httpx.Response, name: str) -> Morsel[str] | None:
    cookies: dict[str, Morsel[str]] = {}
    for header in answer.headers.get_list("set-cookie"):
        cookies.update(SimpleCookie(header))
    return cookies.get(name)


async def user_id_of(browser: Browser) -> Any:
    return response(await browser.get("/api/auth/GetCurrentUserId"))["user_id"]


class TestSignUp:
    """Contract: 2.1, 2.2 and 2.3."""

    async def test_one_is_logged_in_at_once(self, site: Site) -> None:
        browser = site.browser()
        given = {"username": "Новый.Чел-1_", "password": PASSWORD}
        made = response(await browser.post("/accounts/signup/", **given))
        assert list(made) == ["user_id"] and type(made["user_id"]) is int
        assert await user_id_of(browser) == made["user_id"]

    async def test_the_display_name_is_the_user_name_unless_it_is_given(self, site: Site) -> None:
        for more, name in (({}, None), ({"display_name": "  Ольга Петрова "}, "Ольга Петрова")):
            person = await site.person("olga", **more)
            profile = await person.get("/api/profile/GetProfile", user_id=person.user_id)
            assert response(profile)["display_name"] == (name or person.username)

    async def test_a_name_is_taken_in_whatever_case(self, site: Site, anna: Browser) -> None:
        taken = {"username": anna.username.upper(), "password": PASSWORD}
        refusal(await site.browser().post("/accounts/signup/", **taken), 6)

    @pytest.mark.parametrize(
        ("username", "password", "display_name", "field"),
        [
            ("", PASSWORD, None, "username"),
            ("a b", PASSWORD, None, "username"),
            ("a@b", PASSWORD, None, "username"),
            ("x" * 65, PASSWORD, None, "username"),
            ("short", "1234567", None, "password"),
            ("long", "x1" * 129, None, "password"),
            ("common", "password", None, "password"),
            ("common", "qwertyuiop", None, "password"),
            ("nul", "12345\x00678", None, "password"),
            ("blank", PASSWORD, "   ", "display_name"),
            ("long", PASSWORD, "x" * 101, "display_name"),
            ("bidi", PASSWORD, "a\u202eb", "display_name"),
        ],
    )
    async def test_what_is_wrong_is_named(
        self, site: Site, username: str, password: str, display_name: str | None, field: str
    ) -> None:
        given = {"username": username, "password": password, "display_name": display_name}
        assert field in refusal(await site.browser().post("/accounts/signup/", **given), 1)

    @pytest.mark.parametrize("missing", ["username", "password"])
    async def test_what_is_missing_is_named(self, site: Site, missing: str) -> None:
        given = {"username": "a", "password": PASSWORD, missing: None}
        assert missing in refusal(await site.browser().post("/accounts/signup/", **given), 2)


class TestLogIn:
    async def test_the_name_is_taken_in_whatever_case(self, site: Site, anna: Browser) -> None:
        """Contract: 2.2."""
        browser = site.browser()
        given = {"username": anna.username.upper(), "password": PASSWORD}
        assert response(await browser.post("/accounts/login/", **given)) == {
            "user_id": anna.user_id
        }
        assert await user_id_of(browser) == anna.user_id

    async def test_a_wrong_name_and_a_wrong_password_are_told_alike(
        self, site: Site, anna: Browser
    ) -> None:
        """Contract: 2.3."""
        browser = site.browser()
        told = [
            refusal(await browser.post("/accounts/login/", username=name, password=password), 3)
            for name, password in [
                (anna.username, "wrong password"),
                ("nobody", PASSWORD),
                ("no name at all", PASSWORD),
                (anna.username, "x" * 10_000),
            ]
        ]
        assert len(set(told)) == 1 and browser.session is None

    async def test_forms_are_taken_too(self, site: Site, anna: Browser) -> None:
        """Contract: 1.5."""
        given = {"username": anna.username, "password": PASSWORD}
        for how in (
            {"data": given},
            {"files": {name: (None, each) for name, each in given.items()}},
        ):
            answer = await site.browser().send("/accounts/login/", **how)
            assert response(answer) == {"user_id": anna.user_id}


class TestSessions:
    """Contract: 2.5."""

    async def test_the_cookie_cannot_be_read_by_a_page(self, site: Site, anna: Browser) -> None:
        given = {"username": anna.username, "password": PASSWORD}
        answer = await site.browser().post("/accounts/login/", **given)
        cookie = set_cookie(answer, "sessionid")
        assert cookie is not None and len(cookie.value) >= 43
        assert cookie["httponly"] and cookie["samesite"] == "Lax" and cookie["path"] == "/"
        assert cookie["max-age"] == str(int(SESSION_SECONDS)) == str(30 * 86_400)
        assert not cookie["secure"] and not cookie["domain"]

    async def test_on_https_the_cookies_are_for_https_only(self, site: Site, anna: Browser) -> None:
        browser = site.browser(base_url="https://attendance.test")
        first = await browser.get("/api/auth/GetCurrentUserId")
        given = {"username": anna.username, "password": PASSWORD}
        answer = await browser.post("/accounts/login/", **given)
        for cookie in (set_cookie(first, "csrftoken"), set_cookie(answer, "__Host-sessionid")):
            assert cookie is not None and cookie["secure"]
            assert cookie["path"] == "/" and not cookie["domain"]
        assert set_cookie(answer, "sessionid") is None
        assert await user_id_of(browser) == anna.user_id
        plain = site.browser(
            base_url="https://attendance.test", cookies={"sessionid": str(anna.session)}
        )
        assert await user_id_of(plain) is None
        answer = await browser.post("/accounts/logout/")
        cookie = set_cookie(answer, "__Host-sessionid")
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
        browser = await site.person("first")
        before = browser.session
        await browser.sign_up(f"again{browser.user_id}")
        assert browser.session != before
        assert await user_id_of(site.browser(cookies={"sessionid": str(before)})) is None

    async def test_a_session_id_that_a_stranger_picked_is_never_adopted(
        self, site: Site, anna: Browser
    ) -> None:
        picked = "x" * 43
        browser = site.browser(cookies={"sessionid": picked})
        assert await user_id_of(browser) is None
        given = {"username": anna.username, "password": PASSWORD}
        answer = await browser.post("/accounts/login/", **given)
        cookie = set_cookie(answer, "sessionid")
        assert cookie is not None and cookie.value != picked
        assert await user_id_of(site.browser(cookies={"sessionid": picked})) is None

    async def test_a_cookie_is_no_bearer_token(self, site: Site, anna: Browser) -> None:
        stolen = site.browser(headers={"Authorization": f"Bearer {anna.session}"})
        assert await user_id_of(stolen) is None

    async def test_a_session_lasts_thirty_days_from_its_last_use(self, site: Site) -> None:
        browser = await site.person("idle")
        site.clock.pass_(SESSION_SECONDS - 1)
        answer = await browser.get("/api/auth/GetCurrentUserId")
        assert response(answer)["user_id"] == browser.user_id
        refreshed = set_cookie(answer, "sessionid")
        assert refreshed is not None and refreshed.value == browser.session
        assert refreshed["max-age"] == str(int(SESSION_SECONDS)) and refreshed["httponly"]
        site.clock.pass_(SESSION_SECONDS - 1)
        assert await user_id_of(browser) == browser.user_id
        site.clock.pass_(SESSION_SECONDS)
        assert await user_id_of(browser) is None

    async def test_the_cookie_is_set_anew_once_a_minute_at_most(self, site: Site) -> None:
        browser = await site.person("busy")
        for seconds, again in ((0, False), (USE_NOTED_EVERY, True), (1, False)):
            site.clock.pass_(seconds)
            answer = await browser.get("/api/friends/GetFriendList")
            assert (set_cookie(answer, "sessionid") is not None) is again


class TestBearerTokens:
    async def test_a_program_needs_no_cookies_and_gets_none(
        self, site: Site, anna: Browser
    ) -> None:
        program = await site.program(anna)
        given = {"name": f"{anna.user_id} by a program", "time_from": 1, "time_to": 2**31}
        answer = await program.client.post("/api/events/CreateEvent", json=given)
        assert response(answer)["event_id"]
        site.clock.pass_(USE_NOTED_EVERY)
        answer = await program.get("/api/auth/GetCurrentUserId")
        assert response(answer) == {"user_id": anna.user_id}
        assert set_cookie(answer, "sessionid") is None

    async def test_a_token_is_no_cookie(self, site: Site, anna: Browser) -> None:
        program = await site.program(anna)
        token = program.client.headers["authorization"].removeprefix("Bearer ")
        assert await user_id_of(site.browser(cookies={"sessionid": token})) is None

    @pytest.mark.parametrize("worth", ["all", "nothing"])
    async def test_nobody_logs_in_or_out_with_one(
        self, site: Site, anna: Browser, worth: str
    ) -> None:
        """Contract: 9.3: it never reaches `/accounts/`, whatever it is worth."""
        program = await site.program(anna)
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
        program = await site.program(anna)
        answer = await program.client.get("/accounts/login/", headers={"Accept": "text/html"})
        assert (answer.status_code, answer.headers["location"]) == (302, "/")


class TestLogOut:
    async def test_the_session_ends_everywhere(self, site: Site) -> None:
        browser = await site.person("leaving")
        tab = site.browser(cookies={"sessionid": str(browser.session)})
        answer = await browser.post("/accounts/logout/")
        assert response(answer) == {}
        cookie = set_cookie(answer, "sessionid")
        assert cookie is not None and (cookie.value, cookie["max-age"]) == ("", "0")
        assert await user_id_of(tab) is None and browser.session is None

    async def test_it_has_ended_for_the_next_get(self, site: Site) -> None:
        """Contract: 2.7: what this process has ended counts at once."""
        browser = await site.person("leaving")
        tab = site.browser(cookies={"sessionid": str(browser.session)})
        for _ in range(2):
            assert await user_id_of(tab) == browser.user_id
        response(await browser.post("/accounts/logout/"))
        assert await user_id_of(tab) is None

    async def test_what_changes_something_looks_at_the_session_anew(self, site: Site) -> None:
        """Contract: 2.7."""
        browser = await site.person("leaving")
        tab = site.browser(cookies={"sessionid": str(browser.session)})
        assert await user_id_of(tab) == browser.user_id
        response(await browser.post("/accounts/logout/"))
        refusal(await tab.post("/api/profile/UpdateProfileInfo", bio="late"), 7, status=401)

    async def test_other_sessions_of_the_person_stay(self, site: Site) -> None:
        phone = await site.person("two")
        laptop = site.browser()
        given = {"username": phone.username, "password": PASSWORD}
        response(await laptop.post("/accounts/login/", **given))
        response(await laptop.post("/accounts/logout/"))
        assert (await user_id_of(phone), await user_id_of(laptop)) == (phone.user_id, None)

    async def test_logging_out_when_logged_out_is_no_error(self, site: Site) -> None:
        """Contract: 2.4."""
        browser = site.browser()
        for _ in range(2):
            assert response(await browser.post("/accounts/logout/")) == {}

    async def test_a_get_is_refused(self, anna: Browser) -> None:
        refusal(await anna.get("/accounts/logout/"), 8, status=405)


NEW_PASSWORD = "another battery staple"


class TestChangePassword:
    """Contract: 9.1."""

    async def change(self, browser: Browser, old: str | None = PASSWORD, **given: Any) -> Any:
        given = {"old_password": old, "new_password": NEW_PASSWORD, **given}
        return await browser.post("/accounts/password/", **given)

    async def logs_in(self, site: Site, username: str, password: str = PASSWORD) -> Browser:
        browser = site.browser()
        answer = await browser.post("/accounts/login/", username=username, password=password)
        browser.user_id = response(answer)["user_id"]
        return browser

    async def test_the_new_one_opens_and_the_old_one_no_more(self, site: Site) -> None:
        person = await site.person("changes")
        assert response(await self.change(person)) == {}
        given = {"username": person.username, "password": PASSWORD}
        refusal(await site.browser().post("/accounts/login/", **given), 3)
        again = await self.logs_in(site, person.username, NEW_PASSWORD)
        assert again.user_id == person.user_id

    async def test_every_other_session_ends_at_once_and_this_one_stays(self, site: Site) -> None:
        """Contract: 2.7: also for a GET that this process has just answered."""
        person, boris = await site.person("changes"), await site.person("boris")
        others = [await self.logs_in(site, person.username) for _ in range(2)]
        for each in (person, boris, *others):
            assert await user_id_of(each) == each.user_id
        before = person.session
        response(await self.change(person))
        assert [await user_id_of(each) for each in others] == [None, None]
        assert (await user_id_of(person), person.session) == (person.user_id, before)
        assert await user_id_of(boris) == boris.user_id

    async def test_a_program_s_token_stays(self, site: Site) -> None:
        """Contract: 9.3."""
        person = await site.person("changes")
        program = await site.program(person)
        response(await self.change(person))
        assert await user_id_of(program) == person.user_id

    async def test_a_wrong_old_one_changes_nothing_and_counts_as_a_failed_log_in(
        self, site: Site
    ) -> None:
        person = await site.person("guessed")
        other = await self.logs_in(site, person.username)
        thief = site.browser(cookies={"sessionid": str(person.session)})
        for _ in range(10):
            answer = await self.change(thief, "wrong password")
            refusal(answer, 3)
            assert answer.json()["code"] == "wrong_password"
        refusal(await self.change(thief), 8, status=429)
        stranger, given = site.browser(), {"username": person.username, "password": PASSWORD}
        refusal(await stranger.post("/accounts/login/", **given), 8, status=429)
        assert await user_id_of(other) == person.user_id
        # Whoever has logged in there before is not kept out by it: 9.4
        assert response(await self.change(person)) == {}

    async def test_the_right_one_forgives_those_before(self, site: Site) -> None:
        person = await site.person("slips")
        for _ in range(2):
            for _ in range(9):
                refusal(await self.change(person, "wrong password"), 3)
            response(await self.change(person, new_password=PASSWORD))

    @pytest.mark.parametrize(
        ("given", "error", "field"),
        [
            ({"old": None}, 2, "old_password"),
            ({"new_password": None}, 2, "new_password"),
            ({"new_password": "short"}, 1, "new_password"),
            ({"new_password": "password"}, 1, "new_password"),
            ({"new_password": "x" * 257}, 1, "new_password"),
        ],
    )
    async def test_what_is_wrong_or_missing_is_named(
        self, site: Site, given: dict[str, Any], error: int, field: str
    ) -> None:
        answer = await self.change(await site.person("slips"), **given)
        assert field in refusal(answer, error)
        assert answer.json()["field"] == field

    async def test_whether_a_new_one_may_be_says_nothing_of_the_old_one(self, site: Site) -> None:
        """It is no way to guess without being counted."""
        person = await site.person("guessed")
        told = [
            refusal(await self.change(person, old, new_password="password"), 1)
            for old in (PASSWORD, "wrong password")
        ]
        assert len(set(told)) == 1

    async def test_who_has_none_gives_themselves_one_within_ten_minutes_of_a_log_in(
        self, site: Site
    ) -> None:
        person = await site.person("guest")

        def loses_it(unit: Any) -> None:
            account = unit.accounts.lock(person.user_id)
            unit.accounts.put(replace(account, password_hash=None))

        await site.attendance.use_cases.log_out.transact(loses_it)
        site.clock.pass_(600)
        for _ in range(11):  # none of which counts
            answer = await self.change(person, None)
            assert "10" in refusal(answer, 3) and answer.json()["code"] == "log_in_again"

        def logs_in(unit: Any) -> None:
            (session,) = unit.sessions.by_cookie_of(person.user_id)
            unit.sessions.remove([session.session_id])
            unit.sessions.add(replace(session, created_at=unit.now()))

        await site.attendance.use_cases.log_out.transact(logs_in)
        response(await self.change(person, None))
        assert (await self.logs_in(site, person.username, NEW_PASSWORD)).user_id == person.user_id
        assert "old_password" in refusal(await self.change(person, None), 2)

    async def test_a_log_in_with_the_old_one_that_comes_late_opens_nothing(
        self, site: Site, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        """Its password was right when it was looked at."""
        person = await site.person("races")
        passwords = site.attendance.use_cases.log_in.passwords
        verify = passwords.verify

        async def changes_meanwhile(hashed: str | None, password: str) -> bool:
            is_right = await verify(hashed, password)
            monkeypatch.setattr(passwords, "verify", verify)
            response(await self.change(person))
            return is_right

        monkeypatch.setattr(passwords, "verify", changes_meanwhile)
        given = {"username": person.username, "password": PASSWORD}
        refusal(await site.browser().post("/accounts/login/", **given), 3)


class TestDeleteAccount:
    """Contract: 9.1."""

    async def deletes(self, browser: Browser, password: str | None = PASSWORD) -> Any:
        return await browser.post("/accounts/delete/", password=password)

    async def test_one_is_logged_out_everywhere_and_comes_in_no_more(self, site: Site) -> None:
        person, boris = await site.person("leaves"), await site.person("boris")
        phone, program = await logged_in(site, person), await site.program(person)
        for each in (person, phone, program):
            assert await user_id_of(each) == person.user_id
        assert response(await self.deletes(person)) == {}
        assert [await user_id_of(each) for each in (person, phone, program)] == [None] * 3
        assert person.session is None
        given = {"username": person.username, "password": PASSWORD}
        refusal(await site.browser().post("/accounts/login/", **given), 3)
        assert await user_id_of(boris) == boris.user_id
        again = response(await site.browser().post("/accounts/signup/", **given))
        assert again["user_id"] > boris.user_id

    async def test_others_are_shown_that_there_was_somebody(self, site: Site) -> None:
        person, boris = await site.person("leaves"), await site.person("boris")
        response(await person.post("/api/profile/UpdateProfileInfo", bio="Group 1"))
        response(await self.deletes(person))
        seen = response(await boris.get("/api/profile/GetProfile", user_id=person.user_id))
        assert seen.pop("pic").endswith("default.svg")
        assert seen == {
            "user_id": person.user_id,
            "display_name": "",
            "confirmed": False,
            "bio": "",
            "karma": 0,
            "deleted": True,
        }
        of_boris = response(await boris.get("/api/profile/GetProfile", user_id=boris.user_id))
        assert "deleted" not in of_boris

    async def test_a_wrong_password_deletes_nothing_and_counts_as_a_failed_log_in(
        self, site: Site
    ) -> None:
        person = await site.person("guessed")
        thief = site.browser(cookies={"sessionid": str(person.session)})
        for _ in range(10):
            answer = await self.deletes(thief, "wrong password")
            refusal(answer, 3)
            assert answer.json()["code"] == "wrong_password"
        refusal(await self.deletes(thief), 8, status=429)
        assert "password" in refusal(await self.deletes(person, None), 2)
        assert await user_id_of(person) == person.user_id


PHONE = (
    "Mozilla/5.0 (Linux; Android 10; K) AppleWebKit/537.36 (KHTML, like Gecko) "
    "Chrome/139.0.0.0 Mobile Safari/537.36"
)


async def sessions_of(browser: Browser) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = response(await browser.get("/api/auth/GetSessions"))["sessions"]
    return found


async def logged_in(site: Site, person: Browser, user_agent: str = PHONE) -> Browser:
    """Them, in another browser."""
    browser = site.browser(headers={"User-Agent": user_agent, "Accept-Language": "en"})
    given = {"username": person.username, "password": PASSWORD}
    browser.user_id = response(await browser.post("/accounts/login/", **given))["user_id"]
    return browser


class TestGetSessions:
    async def test_it_says_where_one_is_logged_in_and_with_what(self, site: Site) -> None:
        person = await site.person("many")
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
        person = await site.person("one")
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
        person = await site.person("named")
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
        person = await site.person("odd")
        odd = await logged_in(site, person, user_agent)
        assert {each["client"] for each in await sessions_of(odd) if each["current"]} == {client}


class TestEndSession:
    async def test_the_one_named_ends_and_no_other(self, site: Site) -> None:
        person = await site.person("ends")
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
        person = await site.person("ends")
        others = [await logged_in(site, person) for _ in range(3)]
        for each in others:
            assert await user_id_of(each) == person.user_id
        for _ in range(2):
            assert response(await person.post("/api/auth/EndSession", others=True)) == {}
        assert [await user_id_of(each) for each in others] == [None] * 3
        assert [each["current"] for each in await sessions_of(person)] == [True]

    async def test_one_s_own_ends_as_by_a_log_out(self, site: Site) -> None:
        person = await site.person("ends")
        (only,) = await sessions_of(person)
        answer = await person.post("/api/auth/EndSession", session=only["session"])
        cookie = set_cookie(answer, "sessionid")
        assert response(answer) == {} and cookie is not None and cookie["max-age"] == "0"
        assert await user_id_of(person) is None

    async def test_that_of_somebody_else_stays(self, site: Site) -> None:
        person, thief = await site.person("theirs"), await site.person("thief")
        (theirs,) = await sessions_of(person)
        for name in (theirs["session"], session_id_of(str(person.session)), "", "x"):
            assert response(await thief.post("/api/auth/EndSession", session=name)) == {}
        site.clock.pass_(1)  # so that the store is asked
        assert await user_id_of(person) == person.user_id

    @pytest.mark.parametrize("given", [{}, {"others": False}, {"session": None}])
    async def test_one_of_both_has_to_be_said(self, site: Site, given: dict[str, Any]) -> None:
        person = await site.person("says")
        assert "session" in refusal(await person.post("/api/auth/EndSession", **given), 2)


BROWSER_ACCEPT = "text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8"


class TestPeopleWhoTypeAnAddress:
    """Contract: 1.12."""

    @pytest.mark.parametrize(
        "path",
        [
            "/accounts/",
            "/accounts/login/",
            "/accounts/signup/",
            "/accounts/logout/",
            "/accounts/a/b",
        ],
    )
    async def test_they_are_sent_to_the_page_and_whoever_is_logged_in_to_the_events(
        self, site: Site, path: str
    ) -> None:
        logged_in = await site.person("typist")
        for browser, address in ((site.browser(), "/"), (logged_in, "/#/")):
            for method in ("GET", "HEAD"):
                answer = await browser.client.request(
                    method, path, headers={"Accept": BROWSER_ACCEPT}
                )
                assert (answer.status_code, answer.headers["location"]) == (302, address)
                assert answer.headers["cache-control"] == "no-store"
        assert await user_id_of(logged_in) == logged_in.user_id

    async def test_programs_get_the_envelope_as_ever(self, site: Site) -> None:
        for accept in ("*/*", "application/json", ""):
            headers = {"Accept": accept}
            answer = await site.browser().client.get("/accounts/login/", headers=headers)
            refusal(answer, 8, status=405)
            answer = await site.browser().client.get("/accounts/nothing/", headers=headers)
            refusal(answer, 8, status=404)

    async def test_posts_and_api_paths_are_never_redirected(self, site: Site) -> None:
        browser, headers = site.browser(), {"Accept": BROWSER_ACCEPT}
        refusal(await browser.send("/accounts/login/", headers=headers, json={}), 2)
        refusal(await browser.client.post("/accounts/nothing/", headers=headers), 8, status=404)
        for path in ("/accounts/oidc/link/", "/accounts/oidc/", "/api/events/JoinEvent"):
            answer = await browser.client.get(path, headers=headers)
            assert answer.status_code in (404, 405)


class TestGetCurrentUserId:
    async def test_it_says_who_i_am(self, site: Site) -> None:
        """Contract: 2.1."""
        browser = await site.person("me")
        answer = await browser.get("/api/auth/GetCurrentUserId")
        assert response(answer) == {"user_id": browser.user_id}

    async def test_the_anonymous_are_nobody_and_that_is_no_error(self, site: Site) -> None:
        assert response(await site.browser().get("/api/auth/GetCurrentUserId")) == {"user_id": None}

    async def test_a_stale_cookie_makes_one_anonymous(self, site: Site) -> None:
        stale = site.browser(cookies={"sessionid": "stale"})
        assert await user_id_of(stale) is None
        assert response(await stale.get("/api/events/GetEvents")) is not None
        refusal(await stale.get("/api/friends/GetFriendList"), 7, status=401)
