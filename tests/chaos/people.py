"""Scripted people: those who wait to be marked, and those who mark. They try again as clients do.

While it is calm they hold still: they come back where they were, and do nothing.
"""

from __future__ import annotations

import asyncio
from typing import Any, Final

from tests.chaos.organisers import annuls, denies
from tests.chaos.stage import KnownMark, Stage
from tests.chaos.wire import Wire, look_in, opened
from tests.support.gathering import Person

BACKOFF_SECONDS: Final = 0.2  # before the first time it is opened again; doubled each further one
MAX_BACKOFF_SECONDS: Final = 5.0
PING_EVERY: Final = 3.0  # seconds, on average
FINAL: Final = frozenset({4401, 4403, 4404, 4410})  # nothing is to be had there any more
NEWS_SHARE: Final = 0.5  # of those who open a socket
SLIP_SHARE: Final = 0.05  # of marks their marker annuls at once
DENIED_SHARE: Final = 0.05  # of marks the person says are not them
ASKS_AGAIN_SHARE: Final = 0.1  # of those who were marked ask once more later on


def told_by(answer: dict[str, Any] | None) -> str:
    """Finds what an answer tells: its message, or its refusal's code; "" where none came."""
    if answer is None:
        return ""
    if answer["result"] == "ok":
        return str(answer["message"])
    return str((answer.get("params") or {}).get("code", "?"))


class Visits:
    """One person in one event, in one role: opens, and opens again."""

    def __init__(self, stage: Stage, person: Person, role: str, event: str) -> None:
        self.stage = stage
        self.person = person
        self.event = event
        self.wire: Wire | None = None
        self._role = role
        self._failed_count = 0

    async def open(self) -> Wire | None:
        """Opens a socket, after a while where the last try failed; None where this one does."""
        if self._failed_count:
            await self.stage.think(
                min(BACKOFF_SECONDS * 2**self._failed_count, MAX_BACKOFF_SECONDS) / 2
            )
        news = self.stage.chance.random() < NEWS_SHARE
        self.wire = await opened(self.stage, self.person, self._role, self.event, news=news)
        self._failed_count = 0 if self.wire is not None else self._failed_count + 1
        return self.wire

    @property
    def is_over(self) -> bool:
        """Tells whether the event has nothing for us any more."""
        return self.wire is not None and self.wire.close_code in FINAL

    @property
    def is_left_out(self) -> bool:
        """Tells whether we may not mark there, and others still may."""
        return self.is_over and self.wire is not None and self.wire.refusal == "may_not_mark"


class Asker:
    """Waits in one event after another until somebody has marked them there."""

    def __init__(self, stage: Stage, person: Person) -> None:
        self.person = person
        self.visits: Visits | None = None
        self.marked_in: set[str] = set()
        self._stage = stage

    async def live(self) -> None:
        """Acts until it is cancelled."""
        stage = self._stage
        while True:
            left = [each for each in stage.events if each not in self.marked_in]
            if not left or stage.is_calm:
                await asyncio.sleep(0.2)
                continue
            event = stage.chance.choice(left)
            visits = self.visits = Visits(stage, self.person, "mark_me", event)
            if await self._wait_until_marked(visits):
                self.marked_in.add(event)
                if stage.chance.random() < DENIED_SHARE and await denies(stage, self.person, event):
                    self.marked_in.discard(event)
                elif stage.chance.random() < 0.3:
                    await look_in(stage, self.person, event)  # who is marked is told it again
                if self.marked_in and stage.chance.random() < ASKS_AGAIN_SHARE:
                    # Somebody may have annulled it meanwhile
                    self.marked_in.discard(stage.chance.choice(sorted(self.marked_in)))
            else:
                await stage.think(0.3)
            self.visits = None

    async def _wait_until_marked(self, visits: Visits) -> bool:
        """Waits; tells whether they are marked, or else have left, or it is over."""
        stage = self._stage
        opening_second: asyncio.Task[Wire | None] | None = None
        try:
            while True:
                wire = await visits.open()
                if wire is None:
                    continue
                if stage.chance.random() < 0.1 and not stage.is_calm and opening_second is None:
                    opening_second = asyncio.create_task(
                        opened(stage, self.person, "mark_me", visits.event)
                    )
                if await self._wait_for_end(wire):
                    return False
                if wire.marked_by is not None:
                    return True
                if visits.is_over:
                    stage.close_event(visits.event)
                    return False
        finally:
            if opening_second is not None:
                other = await opening_second
                if other is not None:
                    await other.abort()

    async def _wait_for_end(self, wire: Wire) -> bool:
        """Waits until the socket has ended; tells whether it did so by our own leaving."""
        stage = self._stage
        while True:
            try:
                # Not `wait_for`: it loses a cancellation that comes as the socket ends
                async with asyncio.timeout(stage.chance.uniform(0.5, 1.5) * PING_EVERY):
                    await wire.ended.wait()
                return False
            except TimeoutError:
                pass
            draw = 1.0 if stage.is_calm else stage.chance.random()
            if draw < 0.06:
                await wire.goodbye()
                return wire.marked_by is None
            if draw < 0.09:
                await stage.call(self.person, "POST", "/api/events/LeaveEvent", event_id=wire.event)
                await wire.abort()
                return wire.marked_by is None
            if draw < 0.14:
                await wire.abort()  # and comes back
                return False
            await wire.ask("ping")


class Marker:
    """Sits by the sheet of one event and marks; where it ends, of another."""

    def __init__(
        self, stage: Stage, person: Person, event: str, *, says_whom: bool = False
    ) -> None:
        self.person = person
        self.visits = Visits(stage, person, "marking", event)
        self._stage = stage
        # Always: two sockets of one person may not hold the same
        self._says_whom = says_whom
        self._moves = False  # to another event, where more may be waiting
        self._old: tuple[str, int] | None = None  # a frame that is sent again later
        self._unsure: int | None = None  # whom we may have marked: no answer came

    async def live(self) -> None:
        """Acts until it is cancelled."""
        stage = self._stage
        while True:
            wire = await self.visits.open()
            if wire is None:
                continue
            await wire.list_heard.wait()
            while not wire.ended.is_set():
                await stage.think(stage.pace)
                if stage.is_calm:
                    await self._idles(wire)
                else:
                    await self._acts(wire)
            if self.visits.is_over or self._moves:
                if self.visits.is_left_out:
                    await stage.think(stage.pace)
                elif self.visits.is_over:
                    stage.close_event(self.visits.event)
                while not stage.events:
                    await asyncio.sleep(0.2)
                self.visits = Visits(
                    stage, self.person, "marking", stage.chance.choice(stage.events)
                )
                self._unsure, self._old, self._moves = None, None, False

    async def _idles(self, wire: Wire) -> None:
        try:
            async with asyncio.timeout(1.0):
                await wire.ended.wait()
        except TimeoutError:
            await wire.ask("ping")

    async def _acts(self, wire: Wire) -> None:
        if self._unsure is not None:
            await self._confirm(wire, self._unsure)
        elif self._old is not None and self._stage.chance.random() < 0.05:
            await wire.ask(*self._old)  # as a client does that sends its queue again
        elif wire.fold.holding is not None:
            await self._decide(wire, wire.fold.holding)
        elif wire.fold.listed:
            await self._choose(wire)
        elif self._stage.chance.random() < 0.2:
            self._moves = True
            await wire.goodbye()
        else:
            await wire.ask("ping")

    async def _choose(self, wire: Wire) -> None:
        listed = sorted(wire.fold.listed)
        chance = self._stage.chance
        user_id = listed[0] if chance.random() < 0.4 else chance.choice(listed)
        if chance.random() < 0.05:
            await wire.say("prepare_to_mark", user_id)  # as a client does whose person taps twice
        self._old = "prepare_to_mark", user_id
        await wire.ask("prepare_to_mark", user_id)

    async def _decide(self, wire: Wire, held: int) -> None:
        draw = self._stage.chance.random()
        if draw < 0.70:
            await self._confirm(wire, held)
        elif draw < 0.82:
            await self._refuse(wire, held)
        elif draw < 0.86:
            await wire.ask("confirm_marking", self.person.user_id)  # not whom we hold
        elif draw < 0.90:
            await wire.say("confirm_marking", held)
            await self._confirm(wire, held)
        elif draw < 0.94:
            self._unsure = held  # and confirms from the next socket
            await wire.abort()
        elif draw < 0.97:
            await asyncio.sleep(self._stage.hold_seconds + self._stage.chance.uniform(-0.3, 0.5))
            await self._confirm(wire, held)
        else:
            await wire.goodbye()

    async def _refuse(self, wire: Wire, held: int) -> None:
        named_id = held if self._says_whom else None
        self._old = "refuse_to_mark", held
        if self._stage.chance.random() < 0.3:
            await wire.say("refuse_to_mark", named_id)
        await wire.ask("refuse_to_mark", named_id)

    async def _confirm(self, wire: Wire, user_id: int) -> None:
        is_named = self._says_whom or self._unsure is not None or self._stage.chance.random() < 0.8
        self._old = "confirm_marking", user_id
        answer = await wire.ask("confirm_marking", user_id if is_named else None)
        told = told_by(answer)
        self._unsure = user_id if told in {"", "unavailable"} else None
        if answer is not None and told == "marked" and self._stage.chance.random() < SLIP_SHARE:
            params = answer["params"]
            slip = KnownMark(wire.event, params["user_id"], params["n"])
            await annuls(self._stage, self.person, slip, "wrong_person")
