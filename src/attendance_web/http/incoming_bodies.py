"""How many bodies may be on their way at once, and how slowly. Contract: 1.17. Decision 0015.

A body counts as long as it says it is, from before any of it is read: small ones until they have
come, uploads until they are answered. Each process counts its own.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Iterator
from contextlib import contextmanager
from typing import Any, Final

from attendance_core.errors import TooManyRequests, Unavailable
from attendance_core.vocabulary import Seconds, UserId
from attendance_web.wire.callers import Caller
from attendance_web.wire.refusals import BadBody, BodyTooLarge, BodyTooSlow

BYTES_A_SECOND: Final = 1024  # Contract: 1.17
PATIENCE_SECONDS: Final[Seconds] = 15  # that a body may fall behind by. Contract: 1.17
UPLOADS_OF_ONE: Final = 2  # of a person; the second is for who tries again. Contract: 1.17
UPLOAD_BYTES: Final = 128 * 1024 * 1024  # of everybody's uploads. Contract: 1.17
SMALL_BYTES: Final = 16 * 1024 * 1024  # of all other bodies
LEAST_BYTES: Final = 1024  # that any of them counts as: it has a task and buffers
RETRY_SECONDS: Final = 5  # after one upload too many

Receive = Callable[[], Awaitable[Any]]


class Pace:
    """Tells until when more of a body has to come."""

    def __init__(self, now: Seconds) -> None:
        self.until = now + PATIENCE_SECONDS

    def came(self, count: int, now: Seconds) -> None:
        """Gives a body time for as much as has come, but never more than it had at first."""
        self.until = min(now + PATIENCE_SECONDS, self.until + count / BYTES_A_SECOND)


class _Coming:
    """Reads one body as it comes, until it is whole, too slow, or given up."""

    def __init__(self, patience: asyncio.Timeout, size: int) -> None:
        self._patience = patience
        self._is_given_up = False
        self.size = size

    def give_up(self) -> None:
        """Has no more of it read, since others need the room."""
        self._is_given_up = True
        self._patience.reschedule(asyncio.get_running_loop().time())

    async def whole(self, receive: Receive, most_bytes: int) -> bytes:
        """Raises BodyTooLarge; BadBody where the client went away halfway."""
        clock, body = asyncio.get_running_loop().time, bytearray()
        pace = Pace(clock())
        while True:
            if not self._is_given_up:
                self._patience.reschedule(pace.until)
            message = await receive()
            if message["type"] != "http.request":
                raise BadBody
            piece = message.get("body", b"")
            body += piece
            if len(body) > most_bytes:
                raise BodyTooLarge
            if not message.get("more_body", False):
                return bytes(body)
            pace.came(len(piece), clock())


class Bodies:
    """Counts the bodies that are on their way to this process, and reads them."""

    def __init__(self) -> None:
        self._uploads: dict[UserId, int] = {}
        self._upload_bytes = 0
        self._small: dict[Caller, list[_Coming]] = {}
        self._small_bytes = 0
        self.parsing = asyncio.Lock()  # a large one takes several times its size for a moment

    @contextmanager
    def upload(self, person: UserId, size: int) -> Iterator[None]:
        """Stands around an upload, from before it is read until it is answered.

        Raises TooManyRequests where too many of this person's are unfinished, Unavailable where
        too much of everybody's is.
        """
        unfinished = self._uploads.get(person, 0)
        if unfinished >= UPLOADS_OF_ONE:
            raise TooManyRequests(seconds=RETRY_SECONDS)
        if self._upload_bytes + size > UPLOAD_BYTES:
            raise Unavailable
        self._uploads[person] = unfinished + 1
        self._upload_bytes += size
        try:
            yield
        finally:
            self._upload_bytes -= size
            self._uploads[person] -= 1
            if not self._uploads[person]:
                del self._uploads[person]

    async def read_upload(self, receive: Receive, most_bytes: int) -> bytes:
        """Reads one that was let in. Raises BodyTooLarge, BodyTooSlow, BadBody."""
        try:
            async with asyncio.timeout(None) as patience:
                return await _Coming(patience, 0).whole(receive, most_bytes)
        except TimeoutError:
            raise BodyTooSlow from None

    async def read_small(
        self, receive: Receive, most_bytes: int, caller: Caller, size: int
    ) -> bytes:
        """Reads any other body, which says that it has this size.

        Nobody is refused for the many: where too much is unfinished, what came first of whoever
        has most of it is given up. Raises BodyTooLarge, BodyTooSlow, BadBody.
        """
        try:
            async with asyncio.timeout(None) as patience:
                coming = _Coming(patience, max(size, LEAST_BYTES))
                with self._counted(coming, caller):
                    return await coming.whole(receive, most_bytes)
        except TimeoutError:
            raise BodyTooSlow from None

    @contextmanager
    def _counted(self, coming: _Coming, caller: Caller) -> Iterator[None]:
        while self._small_bytes + coming.size > SMALL_BYTES:
            most = max(self._small, key=lambda each: sum(one.size for one in self._small[each]))
            given_up = self._small[most][0]
            self._forget(given_up, most)
            given_up.give_up()
        self._small.setdefault(caller, []).append(coming)
        self._small_bytes += coming.size
        try:
            yield
        finally:
            self._forget(coming, caller)

    def _forget(self, coming: _Coming, caller: Caller) -> None:
        """Counts it no more; idempotent."""
        theirs = self._small.get(caller, [])
        if coming in theirs:
            theirs.remove(coming)
            self._small_bytes -= coming.size
            if not theirs:
                del self._small[caller]
