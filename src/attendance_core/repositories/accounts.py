"""Keeps people as they log in, their sessions and their browsers. See the package."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Protocol

from attendance_core.vocabulary import BrowserId, Instant, SessionId, UserId

if TYPE_CHECKING:
    from attendance_core.accounts import Account, Session
    from attendance_core.browsers import KnownBrowser


class Accounts(Protocol):
    """Keeps people as they log in. Adding one gives a person their id."""

    def add(self, username: str, password_hash: str, at: Instant) -> UserId:
        """Gives a new id, larger than every earlier one. Raises UsernameTaken, ignoring case."""
        ...

    def find(self, username: str) -> Account | None:
        """Finds by user name, ignoring case."""
        ...


class Sessions(Protocol):
    """Keeps credentials that were given out, by the hash of their secret."""

    def add(self, session: Session) -> None: ...

    def find(self, session_id: SessionId) -> Session | None: ...

    def lock(self, session_id: SessionId) -> Session | None:
        """Finds it; nobody removes it until the transaction ends."""
        ...

    def note_use(self, session_id: SessionId, at: Instant) -> None:
        """Notes its latest use."""
        ...

    def remove(self, session_id: SessionId) -> None:
        """Removes what there is; does nothing where there is none."""
        ...

    def remove_expired(self, user_id: UserId, used_by: Instant) -> None:
        """Forgets those of this person that were used last at ``used_by`` or before."""
        ...


class KnownBrowsers(Protocol):
    """Keeps browsers that were logged in to an account before, by the hash of their secret."""

    def of(self, user_id: UserId) -> Sequence[KnownBrowser]:
        """Lists all that this person's account knows, the one that was used last first."""
        ...

    def put(self, browser: KnownBrowser) -> None:
        """Adds it, or replaces what is known of it."""
        ...

    def remove(self, user_id: UserId, browser_ids: Sequence[BrowserId]) -> None:
        """Forgets those that there are."""
        ...
