"""Marking as it is played: those who ask, and those who mark. Contract: 6."""

from __future__ import annotations

import asyncio
import random
import time
from collections.abc import AsyncIterator, Callable, Collection
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Final
from uuid import UUID

from attendance_web.client import Marking, Refused
from attendance_web.demo.failures import LectureFailed
from attendance_web.demo.organising import CLOCK_SLACK_SECONDS
from attendance_web.demo.people import Person
from attendance_web.demo.played_event import Moment, PlayedEvent

THINKING_SECONDS: Final = 0.03  # that a marker looks at the list, on average
POLL_EVERY: Final = 0.02  # seconds
LOST_RACES: Final = frozenset({"taken", "already_marked", "not_waiting", "too_soon"})


@dataclass
class PlayedMarking:
    """Holds what all markers share: what is noted, whom to refuse once, and what was measured."""

    played: PlayedEvent
    clock: Callable[[], float]
    chance: random.Random
    to_refuse: set[int]
    prepare_ms: list[float] = field(default_factory=list)
    confirm_ms: list[float] = field(default_factory=list)
    refused_count: int = 0  # of holds
    drop_count: int = 0  # of connections, by will

    @property
    def event_id(self) -> UUID:
        """The event in which people are marked."""
        return self.played.event_id


async def wait_to_be_marked(person: Person, played_marking: PlayedMarking, *, drops: bool) -> int:
    """Waits to be marked, and answers by whom. Raises Refused, NotAnswered, LectureFailed."""
    async with person.client.mark_me(played_marking.event_id) as me:
        if drops:
            played_marking.drop_count += 1
            await asyncio.sleep(played_marking.chance.uniform(0, 0.3))
            me.lose_connection()
        async for status in me:
            if status.marked_by is not None:
                return status.marked_by
    raise LectureFailed(f"{person.name} waited, and the socket ended without a word")


@asynccontextmanager
async def latecomers(
    played_marking: PlayedMarking, marker: Person, held: Person, waits: Person
) -> AsyncIterator[None]:
    """Has one wait and another be held for as long as the block lasts.

    Raises Refused, NotAnswered.
    """
    played = played_marking.played
    async with (
        waits.client.mark_me(played_marking.event_id),
        held.client.mark_me(played_marking.event_id),
        marker.client.marking(played_marking.event_id) as marking,
    ):
        await marking.prepare(held.user_id)
        played.joined |= {held.user_id, waits.user_id}
        played.held, played.waiting = {held.user_id}, {waits.user_id}
        yield
    played.held, played.waiting = set(), set()


class Marker:
    """Marks people from the list of those who wait."""

    def __init__(self, person: Person, played_marking: PlayedMarking, *, drops: bool) -> None:
        self.person = person
        self.marked: list[int] = []
        self._played_marking = played_marking
        self._drops = drops
        self._marking: Marking | None = None

    async def mark(self) -> None:
        """Marks whoever waits until it is cancelled. Raises Refused, NotAnswered, LectureFailed."""
        async with self.person.client.marking(self._played_marking.event_id) as marking:
            self._marking = marking
            async for _ in marking:
                while marking.waiting:
                    await self._mark_one(marking)
        raise LectureFailed(f"{self.person.name} was to mark, and the socket ended without a word")

    async def wait_until_unlisted(self, people: Collection[int]) -> None:
        """Waits until none of these people is listed."""
        while self._marking is None or not {
            each.user_id for each in self._marking.waiting
        }.isdisjoint(people):
            await asyncio.sleep(POLL_EVERY)

    async def _mark_one(self, marking: Marking) -> None:
        chance = self._played_marking.chance
        await asyncio.sleep(chance.uniform(0, 2 * THINKING_SECONDS))
        if not marking.waiting:
            return
        chosen = chance.choice(marking.waiting[:5]).user_id
        if await self._prepare(marking, chosen):
            drops, self._drops = self._drops, False
            if drops:
                self._played_marking.drop_count += 1
                marking.lose_connection()
            await self._decide(marking, chosen, is_timed=not drops)

    async def _prepare(self, marking: Marking, user_id: int) -> bool:
        """Chooses a person; tells whether they are ours, since another may have been quicker."""
        begun = time.perf_counter()
        try:
            await marking.prepare(user_id)
        except Refused as refused:
            if refused.code not in LOST_RACES:
                raise
            return False
        finally:
            self._played_marking.prepare_ms.append((time.perf_counter() - begun) * 1000)
        return True

    async def _decide(self, marking: Marking, held: int, *, is_timed: bool) -> None:
        """Confirms or refuses whom it holds, and notes it. Raises LectureFailed."""
        if held in self._played_marking.to_refuse:
            self._played_marking.to_refuse.remove(held)
            await marking.refuse(held)
            self._played_marking.refused_count += 1
            return
        begun, begun_by_stopwatch = self._played_marking.clock(), time.perf_counter()
        mark = await marking.confirm(held)
        if is_timed:
            self._played_marking.confirm_ms.append(
                (time.perf_counter() - begun_by_stopwatch) * 1000
            )
        self.marked.append(held)
        when = Moment(
            begun - CLOCK_SLACK_SECONDS, self._played_marking.clock() + CLOCK_SLACK_SECONDS
        )
        n = self._played_marking.played.note_mark(held, self.person.user_id, when, "hold")
        if mark.n != n:
            raise LectureFailed(f"{self.person.name} was told of an entry that is not {n}")
