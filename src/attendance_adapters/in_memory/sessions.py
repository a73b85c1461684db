"""Sessions in dicts."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from attendance_adapters.in_memory.tables import Tables
from attendance_core.accounts import CredentialKind, Session
from attendance_core.vocabulary import Instant, SessionId, UserId


class Sessions:
    """Keeps sessions; `repositories.Sessions`."""

    def __init__(self, tables: Tables) -> None:
        self._sessions = tables.sessions

    def add(self, session: Session) -> None:
        self._sessions[session.session_id] = session

    def find(self, session_id: SessionId) -> Session | None:
        return self._sessions.get(session_id)

    def by_cookie_of(self, user_id: UserId, limit: int | None = None) -> Sequence[Session]:
        return self._of_kind(user_id, CredentialKind.COOKIE)[:limit]

    def by_host_of(self, user_id: UserId, limit: int | None = None) -> Sequence[Session]:
        return self._of_kind(user_id, CredentialKind.HOST)[:limit]

    def _of_kind(self, user_id: UserId, kind: CredentialKind) -> list[Session]:
        theirs = [
            session
            for session in self._sessions.values()
            if session.user_id == user_id and session.kind is kind
        ]
        return sorted(theirs, key=lambda each: (-each.used_at, each.session_id))

    def lapsed(self, created_until: Instant, limit: int) -> Sequence[SessionId]:
        lapsed = [
            each
            for each in self._sessions.values()
            if each.kind is CredentialKind.COOKIE and each.created_at <= created_until
        ]
        lapsed.sort(key=lambda each: each.created_at)
        return [each.session_id for each in lapsed[:limit]]

    def idle(self, used_until: Instant, limit: int) -> Sequence[SessionId]:
        idle = [
            each.session_id
            for each in self._sessions.values()
            if each.kind is not CredentialKind.BEARER and each.used_at <= used_until
        ]
        return idle[:limit]

    def lock(self, session_id: SessionId) -> None:
        pass

    def note_use(self, session_id: SessionId, at: Instant) -> None:
        if session_id in self._sessions:
            self._sessions[session_id] = replace(self._sessions[session_id], used_at=at)

    def remove(self, session_ids: Sequence[SessionId]) -> None:
        for session_id in session_ids:
            if session_id in self._sessions:
                del self._sessions[session_id]
