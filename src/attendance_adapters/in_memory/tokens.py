"""Tokens in a dict."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from attendance_adapters.in_memory.tables import Tables
from attendance_core.bearer_tokens import Token
from attendance_core.vocabulary import Instant, SessionId, TokenId, UserId


class Tokens:
    """Keeps tokens; `repositories.Tokens`."""

    def __init__(self, tables: Tables) -> None:
        self._tokens = tables.tokens
        self._sessions = tables.sessions

    def add(self, token: Token) -> None:
        self._tokens[token.token_id] = token

    def find(self, session_id: SessionId) -> Token | None:
        if session_id not in self._sessions:
            return None
        theirs = (each for each in self._tokens.values() if each.own_session_id == session_id)
        return next(theirs, None)

    def of(self, user_id: UserId) -> Sequence[Token]:
        theirs = [each for each in self._tokens.values() if each.user_id == user_id]
        return sorted(theirs, key=lambda each: (each.created_at, each.token_id))

    def note_use(self, token_id: TokenId, at: Instant) -> None:
        if token_id in self._tokens:
            self._tokens[token_id] = replace(self._tokens[token_id], used_at=at)

    def expire(self, token_ids: Sequence[TokenId], at: Instant) -> None:
        for token_id in token_ids:
            token = self._tokens.get(token_id)
            if token is not None and token.expires_at > at:
                self._tokens[token_id] = replace(token, expires_at=at)

    def expired_with_session(self, until: Instant, limit: int) -> Sequence[Token]:
        found = [
            each
            for each in self._tokens.values()
            if each.own_session_id is not None and each.expires_at <= until
        ]
        return sorted(found, key=lambda each: each.expires_at)[:limit]

    def note_sessions_ended(self, token_ids: Sequence[TokenId]) -> None:
        for token_id in token_ids:
            if token_id in self._tokens:
                self._tokens[token_id] = replace(self._tokens[token_id], own_session_id=None)

    def remove(self, token_ids: Sequence[TokenId]) -> None:
        for token_id in token_ids:
            if token_id in self._tokens:
                del self._tokens[token_id]

    def remove_expired_without_session(self, until: Instant) -> None:
        for token in list(self._tokens.values()):
            if token.own_session_id is None and token.expires_at <= until:
                del self._tokens[token.token_id]
