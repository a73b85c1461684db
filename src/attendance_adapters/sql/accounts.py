"""Accounts and sessions in SQL."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from sqlalchemy import (
    bindparam,
    delete,
    insert,
    select,
    update,
)

from attendance_adapters.sql.executor import WITH_TIME, Executor
from attendance_adapters.sql.tables import accounts, sessions
from attendance_core.accounts import Account, CredentialKind, Session
from attendance_core.folding import fold
from attendance_core.vocabulary import Instant, SessionId, UserId

ADD_ACCOUNT = insert(accounts).returning(accounts.c.user_id)
FIND_ACCOUNT = select(accounts.c.user_id, accounts.c.username, accounts.c.password_hash).where(
    accounts.c.username_key == bindparam("username_key")
)
ADD_SESSION = insert(sessions)
_SELECT_SESSION = select(
    sessions.c.session_id,
    sessions.c.user_id,
    sessions.c.credential,
    sessions.c.created_at,
    sessions.c.used_at,
).where(sessions.c.session_id == bindparam("session_id"))
FIND_SESSION = _SELECT_SESSION.execution_options(**{WITH_TIME: True})
# A log-out, which deletes the row, waits for this lock; noting the session's use does not
LOCK_SESSION = _SELECT_SESSION.with_for_update(read=True, key_share=True)
NOTE_SESSION_USE = (
    update(sessions)
    .where(sessions.c.session_id == bindparam("where_session_id"))
    .values(used_at=bindparam("used_at"))
)
REMOVE_SESSION = delete(sessions).where(sessions.c.session_id == bindparam("session_id"))
REMOVE_EXPIRED_SESSIONS = delete(sessions).where(
    sessions.c.user_id == bindparam("user_id"), sessions.c.used_at <= bindparam("used_until")
)


class Accounts:
    """Keeps accounts; `repositories.Accounts`."""

    def __init__(self, executor: Executor) -> None:
        self._execute = executor.execute

    def add(self, username: str, password_hash: str, at: Instant) -> UserId:
        row = {
            "username": username,
            "username_key": fold(username),
            "password_hash": password_hash,
            "created_at": at,
        }
        return UserId(self._execute(ADD_ACCOUNT, row).scalar_one())

    def find(self, username: str) -> Account | None:
        row = self._execute(FIND_ACCOUNT, {"username_key": fold(username)}).one_or_none()
        return None if row is None else Account(*row)


class Sessions:
    """Keeps sessions; `repositories.Sessions`."""

    def __init__(self, executor: Executor) -> None:
        self._execute = executor.execute
        self._send = executor.send

    def add(self, session: Session) -> None:
        row = {
            "session_id": session.session_id,
            "user_id": session.user_id,
            "credential": session.kind.value,
            "created_at": session.created_at,
            "used_at": session.used_at,
        }
        self._send(ADD_SESSION, row)

    def find(self, session_id: SessionId) -> Session | None:
        row = self._execute(FIND_SESSION, {"session_id": session_id}).one_or_none()
        return None if row is None else _session_from(row)

    def lock(self, session_id: SessionId) -> None:
        self._send(LOCK_SESSION, {"session_id": session_id})

    def note_use(self, session_id: SessionId, at: Instant) -> None:
        self._send(NOTE_SESSION_USE, {"where_session_id": session_id, "used_at": at})

    def remove(self, session_id: SessionId) -> None:
        self._send(REMOVE_SESSION, {"session_id": session_id})

    def remove_expired(self, user_id: UserId, used_until: Instant) -> None:
        self._send(REMOVE_EXPIRED_SESSIONS, {"user_id": user_id, "used_until": used_until})


def _session_from(row: Sequence[Any]) -> Session:
    session_id, user_id, kind, created_at, used_at = row
    return Session(session_id, user_id, CredentialKind(kind), created_at, used_at)
