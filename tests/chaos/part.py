"""One part of a run: events of their own, harm, then a calm in which everything is compared."""

from __future__ import annotations

import asyncio
import time
from collections import Counter
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import asdict
from typing import Final

from tests.chaos.adversary import Adversary
from tests.chaos.case import SOON_SECONDS
from tests.chaos.checker import told_of, violations
from tests.chaos.database import Database, has_tick
from tests.chaos.kept import FOREVER, EntryKey, KarmaTerms, Kept, Mark, ShownEntry, marks_of
from tests.chaos.lists import AFTER_DEATH_SECONDS, expected
from tests.chaos.lives import Lives
from tests.chaos.news import agrees
from tests.chaos.organisers import EVENTS, Organiser
from tests.chaos.people import Asker, Marker
from tests.chaos.stage import Stage
from tests.chaos.wire import look_in, opened
from tests.chaos.workers import Worker
from tests.support.gathering import Person

LOOK_SECONDS: Final = 0.3
LOOKS: Final = 4  # in a row that find everything equal
PEOPLE_AT_ONCE: Final = 15  # people who come back to hear that they were marked
ROLL_SECONDS: Final = 60.0  # for somebody who was marked to hear it, on a busy machine
START_SECONDS: Final = 240.0  # for all processes to serve
KEPT_SECONDS: Final = 240.0  # to read what is kept, as people see it
PEOPLE_AN_ORGANISER: Final = 30


class Part:
    """Some events from their making on, until everything about them has been compared."""

    def __init__(
        self,
        stage: Stage,
        adversary: Adversary,
        workers: Sequence[Worker],
        database: Database,
        *,
        events: int,
        karma_terms: KarmaTerms,
    ) -> None:
        self.told: set[EntryKey] = set()  # of entries
        self.answers: Counter[str] = Counter()  # to what markers said; "" where none came
        self._events = events
        self._karma_terms = karma_terms
        self._stage = stage
        self._adversary = adversary
        self._workers = workers
        self._database = database

    async def play(self, people: Sequence[Person], seconds: float) -> list[str]:
        """Plays the part; answers what was against the rules."""
        stage = self._stage
        async with asyncio.timeout(START_SECONDS):
            await asyncio.gather(*(each.serves.wait() for each in self._workers))
        stage.begin_part()
        async with asyncio.timeout(START_SECONDS):
            while len(stage.events) < self._events:
                creator = stage.chance.choice(people)
                event = await self._adversary.make_event(creator)
                if event is not None:
                    stage.open_event(event, creator)
        shuffled = stage.chance.sample(people, len(people))
        sitting, asking = shuffled[: len(people) // 4], shuffled[len(people) // 4 :]
        markers = [
            Marker(stage, person, stage.chance.choice(stage.events), says_whom=number % 5 == 0)
            for number, person in enumerate(sitting)
        ]
        # Some have two sockets, and race against themselves
        markers += [
            Marker(stage, each.person, each.visits.event, says_whom=True) for each in markers[::5]
        ]
        askers = [Asker(stage, person) for person in asking]
        organisers = [Organiser(stage, people) for _ in people[::PEOPLE_AN_ORGANISER]]
        everybody: list[Marker | Asker | Organiser] = [*markers, *askers, *organisers]
        acting = [asyncio.create_task(each.live()) for each in everybody]
        try:
            kills_for = seconds - self._stage.chance.choice(
                [0.0, AFTER_DEATH_SECONDS - SOON_SECONDS]
            )
            await self._adversary.harm(seconds, kills_for=max(kills_for, seconds / 2))
            stage.is_calm = True
            stage.history.add("calm")
            await self._settle(markers, askers)
            for task in acting:
                if task.done():
                    task.result()
            await self._roll_call(people)
        finally:
            for task in acting:
                task.cancel()
            await asyncio.gather(*acting, return_exceptions=True)
        await stage.end_sockets()
        async with asyncio.timeout(KEPT_SECONDS):
            kept = await self._read_kept(people)
        for worker in self._workers:
            worker.note_log()
        stage.history.add("kept", **asdict(kept))  # so that the file can be judged again
        items = stage.history.cut()
        lives = Lives(items)
        self.told = told_of(lives)
        for socket in lives.sockets_of("marking"):
            said = [each for each in socket.sent.values() if each.message != "ping"]
            self.answers.update(each.answer for each in said)
        return violations(items, kept, self._stage.hold_seconds)

    async def _settle(self, markers: Sequence[Marker], askers: Sequence[Asker]) -> None:
        """Looks until all lists have been equal to the store for a while, or it is too late."""
        async with asyncio.timeout(START_SECONDS):
            await asyncio.gather(*(each.serves.wait() for each in self._workers))
        begun = time.monotonic()
        equal_count, passed = 0, 0.0
        # What was frozen or delayed has to be right again, too
        while passed < 1.5 * SOON_SECONDS or (
            equal_count < LOOKS and passed < AFTER_DEATH_SECONDS + 2 * SOON_SECONDS
        ):
            rooms = await self._database.rooms(self._stage.events)
            all_equal = True
            for event, room in rooms.items():
                self._stage.history.add("look", event=event, **room)
                for marker in markers:
                    wire = marker.visits.wire
                    if marker.visits.event == event:
                        all_equal &= (
                            wire is not None
                            and not wire.ended.is_set()
                            and wire.fold.listed == expected(room, marker.person.user_id)
                        )
                for asker in askers:
                    wire = None if asker.visits is None else asker.visits.wire
                    if wire is not None and wire.event == event and wire.news_fold is not None:
                        all_equal &= wire.ended.is_set() or agrees(
                            wire.news_fold, room, asker.person.user_id
                        )
            equal_count = equal_count + 1 if all_equal else 0
            await asyncio.sleep(LOOK_SECONDS)
            passed = time.monotonic() - begun

    async def _roll_call(self, people: Sequence[Person]) -> None:
        """Has whoever was ever marked in these events come back, and hear of a mark that stands."""
        stage = self._stage
        by_id = {person.user_id: person for person in people}
        last_marks: dict[tuple[str, int], Mark] = {}
        for mark in sorted(marks_of(await self._database.ledger()), key=lambda each: each.n):
            if mark.event in stage.events_ever:
                last_marks[mark.event, mark.person] = mark
        turns = asyncio.Semaphore(PEOPLE_AT_ONCE)

        async def comes_back(mark: Mark) -> None:
            async with turns:
                if mark.annulled_at < FOREVER:
                    await look_in(self._stage, by_id[mark.person], mark.event)
                    return
                until = time.monotonic() + ROLL_SECONDS
                while time.monotonic() < until:
                    if await self._hears_of_mark(by_id[mark.person], mark.event):
                        return
                    await asyncio.sleep(LOOK_SECONDS)

        stage.history.add("roll_call")
        await asyncio.gather(*(comes_back(mark) for mark in last_marks.values()))

    async def _hears_of_mark(self, person: Person, event: str) -> bool:
        """Has somebody come back; tells whether they are told that they are marked."""
        wire = await opened(self._stage, person, "mark_me", event)
        if wire is None:
            return False
        with suppress(TimeoutError):
            async with asyncio.timeout(SOON_SECONDS):
                await wire.ended.wait()
        await wire.abort()
        return wire.marked_by is not None

    async def _read_kept(self, people: Sequence[Person]) -> Kept:
        karma = {}
        reader = people[0]
        for person in people:
            told = None
            while told is None:
                told = await self._stage.call(
                    reader, "GET", "/api/profile/GetProfile", user_id=person.user_id
                )
            karma[person.user_id] = told["response"]["karma"]
        database = self._database
        events = await database.events()
        shown = {
            event: await self._read_shown(creator, event)
            for event, creator in self._stage.creators.items()
            if event in events
        }
        return Kept(
            await database.ledger(),
            events,
            karma,
            self._karma_terms,
            [each.user_id for each in people if has_tick(each.user_id)],
            await database.last_entries(),
            await database.old_marks(),
            shown,
        )

    async def _read_shown(self, creator: Person, event: str) -> list[ShownEntry]:
        """Has an organiser read the record of their event."""
        told = None
        while told is None:
            told = await self._stage.call(creator, "GET", EVENTS + "GetLedger", event_id=event)
        return [
            ShownEntry(
                each["user_id"], each["n"], each["actor_id"], each["origin"] or each["reason"]
            )
            for each in told["response"]["entries"]
        ]
