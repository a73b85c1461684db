"""Bounds the bytes of all bodies on their way, and finds which of them makes room for others.

Contract: 1.17. Decision 0015.
"""

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

LOOK_EVERY: Final[Seconds] = 0.1  # for what comes slowly


class BodyCapacity:
    """Has room for ``max_bytes`` of bodies.

    Nobody is kept out by the many: where there is no room for more, one that comes slowly is
    given up, or else one that comes in time; of whoever has most of those what began first.
    """

    def __init__(self, max_bytes: int) -> None:
        self.size = 0  # bytes that all of them count as
        self._max_bytes = max_bytes
        self._bodies: dict[Body, None] = {}
        self._counts = Counter[Caller]()  # how many bodies of each
        self._whole_size = 0  # bytes of those that are whole, and so are not given up
        self._unfinished: dict[Caller, dict[Body, None]] = {}  # what began first is the first
        self._unfinished_sizes = Counter[Caller]()  # bytes
        self._slow: Iterator[Body] = iter(())  # in the order in which they make room
        self._slow_found_at: Seconds = -math.inf

    def has_room_for(self, size: int) -> bool:
        """Tells whether so many bytes fit in beside what is whole, which is not given up."""
        return self._whole_size + size <= self._max_bytes

    def count_of(self, caller: Caller) -> int:
        """Counts somebody's bodies."""
        return self._counts[caller]

    @contextmanager
    def around_body(self, caller: Caller, size: int) -> Iterator[Body]:
        """Stands around a body that counts as ``size`` bytes, or as what comes of it, if more.

        Raises Unavailable.
        """
        body = Body(self, caller)
        self._bodies[body] = None
        self._counts[caller] += 1
        self._unfinished.setdefault(caller, {})[body] = None
        try:
            self.grow(body, size)
            yield body
        finally:
            self._forget(body)

    def grow(self, body: Body, size: int) -> None:
        """Has a body count as ``size`` bytes, unless it is given up for that, or was before.

        Raises Unavailable where nothing else can be given up.
        """
        while body in self._bodies and size > body.size:
            if self.size - body.size + size <= self._max_bytes:
                self.size += size - body.size
                self._unfinished_sizes[body.caller] += size - body.size
                body.size = size
                return
            if len(self._unfinished) == 1 and len(self._unfinished[body.caller]) == 1:
                raise Unavailable
            given_up = self._next_to_give_up()
            self._forget(given_up)
            given_up.give_up()

    def finish(self, body: Body) -> None:
        """Notes that a body is whole: it is not given up any more."""
        self._forget_unfinished(body)
        self._whole_size += body.size
        body.is_whole = True

    def _next_to_give_up(self) -> Body:
        """Finds the body that makes room for others.

        Which come slowly is looked for once in a while only: there may be thousands of bodies, and
        as many arrivals in a second.
        """
        clock = asyncio.get_running_loop().time
        if clock() >= self._slow_found_at + LOOK_EVERY:
            self._slow_found_at = now = clock()
            unfinished = (body for theirs in self._unfinished.values() for body in theirs)
            self._slow = _in_order_of_giving_up([body for body in unfinished if body.is_slow(now)])
        for body in self._slow:
            if body in self._bodies and not body.is_whole and body.is_slow(clock()):
                return body
        caller = max(self._unfinished_sizes, key=self._unfinished_sizes.__getitem__)
        return next(iter(self._unfinished[caller]))

    def _forget(self, body: Body) -> None:
        """Counts a body no more; idempotent."""
        if body not in self._bodies:
            return
        del self._bodies[body]
        self.size -= body.size
        self._counts[body.caller] -= 1
        if not self._counts[body.caller]:
            del self._counts[body.caller]
        if body.is_whole:
            self._whole_size -= body.size
        else:
            self._forget_unfinished(body)
        if not self._bodies:
            self._slow = iter(())  # which would keep those that were there

    def _forget_unfinished(self, body: Body) -> None:
        caller = body.caller
        del self._unfinished[caller][body]
        self._unfinished_sizes[caller] -= body.size
        if not self._unfinished[caller]:
            del self._unfinished[caller], self._unfinished_sizes[caller]


def _in_order_of_giving_up(bodies: Sequence[Body]) -> Iterator[Body]:
    """Goes through bodies in the order in which they make room: each time, of the caller who has
    most bytes left, the one that began first.
    """
    of_each: dict[Caller, deque[Body]] = {}
    for body in bodies:
        of_each.setdefault(body.caller, deque()).append(body)
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
