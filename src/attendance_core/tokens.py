"""Bearer tokens: what programs show instead of a cookie, for some things only. Contract: 9.1, 9.3.

A token is a session of the kind `BEARER`, so that its sockets end as those of any session do; what
it may do, and until when, is kept beside that, and stays to be listed when the session has ended.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass, field

from attendance_core import ports
from attendance_core.accounts import CredentialKind, Session, prove, session_id_of
from attendance_core.arguments import check_kind, check_kinds
from attendance_core.bearer_tokens import DAY_SECONDS, LISTED_SECONDS, Token, TokenScope
from attendance_core.errors import InvalidArgument, TooManyTokens
from attendance_core.marking.terms import Terms
from attendance_core.texts import checked_text
from attendance_core.token_ends import end_token_sessions, remove_tokens
from attendance_core.vocabulary import Instant, SessionId, TokenId, UserId

BEARER_PREFIX = "att_"  # Contract: CreateToken; whoever searches files for lost secrets knows it
MAX_TOKEN_NAME_LENGTH = 64  # Contract: CreateToken
MAX_TOKEN_DAYS, TOKEN_DAYS = 365, 90  # Contract: CreateToken
MAX_TOKENS = 50  # Contract: 9.3, of a person
MAX_EXPIRED_ENDED = 500  # in one round; what is left waits for the next


@dataclass(frozen=True, slots=True)
class NewToken:
    """A token that was just made, with its secret, which is shown this once."""

    token_id: TokenId
    secret: str = field(repr=False)


@dataclass(frozen=True, slots=True)
class CreateToken:
    """Makes a token for a program of mine. Contract: POST /api/auth/CreateToken."""

    transact: ports.Transact
    observe: ports.Observe
    passwords: ports.Passwords
    ids: ports.Ids

    async def __call__(
        self,
        *,
        actor: UserId,
        session_id: SessionId,
        password: str | None = None,
        name: str,
        scopes: Collection[TokenScope],
        expires_in_days: int = TOKEN_DAYS,
    ) -> NewToken:
        """Answers its secret, which is not kept.

        Raises InvalidArgument, BadLength, BadCharacters; what `prove` does of the password;
        TooManyTokens.
        """
        check_kinds(actor=actor, session_id=session_id, expires_in_days=expires_in_days)
        for scope in scopes:
            check_kind("each of scopes", scope, TokenScope)
        name = checked_text(name, "name", 1, MAX_TOKEN_NAME_LENGTH)
        if not scopes:
            raise InvalidArgument(field="scopes")
        if not 1 <= expires_in_days <= MAX_TOKEN_DAYS:
            raise InvalidArgument(field="expires_in_days")
        token_id, secret = TokenId(self.ids.token_id()), BEARER_PREFIX + self.ids.token()
        token_session_id = session_id_of(secret, CredentialKind.BEARER)
        proof = await prove(
            self.observe, self.passwords, actor=actor, session_id=session_id, password=password
        )

        def work(unit: ports.Unit) -> None:
            proof.lock(unit)  # so that two of one person are counted one after the other
            now = unit.now()
            _make_room(unit, actor, now)
            unit.sessions.add(Session(token_session_id, actor, CredentialKind.BEARER, now, now))
            expires_at = now + expires_in_days * DAY_SECONDS
            unit.tokens.add(
                Token(
                    token_id,
                    actor,
                    token_session_id,
                    name,
                    frozenset(scopes),
                    created_at=now,
                    expires_at=expires_at,
                )
            )

        await self.transact(work)
        return NewToken(token_id, secret)


def _make_room(unit: ports.Unit, user_id: UserId, now: Instant) -> None:
    """Makes room for one more token: of expired ones the oldest go. Raises TooManyTokens."""
    tokens = unit.tokens.of(user_id)
    if sum(each.is_live(now) for each in tokens) >= MAX_TOKENS:
        raise TooManyTokens(most=MAX_TOKENS)
    ended = [each.token_id for each in tokens if each.own_session_id is None]
    excess = len(tokens) + 1 - MAX_TOKENS
    if excess > 0 and ended:
        unit.tokens.remove(ended[:excess])


@dataclass(frozen=True, slots=True)
class GetTokens:
    """Lists my tokens, without their secrets. Contract: GET /api/auth/GetTokens."""

    observe: ports.Observe

    async def __call__(self, *, actor: UserId) -> Sequence[Token]:
        """Lists them in the order they were made, those that have expired for 30 days."""
        check_kinds(actor=actor)

        def look(unit: ports.Unit) -> Sequence[Token]:
            now = unit.now()
            return [each for each in unit.tokens.of(actor) if each.is_listed(now)]

        return await self.observe(look)


@dataclass(frozen=True, slots=True)
class RevokeToken:
    """Ends a token of mine; its sockets close. Contract: POST /api/auth/RevokeToken, 6.9."""

    transact: ports.Transact
    terms: Terms

    async def __call__(self, *, actor: UserId, token_id: TokenId) -> None:
        """Does nothing where I have none of this id: somebody else's is none of mine."""
        check_kinds(actor=actor, token_id=token_id)

        def work(unit: ports.Unit) -> Token | None:
            mine = (each for each in unit.tokens.of(actor) if each.token_id == token_id)
            token = next(mine, None)
            if token is not None:
                unit.tokens.expire([token_id], unit.now())
            return token

        token = await self.transact(work)
        if token is not None:
            await remove_tokens(self.transact, [token], self.terms)


@dataclass(frozen=True, slots=True)
class EndExpiredTokens:
    """Ends the sessions of tokens that have expired, with their sockets. Twice does no harm.

    Contract: 9.3.
    """

    transact: ports.Transact
    observe: ports.Observe
    terms: Terms

    async def __call__(self) -> int:
        """Ends them, and answers how many there were; at most `MAX_EXPIRED_ENDED`."""

        def look(unit: ports.Unit) -> Sequence[Token]:
            return unit.tokens.expired_with_session(unit.now(), MAX_EXPIRED_ENDED)

        expired = await self.observe(look)
        for token in expired:
            await end_token_sessions(self.transact, [token], self.terms)
        return len(expired)


@dataclass(frozen=True, slots=True)
class ForgetTokens:
    """Forgets tokens that nobody sees any more. Contract: GetTokens."""

    transact: ports.Transact

    async def __call__(self) -> None:
        """Removes those that expired long ago and have no session."""
        await self.transact(
            lambda unit: unit.tokens.remove_expired_without_session(unit.now() - LISTED_SECONDS)
        )
