"""The call that gives an account another password. Contract: 2."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from tests.support.browsers_logged_in import user_id_of
from tests.support.site import PASSWORD, Browser, Site, refusal, response
from tests.support.site import site_in_folder as site

__all__ = ["site"]
pytestmark = pytest.mark.asyncio(loop_scope="module")
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
        person = await site.add_person("changes")
        assert response(await self.change(person)) == {}
        given = {"username": person.username, "password": PASSWORD}
        refusal(await site.browser().post("/accounts/login/", **given), 3)
        again = await self.logs_in(site, person.username, NEW_PASSWORD)
        assert again.user_id == person.user_id

    async def test_every_other_session_ends_at_once_and_this_one_stays(self, site: Site) -> None:
        """Contract: 2.7: also for a GET that this process has just answered."""
        person, boris = await site.add_person("changes"), await site.add_person("boris")
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
        person = await site.add_person("changes")
        program = await site.add_program(person)
        response(await self.change(person))
        assert await user_id_of(program) == person.user_id

    async def test_a_wrong_old_one_changes_nothing_and_counts_as_a_failed_log_in(
        self, site: Site
    ) -> None:
        person = await site.add_person("guessed")
        other = await self.logs_in(site, person.username)
        thief = site.browser(cookies={"sessionid": str(person.session)})
        for _ in range(10):
            answer = await self.change(thief, "wrong password")
            refusal(answer, 3)
            assert answer.json()["code"] == "wrong_password"
        refusal(await self.change(thief), 8, status=429)
        elsewhere, given = site.browser(), {"username": person.username, "password": PASSWORD}
        refusal(await elsewhere.post("/accounts/login/", **given), 8, status=429)
        assert await user_id_of(other) == person.user_id
        # Whoever has logged in there before is not kept out by it: 9.4
        assert response(await self.change(person)) == {}

    async def test_the_right_one_forgives_those_before(self, site: Site) -> None:
        person = await site.add_person("slips")
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
        answer = await self.change(await site.add_person("slips"), **given)
        assert field in refusal(answer, error)
        assert answer.json()["field"] == field

    async def test_whether_a_new_one_may_be_says_nothing_of_the_old_one(self, site: Site) -> None:
        """It is no way to guess without being counted."""
        person = await site.add_person("guessed")
        told = [
            refusal(await self.change(person, old, new_password="password"), 1)
            for old in (PASSWORD, "wrong password")
        ]
        assert len(set(told)) == 1

    async def test_who_has_none_gives_themselves_one_within_ten_minutes_of_a_log_in(
        self, site: Site
    ) -> None:
        person = await site.add_person("guest")

        def loses_it(unit: Any) -> None:
            account = unit.accounts.lock(person.user_id)
            unit.accounts.put(replace(account, password_hash=None))

        await site.attendance.use_cases.log_out.transact(loses_it)
        site.clock.pass_(600)
        for _ in range(11):  # none of which counts
            answer = await self.change(person, None)
            assert "10" in refusal(answer, 3) and answer.json()["code"] == "log_in_again"

        def begin_session_anew(unit: Any) -> None:
            (session,) = unit.sessions.by_cookie_of(person.user_id)
            unit.sessions.remove([session.session_id])
            unit.sessions.add(replace(session, created_at=unit.now()))

        await site.attendance.use_cases.log_out.transact(begin_session_anew)
        response(await self.change(person, None))
        assert (await self.logs_in(site, person.username, NEW_PASSWORD)).user_id == person.user_id
        assert "old_password" in refusal(await self.change(person, None), 2)

    async def test_a_log_in_with_the_old_one_that_comes_late_opens_nothing(
        self, site: Site, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        """Its password was right when it was looked at."""
        person = await site.add_person("races")
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
