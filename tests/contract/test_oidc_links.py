"""Accounts that have a password are linked to the university, and let go. Contract: 9.6."""

from __future__ import annotations

import asyncio
from functools import partial
from typing import Any

import pytest

from attendance_core.accounts import PROOF_SECONDS
from attendance_core.identities import LINK_REQUEST_SECONDS
from attendance_core.providers import MAX_LINKS
from attendance_core.vocabulary import UserId
from tests.support.browsers_logged_in import user_id_of
from tests.support.log_ins import (
    ACCEPTS_HTML,
    LINK,
    UNLINK,
    SiteAndProvider,
    begin,
    begin_link,
    both,
    check_sent_to,
    link,
    links_of,
    log_in,
    module_both,
    now_of,
    profile_of,
)
from tests.support.oidc_provider import Person
from tests.support.site import PASSWORD, Browser, as_escaped_json, code, envelope, refusal, response

__all__ = ["both", "module_both"]
pytestmark = pytest.mark.asyncio(loop_scope="module")


class TestLinks:
    """Contract: 9.6."""

    async def test_who_has_a_password_logs_in_by_the_university_as_well(
        self, both: SiteAndProvider
    ) -> None:
        anna, person = Person(), await both.site.add_person("anna", display_name="Анна")
        check_sent_to(await link(both, person, anna), "/#/access")
        (shown,) = await links_of(person)
        assert set(shown) == {"link", "issuer", "linked_at"}
        assert (shown["issuer"], shown["linked_at"]) == (both.provider.issuer, now_of(both))
        assert anna.subject not in str(shown)
        phone = both.site.browser()
        check_sent_to(await log_in(both, phone, anna))
        assert await user_id_of(phone) == person.user_id
        assert (await profile_of(phone))["display_name"] == "Анна"  # their own name stays

    async def test_it_needs_proof(self, both: SiteAndProvider) -> None:
        person = await both.site.add_person()
        assert code(await person.post(LINK, password="wrong password"), 3) == "wrong_password"
        assert code(await person.post(LINK), 2) == "missing_argument"
        stranger = both.site.browser()
        refusal(await stranger.post(LINK, password=PASSWORD), 7, status=401)
        bare = await person.client.post(LINK, json={"password": PASSWORD})
        assert code(bare, 8, status=403) == "csrf_failed"

    async def test_who_has_no_password_has_just_logged_in(self, both: SiteAndProvider) -> None:
        """Contract: 9.1."""
        browser, another = both.site.browser(), Person()
        check_sent_to(await log_in(both, browser, Person()))
        both.site.clock.pass_(PROOF_SECONDS - 1)
        way = both.provider.come_back(await begin_link(browser), another)
        check_sent_to(await browser.client.get(way), "/#/access")
        assert len(await links_of(browser)) == 2
        both.site.clock.pass_(1)
        assert code(await browser.post(LINK), 3) == "log_in_again"

    async def test_done_again_it_is_no_error(self, both: SiteAndProvider) -> None:
        anna, person = Person(), await both.site.add_person()
        for _ in range(2):
            check_sent_to(await link(both, person, anna), "/#/access")
        assert len(await links_of(person)) == 1

    async def test_of_one_subject_there_is_one_account(self, both: SiteAndProvider) -> None:
        anna, one, other = (
            Person(),
            await both.site.add_person(),
            await both.site.add_person(),
        )
        check_sent_to(await link(both, one, anna), "/#/access")
        check_sent_to(await link(both, other, anna), "/#/oidc/linked_to_another")
        assert await links_of(other) == [] and await user_id_of(other) == other.user_id
        first = both.site.browser()
        newcomer = Person()
        check_sent_to(await log_in(both, first, newcomer))
        check_sent_to(await link(both, other, newcomer), "/#/oidc/linked_to_another")

    async def test_two_people_who_link_one_subject_at_once(self, both: SiteAndProvider) -> None:
        anna, people = Person(), [await both.site.add_person() for _ in range(4)]
        ways = [
            both.provider.come_back(await begin_link(each, password=PASSWORD), anna)
            for each in people
        ]
        answers = await asyncio.gather(
            *(
                each.client.get(way, headers=ACCEPTS_HTML)
                for each, way in zip(people, ways, strict=True)
            )
        )
        where = sorted(each.headers["location"] for each in answers)
        assert where == ["/#/access", *["/#/oidc/linked_to_another"] * 3]

    async def test_it_is_finished_where_it_was_begun(self, both: SiteAndProvider) -> None:
        """Neither another browser of the same person's nor another person finishes it."""
        person, mallory = await both.site.add_person(), await both.site.add_person()
        way = both.provider.come_back(await begin_link(mallory, password=PASSWORD), Person())
        check_sent_to(
            await person.client.get(way, headers=ACCEPTS_HTML), "/#/oidc/log_in_not_begun"
        )
        # What a browser keeps can be planted; what was proven cannot
        kept = mallory.client.cookies["oidcattempt"]
        person.client.cookies["oidcattempt"] = kept
        check_sent_to(
            await person.client.get(way, headers=ACCEPTS_HTML), "/#/oidc/log_in_not_begun"
        )
        phone = both.site.browser()
        given = {"username": mallory.username, "password": PASSWORD}
        response(await phone.post("/accounts/login/", **given))
        phone.client.cookies["oidcattempt"] = kept
        check_sent_to(await phone.client.get(way, headers=ACCEPTS_HTML), "/#/oidc/log_in_not_begun")
        nobody = both.site.browser()
        nobody.client.cookies["oidcattempt"] = kept
        assert code(await nobody.client.get(way), 7, status=401) == "not_logged_in"
        assert await links_of(person) == await links_of(mallory) == []
        assert "/token" not in both.provider.paths_asked

    async def test_a_log_in_is_no_link_whatever_the_browser_keeps(
        self, both: SiteAndProvider
    ) -> None:
        person = await both.site.add_person()
        way = both.provider.come_back(await begin(person), Person())
        kept = person.client.cookies["oidcattempt"].replace("login.", "link.")
        del person.client.cookies["oidcattempt"]
        person.client.cookies["oidcattempt"] = kept
        check_sent_to(
            await person.client.get(way, headers=ACCEPTS_HTML), "/#/oidc/log_in_not_begun"
        )
        assert await links_of(person) == []

    async def test_it_is_finished_within_some_minutes(self, both: SiteAndProvider) -> None:
        person = await both.site.add_person()
        way = both.provider.come_back(await begin_link(person, password=PASSWORD), Person())
        both.site.clock.pass_(LINK_REQUEST_SECONDS)
        check_sent_to(
            await person.client.get(way, headers=ACCEPTS_HTML), "/#/oidc/log_in_not_begun"
        )
        await both.site.attendance.use_cases.forget_link_requests()
        observe = both.site.attendance.use_cases.get_ways_in.observe
        user_id = UserId(person.user_id)
        assert await observe(lambda unit: unit.link_requests.find(user_id)) is None

    async def test_who_unlinks_it_is_let_in_by_it_no_more(self, both: SiteAndProvider) -> None:
        anna, person = Person(), await both.site.add_person()
        check_sent_to(await link(both, person, anna), "/#/access")
        (shown,) = await links_of(person)
        other = await both.site.add_person()
        for browser, name in ((other, shown["link"]), (person, "another"), (person, "\ud800")):
            answer = await browser.send(UNLINK, **as_escaped_json({"link": name}))
            assert envelope(answer)["error"] in (0, 1)
        assert len(await links_of(person)) == 1
        for _ in range(2):
            response(await person.post(UNLINK, link=shown["link"]))
        assert await links_of(person) == []
        phone = both.site.browser()
        check_sent_to(await log_in(both, phone, anna))
        assert await user_id_of(phone) != person.user_id

    async def test_the_only_way_in_stays(self, both: SiteAndProvider) -> None:
        browser = both.site.browser()
        check_sent_to(await log_in(both, browser, Person()))
        (only,) = await links_of(browser)
        assert code(await browser.post(UNLINK, link=only["link"]), 3) == "only_way_in"
        response(await browser.post("/accounts/password/", new_password=PASSWORD))
        # A password without a user name lets nobody in
        assert code(await browser.post(UNLINK, link=only["link"]), 3) == "only_way_in"
        url = await begin_link(browser, password=PASSWORD)
        check_sent_to(await browser.client.get(both.provider.come_back(url, Person())), "/#/access")
        response(await browser.post(UNLINK, link=only["link"]))
        assert len(await links_of(browser)) == 1

    async def test_a_person_has_so_many_at_most(self, both: SiteAndProvider) -> None:
        person = await both.site.add_person()
        for _ in range(MAX_LINKS):
            check_sent_to(await link(both, person, Person()), "/#/access")
        check_sent_to(await link(both, person, Person()), "/#/oidc/too_many_links")
        assert len(await links_of(person)) == MAX_LINKS

    async def test_they_go_with_the_account(self, both: SiteAndProvider) -> None:
        """Contract: POST /accounts/delete/."""
        anna, person = Person(), await both.site.add_person()
        check_sent_to(await link(both, person, anna), "/#/access")
        await begin_link(person, password=PASSWORD)
        response(await person.post("/accounts/delete/", password=PASSWORD))
        browser = both.site.browser()
        check_sent_to(await log_in(both, browser, anna))
        assert await user_id_of(browser) != person.user_id
        observe = both.site.attendance.use_cases.get_ways_in.observe
        user_id = UserId(person.user_id)
        assert await observe(lambda unit: unit.link_requests.find(user_id)) is None

    async def test_what_an_older_version_leaves_of_a_deleted_person_is_nobodys(
        self, both: SiteAndProvider
    ) -> None:
        anna, one, other = (
            Person(),
            await both.site.add_person(),
            await both.site.add_person(),
        )
        check_sent_to(await link(both, one, anna), "/#/access")

        transact = both.site.attendance.use_cases.unlink_provider.transact

        def erase(person: Browser, unit: Any) -> None:
            unit.accounts.lock(UserId(person.user_id))
            unit.accounts.erase(UserId(person.user_id))

        await transact(partial(erase, one))
        check_sent_to(await link(both, other, anna), "/#/access")
        await transact(partial(erase, other))
        browser = both.site.browser()
        check_sent_to(await log_in(both, browser, anna))
        assert await user_id_of(browser) not in (None, one.user_id, other.user_id)

    async def test_who_comes_back_without_their_password_has_no_link_left(
        self, both: SiteAndProvider
    ) -> None:
        """Whoever had found the password may have linked an account of their own."""
        mallory, person = Person(), await both.site.add_person()
        check_sent_to(await link(both, person, mallory), "/#/access")
        use_cases = both.site.attendance.use_cases
        token = await use_cases.make_reset_link(username=person.username)
        browser = both.site.browser()
        given = {"token": token, "new_password": "battery staple horse"}
        response(await browser.post("/accounts/reset/", **given))
        assert await links_of(browser) == []

    async def test_who_has_no_user_name_keeps_their_link(self, both: SiteAndProvider) -> None:
        browser = both.site.browser()
        check_sent_to(await log_in(both, browser, Person()))
        use_cases, user_id = both.site.attendance.use_cases, UserId(await user_id_of(browser))
        username = await use_cases.get_username(actor=user_id)
        token = await use_cases.make_reset_link(username=username)
        given = {"token": token, "new_password": "battery staple horse"}
        response(await browser.post("/accounts/reset/", **given))
        assert len(await links_of(browser)) == 1
