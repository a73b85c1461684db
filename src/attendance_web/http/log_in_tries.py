"""Tries to log in, each from when it may begin until the store knows how it came out.

The store counts those that fail, and those under way, which may fail. Contract: 1.10.
Decision 0008.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress

from attendance_core.errors import TooManyRequests, Unavailable, WrongCredentials
from attendance_core.limits import FAILED_LOG_INS, TryResult
from attendance_core.use_cases import UseCases
from attendance_core.vocabulary import Instant, Seconds
from attendance_web.http.tally_turns import TallyTurns

logger = logging.getLogger(__name__)

BEGIN_SECONDS: Seconds = 3.0  # until a try may begin, with the wait for a turn at its tally
ASK_AGAIN_SECONDS: Seconds = 0.05  # a password is looked at in some 0.1 s; doubled each time
PASSWORD_SECONDS: Seconds = 60.0  # to try it; well before the try is taken for a dead process's


class LogInTries:
    """Has the store know of each try, before its password is looked at and afterwards."""

    def __init__(self, use_cases: UseCases, turns: TallyTurns) -> None:
        self._use_cases = use_cases
        self._turns = turns
        self._releasing: set[asyncio.Task[None]] = set()

    @asynccontextmanager
    async def around_try(self, subject: str) -> AsyncIterator[None]:
        """Goes around one try, which fails by raising WrongCredentials.

        It counts against ``subject``. Raises TooManyRequests where no more may fail, or where those
        under way might all do so; Unavailable.
        """
        began = await self._begin_when_it_may(subject)
        result = TryResult.RELEASED
        try:
            async with asyncio.timeout(PASSWORD_SECONDS):
                yield
            result = TryResult.SUCCEEDED
        except WrongCredentials:
            result = TryResult.FAILED
            raise
        except TimeoutError:
            raise Unavailable from None
        finally:
            # Handed over before anything can interrupt it, and so carried out whatever happens
            await self._end_or_let_lapse(subject, began, result)

    async def _begin_when_it_may(self, subject: str) -> Instant:
        """Begins a try, once those under way leave room for one more that fails; tells when."""
        clock = asyncio.get_running_loop().time
        patient_until, pause = clock() + BEGIN_SECONDS, ASK_AGAIN_SECONDS
        try:
            async with self._turns.turn(FAILED_LOG_INS, subject):
                while (began := await self._begin_if_it_may(subject)) is None:
                    if clock() >= patient_until:
                        raise TimeoutError
                    await asyncio.sleep(min(pause, max(0.0, patient_until - clock())))
                    pause *= 2
        except TimeoutError:
            raise TooManyRequests(seconds=1) from None
        return began

    async def _begin_if_it_may(self, subject: str) -> Instant | None:
        """Begins a try as `BeginTry` does; who does not wait for the answer has begun nothing."""
        beginning = asyncio.create_task(
            self._use_cases.begin_try(limit=FAILED_LOG_INS, subject=subject)
        )
        try:
            return await asyncio.shield(beginning)
        except asyncio.CancelledError:
            releasing = asyncio.create_task(self._release(beginning, subject))
            self._releasing.add(releasing)
            releasing.add_done_callback(self._releasing.discard)
            raise

    async def _release(self, beginning: asyncio.Task[Instant | None], subject: str) -> None:
        """Ends a try that nobody waits for any more, once it is known whether it has begun."""
        with suppress(TooManyRequests, Unavailable):  # then it lapses by itself
            began = await beginning
            if began is not None:
                await self._end(subject, began, TryResult.RELEASED)

    async def _end_or_let_lapse(self, subject: str, began: Instant, result: TryResult) -> None:
        """Ends a try; a log-in that is done stays done where the store is away by now.

        A try that nobody has ended lapses by itself, and until then counts as one that may fail.
        Raises Unavailable for one that failed: nobody learns of a guess that does not count.
        """
        try:
            await self._end(subject, began, result)
        except Unavailable:
            if result is TryResult.FAILED:
                raise
            logger.warning("how a log-in came out could not be stored")

    async def _end(self, subject: str, began: Instant, result: TryResult) -> None:
        await self._use_cases.end_try(
            limit=FAILED_LOG_INS, subject=subject, began=began, result=result
        )
