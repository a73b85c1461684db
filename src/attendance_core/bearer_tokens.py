"""What a bearer token is, and what it may be for. Contract: 9.1, 9.3."""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum

from attendance_core.vocabulary import Instant, Seconds, SessionId, TokenId, UserId

DAY_SECONDS: Seconds = 86_400
LISTED_SECONDS: Seconds = 30 * DAY_SECONDS  # Contract: GetTokens, after the end of a token


class TokenScope(Enum):
    """What a program may do for its person; the values are those of the wire."""

    READ = "read"  # whatever only reads, except files of attendance
    EVENTS = "events"  # what changes events, except their marks
    MARK = "mark"  # the two sockets, marks by hand, and annulments
    EXPORT = "export"  # files of attendance


@dataclass(frozen=True, slots=True)
class Token:
    """What a person gave a program: for some things, until an instant. Contract: CreateToken.

    ``own_session_id`` names the session that its program calls by, which is not the one that it
    was made in; it is None once that has ended, ``used_at`` as long as it was never used.
    """

    token_id: TokenId
    user_id: UserId
    own_session_id: SessionId | None
    name: str
    scopes: frozenset[TokenScope]
    created_at: Instant
    expires_at: Instant
    used_at: Instant | None = None

    def is_live(self, now: Instant) -> bool:
        """Tells whether it still lets its program in."""
        return self.own_session_id is not None and now < self.expires_at

    def is_listed(self, now: Instant) -> bool:
        """Tells whether its person still sees it."""
        return now < self.expires_at + LISTED_SECONDS
