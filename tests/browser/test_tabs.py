"""Two tabs of one browser: nothing is ever done for whoever logged in beside it. Contract: 1.8."""

from __future__ import annotations

import pytest
from playwright.async_api import Page, expect

from tests.browser.calls import begin_class, post
from tests.browser.visitor import PASSWORD, Door, Visitor

pytestmark = pytest.mark.asyncio(loop_scope="session")
NOT_HEARD = """
(() => {
  // A tab that hears of nothing that others do, like one that was frozen
  addEventListener("storage", (event) => event.stopImmediatePropagation(), true);
  addEventListener("visibilitychange", (event) => event.stopImmediatePropagation(), true);
})();
"""


async def tab_of_another(visitor: Visitor, name: str) -> Page:
    """Has one log out in another tab, and somebody else sign up there."""
    tab = await visitor.context.new_page()
    await tab.goto(visitor.url)
    await tab.get_by_test_id("tab-me").click()
    await tab.get_by_test_id("log-out").click()
    form = tab.get_by_test_id("sign-up")
    await form.locator("[name=name]").fill(name)
    await form.locator("[name=username]").fill(name.lower().replace(" ", "-"))
    await form.locator("[type=password]").fill(PASSWORD)
    await form.get_by_test_id("submit").click()
    await expect(tab.get_by_test_id("tab-me")).to_be_visible()
    return tab


async def tab_of_another_by_call(visitor: Visitor, name: str) -> Page:
    """Does the same by calls: nothing that the first tab asks falls between the two."""
    await post(visitor, "/accounts/logout/")
    await visitor.sign_up_by_call(name.lower().replace(" ", "-"), name)
    tab = await visitor.context.new_page()
    await tab.goto(visitor.url)
    await expect(tab.get_by_test_id("tab-me")).to_be_visible()
    return tab


async def test_a_tab_that_heard_nothing_changes_nobody_elses_profile(door: Door) -> None:
    first = await door.let_student_in("Anna Before", "anna-before", language="en")
    await first.page.close()
    first.page = await first.context.new_page()
    await first.page.add_init_script(NOT_HEARD)
    await first.open()
    await first.at("tab-me").click()
    await first.at("info").locator("[name=bio]").fill("Of Anna")
    tab = await tab_of_another_by_call(first, "Boris Beside")
    await first.at("save").click()
    await expect(first.at("info").locator("[name=name]")).to_have_value("Boris Beside")
    await expect(first.at("info").locator("[name=bio]")).to_have_value("")
    await tab.reload()
    await tab.get_by_test_id("tab-me").click()
    await expect(tab.get_by_test_id("info").locator("[name=name]")).to_have_value("Boris Beside")


async def test_a_tab_that_heard_nothing_lists_nobody_else(door: Door) -> None:
    first = await door.let_student_in("Anna Listed", "anna-listed", language="en")
    link = await first.create_event("Who waits here")
    await first.page.close()
    first.page = await first.context.new_page()
    await first.page.add_init_script(NOT_HEARD)
    await first.open(link)
    await first.at("mark-me").wait_for()
    tab = await tab_of_another_by_call(first, "Boris Unlisted")
    await first.at("mark-me").click()
    # It is Boris's page now, and he has not joined
    await expect(first.page.get_by_text("Organised by Anna Listed")).to_be_visible()
    await expect(first.at("mark-me")).to_be_visible()
    await expect(first.at("waiting-bar")).to_have_count(0)
    await tab.close()


async def test_a_tab_that_hears_of_it_becomes_the_others_by_itself(door: Door) -> None:
    first = await door.let_student_in("Anna Told", "anna-told", language="en")
    await first.at("tab-me").click()
    await expect(first.at("info").locator("[name=name]")).to_have_value("Anna Told")
    tab = await tab_of_another(first, "Boris Telling")
    await expect(first.at("info").locator("[name=name]")).to_have_value("Boris Telling")
    await tab.close()


async def test_two_tabs_of_one_person_wait_in_one_place(door: Door) -> None:
    marker = await door.let_student_in("Marker Tabs", "marker-tabs", language="en")
    link = await begin_class(marker, "Both tabs")
    await marker.begin_marking()
    asker = await door.let_student_in("Asker Tabs", "asker-tabs", link, language="en")
    await asker.wait()
    other = await asker.context.new_page()
    await other.goto(link)
    await other.get_by_test_id("mark-me").click()
    await expect(other.get_by_test_id("waiting")).to_have_attribute("data-state", "open")
    await marker.expect_listed(asker)
    await other.close()
    await marker.hold(asker)
    await marker.at("marked").click()
    await asker.expect_state("marked")


async def test_a_tab_that_was_frozen_finds_the_truth_when_it_thaws(door: Door) -> None:
    """Of the mark that was made meanwhile, and of who is logged in by now."""
    marker = await door.let_student_in("Marker Frozen", "marker-frozen", language="en")
    link = await begin_class(marker, "Frozen")
    await marker.begin_marking()
    asker = await door.let_student_in("Asker Frozen", "asker-frozen", link, language="en")
    await asker.wait()
    session = await asker.context.new_cdp_session(asker.page)
    await session.send("Page.setWebLifecycleState", {"state": "frozen"})
    await marker.hold(asker)
    await marker.at("marked").click()
    await expect(marker.at("held")).to_be_hidden()
    await session.send("Page.setWebLifecycleState", {"state": "active"})
    await asker.expect_state("marked")

    await session.send("Page.setWebLifecycleState", {"state": "frozen"})
    tab = await tab_of_another(asker, "Boris Thawed")
    await session.send("Page.setWebLifecycleState", {"state": "active"})
    await expect(asker.at("waiting")).to_have_count(0)
    await asker.at("tab-me").click()
    await expect(asker.at("info").locator("[name=name]")).to_have_value("Boris Thawed")
    await tab.close()
