"""Tokens of programs, put into a store by hand: without proof, and in any state."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any
from uuid import uuid4

from attendance_core.accounts import CredentialKind, Session, session_id_of
from attendance_core.bearer_tokens import DAY_SECONDS, Token, TokenScope
from attendance_core.vocabulary import SessionId, TokenId, UserId


def bearer_id(secret: str) -> SessionId:
    """Makes the id under which the session of this token is kept."""
    return session_id_of(secret, CredentialKind.BEARER)


def add_token(
    unit: Any,
    user_id: int,
    secret: str,
    scopes: Iterable[TokenScope] = TokenScope,
    *,
    lasts: float = DAY_SECONDS,
    name: str = "a program",
) -> Token:
    """Adds a token that was just made; it ``lasts`` so many seconds."""
    now, owner = unit.now(), UserId(user_id)
    token = Token(
        TokenId(uuid4()), owner, bearer_id(secret), name, frozenset(scopes), now, now + lasts
    )
    unit.sessions.add(Session(bearer_id(secret), owner, CredentialKind.BEARER, now, now))
    unit.tokens.add(token)
    return token
