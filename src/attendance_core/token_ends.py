"""How tokens end, with the sockets that were opened with them. Contract: 9.1, 9.3.

A token has a session as long as it lets its program in, and is kept a while longer to be listed.
First it expires, which counts at once and in one transaction; then its session ends as every other
does, some of its sockets at a time. Should the process die between, `EndExpiredTokens` does what
is left.
"""

from __future__ import annotations

from collections.abc import Sequence

from attendance_core import ports
from attendance_core.bearer_tokens import Token
from attendance_core.marking.terms import Terms
from attendance_core.session_ends import end_sessions_in_batches, end_sessions_of
from attendance_core.vocabulary import UserId


def expire_tokens(unit: ports.Unit, user_id: UserId) -> Sequence[Token]:
    """Has all tokens of a person, whose account is locked, expire now; answers them.

    None is made meanwhile, since that locks the account, too. Their sockets are still open:
    `end_and_remove_tokens_of` closes them afterwards, or else `EndExpiredTokens`.
    """
    tokens = unit.tokens.of(user_id)
    unit.tokens.expire([each.token_id for each in tokens], unit.now())
    return tokens


async def end_and_remove_tokens_of(transact: ports.Transact, user_id: UserId, terms: Terms) -> None:
    """Ends all tokens of a person, with their sockets; none of them is listed any more."""

    def work(unit: ports.Unit) -> Sequence[Token]:
        unit.accounts.lock(user_id)
        return expire_tokens(unit, user_id)

    await remove_tokens(transact, await transact(work), terms)


async def end_sessions_and_remove_tokens_of(
    transact: ports.Transact, user_id: UserId, terms: Terms
) -> None:
    """Ends all sessions and tokens of a person, with their sockets, whoever opened them.

    Whoever has somebody's account may have given tokens to programs of their own.
    """
    await end_sessions_of(
        transact,
        user_id,
        terms,
        spared=None,
        check=lambda unit: None,
        finish=lambda unit: expire_tokens(unit, user_id),
    )
    await end_and_remove_tokens_of(transact, user_id, terms)


async def end_token_sessions(
    transact: ports.Transact, tokens: Sequence[Token], terms: Terms
) -> None:
    """Ends the sessions of tokens that have expired, all of one person; the tokens stay listed."""
    session_ids = [each.own_session_id for each in tokens if each.own_session_id is not None]
    if session_ids:
        await end_sessions_in_batches(transact, session_ids, terms)
        token_ids = [each.token_id for each in tokens]
        await transact(lambda unit: unit.tokens.note_sessions_ended(token_ids))


async def remove_tokens(transact: ports.Transact, tokens: Sequence[Token], terms: Terms) -> None:
    """Ends the sessions of tokens that have expired, all of one person, and removes the tokens."""
    if tokens:
        await end_token_sessions(transact, tokens, terms)
        await transact(lambda unit: unit.tokens.remove([each.token_id for each in tokens]))
