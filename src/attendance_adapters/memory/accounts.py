"""Accounts and sessions in dicts."""

from __future__ import annotations

from dataclasses import replace

from attendance_adapters.memory.tables import Tables
from attendance_core.accounts import Account, Session
from attendance_core.errors import UsernameTaken
from attendance_core.folding import fold
from attendance_core.vocabulary import Instant, SessionId, UserId


class Accounts:
    """Keeps accounts; `repositories.Accounts`."""

    def __init__(self, tables: Tables) -> None:
        self._accounts = tables.accounts

    def add(self, username: str, password_hash: str, at: Instant) -> UserId:
        key = fold(username)
        if key in self._accounts:
            raise UsernameTaken
        user_id = UserId(len(self._accounts) + 1)
        self._accounts[key] = Account(user_id, username, password_hash)
        return user_id

    def find(self, username: str) -> Account | None:
        return self._accounts.get(fold(username))


class Sessions:
    """Keeps sessions; `repositories.Sessions`."""

    def __init__(self, tables: Tables) -> None:
        self._sessions = tables.sessions

    def add(self, session: Session) -> None:
        self._sessions[session.session_id] = session

    def find(self, session_id: SessionId) -> Session | None:
        return self._sessions.get(session_id)

    def lock(self, session_id: SessionId) -> None:
        pass

    def note_use(self, session_id: SessionId, at: Instant) -> None:
        if session_id in self._sessions:
            self._sessions[session_id] = replace(self._sessions[session_id], used_at=at)

    def remove(self, session_id: SessionId) -> None:
        if session_id in self._sessions:
            del self._sessions[session_id]

    def remove_expired(self, user_id: UserId, used_until: Instant) -> None:
        for session in list(self._sessions.values()):
            if session.user_id == user_id and session.used_at <= used_until:
                del self._sessions[session.session_id]
