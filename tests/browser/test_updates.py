"""What is kept of the page: whole, of one version, whatever a proxy or a deploy does meanwhile."""

from __future__ import annotations

import asyncio
import shutil
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from pathlib import Path

import pytest
import pytest_asyncio
from playwright.async_api import Browser, expect

from tests.browser.visitor import PATIENCE_MILLISECONDS, Door, Visitor
from tests.support.service_process import Service, free_port, running

pytestmark = pytest.mark.asyncio(loop_scope="session")
SOURCES = Path(__file__).parents[2] / "src"
ALL_IS_KEPT = "() => navigator.serviceWorker.ready.then(() => true)"
VERSION = "() => document.querySelector('script[type=module]').src.split('/').at(-2)"
WORKER_NEVER_ENDS = """
worker.addEventListener("message", (event) => {
  if (event.data === "never end") event.waitUntil(new Promise(() => {}));
});
"""
SAYS_502 = (
    b"HTTP/1.1 502 Bad Gateway\r\nContent-Type: text/html\r\nContent-Length: 24\r\n"
    b"Connection: close\r\n\r\n<h1>502 Bad Gateway</h1>"
)


@pytest.fixture
def settings() -> dict[str, str]:
    """Of services that follow one another at one address."""
    return {"ATTENDANCE_PORT": str(free_port())}


@pytest.fixture
def first(tmp_path: Path, settings: dict[str, str]) -> Iterator[Service]:
    with running(tmp_path, settings) as started:
        yield started


@pytest_asyncio.fixture(loop_scope="session")
async def own_door(browser: Browser, first: Service) -> AsyncIterator[Door]:
    opened = Door(browser, first.url, PATIENCE_MILLISECONDS)
    yield opened
    await opened.close()


def another_version(sources: Path, worker: str = "") -> dict[str, str]:
    """Makes settings of a service whose page is another by one comment, and does this too."""
    shutil.copytree(SOURCES, sources, ignore=shutil.ignore_patterns("__pycache__"))
    for file, text in (("style.css", "/* another */\n"), ("sw.js", worker)):
        with (sources / "attendance_web/static" / file).open("a") as changed:
            changed.write(text)
    return {"PYTHONPATH": str(sources)}


@pytest.fixture
def next_version(tmp_path: Path, settings: dict[str, str]) -> dict[str, str]:
    """Settings of a service of the next version."""
    return {**settings, **another_version(tmp_path / "src")}


@asynccontextmanager
async def proxy_without_a_service(port: int) -> AsyncIterator[None]:
    async def answer(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.readuntil(b"\r\n\r\n")
        writer.write(SAYS_502)
        writer.close()

    async with await asyncio.start_server(answer, "127.0.0.1", port):
        yield


async def with_page_kept(door: Door, name: str) -> Visitor:
    visitor = await door.let_student_in(name, name.lower(), language="en", keeps_page=True)
    await visitor.page.evaluate(ALL_IS_KEPT)
    return visitor


async def test_a_proxy_that_says_502_takes_the_page_from_nobody(
    own_door: Door, first: Service
) -> None:
    visitor = await with_page_kept(own_door, "Installed")
    link = await visitor.create_event("Kept")
    first.stop()
    visitor.watch.may_lose_connection = True
    async with proxy_without_a_service(first.port):
        for address in (visitor.url, link):
            await visitor.open(address)
            await expect(visitor.page.locator("main")).to_contain_text("No connection")
            await expect(visitor.page.locator("body")).not_to_contain_text("502")
            await expect(visitor.at("tab-me")).to_be_visible()
    visitor.watch.wrong = [each for each in visitor.watch.wrong if "502" not in each]


async def test_the_next_version_is_offered_when_nobody_waits_and_taken_when_one_says_so(
    own_door: Door,
    first: Service,
    tmp_path: Path,
    settings: dict[str, str],
    next_version: dict[str, str],
) -> None:
    visitor = await with_page_kept(own_door, "Updated")
    link = await visitor.create_event("Deploy")
    await visitor.wait()
    before = await visitor.page.evaluate(VERSION)
    visitor.watch.may_lose_connection = True
    first.stop()
    with running(tmp_path, next_version, migrate=False):
        await visitor.expect_state("open")
        await visitor.open_people()
        waits = "() => navigator.serviceWorker.ready.then((its) => Boolean(its.waiting))"
        for _ in range(100):
            if await visitor.page.evaluate(waits):
                break
            await asyncio.sleep(0.1)
        await expect(visitor.at("update")).to_have_count(0)
        # Who comes anew meanwhile has the page that is kept, whole
        await visitor.open(link)
        await visitor.at("waiting-bar").click()
        await visitor.expect_state("open")
        assert await visitor.page.evaluate(VERSION) == before
        await visitor.at("stop-waiting").click()
        await visitor.at("update").click()
        await expect(visitor.at("update")).to_have_count(0)
        await expect(visitor.at("tab-me")).to_be_visible()
        assert await visitor.page.evaluate(VERSION) != before
    visitor.watch.wrong = [each for each in visitor.watch.wrong if "502" not in each]


async def test_the_next_version_is_taken_though_the_old_worker_never_ends(
    browser: Browser, tmp_path: Path, settings: dict[str, str]
) -> None:
    stuck = another_version(tmp_path / "src", WORKER_NEVER_ENDS)
    with running(tmp_path, {**settings, **stuck}) as old:
        door = Door(browser, old.url, PATIENCE_MILLISECONDS)
        visitor = await with_page_kept(door, "Stuck")
        await visitor.page.evaluate(
            "() => navigator.serviceWorker.ready.then((its) => its.active.postMessage('never end'))"
        )
        before = await visitor.page.evaluate(VERSION)
        visitor.watch.may_lose_connection = True
    with running(tmp_path, settings, migrate=False):
        await visitor.open_people()
        await visitor.at("update").click()
        await expect(visitor.at("update")).to_have_count(0)
        await expect(visitor.at("tab-me")).to_be_visible()
        assert await visitor.page.evaluate(VERSION) != before
        assert await visitor.page.evaluate(ALL_IS_KEPT)
    visitor.watch.wrong = [each for each in visitor.watch.wrong if "502" not in each]
    await door.close()
