"""The calls about accounts. Contract: 2."""

from __future__ import annotations

from typing import Any

import pytest

from tests.support.browsers_logged_in import anna, cookie_set_by, logged_in, user_id_of
from tests.support.site import PASSWORD, Browser, Site, refusal, response
from tests.support.site import site_in_folder as site

__all__ = ["anna", "site"]
pytestmark = pytest.mark.asyncio(loop_scope="module")


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
            person = await site.add_person("olga", **more)
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


class TestLogOut:
    async def test_the_session_ends_everywhere(self, site: Site) -> None:
        browser = await site.add_person("leaving")
        tab = site.browser(cookies={"sessionid": str(browser.session)})
        answer = await browser.post("/accounts/logout/")
        assert response(answer) == {}
        cookie = cookie_set_by(answer, "sessionid")
        assert cookie is not None and (cookie.value, cookie["max-age"]) == ("", "0")
        assert await user_id_of(tab) is None and browser.session is None

    async def test_it_has_ended_for_the_next_get(self, site: Site) -> None:
        """Contract: 2.7: what this process has ended counts at once."""
        browser = await site.add_person("leaving")
        tab = site.browser(cookies={"sessionid": str(browser.session)})
        for _ in range(2):
            assert await user_id_of(tab) == browser.user_id
        response(await browser.post("/accounts/logout/"))
        assert await user_id_of(tab) is None

    async def test_what_changes_something_looks_at_the_session_anew(self, site: Site) -> None:
        """Contract: 2.7."""
        browser = await site.add_person("leaving")
        tab = site.browser(cookies={"sessionid": str(browser.session)})
        assert await user_id_of(tab) == browser.user_id
        response(await browser.post("/accounts/logout/"))
        refusal(await tab.post("/api/profile/UpdateProfileInfo", bio="late"), 7, status=401)

    async def test_other_sessions_of_the_person_stay(self, site: Site) -> None:
        phone = await site.add_person("two")
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


class TestDeleteAccount:
    """Contract: 9.1."""

    async def deletes(self, browser: Browser, password: str | None = PASSWORD) -> Any:
        return await browser.post("/accounts/delete/", password=password)

    async def test_one_is_logged_out_everywhere_and_comes_in_no_more(self, site: Site) -> None:
        person, boris = await site.add_person("leaves"), await site.add_person("boris")
        phone, program = await logged_in(site, person), await site.add_program(person)
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
        person, boris = await site.add_person("leaves"), await site.add_person("boris")
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
        person = await site.add_person("guessed")
        thief = site.browser(cookies={"sessionid": str(person.session)})
        for _ in range(10):
            answer = await self.deletes(thief, "wrong password")
            refusal(answer, 3)
            assert answer.json()["code"] == "wrong_password"
        refusal(await self.deletes(thief), 8, status=429)
        assert "password" in refusal(await self.deletes(person, None), 2)
        assert await user_id_of(person) == person.user_id


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
        logged_in = await site.add_person("typist")
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
        browser = await site.add_person("me")
        answer = await browser.get("/api/auth/GetCurrentUserId")
        assert response(answer) == {"user_id": browser.user_id}

    async def test_the_anonymous_are_nobody_and_that_is_no_error(self, site: Site) -> None:
        assert response(await site.browser().get("/api/auth/GetCurrentUserId")) == {"user_id": None}

    async def test_a_stale_cookie_makes_one_anonymous(self, site: Site) -> None:
        stale = site.browser(cookies={"sessionid": "stale"})
        assert await user_id_of(stale) is None
        assert response(await stale.get("/api/events/GetEvents")) is not None
        refusal(await stale.get("/api/friends/GetFriendList"), 7, status=401)
