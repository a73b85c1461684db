"""How few taps a newcomer needs to be on the list, and that nothing moves under them."""

from __future__ import annotations

import pytest
from playwright.async_api import Locator, expect

from tests.browser.visitor import PASSWORD, Door

pytestmark = pytest.mark.asyncio(loop_scope="session")
MAX_TAPS = 4
MAX_SHIFT = 0.02  # layout shifts as browsers score them: 0 is none, 0.1 is still called good
WATCH_SHIFTS = """
() => {
  window.shifted = 0;
  new PerformanceObserver((list) => {
    for (const each of list.getEntries()) if (!each.hadRecentInput) window.shifted += each.value;
  }).observe({ type: "layout-shift", buffered: true });
}
"""


async def test_from_a_shared_link_to_the_list_in_four_taps_and_one_name(door: Door) -> None:
    teacher = await door.let_student_in("Учитель Тапов", "teacher-taps")
    link = await teacher.create_event("В четыре касания")

    student = await door.enter("Быстрова Анна", has_touch=True, is_mobile=True)
    taps = 0

    async def tap(what: Locator) -> None:
        nonlocal taps
        taps += 1
        await what.tap()

    await student.open(link)
    await expect(student.at("invitation")).to_contain_text("В четыре касания")
    form = student.at("sign-up")
    await tap(form.locator("[name=name]"))
    await student.page.keyboard.type("Быстрова Анна")
    await expect(form.locator("[name=username]")).to_have_value("bystrova.anna")
    await tap(form.locator("[name=password]"))
    await student.page.keyboard.type(PASSWORD)
    await tap(form.get_by_test_id("submit"))
    await tap(student.at("mark-me"))
    await student.expect_state("open")
    assert taps <= MAX_TAPS


async def test_an_invitation_moves_nothing_when_it_comes(door: Door) -> None:
    teacher = await door.let_student_in("Shift", "shift-teacher", language="en")
    link = await teacher.create_event("A class whose name is long enough for two lines on a phone")
    student = await door.enter("Still", language="en")
    await student.page.add_init_script(f"({WATCH_SHIFTS})()")
    await student.open(link)
    await expect(student.at("invitation")).to_be_visible()
    await student.page.wait_for_timeout(300)
    assert await student.page.evaluate("() => window.shifted") < MAX_SHIFT
