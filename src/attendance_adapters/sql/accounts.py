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

from attendance_adapters.sql.driver import TIMED, Executes
from attendance_adapters.sql.tables import accounts, sessions
from attendance_core.accounts import Account, Credential, Session
from attendance_core.vocabulary import Instant, SessionId, UserId, fold

ADD_ACCOUNT = insert(accounts).returning(accounts.c.user_id)
FIND_ACCOUNT = select(accounts.c.user_id, accounts.c.username, accounts.c.password_hash).where(
    accounts.c.username_key == bindparam("key")
)
ADD_SESSION = insert(sessions)
_SESSION = select(
    sessions.c.session_id,
    sessions.c.user_id,
    sessions.c.credential,
    sessions.c.created_at,
    sessions.c.used_at,
).where(sessions.c.session_id == bindparam("id"))
FIND_SESSION = _SESSION.execution_options(**TIMED)
# A log-out, which deletes the row, waits for it; noting its use does not
LOCK_SESSION = _SESSION.with_for_update(read=True, key_share=True)
USE_SESSION = (
    update(sessions).where(sessions.c.session_id == bindparam("id")).values(used_at=bindparam("at"))
)
REMOVE_SESSION = delete(sessions).where(sessions.c.session_id == bindparam("id"))
REMOVE_EXPIRED = delete(sessions).where(
    sessions.c.user_id == bindparam("user"), sessions.c.used_at <= bindparam("used_by")
)


class Accounts:
    """`repositories.Accounts`."""

    def __init__(self, on: Executes) -> None:
        self._execute = on.execute

    def add(self, username: str, password_hash: str, at: Instant) -> UserId:
        row = {
            "username": username,
            "username_key": fold(username),
            "password_hash": password_hash,
            "created_at": at,
        }
        return UserId(self._execute(ADD_ACCOUNT, row).scalar_one())

    def find(self, username: str) -> Account | None:
        row = self._execute(FIND_ACCOUNT, {"key": fold(username)}).one_or_none()
        return None if row is None else Account(*row)


class Sessions:
    """`repositories.Sessions`."""

    def __init__(self, on: Executes) -> None:
        self._execute = on.execute

    def add(self, session: Session) -> None:
        row = {
            "session_id": session.session_id,
            "user_id": session.user_id,
            "credential": session.credential.value,
            "created_at": session.created_at,
            "used_at": session.used_at,
        }
        self._execute(ADD_SESSION, row)

    def find(self, session_id: SessionId) -> Session | None:
        return _session(self._execute(FIND_SESSION, {"id": session_id}).one_or_none())

    def lock(self, session_id: SessionId) -> Session | None:
        return _session(self._execute(LOCK_SESSION, {"id": session_id}).one_or_none())

    def used(self, session_id: SessionId, at: Instant) -> None:
        self._execute(USE_SESSION, {"id": session_id, "at": at})

    def remove(self, session_id: SessionId) -> None:
        self._execute(REMOVE_SESSION, {"id": session_id})

    def remove_expired(self, user_id: UserId, used_by: Instant) -> None:
        self._execute(REMOVE_EXPIRED, {"user": user_id, "used_by": used_by})


def _session(row: Sequence[Any] | None) -> Session | None:
    if row is None:
        return None
    session_id, user_id, credential, created_at, used_at = row
    return Session(session_id, user_id, Credential(credential), created_at, used_at)
