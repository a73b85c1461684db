"""The calls about tokens, which people give to programs of theirs. Contract: 9.1, 9.3."""

from __future__ import annotations

from attendance_core.bearer_tokens import Token, TokenScope
from attendance_core.vocabulary import TokenId
from attendance_web.http.call import get, post
from attendance_web.http.call_context import CallContext
from attendance_web.structs.arguments import Nothing
from attendance_web.structs.tokens import (
    NewToken,
    OneToken,
    TokenMade,
    TokenShown,
    TokensShown,
)


@post("/api/auth/CreateToken", takes_proof=True)
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
    """My tokens; one that has expired, for 30 more days."""
    tokens = await call.use_cases.get_tokens(actor=call.actor_id)
    return TokensShown([_token_shown(each) for each in tokens])


@post("/api/auth/RevokeToken")
async def revoke_token(call: CallContext[OneToken]) -> None:
    """A token of mine lets nobody in any more, and its sockets close."""
    token_id = TokenId(call.arguments.token_id)
    call.note_sessions_may_end(call.actor_id)
    await call.use_cases.revoke_token(actor=call.actor_id, token_id=token_id)


def _token_shown(token: Token) -> TokenShown:
    return TokenShown(
        token_id=token.token_id,
        name=token.name,
        scopes=[each.value for each in TokenScope if each in token.scopes],
        created_at=int(token.created_at),
        used_at=None if token.used_at is None else int(token.used_at),
        expires_at=int(token.expires_at),
    )


CALLS = (create_token, get_tokens, revoke_token)
