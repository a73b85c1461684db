"""What a person does with their own sessions: sees where they are logged in, ends some there.

Contract: 9.1.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import NamedTuple

from attendance_core import ports
from attendance_core.accounts.sessions import MAX_SESSIONS, Session
from attendance_core.arguments import check_kinds
from attendance_core.belongings import session_name_of
from attendance_core.errors import NothingGiven, NotLoggedIn
from attendance_core.marking.terms import Terms
from attendance_core.session_ends import end_sessions_in_batches, end_sessions_of
from attendance_core.vocabulary import SessionId, UserId


class SessionSeen(NamedTuple):
    """A session as its person sees it; ``is_current``: it is the one they look with."""

    name: str
    session: Session
    is_current: bool


@dataclass(frozen=True, slots=True)
class GetSessions:
    """Lists where somebody is logged in. Contract: GET /api/auth/GetSessions."""

    observe: ports.Observe

    async def __call__(self, *, actor: UserId, session_id: SessionId) -> Sequence[SessionSeen]:
        """Lists those that let them in, the one used last first. Raises Unavailable."""
        check_kinds(actor=actor, session_id=session_id)

        def look(unit: ports.Unit) -> Sequence[SessionSeen]:
            theirs = unit.sessions.by_cookie_of(actor, MAX_SESSIONS)
            now = unit.now()
            return [
                SessionSeen(session_name_of(each.session_id), each, each.session_id == session_id)
                for each in theirs
                if each.is_live(now)
            ]

        return await self.observe(look)


@dataclass(frozen=True, slots=True)
class EndSession:
    """Logs somebody out elsewhere. Contract: POST /api/auth/EndSession."""

    transact: ports.Transact
    observe: ports.Observe
    terms: Terms

    async def __call__(
        self,
        *,
        actor: UserId,
        session_id: SessionId,
        session: str | None = None,
        others: bool = False,
    ) -> bool:
        """Ends the session named ``session``; with ``others`` all but the one they act by.

        Their sockets close. It passes over the name of somebody else's session, or of one that has
        ended. Tells whether it has ended the one they act by. Raises NothingGiven, NotLoggedIn,
        Unavailable.
        """
        check_kinds(actor=actor, session_id=session_id)
        if session is None and not others:
            raise NothingGiven(fields="session, others")
        if others:
            await self._end_others(actor, session_id)
        named = None if session is None else await self._find(actor, session)
        if named is not None:
            await end_sessions_in_batches(self.transact, [named], self.terms)
        return named == session_id

    async def _find(self, actor: UserId, name: str) -> SessionId | None:
        theirs = await self.observe(lambda unit: unit.sessions.by_cookie_of(actor, MAX_SESSIONS))
        return next(
            (each.session_id for each in theirs if session_name_of(each.session_id) == name), None
        )

    async def _end_others(self, actor: UserId, session_id: SessionId) -> None:
        def check(unit: ports.Unit) -> None:
            if unit.sessions.find(session_id) is None:  # one of them has ended this one
                raise NotLoggedIn

        await end_sessions_of(
            self.transact, actor, self.terms, spared=session_id, check=check, finish=_do_nothing
        )


def _do_nothing(unit: ports.Unit) -> None:
    """Does nothing more than end sessions."""
