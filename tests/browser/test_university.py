"""People who log in by their university, and have no password here. Contract: 9.5, 9.6."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path

import pytest
import pytest_asyncio
from playwright.async_api import Browser, expect

from attendance_adapters.system import SystemClock
from tests.browser.faults import ARTEFACTS, faults
from tests.browser.visitor import LAPTOP, PATIENCE_MILLISECONDS, Door, Visitor
from tests.support.oidc_provider import CLIENT_ID, NAME, SECRET, Person, Provider, a_provider
from tests.support.service_process import free_port, running

pytestmark = pytest.mark.asyncio(loop_scope="session")


@pytest_asyncio.fixture(scope="module", loop_scope="session")
async def provider() -> AsyncIterator[Provider]:
    async with a_provider(SystemClock()) as made:
        yield made


@pytest_asyncio.fixture(loop_scope="session")
async def door(browser: Browser, provider: Provider, tmp_path: Path) -> AsyncIterator[Door]:
    """A service that lets people in by this provider."""
    port = free_port()
    url = f"http://127.0.0.1:{port}"
    provider.callback = f"{url}/accounts/oidc/callback/"
    settings = {
        "ATTENDANCE_PORT": str(port),
        "ATTENDANCE_PUBLIC_URL": url,
        "ATTENDANCE_OIDC_ISSUER": provider.issuer,
        "ATTENDANCE_OIDC_CLIENT_ID": CLIENT_ID,
        "ATTENDANCE_OIDC_CLIENT_SECRET": SECRET,
        "ATTENDANCE_OIDC_NAME": NAME,
    }
    with running(tmp_path, settings):
        opened = Door(browser, url, PATIENCE_MILLISECONDS)
        yield opened
        await opened.close()


def excuse_being_sent_there(visitor: Visitor, provider: Provider) -> None:
    """Looks that it was, and takes it from the faults: to ask the university was its errand."""
    theirs = f"asked another host: {provider.issuer}/authorize?"
    sent = [each for each in visitor.watch.wrong if each.startswith(theirs)]
    assert sent, visitor.watch.wrong
    visitor.watch.wrong = [each for each in visitor.watch.wrong if each not in sent]


async def expect_usable(visitor: Visitor, name: str) -> None:
    """Looks that everybody can use it; a picture is left for those who look."""
    assert await faults(visitor.page) == []
    await visitor.page.screenshot(path=ARTEFACTS / f"university-{name}.png", full_page=True)


async def open_access(visitor: Visitor) -> None:
    await visitor.at("tab-me").click()
    await visitor.at("to-access").click()
    await expect(visitor.at("this-device")).to_be_visible()


async def test_whoever_has_no_password_is_never_asked_for_one(
    door: Door, provider: Provider
) -> None:
    provider.visitor = Person(name="Анна Петрова")
    visitor = await door.enter("Анна Петрова")
    await visitor.open()
    await expect(visitor.at("provider")).to_have_text(f"Войти через {NAME}")
    await expect_usable(visitor, "log-in")
    await visitor.at("provider").click()
    await expect(visitor.at("tab-me")).to_be_visible()
    excuse_being_sent_there(visitor, provider)
    await open_access(visitor)
    await expect(visitor.at("linked")).to_have_count(1)
    await expect(visitor.at("change-password")).to_be_hidden()
    await expect(visitor.at("make-codes")).to_be_hidden()
    await expect_usable(visitor, "no-password")
    await visitor.at("unlink").click()
    await visitor.at("yes").click()
    await expect(visitor.at("notice")).to_contain_text("единственный способ войти")
    await visitor.at("download-data").click()
    proof = visitor.at("data-proof")
    await expect(proof).to_contain_text("Пароля у вас нет")
    await expect(proof.locator("[type=password]")).to_have_count(0)
    async with visitor.page.expect_download() as saved:
        await proof.get_by_test_id("submit").click()
    assert (await saved.value).suggested_filename == "attendance-data.zip"
    await visitor.at("delete-account").click()
    await visitor.at("deleting").get_by_test_id("submit").click()
    await expect(visitor.at("sign-up")).to_be_visible()


async def test_an_account_is_linked_and_lets_its_person_in(door: Door, provider: Provider) -> None:
    provider.visitor = Person(name="Boris Somebody")
    visitor = await door.let_student_in(
        "Boris Linked", "boris-linked", language="en", size=LAPTOP, keeps_page=True
    )
    await open_access(visitor)
    await visitor.at("link").click()
    proof = visitor.at("link-proof")
    await proof.locator("[type=password]").fill("not that one")
    await proof.get_by_test_id("submit").click()
    await expect(visitor.at("wrong-password")).to_have_text("Wrong password")
    await proof.locator("[type=password]").fill("tea at five")
    await proof.get_by_test_id("submit").click()
    await expect(visitor.at("linked")).to_have_count(1)
    await expect(visitor.at("change-password")).to_be_visible()
    await expect_usable(visitor, "linked")
    excuse_being_sent_there(visitor, provider)
    laptop = await door.enter("Boris Linked", language="en", size=LAPTOP, keeps_page=True)
    await laptop.open()
    await laptop.at("provider").click()
    await laptop.at("tab-me").click()
    await expect(laptop.page.get_by_text("Boris Linked").first).to_be_visible()
    excuse_being_sent_there(laptop, provider)
    await visitor.at("unlink").click()
    await visitor.at("yes").click()
    await expect(visitor.at("linked")).to_have_count(0)


async def test_whom_the_university_does_not_let_in_is_told_why(
    door: Door, provider: Provider
) -> None:
    provider.visitor = Person()
    provider.change_claims = lambda given: {**given, "nonce": "another"}
    visitor = await door.enter("Nobody", language="en")
    await visitor.open()
    await visitor.at("provider").click()
    await expect(visitor.at("why")).to_contain_text("cannot be trusted")
    await expect_usable(visitor, "refused")
    excuse_being_sent_there(visitor, provider)
    provider.change_claims = lambda given: given
    await visitor.at("go-on").click()
    await visitor.at("provider").click()
    await expect(visitor.at("tab-me")).to_be_visible()
    excuse_being_sent_there(visitor, provider)
