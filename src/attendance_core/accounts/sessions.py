"""Sessions: what was given out to whoever logged in, whose each is, and how it ends."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass, field
from enum import Enum
from typing import Generic, NamedTuple, TypeVar

from attendance_core import ports
from attendance_core.arguments import check_kinds
from attendance_core.bearer_tokens import Token, TokenScope
from attendance_core.marking.terms import Terms
from attendance_core.session_ends import end_sessions_in_batches
from attendance_core.vocabulary import Instant, Seconds, SessionId, UserId

T = TypeVar("T")

SESSION_SECONDS: Seconds = 30 * 86_400  # Contract: 2, from its last use
LONGEST_SESSION_SECONDS: Seconds = 180 * 86_400  # Contract: 9.2, from its log-in
MAX_LAPSED_ENDED = 100  # in one round; what is left waits for the next
MAX_SESSIONS = 100  # Contract: 9.11, of a person
MAX_CLIENT_LENGTH = 64  # Contract: GetSessions
USE_NOTED_EVERY: Seconds = 60  # one write a minute a person, not one a call


class CredentialKind(Enum):
    """How a session is shown to us."""

    COOKIE = "cookie"
    BEARER = "bearer"
    HOST = "host"  # by nothing: a host shows its people in. Decision 0028


@dataclass(frozen=True, slots=True)
class Session:
    """A credential that was given out and can be revoked. Its secret is known to its owner only."""

    session_id: SessionId
    user_id: UserId
    kind: CredentialKind
    created_at: Instant
    used_at: Instant
    client: str = ""  # what they logged in with, in a few words; "" where nobody knows

    def is_live(self, now: Instant) -> bool:
        """Tells whether it still lets its owner in."""
        return now < session_end(self.created_at, self.used_at)


def session_end(created_at: Instant, used_at: Instant) -> Instant:
    """Tells until when a session lets its owner in, unless it is used again. Contract: 2.5, 9.2."""
    return min(used_at + SESSION_SECONDS, created_at + LONGEST_SESSION_SECONDS)


@dataclass(frozen=True, slots=True)
class Actor:
    """Who asks, and by which session.

    ``renewed``: this use was noted, so a cookie that lasts as long has to be set anew. ``scopes``:
    what a token is for; None where it is no token, and so for everything.
    """

    user_id: UserId
    session_id: SessionId
    renewed: bool = field(default=False, compare=False)
    scopes: frozenset[TokenScope] | None = None

    def may(self, scope: TokenScope | None) -> bool:
        """Tells whether they may do what is in this scope; what is in none is for no token."""
        return self.scopes is None or scope in self.scopes


@dataclass(frozen=True, slots=True)
class LoggedIn:
    """A new session with its secret, which is shown this once.

    ``browser_secret`` is what the browser shows, logged in or not, to be known again.
    """

    user_id: UserId
    token: str
    browser_secret: str | None = None


def tidied_client(client: str) -> str:
    """Shortens what a client calls itself; answers "" where that cannot be shown."""
    return client[:MAX_CLIENT_LENGTH].strip() if client.isprintable() else ""


def session_id_of(token: str, kind: CredentialKind = CredentialKind.COOKIE) -> SessionId:
    """Makes the name that a secret is kept under.

    That of a bearer token is another one than a cookie's: a version that knows no scopes does not
    find it, else it would let the token do everything.
    """
    spelt = token if kind is CredentialKind.COOKIE else f"{kind.value} {token}"
    return SessionId(hashlib.sha256(spelt.encode("utf-8", "surrogatepass")).hexdigest())


class _Found(NamedTuple, Generic[T]):
    """Holds what a look has found, if anything, and when it looked."""

    what: T | None
    now: Instant


@dataclass(frozen=True, slots=True)
class Identify:
    """Finds who shows a credential. Every call and every socket begins with it."""

    transact: ports.Transact
    observe: ports.Observe

    async def __call__(self, *, token: str, kind: CredentialKind) -> Actor | None:
        """Answers None where the credential is unknown, of another kind, expired or revoked."""
        session_id = session_id_of(token, kind)
        if kind is CredentialKind.BEARER:
            return await self._by_token(session_id)

        def look(unit: ports.Unit) -> _Found[Session]:
            return _Found(unit.sessions.find(session_id), unit.now())

        session, now = await self.observe(look)
        if session is None or session.kind is not kind or not session.is_live(now):
            return None
        renewed = now >= session.used_at + USE_NOTED_EVERY
        if renewed:
            await self.transact(lambda unit: unit.sessions.note_use(session_id, unit.now()))
        return Actor(session.user_id, session_id, renewed)

    async def _by_token(self, session_id: SessionId) -> Actor | None:
        """Answers None where no token has this session, or it has expired."""

        def look(unit: ports.Unit) -> _Found[Token]:
            return _Found(unit.tokens.find(session_id), unit.now())

        token, now = await self.observe(look)
        if token is None or not token.is_live(now):
            return None
        if token.used_at is None or now >= token.used_at + USE_NOTED_EVERY:
            token_id = token.token_id
            await self.transact(lambda unit: unit.tokens.note_use(token_id, unit.now()))
        return Actor(token.user_id, session_id, scopes=token.scopes)


@dataclass(frozen=True, slots=True)
class LogOut:
    """Ends a session; its sockets close, without grace. Contract: POST /accounts/logout/, 6.9."""

    transact: ports.Transact
    terms: Terms

    async def __call__(self, *, session_id: SessionId) -> None:
        """Ends it; does nothing where there is none."""
        check_kinds(session_id=session_id)
        await end_sessions_in_batches(self.transact, [session_id], self.terms)


@dataclass(frozen=True, slots=True)
class EndLapsedSessions:
    """Ends sessions whose log-in was too long ago, and their sockets. Contract: 9.2.

    Nobody is let in by one of these any more, but a socket that is open asks for nothing.
    """

    transact: ports.Transact
    observe: ports.Observe
    terms: Terms

    async def __call__(self) -> int:
        """Counts those it has ended; of `MAX_LAPSED_ENDED` some may be left. Raises Unavailable."""

        def look(unit: ports.Unit) -> Sequence[SessionId]:
            created_until = unit.now() - LONGEST_SESSION_SECONDS
            return unit.sessions.lapsed(created_until, MAX_LAPSED_ENDED)

        lapsed = await self.observe(look)
        if lapsed:
            await end_sessions_in_batches(self.transact, lapsed, self.terms)
        return len(lapsed)
