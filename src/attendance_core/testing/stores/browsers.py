"""Every store keeps the browsers an account knows, as `KnownBrowsers` promises."""

from __future__ import annotations

import asyncio
from typing import Any

from attendance_core.browsers import KnownBrowser
from attendance_core.testing.clock import NOON
from attendance_core.testing.people import add_people
from attendance_core.vocabulary import BrowserId, UserId


class TestKnownBrowsers:
    """Contract: 9.4."""

    async def test_browsers_of_a_person_are_listed_the_latest_first(self, store: Any) -> None:
        anna, boris = await add_people(store, "Анна", "Борис")
        ids = [BrowserId(letter * 64) for letter in "abc"]

        async def put(user_id: UserId, number: int, at: float) -> KnownBrowser:
            browser = KnownBrowser(user_id, ids[number], at)
            await store.transact(lambda u: u.known_browsers.put(browser))
            return browser

        async def known(user_id: UserId) -> Any:
            return await store.observe(lambda u: u.known_browsers.of(user_id))

        first, second = await put(anna, 0, NOON), await put(anna, 1, NOON + 1)
        same_browser = await put(boris, 0, NOON + 2)
        assert await known(anna) == [second, first]
        first = await put(anna, 0, NOON + 1.5)
        assert await known(anna) == [first, second]
        for _ in range(2):
            await store.transact(lambda u: u.known_browsers.remove(anna, [ids[0], ids[2]]))
        assert await known(anna) == [second]
        assert await known(boris) == [same_browser]
        assert await known(UserId(77)) == []

    async def test_a_browser_that_is_noted_many_times_at_once_is_one(self, store: Any) -> None:
        (anna,) = await add_people(store, "Анна")
        browser = KnownBrowser(anna, BrowserId("a" * 64), NOON)

        def note(unit: Any) -> None:
            unit.known_browsers.of(anna)
            unit.known_browsers.put(browser)

        await asyncio.gather(*(store.transact(note) for _ in range(8)))
        assert await store.observe(lambda u: u.known_browsers.of(anna)) == [browser]
