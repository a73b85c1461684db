"""Firefox: one whole story, since its engine is another than that of all other tests."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.browser.firefox import PROGRAM, FoxPage, running
from tests.browser.visitor import PASSWORD
from tests.support.service_process import Service

pytestmark = [
    pytest.mark.asyncio(loop_scope="session"),
    pytest.mark.skipif(not PROGRAM.exists(), reason="there is no firefox-esr, Debian's package"),
]


def at(name: str) -> str:
    """Selects what a test calls so."""
    return f"[data-test={name}]"


async def sign_up(page: FoxPage, name: str) -> None:
    """Signs up with the log-in that is proposed."""
    await page.type(f"{at('sign-up')} [name=name]", name)
    await page.type(f"{at('sign-up')} [type=password]", PASSWORD)
    await page.press(at("submit"))
    await page.see(at("tab-me"))


async def test_the_whole_story_in_firefox(service: Service, tmp_path: Path) -> None:
    async with running(tmp_path) as firefox:
        marker = await firefox.enter()
        await marker.open(service.url)
        await sign_up(marker, "Fox Marker")
        await marker.press(at("create"))
        await marker.type(f"{at('new-event')} [name=name]", "In Firefox")
        await marker.press(f"{at('new-event')} {at('submit')}")
        await marker.see("h1", text="In Firefox")
        link = await marker.address()
        await marker.press(at("can-mark"))
        await marker.see(at("connection"), state="open")
        asker = await firefox.enter()
        await asker.open(link)
        await sign_up(asker, "Fox Asker")
        await asker.press(at("mark-me"))
        await asker.see(at("waiting"), state="open")
        await marker.press(at("asker"), text="Fox Asker")
        await asker.see(at("waiting"), state="held", text="Fox Marker")
        await marker.press(at("marked"))
        await asker.see(at("waiting"), state="marked", text="Fox Marker")
        await marker.see(at("notice"), text="Fox Asker")
        await marker.open(f"{service.url}/board/{link.rpartition('/')[2]}")
        await marker.see(at("board"), state="open", text="1 / 1")
        assert not firefox.wrong
