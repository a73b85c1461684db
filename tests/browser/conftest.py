"""A real service, a real browser, and people who each have one of their own.

`make browser` runs these; nothing else collects them. It needs Debian's chromium-headless-shell.
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterator

import pytest
import pytest_asyncio
from playwright.async_api import Browser, async_playwright, expect

from tests.browser.visitor import PATIENCE_MILLISECONDS, Door
from tests.support.service_process import Service, running

# Chromium without the windows and menus around a page, which take as much of a processor as it does
CHROMIUM = "/usr/bin/chromium-headless-shell"
ARGUMENTS = [
    "--no-sandbox",  # it is root that runs it in CI
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]


@pytest_asyncio.fixture(scope="session", loop_scope="session")
async def browser() -> AsyncIterator[Browser]:
    expect.set_options(timeout=PATIENCE_MILLISECONDS)
    async with async_playwright() as playwright:
        playwright.selectors.set_test_id_attribute("data-test")
        started = await playwright.chromium.launch(executable_path=CHROMIUM, args=ARGUMENTS)
        yield started
        await started.close()


@pytest.fixture(scope="session")
def service(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Service]:
    """One for all tests that leave it running; name your own people and events."""
    with running(tmp_path_factory.mktemp("service")) as started:
        yield started


@pytest_asyncio.fixture(loop_scope="session")
async def door(browser: Browser, service: Service) -> AsyncIterator[Door]:
    """Where people come in; when the test is over, nothing may have gone wrong in any browser."""
    opened = Door(browser, service.url, PATIENCE_MILLISECONDS)
    yield opened
    await opened.close()
