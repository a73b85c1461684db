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
    LogIns,
    begin,
    check_refused,
    check_sent_to,
    log_in,
    log_ins,
    module_log_ins,
)
from tests.support.oidc_provider import (
    SECRET,
    Answer,
    Person,
    Provider,
    a_provider,
    as_json,
    client_of,
)
from tests.support.site import code, opened_site
from tests.support.wrong_answers import ANSWERS, CLAIMS, CONFIGURATIONS, SIGNED

__all__ = ["log_ins", "module_log_ins"]
pytestmark = pytest.mark.asyncio(loop_scope="module")


class TestWrongAnswers:
    """Contract: 9.5. Each is refused with words, and none is a 500."""

    @pytest.mark.parametrize("wrong", CLAIMS)
    async def test_what_is_signed_is_wrong(self, log_ins: LogIns, wrong: str) -> None:
        log_ins.provider.change_claims = CLAIMS[wrong]
        browser = log_ins.site.browser()
        answer = await log_in(log_ins, browser, Person())
        await check_refused(log_ins, answer, browser, "provider_distrusted")

    @pytest.mark.parametrize("wrong", SIGNED)
    async def test_it_is_signed_wrongly(self, log_ins: LogIns, wrong: str) -> None:
        SIGNED[wrong](log_ins)
        browser = log_ins.site.browser()
        answer = await log_in(log_ins, browser, Person())
        await check_refused(log_ins, answer, browser, "provider_distrusted")

    @pytest.mark.parametrize("wrong", ANSWERS)
    async def test_what_is_answered_is_wrong(self, log_ins: LogIns, wrong: str) -> None:
        ANSWERS[wrong](log_ins)
        browser = log_ins.site.browser()
        answer = await log_in(log_ins, browser, Person())
        await check_refused(log_ins, answer, browser, "provider_distrusted")

    @pytest.mark.parametrize("wrong", CONFIGURATIONS)
    async def test_the_configuration_is_wrong(self, log_ins: LogIns, wrong: str) -> None:
        CONFIGURATIONS[wrong](log_ins)
        browser = log_ins.site.browser()
        answer = await browser.client.get(LOG_IN, headers=ACCEPTS_HTML)
        await check_refused(log_ins, answer, browser, "provider_distrusted")
        log_ins.site.clock.pass_(PAUSE_SECONDS)
        assert code(await browser.client.get(LOG_IN), 3) == "provider_distrusted"

    async def test_clocks_may_differ_by_a_little(self, log_ins: LogIns) -> None:
        log_ins.provider.change_claims = lambda given: (
            given | {"iat": given["iat"] + 30, "exp": given["iat"] - 30}
        )
        check_sent_to(await log_in(log_ins, log_ins.site.browser(), Person()))

    async def test_the_log_says_what_was_wrong_and_nothing_secret(
        self, log_ins: LogIns, caplog: pytest.LogCaptureFixture
    ) -> None:
        log_ins.provider.change_claims = lambda given: given | {"aud": "another"}
        browser = log_ins.site.browser()
        with caplog.at_level(logging.DEBUG, "attendance_adapters"):
            url = await begin(browser)
            way = log_ins.provider.come_back(url, Person())
            await check_refused(
                log_ins,
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

    async def test_a_provider_that_is_away_is_asked_again_later(self, log_ins: LogIns) -> None:
        for path in (CONFIGURATION, "/keys", "/token"):
            log_ins.site.clock.pass_(4000)
            log_ins.provider.instead = {path: as_json({}, 503)}
            browser = log_ins.site.browser()
            if path != CONFIGURATION:
                way = log_ins.provider.come_back(await begin(browser), Person())
                answer = await browser.client.get(way)
                assert code(answer, -1, status=503) == "unavailable"
                assert answer.headers["retry-after"] == "1"
                continue
            assert code(await browser.client.get(LOG_IN), -1, status=503) == "unavailable"
            shown = await browser.client.get(LOG_IN, headers=ACCEPTS_HTML)
            await check_refused(log_ins, shown, browser, "unavailable")
            # Of those who come at once one asks
            assert log_ins.provider.paths_asked.count(path) == 1
            log_ins.provider.instead.clear()
            log_ins.site.clock.pass_(PAUSE_SECONDS)
            await begin(browser)

    async def test_one_that_hangs_up_or_is_not_there_is_away(self, log_ins: LogIns) -> None:
        log_ins.provider.instead["/token"] = Answer(b"", 200, {"Content-Length": "9\r\nX: y"})
        clock = log_ins.site.clock
        nobody = Provider("http://127.0.0.1:9", clock)
        async with opened_site(None, provider=lambda _: client_of(nobody, clock)) as site:
            answer = await site.browser().client.get(LOG_IN)
            assert code(answer, -1, status=503) == "unavailable"

    async def test_a_slow_one_keeps_nobody_for_long(self, log_ins: LogIns) -> None:
        clock, may_answer = log_ins.site.clock, asyncio.Event()
        async with a_provider(clock) as slow:
            slow.may_answer = may_answer
            client = client_of(slow, clock, answer_seconds=0.05)
            async with opened_site(None, provider=lambda _: client) as site:
                answer = await site.browser().client.get(LOG_IN)
                assert code(answer, -1, status=503) == "unavailable"
                may_answer.set()
                client._answer_seconds = 60
                clock.pass_(PAUSE_SECONDS)
                check_sent_to(await log_in(LogIns(site, slow), site.browser(), Person()))
