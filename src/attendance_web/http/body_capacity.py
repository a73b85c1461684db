"""How many bytes of bodies there may be, and which makes room. Contract: 1.17. Decision 0015."""

from __future__ import annotations

import asyncio
import heapq
import math
from collections import Counter, deque
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Final

from attendance_core.errors import Unavailable
from attendance_core.vocabulary import Seconds
from attendance_web.http.incoming_body import Body
from attendance_web.wire.callers import Caller

LOOK_EVERY: Final[Seconds] = 0.1  # for what is in the way of others


class BodyCapacity:
    """Has room for so many bytes of bodies.

    Nobody is kept out by the many: where there is no room for more, one that comes slowly is
    given up, else one that comes at all; of whoever has most of those what began first.
    """

    def __init__(self, max_bytes: int) -> None:
        self.size = 0  # of all that is there
        self._max_bytes = max_bytes
        self._bodies: dict[Body, None] = {}
        self._counts = Counter[Caller]()  # of these
        self._whole_size = 0  # of what is not given up
        self._unfinished: dict[Caller, dict[Body, None]] = {}  # what began first is the first
        self._sizes = Counter[Caller]()  # of these
        self._slow: Iterator[Body] = iter(())  # in the order in which they make room
        self._looked_at: Seconds = -math.inf  # when those were found

    def has_room_for(self, size: int) -> bool:
        """Tells whether it has that beside what is whole, which is not given up."""
        return self._whole_size + size <= self._max_bytes

    def count_of(self, whose: Caller) -> int:
        """Counts somebody's bodies."""
        return self._counts[whose]

    @contextmanager
    def around_body(self, whose: Caller, size: int) -> Iterator[Body]:
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
            if self.size - body.size + size <= self._max_bytes:
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
