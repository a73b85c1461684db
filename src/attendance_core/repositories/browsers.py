"""Keeps the browsers that accounts know. See the package."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Protocol

from attendance_core.vocabulary import BrowserId, Instant, UserId

if TYPE_CHECKING:
    from attendance_core.browsers import KnownBrowser


class KnownBrowsers(Protocol):
    """Keeps browsers that were logged in to an account before, by the hash of their secret."""

    def of(self, user_id: UserId) -> Sequence[KnownBrowser]:
        """Lists all that this person's account knows, the one with the latest log-in first."""
        ...

    def put(self, browser: KnownBrowser) -> None:
        """Adds it, or replaces what is known of it."""
        ...

    def remove(self, user_id: UserId, browser_ids: Sequence[BrowserId]) -> None:
        """Forgets those that there are."""
        ...

    def remove_unused(self, logged_in_until: Instant, limit: int) -> int:
        """Forgets some whose last log-in is of then or before, of whomever, and counts them."""
        ...
