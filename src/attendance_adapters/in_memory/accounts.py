"""Accounts in dicts."""

from __future__ import annotations

from dataclasses import replace

from attendance_adapters.in_memory.tables import Tables
from attendance_core.accounts import Account
from attendance_core.errors import UsernameTaken
from attendance_core.folding import fold
from attendance_core.vocabulary import Instant, UserId


class Accounts:
    """Keeps accounts; `repositories.Accounts`."""

    def __init__(self, tables: Tables) -> None:
        self._accounts = tables.accounts
        self._usernames = tables.usernames
        self._signed_up = tables.signed_up

    def add(self, username: str, password_hash: str | None, at: Instant) -> UserId:
        key = fold(username)
        if key in self._usernames:
            raise UsernameTaken
        user_id = UserId(len(self._accounts) + 1)
        self._usernames[key] = user_id
        self._accounts[user_id] = Account(user_id, username, password_hash)
        self._signed_up[user_id] = at
        return user_id

    def find(self, username: str) -> Account | None:
        user_id = self._usernames.get(fold(username))
        return None if user_id is None else self._accounts[user_id]

    def find_by_id(self, user_id: UserId) -> Account | None:
        account = self._accounts.get(user_id)
        return account if account is not None and account.username else None

    def lock(self, user_id: UserId) -> Account | None:
        return self.find_by_id(user_id)

    def put(self, account: Account) -> None:
        kept = self._accounts[account.user_id]
        self._accounts[account.user_id] = replace(kept, password_hash=account.password_hash)

    def erase(self, user_id: UserId) -> None:
        del self._usernames[fold(self._accounts[user_id].username)]
        self._accounts[user_id] = Account(user_id, "", None)
        self._signed_up[user_id] = 0.0
