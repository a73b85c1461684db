"""One body on its way, and how slowly it may come. Contract: 1.17. Decision 0015."""

from __future__ import annotations

import asyncio
import math
from collections.abc import Awaitable, Callable
from typing import TYPE_CHECKING, Any, Final

from attendance_core.vocabulary import Seconds
from attendance_web.wire.callers import Caller
from attendance_web.wire.refusals import BadBody, BodyTooLarge, BodyTooSlow

if TYPE_CHECKING:
    from attendance_web.http.body_capacity import BodyCapacity

BYTES_A_SECOND: Final = 1024  # Contract: 1.17
PATIENCE_SECONDS: Final[Seconds] = 15  # by which a body may fall behind that. Contract: 1.17
# Who falls behind these makes room for others, where there is none. Contract: 1.17
STEADY_BYTES_A_SECOND: Final = 16 * 1024
STEADY_PATIENCE_SECONDS: Final[Seconds] = 5

Receive = Callable[[], Awaitable[Any]]


class Pace:
    """Tells by when more of a body has to come, which may fall behind by some seconds.

    Before it is read it is behind nothing.
    """

    def __init__(self, bytes_a_second: int, patience: Seconds) -> None:
        self.deadline = math.inf
        self._bytes_a_second = bytes_a_second
        self._patience = patience

    def begin(self, now: Seconds) -> None:
        """Counts from now on."""
        self.deadline = min(self.deadline, now + self._patience)

    def note_bytes(self, count: int, now: Seconds) -> None:
        """Gives a body time for as much as has come, but never more than it had at first."""
        self.deadline = min(now + self._patience, self.deadline + count / self._bytes_a_second)


class Body:
    """One body on its way: read until it is whole, too slow, or given up."""

    def __init__(self, capacity: BodyCapacity, caller: Caller) -> None:
        self.caller = caller
        self.size = 0  # bytes that it counts as
        self.is_whole = False
        self._capacity = capacity
        self._slowest = Pace(BYTES_A_SECOND, PATIENCE_SECONDS)
        self._steady = Pace(STEADY_BYTES_A_SECOND, STEADY_PATIENCE_SECONDS)
        self._is_given_up = False
        self._timeout: asyncio.Timeout | None = None  # while it is read

    def is_slow(self, now: Seconds) -> bool:
        """Tells whether it takes its room for longer than it needs."""
        return now > self._steady.deadline

    def give_up(self) -> None:
        """Has no more of it read, since others need the room."""
        self._is_given_up = True
        if self._timeout is not None and not self._timeout.expired():
            self._timeout.reschedule(asyncio.get_running_loop().time())

    async def read(self, receive: Receive, max_bytes: int) -> bytes:
        """Reads it to its end.

        Raises BodyTooLarge, BodyTooSlow; BadBody where the client went away halfway; Unavailable
        where there is no room until what others brought is worked off.
        """
        clock, content = asyncio.get_running_loop().time, bytearray()
        paces = self._slowest, self._steady
        for pace in paces:
            pace.begin(clock())
        try:
            async with asyncio.timeout(None) as self._timeout:
                while not self._is_given_up:
                    self._timeout.reschedule(self._slowest.deadline)
                    message = await receive()
                    if message["type"] != "http.request":
                        raise BadBody
                    piece = message.get("body", b"")
                    content += piece
                    if len(content) > max_bytes:
                        raise BodyTooLarge
                    self._capacity.grow(self, len(content))
                    if not self._is_given_up and not message.get("more_body", False):
                        self._capacity.finish(self)
                        return bytes(content)
                    for pace in paces:
                        pace.note_bytes(len(piece), clock())
        except TimeoutError:
            pass
        finally:
            self._timeout = None
        raise BodyTooSlow
