"""Log-in by the university: who is let in, as whom, and how often. Contract: 9.5."""

from __future__ import annotations

import asyncio
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest

from attendance_core.limits import PROVIDER_LOG_INS
from attendance_core.providers import DEFAULT_DISPLAY_NAME
from attendance_core.vocabulary import UserId
from tests.support.browsers_logged_in import user_id_of
from tests.support.log_ins import (
    ACCEPTS_HTML,
    CALLBACK,
    CONFIGURATION,
    LINK,
    LOG_IN,
    SiteAndProvider,
    begin,
    both,
    check_refused,
    check_sent_to,
    links_of,
    log_in,
    module_both,
    people_count,
    profile_of,
)
from tests.support.oidc_keys import ec_key, rsa_key
from tests.support.oidc_provider import NAME, Person, a_provider, adapter_for
from tests.support.site import ORIGIN, PASSWORD, code, envelope, opened_site, response

__all__ = ["both", "module_both"]
pytestmark = pytest.mark.asyncio(loop_scope="module")


class TestLogIn:
    """Contract: 9.5."""

    async def test_a_person_gets_an_account_and_comes_back_to_it(
        self, both: SiteAndProvider
    ) -> None:
        anna, browser, other = Person(), both.site.browser(), both.site.browser()
        check_sent_to(await log_in(both, browser, anna))
        shown = await profile_of(browser)
        assert shown["display_name"] == anna.name
        check_sent_to(await log_in(both, other, anna))
        assert await user_id_of(other) == shown["user_id"]
        assert [each["issuer"] for each in await links_of(browser)] == [both.provider.issuer]

    async def test_it_is_told_who_has_a_password_to_prove_themselves_by(
        self, both: SiteAndProvider
    ) -> None:
        browser = both.site.browser()
        check_sent_to(await log_in(both, browser, Person()))
        told = [
            await each.get("/api/auth/GetSessions")
            for each in (browser, await both.site.add_person())
        ]
        assert [response(each)["has_password"] for each in told] == [False, True]

    async def test_what_the_browser_is_sent_with_is_new_each_time(
        self, both: SiteAndProvider
    ) -> None:
        one, other = await begin(both.site.browser()), await begin(both.site.browser())
        asked = [parse_qs(urlsplit(each).query) for each in (one, other)]
        for name in ("state", "nonce", "code_challenge"):
            assert len(asked[0][name][0]) == 43 and asked[0][name] != asked[1][name]
        assert asked[0]["from"] == ["us"] and asked[0]["scope"] == ["openid profile"]
        assert asked[0]["redirect_uri"] == [f"{ORIGIN}{CALLBACK}"]

    async def test_what_it_keeps_no_page_reads_and_no_other_site_sends(
        self, both: SiteAndProvider
    ) -> None:
        browser = both.site.browser()
        (kept,) = (await browser.client.get(LOG_IN)).headers.get_list("set-cookie")
        assert kept.startswith("oidcattempt=login.")
        assert {"HttpOnly", "Path=/", "SameSite=Lax", "Max-Age=600"} <= {*kept.split("; ")}
        by_https = both.site.browser(base_url="https://attendance.test")
        (kept,) = (await by_https.client.get(LOG_IN)).headers.get_list("set-cookie")
        assert kept.startswith("__Host-oidcattempt=login.") and "Secure" in kept.split("; ")

    async def test_somebody_of_one_name_or_address_is_somebody_else(
        self, both: SiteAndProvider
    ) -> None:
        mail = {"email": "anna@university.test", "email_verified": True}
        ids = []
        for person in (Person(more=mail), Person(more=mail)):
            browser = both.site.browser()
            check_sent_to(await log_in(both, browser, person))
            ids.append(await user_id_of(browser))
        assert len(set(ids)) == 2

    async def test_the_same_subject_of_another_issuer_is_somebody_else(
        self, both: SiteAndProvider
    ) -> None:
        anna, browser = Person(), both.site.browser()
        check_sent_to(await log_in(both, browser, anna))
        clock = both.site.clock
        async with (
            a_provider(clock) as elsewhere,
            opened_site(None, provider=lambda _: adapter_for(elsewhere, clock)) as site,
        ):
            there = site.browser()
            check_sent_to(await log_in(SiteAndProvider(site, elsewhere), there, anna))
            (link,) = await links_of(there)
        assert link["issuer"] == elsewhere.issuer != both.provider.issuer
        assert link["link"] != (await links_of(browser))[0]["link"]

    async def test_the_session_of_before_ends_and_the_browser_is_known(
        self, both: SiteAndProvider
    ) -> None:
        browser = await both.site.add_person()
        before, old = browser.user_id, browser.session
        check_sent_to(await log_in(both, browser, Person()))
        assert await user_id_of(browser) != before and browser.session != old
        stale = both.site.browser(cookies={"sessionid": str(old)})
        assert await user_id_of(stale) is None
        assert "knownbrowser" in browser.client.cookies

    async def test_nobody_logs_in_there_by_a_password(self, both: SiteAndProvider) -> None:
        browser = both.site.browser()
        check_sent_to(await log_in(both, browser, Person()))
        user_id = UserId(await user_id_of(browser))
        observe = both.site.attendance.use_cases.get_ways_in.observe
        account = await observe(lambda unit: unit.accounts.find_by_id(user_id))
        assert account is not None and account.password_hash is None
        given = {"username": account.username, "password": PASSWORD}
        elsewhere = both.site.browser()
        assert code(await elsewhere.post("/accounts/signup/", **given), 1) == "bad_username"
        assert code(await elsewhere.post("/accounts/login/", **given), 3) == "wrong_credentials"
        response(await browser.post("/accounts/password/", new_password=PASSWORD))
        assert code(await elsewhere.post("/accounts/login/", **given), 3) == "wrong_credentials"

    async def test_a_name_that_cannot_be_shown_is_no_reason_to_refuse(
        self, both: SiteAndProvider
    ) -> None:
        odd: list[Any] = [None, "", " ", "a" * 101, "\u202eevil", "a" + "\u0301" * 90, "x" * 5000]
        for name in odd:
            browser = both.site.browser()
            check_sent_to(await log_in(both, browser, Person(name=name)))
            assert (await profile_of(browser))["display_name"] == DEFAULT_DISPLAY_NAME
        browser = both.site.browser()
        check_sent_to(await log_in(both, browser, Person(more={"name": ["Anna"]})))
        assert (await profile_of(browser))["display_name"] == DEFAULT_DISPLAY_NAME

    async def test_a_provider_that_tells_names_only_who_asks_is_asked(
        self, both: SiteAndProvider
    ) -> None:
        both.provider.tells_name = False
        browser = both.site.browser()
        check_sent_to(await log_in(both, browser, Person(name="Вера Ли")))
        assert (await profile_of(browser))["display_name"] == "Вера Ли"
        both.provider.change_userinfo = lambda given: {**given, "sub": "somebody else"}
        browser = both.site.browser()
        answer = await log_in(both, browser, Person())
        await check_refused(both, answer, browser, "provider_distrusted")

    async def test_first_log_ins_at_once_make_one_account(self, both: SiteAndProvider) -> None:
        anna, browsers = Person(), [both.site.browser() for _ in range(8)]
        paths = [both.provider.come_back(await begin(each), anna) for each in browsers]
        before = await people_count(both.site)
        answers = await asyncio.gather(
            *(each.client.get(path) for each, path in zip(browsers, paths, strict=True))
        )
        for each in answers:
            check_sent_to(each)
        assert len({await user_id_of(each) for each in browsers}) == 1
        assert await people_count(both.site) == before + 1

    async def test_an_account_logs_in_twenty_times_in_fifteen_minutes(
        self, both: SiteAndProvider
    ) -> None:
        anna, browser = Person(), both.site.browser()
        for _ in range(PROVIDER_LOG_INS.most):
            check_sent_to(await log_in(both, both.site.browser(), anna))
        await check_refused(both, await log_in(both, browser, anna), browser, "too_many_requests")
        path = both.provider.come_back(await begin(browser), anna)
        assert code(await browser.client.get(path), 8, status=429) == "too_many_requests"
        check_sent_to(await log_in(both, both.site.browser(), Person()))
        both.site.clock.pass_(PROVIDER_LOG_INS.within)
        check_sent_to(await log_in(both, browser, anna))

    async def test_the_page_is_told_how_people_call_it(self, both: SiteAndProvider) -> None:
        told = response(await both.site.browser().get("/api/auth/GetCurrentUserId"))
        assert told == {"user_id": None, "provider": NAME}

    async def test_keys_of_other_kinds_are_known_or_passed_over(
        self, both: SiteAndProvider
    ) -> None:
        both.provider.key, both.provider.algorithm = ec_key(), "ES256"
        both.provider.publish(rsa_key(), ec_key())
        both.provider.published.insert(0, {"kty": "AKP", "alg": "ML-DSA-44", "kid": "new"})
        check_sent_to(await log_in(both, both.site.browser(), Person()))
        both.provider.key, both.provider.algorithm = rsa_key(), "PS256"
        check_sent_to(await log_in(both, both.site.browser(), Person()))

    async def test_a_key_that_is_new_is_asked_for_but_not_always(
        self, both: SiteAndProvider
    ) -> None:
        check_sent_to(await log_in(both, both.site.browser(), Person()))
        both.provider.key = rsa_key("second")
        both.provider.publish(rsa_key("second"))
        both.provider.paths_asked.clear()
        browser = both.site.browser()
        await check_refused(
            both, await log_in(both, browser, Person()), browser, "provider_distrusted"
        )
        assert "/keys" not in both.provider.paths_asked  # it was asked just before
        both.site.clock.pass_(11)
        for _ in range(3):
            check_sent_to(await log_in(both, both.site.browser(), Person()))
        assert both.provider.paths_asked.count("/keys") == 1
        assert CONFIGURATION not in both.provider.paths_asked


class TestNoProvider:
    """Contract: 9.5, where it is not configured."""

    async def test_it_is_said_that_there_is_none(self, both: SiteAndProvider) -> None:
        async with opened_site(None) as site:
            person = await site.add_person()
            for path in (LOG_IN, CALLBACK):
                answer = await person.client.get(path)
                assert envelope(answer)["error"] in (3, 5)
            assert code(await person.client.get(LOG_IN), 5) == "no_provider"
            assert code(await person.post(LINK, password=PASSWORD), 5) == "no_provider"
            check_sent_to(
                await person.client.get(LOG_IN, headers=ACCEPTS_HTML), "/#/oidc/no_provider"
            )
            told = response(await person.get("/api/auth/GetCurrentUserId"))
            assert told == {"user_id": person.user_id}
