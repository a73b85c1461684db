"""The calls about tokens, which people give to programs of theirs. Contract: 9.1, 9.3."""

from __future__ import annotations

from typing import Annotated, Literal
from uuid import UUID

import msgspec
from msgspec import Meta

from attendance_core.bearer_tokens import Token, TokenScope
from attendance_core.tokens import MAX_TOKEN_DAYS, TOKEN_DAYS
from attendance_core.vocabulary import TokenId
from attendance_web.http.call import get, post
from attendance_web.http.call_context import CallContext
from attendance_web.http.fields import Nothing

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
    """A token, without what lets in; ``used_at`` is null until it is used."""

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


@post("/api/auth/CreateToken", proof=True)
async def create_token(call: CallContext[NewToken]) -> TokenMade:
    """Makes a token for a program of mine, which acts for me in these scopes."""
    actor, arguments = call.logged_in_actor, call.arguments
    async with call.limits.around_proof(actor.user_id, call.address, call.browser_secrets):
        made = await call.use_cases.create_token(
            actor=actor.user_id,
            session_id=actor.session_id,
            password=arguments.password,
            name=arguments.name,
            scopes={TokenScope(each) for each in arguments.scopes},
            expires_in_days=arguments.expires_in_days,
        )
    return TokenMade(made.secret, made.token_id)


@get("/api/auth/GetTokens", scope=None)
async def get_tokens(call: CallContext[Nothing]) -> TokensShown:
    """My tokens; those that have expired for 30 days."""
    tokens = await call.use_cases.get_tokens(actor=call.person)
    return TokensShown([_shown(each) for each in tokens])


@post("/api/auth/RevokeToken")
async def revoke_token(call: CallContext[OneToken]) -> None:
    """A token of mine lets nobody in any more, and its sockets close."""
    token_id = TokenId(call.arguments.token_id)
    call.ends_sessions_of(call.person)
    await call.use_cases.revoke_token(actor=call.person, token_id=token_id)


def _shown(token: Token) -> TokenShown:
    return TokenShown(
        token.token_id,
        token.name,
        [each.value for each in TokenScope if each in token.scopes],
        int(token.created_at),
        None if token.used_at is None else int(token.used_at),
        int(token.expires_at),
    )


CALLS = (create_token, get_tokens, revoke_token)
