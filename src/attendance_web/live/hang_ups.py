"""Tells the store how sockets ended, however long that is away. Contract: 6.6, 6.8, 6.13.

What was lost meanwhile is one transaction. The goodbyes of one person in one event are one of their
own: they change places, and nobody waits for what is the matter with somebody else's. People take
turns: whoever leaves many events at once, or logs out there, keeps nobody else's goodbye waiting.
Whoever leaves by themselves and whoever was there when their event ended alternate.
"""

from __future__ import annotations

import asyncio
import logging
import random
from collections import deque
from collections.abc import Callable
from contextvars import Context
from dataclasses import dataclass
from typing import Final

from attendance_core.errors import Unavailable
from attendance_core.marking.connections import Connection
from attendance_core.marking.hang_ups import HangUp
from attendance_core.vocabulary import EventId, ProcessId, Seconds, UserId

logger = logging.getLogger(__name__)

GOODBYES_AT_ONCE: Final = 6  # SQLite commits them together
MAX_TRIES_AT_ONCE: Final = GOODBYES_AT_ONCE + 1  # while the store answers
LOSSES_AT_ONCE: Final = 500  # rows that a transaction locks
FIRST_PAUSE_SECONDS: Final[Seconds] = 0.5  # while the store is away; twice as long each time
MAX_PAUSE_SECONDS: Final[Seconds] = 2.0  # so late is the first goodbye told once the store is back
MAX_FAILURES: Final = 5  # of storing one end, before we take it that no further try can succeed
# By then the transaction of an opening that nobody waits for any more has ended
ABANDONED_OPENING_SECONDS: Final[Seconds] = 15.0


@dataclass(slots=True, eq=False)
class _End:
    """Keeps how a socket ended; ``over`` is done once that is stored, or need not be any more."""

    connection: Connection
    is_goodbye: bool
    by_event: bool  # whether all of its event may have met it together
    over: asyncio.Future[None]
    failure_count: int = 0  # of tries that failed though the store was there


class _Goodbyes(dict[UserId, dict[EventId, list[_End]]]):
    """Those that wait: who is next comes first, and of theirs the next event."""


class HangUps:
    """Keeps the ends that are not stored yet.

    One under a lease that was lost is dropped: whatever was opened under that is swept. While the
    store is away one thing is tried at a time, and ever more rarely.
    """

    def __init__(self, hang_up: HangUp, process_id: Callable[[], ProcessId]) -> None:
        self._hang_up = hang_up
        self._process_id = process_id
        self._ends = set[_End]()  # all that are not over
        # Those that wait to be stored
        self._goodbyes = _Goodbyes(), _Goodbyes()  # said by people; by the end of their event
        self._by_event_is_next = False
        self._losses = deque[_End]()
        self._goodbye_batch_count = 0  # of those under way
        self._under_way = set[asyncio.Task[None]]()
        self._pause: Seconds = 0.0  # before the next try; 0 while the store answers
        self._timer: asyncio.TimerHandle | None = None  # until when nothing is tried
        self._is_closed = False

    def begin(
        self, connection: Connection, *, goodbye: bool, by_event: bool = False
    ) -> asyncio.Future[None]:
        """Begins to hang up, and goes on until the store has taken it, whoever waits for that.

        ``by_event`` is of an end that all of an event may have met together. A connection that
        nobody hung up would count for as long as this process has its lease.
        """
        end = _End(connection, goodbye, by_event, asyncio.get_running_loop().create_future())
        if self._is_closed:
            end.over.set_result(None)
        else:
            self._ends.add(end)
            self._queue(end)
        return end.over

    def begin_after_abandoned_opening(self, connection: Connection) -> None:
        """Hangs up once an opening has ended that nobody waits for: it may yet be stored."""
        asyncio.get_running_loop().call_later(
            ABANDONED_OPENING_SECONDS, lambda: self.begin(connection, goodbye=False)
        )

    async def wait_until_stored(self) -> None:
        """Returns once there is none that is not stored."""
        while self._ends:
            await asyncio.wait([end.over for end in self._ends])

    async def close(self) -> None:
        """Gives up what could not be stored: the lease of this process ends, and that is swept."""
        self._is_closed = True
        under_way = set(self._under_way)
        for task in under_way:
            task.cancel()
        await asyncio.gather(*under_way, return_exceptions=True)
        if self._timer is not None:
            self._timer.cancel()
        for end in list(self._ends):
            self._finish(end)

    def _queue(self, end: _End) -> None:
        if end.is_goodbye:
            goodbyes = self._goodbyes[end.by_event]
            by_event = goodbyes.setdefault(end.connection.user_id, {})
            by_event.setdefault(end.connection.event_id, []).append(end)
        else:
            self._losses.append(end)
        self._begin_tries()

    def _begin_tries(self) -> None:
        """Begins as many tries as there may be."""
        while (
            not self._is_closed
            and self._timer is None
            and len(self._under_way) < (1 if self._pause else MAX_TRIES_AT_ONCE)
            and (batch := self._next_batch())
        ):
            self._goodbye_batch_count += batch[0].is_goodbye
            # Of its own, or its logs would tell the request of whoever went when it was begun
            task = asyncio.create_task(self._store(batch), context=Context())
            self._under_way.add(task)
            task.add_done_callback(self._try_ended)

    def _try_ended(self, task: asyncio.Task[None]) -> None:
        self._under_way.discard(task)
        self._begin_tries()

    def _next_batch(self) -> list[_End]:
        """Takes somebody's goodbyes, or losses; nothing where nothing may be tried now.

        Of goodbyes so few are under way at once that losses are tried, too.
        """
        batch: list[_End] = []
        while not batch and any(self._goodbyes) and self._goodbye_batch_count < GOODBYES_AT_ONCE:
            batch = self._under_our_lease(self._take_next_goodbyes())
        while not batch and self._losses:
            number = min(len(self._losses), LOSSES_AT_ONCE)
            batch = self._under_our_lease([self._losses.popleft() for _ in range(number)])
        return batch

    def _take_next_goodbyes(self) -> list[_End]:
        """Takes those of whoever is next in one event; they are next again behind all others."""
        is_by_event = self._by_event_is_next
        goodbyes = self._goodbyes[is_by_event] or self._goodbyes[not is_by_event]
        self._by_event_is_next = not is_by_event
        user_id = next(iter(goodbyes))
        by_event = goodbyes.pop(user_id)
        ends = by_event.pop(next(iter(by_event)))
        if by_event:
            goodbyes[user_id] = by_event
        return ends

    def _under_our_lease(self, ends: list[_End]) -> list[_End]:
        """Keeps those under our lease; the others are over."""
        process_id = self._process_id()
        for end in ends:
            if end.connection.process_id != process_id:
                self._finish(end)
        return [end for end in ends if end in self._ends]

    async def _store(self, batch: list[_End]) -> None:
        are_goodbyes = batch[0].is_goodbye
        try:
            connections = [end.connection for end in batch]
            await self._hang_up(connections=connections, goodbye=are_goodbyes)
        except Unavailable:
            logger.warning("hang-ups could not be stored yet")
            self._pause_tries()
            for end in batch:
                self._queue(end)
        except Exception:
            logger.exception("a hang-up failed")
            for end in batch:
                self._try_again_later(end)
        else:
            self._pause = 0.0
            for end in batch:
                self._finish(end)
        finally:
            self._goodbye_batch_count -= are_goodbyes

    def _pause_tries(self) -> None:
        """Has nothing tried for a while; of tries that fail together the first one counts."""
        if self._timer is None:
            self._pause = min(MAX_PAUSE_SECONDS, max(FIRST_PAUSE_SECONDS, 2 * self._pause))
            pause = self._pause * random.uniform(0.5, 1.0)  # processes do not stay in step
            self._timer = asyncio.get_running_loop().call_later(pause, self._wake)

    def _wake(self) -> None:
        self._timer = None
        self._begin_tries()

    def _try_again_later(self, end: _End) -> None:
        """Has an end that failed tried again, after a pause of its own, and not for ever.

        A goodbye that cannot be stored becomes a loss, which asks no rule, and is swept after the
        grace. A loss that cannot be stored is dropped: it is swept with the lease.
        """
        end.failure_count += 1
        if end.failure_count >= MAX_FAILURES:
            if not end.is_goodbye:
                logger.error("a hang-up that failed %d times is dropped", MAX_FAILURES)
                self._finish(end)
                return
            end.is_goodbye, end.failure_count = False, 0
        pause = min(MAX_PAUSE_SECONDS, FIRST_PAUSE_SECONDS * 2**end.failure_count)
        asyncio.get_running_loop().call_later(pause, self._queue, end)

    def _finish(self, end: _End) -> None:
        self._ends.discard(end)
        if not end.over.done():
            end.over.set_result(None)
