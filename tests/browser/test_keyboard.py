"""The whole story by keyboard, as somebody does who uses no pointer."""

from __future__ import annotations

import pytest
from playwright.async_api import expect

from tests.browser.keys import tab_to, tab_to_and_press
from tests.browser.visitor import PASSWORD, SECOND_TAP_MS, Door, Visitor

pytestmark = pytest.mark.asyncio(loop_scope="session")


async def sign_up(visitor: Visitor, username: str, link: str = "") -> None:
    await visitor.open(link)
    for field, text in (("name", visitor.name), ("username", username), ("password", PASSWORD)):
        await tab_to(visitor, visitor.at("sign-up").locator(f"[name={field}]"))
        await visitor.page.keyboard.type(text)
    await visitor.page.keyboard.press("Enter")
    await expect(visitor.at("tab-me")).to_be_visible()


async def test_from_signing_up_to_being_marked(door: Door) -> None:
    marker = await door.enter("Hanna", language="en")
    await sign_up(marker, "hanna")
    await tab_to_and_press(marker, "create")
    await marker.page.keyboard.type("By keyboard")
    await tab_to_and_press(marker, "submit")
    heading = marker.page.get_by_role("heading", level=1)
    await expect(heading).to_have_text("By keyboard")
    await tab_to_and_press(marker, "share")
    link = await marker.at("link").input_value()
    await marker.page.keyboard.press("Escape")
    await expect(marker.at("sharing")).to_have_count(0)
    await tab_to_and_press(marker, "can-mark")

    asker = await door.enter("Ilya", language="en")
    await sign_up(asker, "ilya", link)
    await tab_to_and_press(asker, "mark-me")
    await asker.expect_state("open")

    row = marker.row(asker)
    await tab_to(marker, row)
    await marker.page.keyboard.press("Enter")
    await expect(marker.at("held-name")).to_be_focused()  # on nothing that decides
    await marker.page.keyboard.press("Escape")  # is "put back"
    await expect(marker.at("notice")).to_contain_text("back on the list")
    await expect(marker.at("held")).to_be_hidden()
    await expect(row).to_be_focused()
    await marker.page.wait_for_timeout(
        SECOND_TAP_MS
    )  # in which a second Escape would be no new word
    await marker.page.keyboard.press("Enter")
    await expect(marker.at("held-name")).to_be_focused()
    await expect(marker.at("marked")).to_have_attribute("aria-disabled", "false")
    await tab_to_and_press(marker, "marked")
    await asker.expect_state("marked")
    await tab_to_and_press(asker, "done")
    await expect(asker.at("already-marked")).to_contain_text("Hanna")


async def test_the_first_tab_leads_past_the_sections(door: Door) -> None:
    visitor = await door.enter("Julia", language="en")
    await visitor.open()
    await expect(visitor.at("sign-up")).to_be_visible()
    await visitor.page.evaluate("() => document.activeElement.blur()")
    await tab_to(visitor, visitor.page.get_by_role("link", name="Skip to content"))
    await visitor.page.keyboard.press("Enter")
    await expect(visitor.page.locator("main")).to_be_focused()
