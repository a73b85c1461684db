"""How often something may be asked. Contract: 1.10. Decision 0008.

Calls, and looks at profiles, are counted in this process, which they could wear out; log-ins that
fail, sign-ups, uploads and friend requests in the store, for all processes.
"""

from __future__ import annotations

import asyncio
import logging
import math
import time
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager, suppress
from weakref import WeakValueDictionary

from attendance_core.errors import TooManyRequests, Unavailable, WrongCredentials
from attendance_core.folding import fold
from attendance_core.limits import (
    FAILED_LOG_INS,
    FRIEND_REQUESTS,
    SIGN_UPS,
    UPLOADS,
    Limit,
    TryResult,
)
from attendance_core.use_cases import UseCases
from attendance_core.vocabulary import BrowserId, Instant, Seconds, UserId
from attendance_web.http.counters import DailyCounts, Stopwatch
from attendance_web.http.password_turns import PasswordTurns
from attendance_web.wire.allowance import Allowances
from attendance_web.wire.callers import network_of
from attendance_web.wire.security_log import FAILED_LOG_IN, SECURITY

logger = logging.getLogger(__name__)

CALLS, CALLS_A_SECOND = 1000, 50.0  # Contract: 1.10
PROFILES = 20_000  # Contract: 1.10, of other people, that one may see a day
MAX_AT_ONCE = 4  # of the same account or address; SQLite commits them together
WAIT_SECONDS: Seconds = 3.0  # for others of the same account or address, then for an answer
ASK_AGAIN_SECONDS: Seconds = 0.05  # a password is looked at in some 0.1 s; doubled each time
PASSWORD_SECONDS: Seconds = 60.0  # to try it; well before the try is taken for a dead process's


class Limits:
    """Counts what is limited, and nothing else: a lecture hall is one address."""

    def __init__(self, use_cases: UseCases, stopwatch: Stopwatch = time.monotonic) -> None:
        self._calls = Allowances[UserId](CALLS, CALLS_A_SECOND, stopwatch)
        self._profiles = DailyCounts(PROFILES, stopwatch)
        self._use_cases = use_cases
        self._turns = WeakValueDictionary[tuple[Limit, str], asyncio.Semaphore]()
        self._undoing: set[asyncio.Task[None]] = set()
        self._password_turns = PasswordTurns()

    def count_call(self, user_id: UserId) -> None:
        """Counts a call of somebody. Raises TooManyRequests."""
        if not self._calls.take(user_id):
            seconds = math.ceil(self._calls.seconds_to_next(user_id))
            raise TooManyRequests(seconds=max(1, seconds))  # it may have come back by now

    def count_profile(self, user_id: UserId, seen: UserId) -> None:
        """Counts a look at somebody's profile; one's own is free. Raises TooManyRequests."""
        if user_id != seen:
            self._profiles.take(user_id)

    async def count_friend_request(self, user_id: UserId) -> None:
        """Counts one of somebody. Raises TooManyRequests, Unavailable."""
        await self._count(FRIEND_REQUESTS, str(user_id))

    async def count_upload(self, user_id: UserId) -> None:
        """Counts one of somebody. Raises TooManyRequests, Unavailable."""
        await self._count(UPLOADS, str(user_id))

    @asynccontextmanager
    async def around_sign_up(self, address: str) -> AsyncIterator[None]:
        """Goes around a sign-up, which waits for its turn. Raises TooManyRequests, Unavailable."""
        network = network_of(address)
        async with self._password_turns.turn("", network, known=False):
            await self._count(SIGN_UPS, network)
            yield

    @asynccontextmanager
    async def around_log_in(
        self, username: str, address: str, browser_secrets: Sequence[str] = ()
    ) -> AsyncIterator[None]:
        """Goes around a log-in, which waits for its turn. Only failures count.

        They count against a browser that the account knows, and else against the address: so
        strangers at the same one keep nobody out who was here before. Contract: 9.4.

        Never more are looked at than may still fail: those that come at once wait for one another
        where they might all fail. One that succeeds clears the count; one we could not look at is
        not counted. Raises TooManyRequests, Unavailable.
        """
        account = fold(username)[:64]
        browser = await self._recognise(username, browser_secrets)
        network = network_of(address)
        whence = network if browser is None else f"browser {browser}"
        turn = self._password_turns.turn(account, network, known=browser is not None)
        async with turn, self._try(f"{whence} {account}"):
            try:
                yield
            except WrongCredentials:
                SECURITY.note(FAILED_LOG_IN, account=account, address=network)
                raise

    @asynccontextmanager
    async def around_proof(
        self, user_id: UserId, address: str, browser_secrets: Sequence[str]
    ) -> AsyncIterator[None]:
        """Goes around a call that takes a proof: a wrong password costs what a log-in costs.

        So who has found somebody's session tries as few as anybody else. Raises NotLoggedIn,
        TooManyRequests, Unavailable. Contract: 9.1.
        """
        username = await self._use_cases.get_username(actor=user_id)
        async with self.around_log_in(username, address, browser_secrets):
            yield

    @asynccontextmanager
    async def around_reset(self, address: str) -> AsyncIterator[None]:
        """Goes around a log-in by a link, which waits for its turn: its secret nobody guesses.

        Raises TooManyRequests.
        """
        async with self._password_turns.turn("", network_of(address), known=False):
            yield

    @asynccontextmanager
    async def _try(self, subject: str) -> AsyncIterator[None]:
        began = await self._begin(subject)
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
            await self._end_or_leave(subject, began, result)

    async def _count(self, limit: Limit, subject: str) -> None:
        try:
            async with self._turn(limit, subject):
                await self._use_cases.count_one(limit=limit, subject=subject)
        except TimeoutError:
            raise Unavailable from None

    async def _recognise(self, username: str, secrets: Sequence[str]) -> BrowserId | None:
        if not secrets:
            return None
        return await self._use_cases.recognise_browser(username=username, browser_secrets=secrets)

    async def _begin(self, subject: str) -> Instant:
        """Tells when this log-in has begun, once there is room for one that fails."""
        clock = asyncio.get_running_loop().time
        patient_until, pause = clock() + WAIT_SECONDS, ASK_AGAIN_SECONDS
        try:
            async with self._turn(FAILED_LOG_INS, subject):
                while (began := await self._ask(subject)) is None:
                    if clock() >= patient_until:
                        raise TimeoutError
                    await asyncio.sleep(min(pause, max(0.0, patient_until - clock())))
                    pause *= 2
        except TimeoutError:
            raise TooManyRequests(seconds=1) from None
        return began

    async def _ask(self, subject: str) -> Instant | None:
        """Begins a try as `BeginTry` does; who does not wait for the answer has begun nothing."""
        beginning = asyncio.create_task(
            self._use_cases.begin_try(limit=FAILED_LOG_INS, subject=subject)
        )
        try:
            return await asyncio.shield(beginning)
        except asyncio.CancelledError:
            undoing = asyncio.create_task(self._undo(beginning, subject))
            self._undoing.add(undoing)
            undoing.add_done_callback(self._undoing.discard)
            raise

    async def _undo(self, beginning: asyncio.Task[Instant | None], subject: str) -> None:
        with suppress(TooManyRequests, Unavailable):  # then it lapses by itself
            began = await beginning
            if began is not None:
                await self._end(subject, began, TryResult.RELEASED)

    async def _end_or_leave(self, subject: str, began: Instant, result: TryResult) -> None:
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

    @asynccontextmanager
    async def _turn(self, limit: Limit, subject: str) -> AsyncIterator[None]:
        """Lets a few at a time ask the store, where each waits for the others with a connection.

        Raises TimeoutError where it takes too long to come.
        """
        turn = self._turns.setdefault((limit, subject), asyncio.Semaphore(MAX_AT_ONCE))
        async with asyncio.timeout(WAIT_SECONDS):
            await turn.acquire()
        try:
            yield
        finally:
            turn.release()
