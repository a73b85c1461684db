"""What is limited, and against whom it counts. Contract: 1.10. Decision 0008.

Calls, and looks at profiles, are counted in this process, which they could wear out; log-ins that
fail, sign-ups, uploads and friend requests in the store, for all processes.
"""

from __future__ import annotations

import math
import time
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager

from attendance_core.accounts import MAX_USERNAME_LENGTH
from attendance_core.errors import TooManyRequests, Unavailable, WrongCredentials
from attendance_core.folding import fold
from attendance_core.limits import FRIEND_REQUESTS, SIGN_UPS, UPLOADS, Limit
from attendance_core.use_cases import UseCases
from attendance_core.vocabulary import BrowserId, UserId
from attendance_web.http.daily_counts import DailyCounts, Stopwatch
from attendance_web.http.log_in_tries import LogInTries
from attendance_web.http.password_turns import PasswordTurns
from attendance_web.http.tally_turns import TallyTurns
from attendance_web.wire.allowance import Allowances
from attendance_web.wire.callers import network_of
from attendance_web.wire.security_log import FAILED_LOG_IN, SECURITY

MAX_CALLS_AT_ONCE, CALLS_A_SECOND = 1000, 50.0  # Contract: 1.10
PROFILES_A_DAY = 20_000  # Contract: 1.10, of other people, that one person may see


class Limits:
    """Counts what is limited, and nothing else: a lecture hall is one address."""

    def __init__(self, use_cases: UseCases, stopwatch: Stopwatch = time.monotonic) -> None:
        self._calls = Allowances[UserId](MAX_CALLS_AT_ONCE, CALLS_A_SECOND, stopwatch)
        self._profiles = DailyCounts(PROFILES_A_DAY, stopwatch)
        self._use_cases = use_cases
        self._tally_turns = TallyTurns()
        self._log_in_tries = LogInTries(use_cases, self._tally_turns)
        self._password_turns = PasswordTurns()

    def count_call(self, user_id: UserId) -> None:
        """Counts a call of somebody. Raises TooManyRequests."""
        if not self._calls.take(user_id):
            seconds = math.ceil(self._calls.seconds_to_next(user_id))
            raise TooManyRequests(seconds=max(1, seconds))  # it may have come back by now

    def count_profile(self, actor: UserId, user_id: UserId) -> None:
        """Counts a look of ``actor`` at the profile of somebody; one's own is free.

        Raises TooManyRequests.
        """
        if actor != user_id:
            self._profiles.count(actor)

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
        async with self._password_turns.turn(network):
            await self._count(SIGN_UPS, network)
            yield

    @asynccontextmanager
    async def around_log_in(
        self, username: str, address: str, browser_secrets: Sequence[str] = ()
    ) -> AsyncIterator[None]:
        """Goes around a log-in, which waits for its turn. Only failures count.

        They count against a browser that the account knows, and else against the network that
        ``address`` is of: so strangers there keep nobody out who was here before. Contract: 9.4.

        Never more are looked at than may still fail: those that come at once wait for one another
        where they might all fail. One that succeeds clears the count; one we could not look at is
        not counted. Raises TooManyRequests, Unavailable.
        """
        account = fold(username)[:MAX_USERNAME_LENGTH]
        browser = await self._recognise(username, browser_secrets)
        network = network_of(address)
        whence = network if browser is None else f"browser {browser}"
        turn = self._password_turns.turn(network, None if browser is None else account)
        async with turn, self._log_in_tries.around_try(f"{whence} {account}"):
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
        async with self._password_turns.turn(network_of(address)):
            yield

    async def _count(self, limit: Limit, subject: str) -> None:
        """Has the store count one more. Raises TooManyRequests, Unavailable."""
        try:
            async with self._tally_turns.turn(limit, subject):
                await self._use_cases.count_one(limit=limit, subject=subject)
        except TimeoutError:
            raise Unavailable from None

    async def _recognise(self, username: str, secrets: Sequence[str]) -> BrowserId | None:
        if not secrets:
            return None
        return await self._use_cases.recognise_browser(username=username, browser_secrets=secrets)
