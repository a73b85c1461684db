"""Whoever comes back from a provider otherwise than they went is not let in. Contract: 9.5."""

from __future__ import annotations

from urllib.parse import parse_qs, urlsplit

import pytest

from tests.support.log_ins import (
    ACCEPTS_HTML,
    CALLBACK,
    LINK,
    LOG_IN,
    UNLINK,
    SiteAndProvider,
    begin,
    both,
    check_refused,
    check_sent_to,
    module_both,
)
from tests.support.oidc_provider import Person
from tests.support.site import code, refusal
from tests.support.wrong_answers import without

__all__ = ["both", "module_both"]
pytestmark = pytest.mark.asyncio(loop_scope="module")


class TestWrongComebacks:
    """Contract: 9.5."""

    async def test_another_browsers_comeback_logs_nobody_in(self, both: SiteAndProvider) -> None:
        """Else whoever sends somebody a link has them act in an account that is not theirs."""
        mallory, victim = both.site.browser(), both.site.browser()
        way = both.provider.come_back(await begin(mallory), Person())
        answer = await victim.client.get(way, headers=ACCEPTS_HTML)
        await check_refused(both, answer, victim, "log_in_not_begun")
        await begin(victim)  # of their own, which is another
        answer = await victim.client.get(way, headers=ACCEPTS_HTML)
        await check_refused(both, answer, victim, "log_in_not_begun")
        assert "/token" not in both.provider.paths_asked

    async def test_a_state_is_good_for_one_comeback(self, both: SiteAndProvider) -> None:
        browser = both.site.browser()
        way = both.provider.come_back(await begin(browser), Person())
        kept = {**browser.client.cookies}
        check_sent_to(await browser.client.get(way))
        assert "oidcattempt" not in browser.client.cookies
        again = await browser.client.get(way, headers=ACCEPTS_HTML)
        check_sent_to(again, "/#/oidc/log_in_not_begun")
        restored = both.site.browser(cookies={"oidcattempt": kept["oidcattempt"]})
        answer = await restored.client.get(way, headers=ACCEPTS_HTML)
        await check_refused(both, answer, restored, "provider_distrusted")  # the code was used

    async def test_it_is_over_as_well_where_it_fails(self, both: SiteAndProvider) -> None:
        browser = both.site.browser()
        url = await begin(browser)
        way = both.provider.come_back(url, Person(), state="s" * 43)
        answer = await browser.client.get(way, headers=ACCEPTS_HTML)
        await check_refused(both, answer, browser, "log_in_not_begun")
        answer = await browser.client.get(
            both.provider.come_back(url, Person()), headers=ACCEPTS_HTML
        )
        await check_refused(both, answer, browser, "log_in_not_begun")

    async def test_a_stolen_code_opens_nothing(self, both: SiteAndProvider) -> None:
        """A code that is brought by another browser, with a state of its own."""
        victim, thief = both.site.browser(), both.site.browser()
        stolen = both.provider.come_back(await begin(victim), Person())
        (its_code,) = parse_qs(urlsplit(stolen).query)["code"]
        url = await begin(thief)
        way = both.provider.come_back(url, Person(), code=its_code)
        answer = await thief.client.get(way, headers=ACCEPTS_HTML)
        await check_refused(both, answer, thief, "provider_distrusted")
        assert not both.provider.grants[its_code].is_used

    async def test_nor_at_a_provider_that_looks_at_no_verifier(self, both: SiteAndProvider) -> None:
        both.provider.checks_verifier = False
        victim, thief = both.site.browser(), both.site.browser()
        stolen = both.provider.come_back(await begin(victim), Person())
        (its_code,) = parse_qs(urlsplit(stolen).query)["code"]
        way = both.provider.come_back(await begin(thief), Person(), code=its_code)
        answer = await thief.client.get(way, headers=ACCEPTS_HTML)
        await check_refused(both, answer, thief, "provider_distrusted")  # by the nonce

    async def test_a_code_that_was_never_given(self, both: SiteAndProvider) -> None:
        for odd in ("invented", "a b", "c" * 5000, "код", "%00", "a\nb"):
            browser = both.site.browser()
            way = both.provider.come_back(await begin(browser), Person(), code=odd)
            answer = await browser.client.get(way, headers=ACCEPTS_HTML)
            await check_refused(both, answer, browser, "provider_distrusted")

    async def test_another_issuer_sends_back_or_none(self, both: SiteAndProvider) -> None:
        for issuer in ("https://evil.test", None, both.provider.issuer + "/", ""):
            browser = both.site.browser()
            way = both.provider.come_back(await begin(browser), Person(), iss=issuer)
            answer = await browser.client.get(way, headers=ACCEPTS_HTML)
            await check_refused(both, answer, browser, "provider_distrusted")
        assert "/token" not in both.provider.paths_asked
        both.provider.change_configuration = lambda given: without(
            given, "authorization_response_iss_parameter_supported"
        )
        both.site.clock.pass_(4000)
        browser = both.site.browser()
        way = both.provider.come_back(await begin(browser), Person(), iss=None)
        check_sent_to(await browser.client.get(way))

    async def test_the_provider_says_no(self, both: SiteAndProvider) -> None:
        browser = both.site.browser()
        way = both.provider.come_back(
            await begin(browser),
            Person(),
            code=None,
            error="access_denied",
            error_description="<b>",
        )
        answer = await browser.client.get(way, headers=ACCEPTS_HTML)
        await check_refused(both, answer, browser, "provider_refused")
        # From nowhere nobody is told anything of it
        answer = await browser.client.get(f"{CALLBACK}?error=access_denied", headers=ACCEPTS_HTML)
        await check_refused(both, answer, browser, "log_in_not_begun")

    async def test_parameters_that_are_missing_or_there_twice(self, both: SiteAndProvider) -> None:
        browser = both.site.browser()
        for query in ("", "?code=a", "?state=", "?state=s&code=", "?%00=%ff", "?state=%ff%fe"):
            answer = await browser.client.get(f"{CALLBACK}{query}")
            assert code(answer, 3) == "log_in_not_begun"
            assert "begin again" in refusal(answer, 3)
        for name in ("code", "state", "iss"):
            way = both.provider.come_back(await begin(browser), Person())
            answer = await browser.client.get(f"{way}&{name}=other")
            assert code(answer, 1) == "repeated_argument"
        way = both.provider.come_back(await begin(browser), Person(), code=None)
        assert code(await browser.client.get(way), 3) == "provider_refused"
        many = "&".join(f"a{n}=" for n in range(200))
        assert code(await browser.client.get(f"{CALLBACK}?{many}"), 1) == "invalid_argument"

    async def test_what_a_browser_keeps_may_be_anything(self, both: SiteAndProvider) -> None:
        for kept in ("", "login", "login.a.b.c", "admin." + ".".join(["a" * 43] * 3), "%00" * 99):
            browser = both.site.browser(headers={"Cookie": f"oidcattempt={kept}"})
            answer = await browser.client.get(f"{CALLBACK}?state=a&code=b")
            assert code(answer, 3) == "log_in_not_begun"
        own = both.site.browser()
        way = both.provider.come_back(await begin(own), Person())
        two = f"oidcattempt={own.client.cookies['oidcattempt']}; oidcattempt=another"
        planted = both.site.browser(headers={"Cookie": two})
        assert code(await planted.client.get(way), 3) == "log_in_not_begun"

    async def test_nobody_is_sent_anywhere_else(self, both: SiteAndProvider) -> None:
        browser = both.site.browser()
        sent = await browser.client.get(f"{LOG_IN}?next=https://evil.test&redirect_uri=//evil")
        assert sent.headers["location"].startswith(f"{both.provider.issuer}/authorize?")
        way = both.provider.come_back(sent.headers["location"], Person())
        check_sent_to(await browser.client.get(f"{way}&next=https://evil.test"))

    async def test_a_program_reaches_none_of_it(self, both: SiteAndProvider) -> None:
        """Contract: 9.3."""
        program = await both.site.add_program(await both.site.add_person())
        for path in (LOG_IN, CALLBACK):
            assert code(await program.client.get(path), 3) == "missing_scope"
        for path in (LINK, UNLINK):
            assert code(await program.post(path, link="a"), 3) == "missing_scope"

    async def test_other_methods_do_nothing(self, both: SiteAndProvider) -> None:
        browser = both.site.browser()
        for path in (LOG_IN, CALLBACK):
            assert code(await browser.post(path), 8, status=405) == "wrong_method"
        for path in (LINK, UNLINK):
            assert code(await browser.client.get(path), 8, status=405) == "wrong_method"
