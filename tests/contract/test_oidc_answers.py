"""Whatever a provider answers wrongly, nobody is let in by it. Contract: 9.5."""

from __future__ import annotations

import asyncio
import logging
from urllib.parse import parse_qs, urlsplit

import pytest

from attendance_adapters.oidc.published import PAUSE_SECONDS
from tests.support.log_ins import (
    ACCEPTS_HTML,
    CONFIGURATION,
    LOG_IN,
    SiteAndProvider,
    begin,
    both,
    check_refused,
    check_sent_to,
    log_in,
    module_both,
)
from tests.support.oidc_provider import (
    SECRET,
    Answer,
    Person,
    Provider,
    a_provider,
    adapter_for,
    as_json,
)
from tests.support.site import code, opened_site
from tests.support.wrong_answers import ANSWERS, CLAIMS, CONFIGURATIONS, SIGNED

__all__ = ["both", "module_both"]
pytestmark = pytest.mark.asyncio(loop_scope="module")


class TestWrongAnswers:
    """Contract: 9.5. Each is refused with words, and none is a 500."""

    @pytest.mark.parametrize("wrong", CLAIMS)
    async def test_what_is_signed_is_wrong(self, both: SiteAndProvider, wrong: str) -> None:
        both.provider.change_claims = CLAIMS[wrong]
        browser = both.site.browser()
        answer = await log_in(both, browser, Person())
        await check_refused(both, answer, browser, "provider_distrusted")

    @pytest.mark.parametrize("wrong", SIGNED)
    async def test_it_is_signed_wrongly(self, both: SiteAndProvider, wrong: str) -> None:
        SIGNED[wrong](both)
        browser = both.site.browser()
        answer = await log_in(both, browser, Person())
        await check_refused(both, answer, browser, "provider_distrusted")

    @pytest.mark.parametrize("wrong", ANSWERS)
    async def test_what_is_answered_is_wrong(self, both: SiteAndProvider, wrong: str) -> None:
        ANSWERS[wrong](both)
        browser = both.site.browser()
        answer = await log_in(both, browser, Person())
        await check_refused(both, answer, browser, "provider_distrusted")

    @pytest.mark.parametrize("wrong", CONFIGURATIONS)
    async def test_the_configuration_is_wrong(self, both: SiteAndProvider, wrong: str) -> None:
        CONFIGURATIONS[wrong](both)
        browser = both.site.browser()
        answer = await browser.client.get(LOG_IN, headers=ACCEPTS_HTML)
        await check_refused(both, answer, browser, "provider_distrusted")
        both.site.clock.pass_(PAUSE_SECONDS)
        assert code(await browser.client.get(LOG_IN), 3) == "provider_distrusted"

    async def test_clocks_may_differ_by_a_little(self, both: SiteAndProvider) -> None:
        both.provider.change_claims = lambda given: (
            given | {"iat": given["iat"] + 30, "exp": given["iat"] - 30}
        )
        check_sent_to(await log_in(both, both.site.browser(), Person()))

    async def test_the_log_says_what_was_wrong_and_nothing_secret(
        self, both: SiteAndProvider, caplog: pytest.LogCaptureFixture
    ) -> None:
        both.provider.change_claims = lambda given: given | {"aud": "another"}
        browser = both.site.browser()
        with caplog.at_level(logging.DEBUG, "attendance_adapters"):
            url = await begin(browser)
            way = both.provider.come_back(url, Person())
            await check_refused(
                both,
                await browser.client.get(way, headers=ACCEPTS_HTML),
                browser,
                "provider_distrusted",
            )
        # The browser of this test logs where it goes, too, where another test has had it do so
        ours = [each for each in caplog.records if each.name.startswith("attendance")]
        said = "\n".join(map(caplog.handler.format, ours))
        assert "InvalidClaimError" in said and "aud" in said
        asked = parse_qs(urlsplit(url).query)
        for secret in (SECRET, asked["nonce"][0], asked["state"][0], way.split("code=")[1][:8]):
            assert secret not in said

    async def test_a_provider_that_is_away_is_asked_again_later(
        self, both: SiteAndProvider
    ) -> None:
        for path in (CONFIGURATION, "/keys", "/token"):
            both.site.clock.pass_(4000)
            both.provider.instead = {path: as_json({}, 503)}
            browser = both.site.browser()
            if path != CONFIGURATION:
                way = both.provider.come_back(await begin(browser), Person())
                answer = await browser.client.get(way)
                assert code(answer, -1, status=503) == "unavailable"
                assert answer.headers["retry-after"] == "1"
                continue
            assert code(await browser.client.get(LOG_IN), -1, status=503) == "unavailable"
            shown = await browser.client.get(LOG_IN, headers=ACCEPTS_HTML)
            await check_refused(both, shown, browser, "unavailable")
            # Of those who come at once one asks
            assert both.provider.paths_asked.count(path) == 1
            both.provider.instead.clear()
            both.site.clock.pass_(PAUSE_SECONDS)
            await begin(browser)

    async def test_one_that_hangs_up_or_is_not_there_is_away(self, both: SiteAndProvider) -> None:
        both.provider.instead["/token"] = Answer(b"", 200, {"Content-Length": "9\r\nX: y"})
        clock = both.site.clock
        nobody = Provider("http://127.0.0.1:9", clock)
        async with opened_site(None, provider=lambda _: adapter_for(nobody, clock)) as site:
            answer = await site.browser().client.get(LOG_IN)
            assert code(answer, -1, status=503) == "unavailable"

    async def test_a_slow_one_keeps_nobody_for_long(self, both: SiteAndProvider) -> None:
        clock, may_answer = both.site.clock, asyncio.Event()
        async with a_provider(clock) as slow:
            slow.may_answer = may_answer
            adapter = adapter_for(slow, clock, answer_seconds=0.05)
            async with opened_site(None, provider=lambda _: adapter) as site:
                answer = await site.browser().client.get(LOG_IN)
                assert code(answer, -1, status=503) == "unavailable"
                may_answer.set()
                adapter._answer_seconds = 60
                clock.pass_(PAUSE_SECONDS)
                check_sent_to(await log_in(SiteAndProvider(site, slow), site.browser(), Person()))
