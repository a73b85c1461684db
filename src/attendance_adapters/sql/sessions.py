"""Sessions in SQL."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from sqlalchemy import BigInteger, String, bindparam, delete, insert, select, update

from attendance_adapters.sql.column_types import BigId
from attendance_adapters.sql.executor import NO_LIMIT, WITH_TIME, Executor
from attendance_adapters.sql.tables import sessions
from attendance_core.accounts import CredentialKind, Session
from attendance_core.vocabulary import Instant, SessionId, UserId

ADD_SESSION = insert(sessions)
_SELECT_SESSIONS = select(
    sessions.c.session_id,
    sessions.c.user_id,
    sessions.c.kind,
    sessions.c.created_at,
    sessions.c.used_at,
    sessions.c.client,
)
_SELECT_SESSION = _SELECT_SESSIONS.where(sessions.c.session_id == bindparam("session_id"))
FIND_SESSION = _SELECT_SESSION.execution_options(**{WITH_TIME: True})
SESSIONS_OF = (
    _SELECT_SESSIONS.where(
        sessions.c.user_id == bindparam("user_id", type_=BigId),
        sessions.c.kind == bindparam("kind", type_=String),
    )
    .order_by(sessions.c.used_at.desc(), sessions.c.session_id)
    .limit(bindparam("limit", type_=BigInteger))
)
LAPSED_SESSIONS = (
    select(sessions.c.session_id)
    .where(
        sessions.c.created_at <= bindparam("created_until"),
        sessions.c.kind == CredentialKind.COOKIE.value,
    )
    .order_by(sessions.c.created_at)
    .limit(bindparam("limit", type_=BigInteger))
)
IDLE_SESSIONS = (
    select(sessions.c.session_id)
    .where(
        # Whatever was used last so long ago was opened before; only ``created_at`` has an index
        sessions.c.created_at <= bindparam("used_until"),
        sessions.c.used_at <= bindparam("used_until"),
        sessions.c.kind != CredentialKind.BEARER.value,
    )
    .limit(bindparam("limit", type_=BigInteger))
)
# A log-out, which deletes the row, waits for this lock; noting the session's use does not
LOCK_SESSION = _SELECT_SESSION.with_for_update(read=True, key_share=True)
NOTE_SESSION_USE = (
    update(sessions)
    .where(sessions.c.session_id == bindparam("where_session_id"))
    .values(used_at=bindparam("used_at"))
)
REMOVE_SESSIONS = delete(sessions).where(
    sessions.c.session_id.in_(bindparam("session_ids", expanding=True, type_=String()))
)


class Sessions:
    """Keeps sessions; `repositories.Sessions`."""

    def __init__(self, executor: Executor) -> None:
        self._execute = executor.execute
        self._send = executor.send

    def add(self, session: Session) -> None:
        row = {
            "session_id": session.session_id,
            "user_id": session.user_id,
            "kind": session.kind.value,
            "created_at": session.created_at,
            "used_at": session.used_at,
            "client": session.client,
        }
        self._send(ADD_SESSION, row)

    def find(self, session_id: SessionId) -> Session | None:
        row = self._execute(FIND_SESSION, {"session_id": session_id}).one_or_none()
        return None if row is None else _session_from(row)

    def by_cookie_of(self, user_id: UserId, limit: int | None = None) -> Sequence[Session]:
        return self._of_kind(user_id, CredentialKind.COOKIE, limit)

    def by_host_of(self, user_id: UserId, limit: int | None = None) -> Sequence[Session]:
        return self._of_kind(user_id, CredentialKind.HOST, limit)

    def _of_kind(
        self, user_id: UserId, kind: CredentialKind, limit: int | None
    ) -> Sequence[Session]:
        limit = NO_LIMIT if limit is None else limit
        parameters = {"user_id": user_id, "kind": kind.value, "limit": limit}
        return [_session_from(row) for row in self._execute(SESSIONS_OF, parameters)]

    def lapsed(self, created_until: Instant, limit: int) -> Sequence[SessionId]:
        parameters = {"created_until": created_until, "limit": limit}
        return [session_id for (session_id,) in self._execute(LAPSED_SESSIONS, parameters)]

    def idle(self, used_until: Instant, limit: int) -> Sequence[SessionId]:
        parameters = {"used_until": used_until, "limit": limit}
        return [session_id for (session_id,) in self._execute(IDLE_SESSIONS, parameters)]

    def lock(self, session_id: SessionId) -> None:
        self._send(LOCK_SESSION, {"session_id": session_id})

    def note_use(self, session_id: SessionId, at: Instant) -> None:
        self._send(NOTE_SESSION_USE, {"where_session_id": session_id, "used_at": at})

    def remove(self, session_ids: Sequence[SessionId]) -> None:
        if session_ids:
            self._send(REMOVE_SESSIONS, {"session_ids": list(session_ids)})


def _session_from(row: Sequence[Any]) -> Session:
    session_id, user_id, kind, created_at, used_at, client = row
    return Session(session_id, user_id, CredentialKind(kind), created_at, used_at, client)
