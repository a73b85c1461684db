"""Keeps tokens, beside their sessions. See the package."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Protocol

from attendance_core.vocabulary import Instant, SessionId, TokenId, UserId

if TYPE_CHECKING:
    from attendance_core.bearer_tokens import Token


class Tokens(Protocol):
    """Keeps what was given to programs. The session of each is kept by `Sessions`."""

    def add(self, token: Token) -> None: ...

    def find(self, session_id: SessionId) -> Token | None:
        """Finds the token of this session; None where either of them has gone."""
        ...

    def of(self, user_id: UserId) -> Sequence[Token]:
        """Lists those of a person, in the order they were made."""
        ...

    def note_use(self, token_id: TokenId, at: Instant) -> None:
        """Notes its latest use."""
        ...

    def expire(self, token_ids: Sequence[TokenId], at: Instant) -> None:
        """Has each of these expire at ``at``, unless it expires earlier."""
        ...

    def expired_with_session(self, until: Instant, limit: int) -> Sequence[Token]:
        """Lists those that expired at ``until`` or before, and have not lost their session yet."""
        ...

    def note_sessions_ended(self, token_ids: Sequence[TokenId]) -> None:
        """Notes that the sessions of these have ended."""
        ...

    def remove(self, token_ids: Sequence[TokenId]) -> None:
        """Removes what there is; does nothing where there is none."""
        ...

    def remove_expired_without_session(self, until: Instant) -> None:
        """Forgets those without a session that expired at ``until`` or before."""
        ...
