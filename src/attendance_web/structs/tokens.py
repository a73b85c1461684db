"""What the calls about tokens take and answer. Contract: 9.1, 9.3."""

from __future__ import annotations

from typing import Annotated, Literal
from uuid import UUID

import msgspec
from msgspec import Meta

from attendance_core.tokens import MAX_TOKEN_DAYS, TOKEN_DAYS

ScopeName = Literal["read", "events", "mark", "export"]
Days = Annotated[int, Meta(ge=1, le=MAX_TOKEN_DAYS, description="Until it expires")]
TokenRef = Annotated[UUID, Meta(description="A token's id, which lets nobody in")]


class NewToken(msgspec.Struct, frozen=True):
    """A token for a program; in a form its scopes are one text, with commas between them."""

    name: str
    scopes: Annotated[list[ScopeName], Meta(min_length=1)]
    expires_in_days: Days = TOKEN_DAYS
    password: str | None = None


class TokenMade(msgspec.Struct, frozen=True):
    """The token itself, which is shown this once."""

    token: str
    token_id: UUID


class TokenShown(msgspec.Struct, frozen=True):
    """A token, without what lets in; ``used_at`` is null until it is used.

    Times: UNIX seconds, UTC.
    """

    token_id: UUID
    name: str
    scopes: list[ScopeName]
    created_at: int
    used_at: int | None
    expires_at: int


class TokensShown(msgspec.Struct, frozen=True):
    """In the order they were made."""

    tokens: list[TokenShown]


class OneToken(msgspec.Struct, frozen=True):
    """A token, by id."""

    token_id: TokenRef
