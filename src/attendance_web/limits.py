"""How often something may be asked. Contract: 1, limits.

Counted in this process. The clock counts seconds and never goes back.
"""

from __future__ import annotations

import asyncio
import ipaddress
import math
import time
from collections import OrderedDict, deque
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Generic, TypeVar

from attendance_core.errors import TooManyRequests, WrongCredentials
from attendance_core.vocabulary import Seconds, UserId, fold
from attendance_web.bucket import Bucket

FAILED_LOG_INS, FAILED_LOG_INS_WITHIN = 10, 900.0  # Contract: 1; within seconds
SIGN_UPS, SIGN_UPS_WITHIN = 600, 60.0
UPLOADS, UPLOADS_WITHIN = 60, 3600.0
CALLS, CALLS_A_SECOND = 1000, 50.0

K = TypeVar("K")
Clock = Callable[[], Seconds]


class Window(Generic[K]):
    """At most ``most`` within any ``within`` seconds, for each key; exact.

    What is older is forgotten as others come: nobody is remembered longer than ``within``.
    """

    def __init__(self, most: int, within: Seconds, clock: Clock) -> None:
        self._most = most
        self._within = within
        self._clock = clock
        self._taken: OrderedDict[K, deque[Seconds]] = OrderedDict()

    def take(self, key: K) -> None:
        """Counts one. Raises TooManyRequests."""
        self.check(key)
        self._taken.setdefault(key, deque()).append(self._clock())
        self._taken.move_to_end(key)

    def check(self, key: K) -> None:
        """Raises TooManyRequests where one more would be refused."""
        if self.count(key) >= self._most:
            wait = self._taken[key][0] + self._within - self._clock()
            raise TooManyRequests(seconds=math.ceil(wait))

    def count(self, key: K) -> int:
        """How many count now."""
        now = self._clock()
        self._forget(now)
        taken = self._taken.get(key, deque())
        while taken and taken[0] <= now - self._within:
            taken.popleft()
        return len(taken)

    def clear(self, key: K) -> None:
        """Nothing of this key counts any more."""
        self._taken.pop(key, None)

    def __len__(self) -> int:
        return len(self._taken)

    def _forget(self, now: Seconds) -> None:
        """The key that was used longest ago comes first."""
        while self._taken:
            key, taken = next(iter(self._taken.items()))
            if taken and taken[-1] > now - self._within:
                return
            del self._taken[key]


class Buckets:
    """A bucket for each person; one that has filled up is forgotten, for a new one is like it."""

    def __init__(self, most: float, a_second: float, clock: Clock) -> None:
        self._most = most
        self._a_second = a_second
        self._clock = clock
        self._buckets: OrderedDict[UserId, Bucket] = OrderedDict()

    def take(self, user_id: UserId) -> None:
        """Raises TooManyRequests."""
        while self._buckets:
            idle = next(iter(self._buckets))
            if not self._buckets[idle].is_full:
                break
            del self._buckets[idle]
        bucket = self._buckets.get(user_id)
        if bucket is None:
            bucket = self._buckets[user_id] = Bucket(self._most, self._a_second, self._clock)
        self._buckets.move_to_end(user_id)
        if not bucket.take():
            raise TooManyRequests(seconds=math.ceil(bucket.seconds_to_next))

    def __len__(self) -> int:
        return len(self._buckets)


class Limits:
    """Everything that is limited, and nothing else: a lecture hall is one address."""

    def __init__(self, clock: Clock = time.monotonic) -> None:
        self._calls = Buckets(CALLS, CALLS_A_SECOND, clock)
        self._failed = Window[tuple[str, str]](FAILED_LOG_INS, FAILED_LOG_INS_WITHIN, clock)
        self._log_ins: dict[tuple[str, str], _Tries] = {}
        self._sign_ups = Window[str](SIGN_UPS, SIGN_UPS_WITHIN, clock)
        self._uploads = Window[UserId](UPLOADS, UPLOADS_WITHIN, clock)

    def call(self, user_id: UserId) -> None:
        """Raises TooManyRequests."""
        self._calls.take(user_id)

    def upload(self, user_id: UserId) -> None:
        """Raises TooManyRequests."""
        self._uploads.take(user_id)

    def sign_up(self, address: str) -> None:
        """Raises TooManyRequests."""
        self._sign_ups.take(network_of(address))

    @asynccontextmanager
    async def log_in(self, username: str, address: str) -> AsyncIterator[None]:
        """Around a log-in. Only failures count, and never more are looked at than may still fail.

        Those that come at once wait for one another where they might all fail. One that succeeds
        clears the count; one we could not look at is not counted. Raises TooManyRequests.
        """
        key = (fold(username)[:64], network_of(address))
        tries = self._log_ins.setdefault(key, _Tries())
        tries.wanted += 1
        try:
            async with tries.changed:
                while self._failed.count(key) + tries.under_way >= FAILED_LOG_INS:
                    self._failed.check(key)
                    await tries.changed.wait()
                tries.under_way += 1
            try:
                yield
            except WrongCredentials:
                self._failed.take(key)
                raise
            else:
                self._failed.clear(key)
            finally:
                tries.under_way -= 1
                async with tries.changed:
                    tries.changed.notify_all()
        finally:
            tries.wanted -= 1
            if not tries.wanted:
                del self._log_ins[key]


@dataclass(slots=True)
class _Tries:
    """The log-ins of one account from one address that are being made now."""

    wanted: int = 0
    under_way: int = 0
    changed: asyncio.Condition = field(default_factory=asyncio.Condition)


def network_of(address: str) -> str:
    """Whom an address belongs to: an IPv6 subscriber has all of a /64."""
    try:
        parsed = ipaddress.ip_address(address)
    except ValueError:
        return address
    if isinstance(parsed, ipaddress.IPv6Address) and parsed.ipv4_mapped is None:
        return str(ipaddress.ip_network((parsed, 64), strict=False))
    return str(getattr(parsed, "ipv4_mapped", None) or parsed)
