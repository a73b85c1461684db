"""Log-ins by a university, whose provider runs beside a site and does as it is told."""

from __future__ import annotations

from collections.abc import AsyncIterator
from typing import Any, NamedTuple

import httpx
import pytest
import pytest_asyncio

from attendance_core.testing.clock import TestClock
from attendance_core.vocabulary import UserId
from tests.support.browsers_logged_in import user_id_of
from tests.support.oidc_keys import rsa_key
from tests.support.oidc_provider import Person, Provider, a_provider, adapter_for
from tests.support.site import PASSWORD, Browser, Site, opened_site, response

LOG_IN, CALLBACK = "/accounts/oidc/login/", "/accounts/oidc/callback/"
LINK, UNLINK = "/accounts/oidc/link/", "/accounts/oidc/unlink/"
ACCEPTS_HTML = {"Accept": "text/html,application/xhtml+xml"}
CONFIGURATION = "/.well-known/openid-configuration"
CLAIM = "student"


class SiteAndProvider(NamedTuple):
    """A service, and the provider that people log in by there."""

    site: Site
    provider: Provider


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def module_both(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[SiteAndProvider]:
    clock = TestClock()
    async with (
        a_provider(clock) as provider,
        opened_site(
            tmp_path_factory.mktemp("site"),
            provider=lambda site_clock: adapter_for(provider, site_clock, confirmed_claim=CLAIM),
        ) as site,
    ):
        provider.clock = site.clock
        yield SiteAndProvider(site, provider)


@pytest_asyncio.fixture(loop_scope="module")
async def both(module_both: SiteAndProvider) -> AsyncIterator[SiteAndProvider]:
    """The provider behaves, and nothing of before counts."""
    await module_both.site.forget_tallies()
    well_behaved = Provider(module_both.provider.issuer, module_both.site.clock)
    for name in Provider.__dataclass_fields__:
        setattr(module_both.provider, name, getattr(well_behaved, name))
    module_both.provider.publish(rsa_key())
    module_both.site.clock.pass_(4000)  # what was kept of it is forgotten
    yield module_both


async def begin(browser: Browser) -> str:
    """Begins a log-in; answers the address that the browser is sent to."""
    sent = await browser.client.get(LOG_IN)
    assert sent.status_code == 302, sent.text
    return sent.headers["location"]


async def log_in(both: SiteAndProvider, browser: Browser, person: Person) -> httpx.Response:
    way = both.provider.come_back(await begin(browser), person)
    return await browser.client.get(way, headers=ACCEPTS_HTML)


async def profile_of(browser: Browser) -> Any:
    return response(await browser.get("/api/profile/GetProfile", user_id=await user_id_of(browser)))


async def links_of(browser: Browser) -> list[dict[str, Any]]:
    links: list[dict[str, Any]] = response(await browser.get("/api/auth/GetSessions"))["links"]
    return links


async def begin_link(browser: Browser, **given: Any) -> str:
    url: str = response(await browser.post(LINK, **given))["url"]
    return url


async def link(both: SiteAndProvider, browser: Browser, person: Person) -> httpx.Response:
    url = await begin_link(browser, password=PASSWORD)
    return await browser.client.get(both.provider.come_back(url, person), headers=ACCEPTS_HTML)


def check_sent_to(answer: httpx.Response, where: str = "/#/") -> None:
    """Checks that a browser is sent there: to the page's start, where it was let in."""
    assert (answer.status_code, answer.headers["location"]) == (302, where), answer.text
    assert answer.headers["cache-control"] == "no-store" and answer.content == b""


async def check_refused(
    both: SiteAndProvider, answer: httpx.Response, browser: Browser, code: str
) -> None:
    """Checks that a browser is shown why, by a code of the page, and that nobody is logged in."""
    check_sent_to(answer, f"/#/oidc/{code}")
    assert await user_id_of(browser) is None


async def people_count(site: Site) -> int:
    observe = site.attendance.use_cases.get_ways_in.observe

    def count(unit: Any) -> int:
        number = 0
        while unit.accounts.find_by_id(UserId(number + 1)) is not None:
            number += 1
        return number

    return await observe(count)


def now_of(both: SiteAndProvider) -> int:
    return int(both.site.clock.now())
