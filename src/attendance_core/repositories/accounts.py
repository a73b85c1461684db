"""Keeps people as they log in. See the package."""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol

from attendance_core.vocabulary import Instant, UserId

if TYPE_CHECKING:
    from attendance_core.accounts import Account


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
