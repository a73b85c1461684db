"""What a process forgets by itself, since nobody needs it any more. Contract: 2.5, 9.4, 9.10."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from attendance_core import ports
from attendance_core.accounts.sessions import SESSION_SECONDS
from attendance_core.browsers import BROWSER_SECONDS
from attendance_core.marking.terms import Terms
from attendance_core.profiles.audit import AUDIT_SECONDS
from attendance_core.session_ends import end_sessions_in_batches
from attendance_core.vocabulary import SessionId

FORGOTTEN_A_BATCH = 100  # of each sort
MAX_BATCHES = 1_000  # of each sort in one round; what is left waits for the next


@dataclass(frozen=True, slots=True)
class ForgetUnused:
    """Forgets sessions and browsers that nobody uses, and what was long ago done with scans.

    None of it lets anybody in, or is shown, any more: this is for what is kept. Twice does no harm.
    """

    transact: ports.Transact
    browse: ports.Browse
    terms: Terms

    async def __call__(self) -> None:
        """Goes through all of it, some at a time. Raises Unavailable."""
        for _ in range(MAX_BATCHES):
            idle = await self.browse(_look_for_idle)
            if idle:
                await end_sessions_in_batches(self.transact, idle, self.terms)
            if len(idle) < FORGOTTEN_A_BATCH:
                break
        for forget in (_forget_browsers, _forget_audit):
            await self._repeat(forget)

    async def _repeat(self, forget: Callable[[ports.Unit], int]) -> None:
        for _ in range(MAX_BATCHES):
            if await self.transact(forget) < FORGOTTEN_A_BATCH:
                return


def _look_for_idle(unit: ports.Unit) -> Sequence[SessionId]:
    return unit.sessions.idle(unit.now() - SESSION_SECONDS, FORGOTTEN_A_BATCH)


def _forget_browsers(unit: ports.Unit) -> int:
    return unit.known_browsers.remove_unused(unit.now() - BROWSER_SECONDS, FORGOTTEN_A_BATCH)


def _forget_audit(unit: ports.Unit) -> int:
    return unit.audit_log.remove_until(unit.now() - AUDIT_SECONDS, FORGOTTEN_A_BATCH)
