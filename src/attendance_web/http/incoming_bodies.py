"""How many bodies may be on their way at once, and how slowly. Contract: 1.17. Decision 0015.

A small one counts as long as it says it is, from before any of it is read until it has come; an
upload counts by what has come of it, until it is answered. Each process counts its own.
"""

from __future__ import annotations

import asyncio
import heapq
import math
from collections import Counter, deque
from collections.abc import Awaitable, Callable, Iterator, Sequence
from contextlib import contextmanager
from typing import Any, Final

from attendance_core.errors import TooManyRequests, Unavailable
from attendance_core.vocabulary import Seconds, UserId
from attendance_web.wire.callers import Caller
from attendance_web.wire.refusals import BadBody, BodyTooLarge, BodyTooSlow

BYTES_A_SECOND: Final = 1024  # Contract: 1.17
PATIENCE_SECONDS: Final[Seconds] = 15  # that a body may fall behind by. Contract: 1.17
# Who falls behind these makes room for others, where there is none. Contract: 1.17
STEADY_BYTES_A_SECOND: Final = 16 * 1024
STEADY_SECONDS: Final[Seconds] = 5
UPLOADS_OF_ONE: Final = 2  # of a person; the second is for who tries again. Contract: 1.17
UPLOAD_BYTES: Final = 128 * 1024 * 1024  # of everybody's uploads. Contract: 1.17
SMALL_BYTES: Final = 16 * 1024 * 1024  # of all other bodies
MIN_BODY_BYTES: Final = 1024  # that any of them counts as: it has a task and buffers
RETRY_SECONDS: Final = 5  # after one upload too many
LOOK_EVERY: Final[Seconds] = 0.1  # for what is in the way of others

Receive = Callable[[], Awaitable[Any]]


class Pace:
    """Tells until when more of a body has to come, which may fall behind a pace by so much.

    Before it is read it is behind nothing.
    """

    def __init__(self, bytes_a_second: int, behind: Seconds) -> None:
        self.until = math.inf
        self._bytes_a_second = bytes_a_second
        self._behind = behind

    def begin(self, now: Seconds) -> None:
        """Counts from now on."""
        self.until = min(self.until, now + self._behind)

    def came(self, count: int, now: Seconds) -> None:
        """Gives a body time for as much as has come, but never more than it had at first."""
        self.until = min(now + self._behind, self.until + count / self._bytes_a_second)


class Body:
    """One body on its way: read until it is whole, too slow, or given up."""

    def __init__(self, capacity: _Capacity, whose: Caller) -> None:
        self.whose = whose
        self.size = 0  # that it counts as
        self.is_whole = False
        self._capacity = capacity
        self._slowest = Pace(BYTES_A_SECOND, PATIENCE_SECONDS)
        self._steady = Pace(STEADY_BYTES_A_SECOND, STEADY_SECONDS)
        self._is_given_up = False
        self._patience: asyncio.Timeout | None = None  # while it is read

    def is_slow(self, now: Seconds) -> bool:
        """Tells whether it takes its place for longer than it needs."""
        return now > self._steady.until

    def give_up(self) -> None:
        """Has no more of it read, since others need the room."""
        self._is_given_up = True
        if self._patience is not None and not self._patience.expired():
            self._patience.reschedule(asyncio.get_running_loop().time())

    async def read(self, receive: Receive, most_bytes: int) -> bytes:
        """Reads it to its end.

        Raises BodyTooLarge, BodyTooSlow; BadBody where the client went away halfway; Unavailable
        where there is no room until what others brought is worked off.
        """
        clock, content = asyncio.get_running_loop().time, bytearray()
        paces = self._slowest, self._steady
        for pace in paces:
            pace.begin(clock())
        try:
            async with asyncio.timeout(None) as self._patience:
                while not self._is_given_up:
                    self._patience.reschedule(self._slowest.until)
                    message = await receive()
                    if message["type"] != "http.request":
                        raise BadBody
                    piece = message.get("body", b"")
                    content += piece
                    if len(content) > most_bytes:
                        raise BodyTooLarge
                    self._capacity.count(self, len(content))
                    if not self._is_given_up and not message.get("more_body", False):
                        self._capacity.keep(self)
                        return bytes(content)
                    for pace in paces:
                        pace.came(len(piece), clock())
        except TimeoutError:
            pass
        finally:
            self._patience = None
        raise BodyTooSlow


class _Capacity:
    """Has room for so many bytes of bodies.

    Nobody is kept out by the many: where there is no room for more, one that comes slowly is
    given up, else one that comes at all; of whoever has most of those what began first.
    """

    def __init__(self, most_bytes: int) -> None:
        self.size = 0  # of all that is there
        self._most_bytes = most_bytes
        self._bodies: dict[Body, None] = {}
        self._counts = Counter[Caller]()  # of these
        self._whole_size = 0  # of what is not given up
        self._unfinished: dict[Caller, dict[Body, None]] = {}  # what began first is the first
        self._sizes = Counter[Caller]()  # of these
        self._slow: Iterator[Body] = iter(())  # in the order in which they make room
        self._looked_at: Seconds = -math.inf  # when those were found

    def has_room_for(self, size: int) -> bool:
        """Tells whether it has that beside what is whole, which is not given up."""
        return self._whole_size + size <= self._most_bytes

    def count_of(self, whose: Caller) -> int:
        """Counts somebody's bodies."""
        return self._counts[whose]

    @contextmanager
    def place(self, whose: Caller, size: int) -> Iterator[Body]:
        """Stands around a body that counts as so much, or as what comes of it where that is more.

        Raises Unavailable.
        """
        body = Body(self, whose)
        self._bodies[body] = None
        self._counts[whose] += 1
        self._unfinished.setdefault(whose, {})[body] = None
        try:
            self.count(body, size)
            yield body
        finally:
            self._forget(body)

    def count(self, body: Body, size: int) -> None:
        """Counts a body as so much, unless it is given up for that, or was before.

        Raises Unavailable where nothing else can be given up.
        """
        while body in self._bodies and size > body.size:
            if self.size - body.size + size <= self._most_bytes:
                self.size += size - body.size
                self._sizes[body.whose] += size - body.size
                body.size = size
                return
            if len(self._unfinished) == 1 and len(self._unfinished[body.whose]) == 1:
                raise Unavailable
            given_up = self._in_the_way()
            self._forget(given_up)
            given_up.give_up()

    def keep(self, body: Body) -> None:
        """Has one that is whole not be given up."""
        self._finish(body)
        self._whole_size += body.size
        body.is_whole = True

    def _in_the_way(self) -> Body:
        """Finds the one that makes room for others.

        Which come slowly is looked for once in a while only: there may be thousands of bodies, and
        as many arrivals in a second. An address, or a person, counts as one here.
        """
        clock = asyncio.get_running_loop().time
        if clock() >= self._looked_at + LOOK_EVERY:
            self._looked_at = now = clock()
            unfinished = (body for theirs in self._unfinished.values() for body in theirs)
            self._slow = _one_after_another([body for body in unfinished if body.is_slow(now)])
        for body in self._slow:
            if body in self._bodies and not body.is_whole and body.is_slow(clock()):
                return body
        whose = max(self._sizes, key=self._sizes.__getitem__)
        return next(iter(self._unfinished[whose]))

    def _forget(self, body: Body) -> None:
        """Counts it no more; idempotent."""
        if body not in self._bodies:
            return
        del self._bodies[body]
        self.size -= body.size
        self._counts[body.whose] -= 1
        if not self._counts[body.whose]:
            del self._counts[body.whose]
        if body.is_whole:
            self._whole_size -= body.size
        else:
            self._finish(body)
        if not self._bodies:
            self._slow = iter(())  # it has those that were there

    def _finish(self, body: Body) -> None:
        whose = body.whose
        del self._unfinished[whose][body]
        self._sizes[whose] -= body.size
        if not self._unfinished[whose]:
            del self._unfinished[whose], self._sizes[whose]


def _one_after_another(bodies: Sequence[Body]) -> Iterator[Body]:
    """Goes through them in the order in which they make room: each time of whoever has most left
    the one that began first.
    """
    of_each: dict[Caller, deque[Body]] = {}
    for body in bodies:
        of_each.setdefault(body.whose, deque()).append(body)
    heap = [
        (-sum(body.size for body in theirs), number, theirs)
        for number, theirs in enumerate(of_each.values())
    ]
    heapq.heapify(heap)
    while heap:
        size, number, theirs = heap[0]
        body = theirs.popleft()
        if theirs:
            heapq.heapreplace(heap, (size + body.size, number, theirs))
        else:
            heapq.heappop(heap)
        yield body


class Bodies:
    """Counts the bodies that are on their way to this process."""

    def __init__(self) -> None:
        self._uploads, self._small = _Capacity(UPLOAD_BYTES), _Capacity(SMALL_BYTES)
        self.parsing = asyncio.Lock()  # a large one takes several times its size for a moment

    @contextmanager
    def upload(self, person: UserId, size: int) -> Iterator[Body]:
        """Stands around an upload of this size, from before it is read until it is answered.

        Raises TooManyRequests where too many of this person's are unfinished, Unavailable where
        there will be no room for it until what others brought is worked off.
        """
        if self._uploads.count_of(person) >= UPLOADS_OF_ONE:
            raise TooManyRequests(seconds=RETRY_SECONDS)
        if not self._uploads.has_room_for(size):
            raise Unavailable
        with self._uploads.place(person, MIN_BODY_BYTES) as body:
            yield body

    @contextmanager
    def small(self, caller: Caller, size: int) -> Iterator[Body]:
        """Stands around any other body, which says that it has this size, while it is read."""
        with self._small.place(caller, max(size, MIN_BODY_BYTES)) as body:
            yield body
