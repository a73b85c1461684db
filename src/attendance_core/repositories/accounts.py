"""Keeps people as they log in, and their sessions. See the package."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Protocol

from attendance_core.vocabulary import Instant, SessionId, UserId

if TYPE_CHECKING:
    from attendance_core.accounts import Account, Session


class Accounts(Protocol):
    """Keeps people as they log in. Adding one gives a person their id."""

    def add(self, username: str, password_hash: str | None, at: Instant) -> UserId:
        """Gives a new id, larger than every earlier one. Raises UsernameTaken, ignoring case."""
        ...

    def find(self, username: str) -> Account | None:
        """Finds by user name, ignoring case."""
        ...

    def find_by_id(self, user_id: UserId) -> Account | None:
        """Finds it, where it was not erased."""
        ...

    def lock(self, user_id: UserId) -> Account | None:
        """Finds it, and has nobody else lock or replace it until the transaction ends."""
        ...

    def put(self, account: Account) -> None:
        """Replaces the password of one that is locked; the rest stays as it is."""
        ...

    def erase(self, user_id: UserId) -> None:
        """Forgets all but the id of one that is locked: nobody finds it, and its name is free."""
        ...


class Sessions(Protocol):
    """Keeps credentials that were given out, by the hash of their secret."""

    def add(self, session: Session) -> None: ...

    def find(self, session_id: SessionId) -> Session | None: ...

    def of(self, user_id: UserId, limit: int | None = None) -> Sequence[Session]:
        """Lists those a person has by a cookie, expired ones too, the one used last first."""
        ...

    def of_host(self, user_id: UserId, limit: int | None = None) -> Sequence[Session]:
        """Lists those of a person that a host has opened, the one used last first."""
        ...

    def lapsed(self, created_until: Instant, limit: int) -> Sequence[SessionId]:
        """Lists those by a cookie, opened at ``created_until`` or before, the first ones first."""
        ...

    def idle(self, used_until: Instant, limit: int) -> Sequence[SessionId]:
        """Lists those but for tokens', used last at ``used_until`` or before."""
        ...

    def lock(self, session_id: SessionId) -> None:
        """Has nobody remove it until the transaction ends; does nothing where there is none."""
        ...

    def note_use(self, session_id: SessionId, at: Instant) -> None:
        """Notes its latest use."""
        ...

    def remove(self, session_ids: Sequence[SessionId]) -> None:
        """Removes what there is; does nothing where there is none."""
        ...
