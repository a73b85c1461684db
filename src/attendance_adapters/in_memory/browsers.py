"""Known browsers in a dict."""

from __future__ import annotations

from collections.abc import Sequence

from attendance_adapters.in_memory.tables import BrowserKey, Tables
from attendance_core.browsers import KnownBrowser
from attendance_core.vocabulary import BrowserId, Instant, UserId


class KnownBrowsers:
    """Keeps browsers that accounts know; `repositories.KnownBrowsers`."""

    def __init__(self, tables: Tables) -> None:
        self._browsers = tables.known_browsers

    def of(self, user_id: UserId) -> Sequence[KnownBrowser]:
        known = [each for each in self._browsers.values() if each.user_id == user_id]
        return sorted(known, key=lambda each: (-each.logged_in_at, each.browser_id))

    def put(self, browser: KnownBrowser) -> None:
        self._browsers[BrowserKey(browser.user_id, browser.browser_id)] = browser

    def remove(self, user_id: UserId, browser_ids: Sequence[BrowserId]) -> None:
        for browser_id in browser_ids:
            key = BrowserKey(user_id, browser_id)
            if key in self._browsers:
                del self._browsers[key]

    def remove_unused(self, logged_in_until: Instant, limit: int) -> int:
        unused = [
            key for key, each in self._browsers.items() if each.logged_in_at <= logged_in_until
        ][:limit]
        for key in unused:
            del self._browsers[key]
        return len(unused)
