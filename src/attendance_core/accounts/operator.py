"""What whoever runs the service does with somebody's account. Contract: 9.3."""

from __future__ import annotations

from dataclasses import dataclass

from attendance_core import ports
from attendance_core.errors import PersonNotFound
from attendance_core.marking.terms import Terms
from attendance_core.token_ends import end_sessions_and_remove_tokens_of
from attendance_core.vocabulary import UserId


@dataclass(frozen=True, slots=True)
class EndSessionsOf:
    """Ends all sessions and tokens of somebody, with their sockets, for an operator.

    Contract: 9.3.
    """

    transact: ports.Transact
    observe: ports.Observe
    terms: Terms

    async def __call__(self, *, username: str) -> None:
        """Ends them. Raises PersonNotFound, Unavailable."""

        def find(unit: ports.Unit) -> UserId:
            account = unit.accounts.find(username)
            if account is None:
                raise PersonNotFound
            return account.user_id

        await end_sessions_and_remove_tokens_of(self.transact, await self.observe(find), self.terms)
