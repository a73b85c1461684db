"""Tokens in SQL."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

from sqlalchemy import BigInteger, String, Uuid, bindparam, delete, insert, select, update

from attendance_adapters.sql.executor import WITH_TIME, Executor
from attendance_adapters.sql.tables import sessions, tokens
from attendance_core.bearer_tokens import Token, TokenScope
from attendance_core.vocabulary import Instant, SessionId, TokenId, UserId

_TOKEN_IDS = bindparam("token_ids", expanding=True, type_=Uuid())
_SELECT_TOKENS = select(
    tokens.c.token_id,
    tokens.c.user_id,
    tokens.c.session_id,
    tokens.c.name,
    tokens.c.scopes,
    tokens.c.created_at,
    tokens.c.expires_at,
    tokens.c.used_at,
)
ADD_TOKEN = insert(tokens)
FIND_TOKEN = (
    _SELECT_TOKENS.select_from(tokens.join(sessions, sessions.c.session_id == tokens.c.session_id))
    .where(tokens.c.session_id == bindparam("session_id", type_=String))
    .execution_options(**{WITH_TIME: True})
)
TOKENS_OF = _SELECT_TOKENS.where(tokens.c.user_id == bindparam("user_id")).order_by(
    tokens.c.created_at, tokens.c.token_id
)
NOTE_TOKEN_USE = (
    update(tokens)
    .where(tokens.c.token_id == bindparam("where_token_id", type_=Uuid))
    .values(used_at=bindparam("used_at"))
)
EXPIRE_TOKENS = (
    update(tokens)
    .where(tokens.c.token_id.in_(_TOKEN_IDS), tokens.c.expires_at > bindparam("later_than"))
    .values(expires_at=bindparam("expires_at"))
)
EXPIRED_TOKENS_WITH_SESSION = (
    _SELECT_TOKENS.where(
        tokens.c.session_id.is_not(None), tokens.c.expires_at <= bindparam("until")
    )
    .order_by(tokens.c.expires_at)
    .limit(bindparam("limit", type_=BigInteger))
)
NOTE_SESSIONS_ENDED = (
    update(tokens).where(tokens.c.token_id.in_(_TOKEN_IDS)).values(session_id=None)
)
REMOVE_TOKENS = delete(tokens).where(tokens.c.token_id.in_(_TOKEN_IDS))
REMOVE_EXPIRED_TOKENS_WITHOUT_SESSION = delete(tokens).where(
    tokens.c.session_id.is_(None), tokens.c.expires_at <= bindparam("until")
)


class Tokens:
    """Keeps tokens; `repositories.Tokens`."""

    def __init__(self, executor: Executor) -> None:
        self._execute = executor.execute
        self._send = executor.send

    def add(self, token: Token) -> None:
        row = {
            "token_id": token.token_id,
            "user_id": token.user_id,
            "session_id": token.own_session_id,
            "name": token.name,
            "scopes": " ".join(sorted(each.value for each in token.scopes)),
            "created_at": token.created_at,
            "expires_at": token.expires_at,
            "used_at": token.used_at,
        }
        self._send(ADD_TOKEN, row)

    def find(self, session_id: SessionId) -> Token | None:
        row = self._execute(FIND_TOKEN, {"session_id": session_id}).one_or_none()
        return None if row is None else _token_from(row)

    def of(self, user_id: UserId) -> Sequence[Token]:
        return _tokens_from(self._execute(TOKENS_OF, {"user_id": user_id}))

    def note_use(self, token_id: TokenId, at: Instant) -> None:
        self._send(NOTE_TOKEN_USE, {"where_token_id": token_id, "used_at": at})

    def expire(self, token_ids: Sequence[TokenId], at: Instant) -> None:
        if token_ids:
            parameters = {"token_ids": list(token_ids), "later_than": at, "expires_at": at}
            self._send(EXPIRE_TOKENS, parameters)

    def expired_with_session(self, until: Instant, limit: int) -> Sequence[Token]:
        return _tokens_from(
            self._execute(EXPIRED_TOKENS_WITH_SESSION, {"until": until, "limit": limit})
        )

    def note_sessions_ended(self, token_ids: Sequence[TokenId]) -> None:
        if token_ids:
            self._send(NOTE_SESSIONS_ENDED, {"token_ids": list(token_ids)})

    def remove(self, token_ids: Sequence[TokenId]) -> None:
        if token_ids:
            self._send(REMOVE_TOKENS, {"token_ids": list(token_ids)})

    def remove_expired_without_session(self, until: Instant) -> None:
        self._send(REMOVE_EXPIRED_TOKENS_WITHOUT_SESSION, {"until": until})


def _tokens_from(rows: Iterable[Sequence[Any]]) -> Sequence[Token]:
    return [_token_from(row) for row in rows]


def _token_from(row: Sequence[Any]) -> Token:
    token_id, user_id, session_id, name, scopes, created_at, expires_at, used_at = row
    token_scopes = frozenset(map(TokenScope, scopes.split()))
    return Token(token_id, user_id, session_id, name, token_scopes, created_at, expires_at, used_at)
