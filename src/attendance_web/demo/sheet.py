"""What happens around the sign-in sheet: those who ask, and those who mark. Contract: 6."""

from __future__ import annotations

import asyncio
import json
import random
import time
from collections.abc import AsyncIterator, Callable, Collection
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field
from typing import Any, Final, NamedTuple

from websockets.asyncio.client import ClientConnection
from websockets.exceptions import ConnectionClosed, WebSocketException

from attendance_web.demo.cast import Person
from attendance_web.demo.client import CallFailed, abort
from attendance_web.demo.organising import CLOCK_SLACK_SECONDS
from attendance_web.demo.record import Moment, Record

THINKING_SECONDS: Final = 0.03  # that a marker looks at the sheet, on average
AWAY_SECONDS: Final = 0.1  # that somebody without a connection needs to come back
ANSWERS: Final = frozenset({"prepared", "marked", "refused"})
LOST_RACES: Final = frozenset({"taken", "already_marked", "not_waiting", "too_soon"})


@dataclass
class Sheet:
    """Holds what all markers share: what is noted, whom to refuse once, and what was measured."""

    record: Record
    clock: Callable[[], float]
    chance: random.Random
    to_refuse: set[int]
    prepare_ms: list[float] = field(default_factory=list)
    confirm_ms: list[float] = field(default_factory=list)
    refusal_count: int = 0
    drop_count: int = 0  # of connections, by will

    @property
    def event_id(self) -> str:
        """The event whose sheet it is."""
        return self.record.event_id


async def ask(person: Person, sheet: Sheet, *, drops: bool) -> int:
    """Waits to be marked, and answers by whom. Raises CallFailed."""
    while True:
        async with opened(person, "/ws/mark_me", sheet.event_id) as socket:
            if drops:
                drops = False
                sheet.drop_count += 1
                await asyncio.sleep(sheet.chance.uniform(0, 0.3))
                abort(socket)
            with suppress(ConnectionClosed):
                async for text in socket:
                    frame = json.loads(text)
                    if frame["message"] == "was_marked":
                        return int(frame["params"]["user_id"])
                    raise CallFailed(f"{person.name} waited and was told: {frame['message']}")
        await asyncio.sleep(AWAY_SECONDS)


@asynccontextmanager
async def opened(person: Person, path: str, event_id: str) -> AsyncIterator[ClientConnection]:
    """Opens a socket; closes it with a goodbye unless it was lost. Raises CallFailed."""
    try:
        socket = await person.visitor.socket(path, event_id)
    except (OSError, WebSocketException) as error:
        raise CallFailed(f"{person.name} was not let in at {path}: {error}") from error
    try:
        yield socket
    finally:
        await socket.close()


@asynccontextmanager
async def latecomers(
    sheet: Sheet, marker: Person, held: Person, waits: Person
) -> AsyncIterator[None]:
    """Has one wait and another be held for as long as the block lasts. Raises CallFailed."""
    record, chosen = sheet.record, {"user_id": held.user_id}
    async with (
        opened(waits, "/ws/mark_me", sheet.event_id),
        opened(held, "/ws/mark_me", sheet.event_id),
        opened(marker, "/ws/marking", sheet.event_id) as desk,
    ):
        await desk.send(json.dumps({"message": "prepare_to_mark", "params": chosen}))
        async for text in desk:
            frame = json.loads(text)
            if frame["result"] != "ok":
                raise CallFailed(f"{marker.name} chose {held.name}, and heard {frame['message']}")
            if frame["message"] == "prepared":
                break
        record.joined |= {held.user_id, waits.user_id}
        record.held, record.waiting = {held.user_id}, {waits.user_id}
        yield
    record.held, record.waiting = set(), set()


class _Answered(NamedTuple):
    """Holds the frame that answers a command, and how many milliseconds it took."""

    frame: dict[str, Any]
    ms: float


class Marker:
    """Marks people from its list of who waits, which it keeps as every client does.

    Contract: 6.10.
    """

    def __init__(self, person: Person, sheet: Sheet, *, drops: bool) -> None:
        self.person = person
        self.marked: list[int] = []
        self.listed: list[int] = []
        self._held: int | None = None
        self._sheet = sheet
        self._drops = drops
        self._answers: asyncio.Queue[dict[str, Any]] = asyncio.Queue()
        self._changed = asyncio.Event()

    async def mark(self) -> None:
        """Marks whoever waits until it is cancelled. Raises CallFailed."""
        while True:
            async with opened(self.person, "/ws/marking", self._sheet.event_id) as socket:
                reader = asyncio.create_task(self._read(socket))
                worker = asyncio.create_task(self._work(socket))
                try:
                    await asyncio.wait({reader, worker}, return_when=asyncio.FIRST_COMPLETED)
                    for ended in (reader, worker):
                        if ended.done():
                            ended.result()
                finally:
                    reader.cancel()
                    worker.cancel()
                    await asyncio.gather(reader, worker, return_exceptions=True)
            await asyncio.sleep(AWAY_SECONDS)

    async def wait_until_unlisted(self, people: Collection[int]) -> None:
        """Waits until none of these people is listed."""
        while not set(people).isdisjoint(self.listed):
            self._changed.clear()
            await self._changed.wait()

    async def _read(self, socket: ClientConnection) -> None:
        """Takes frames until the connection is lost. Raises CallFailed."""
        with suppress(ConnectionClosed):
            async for text in socket:
                frame = json.loads(text)
                self._fold(frame["message"], frame.get("params", {}))
                if frame["result"] != "ok" or frame["message"] in ANSWERS:
                    self._answers.put_nowait(frame)
                self._changed.set()

    def _fold(self, message: str, params: dict[str, Any]) -> None:
        try:
            match message:
                case "marking_list":
                    self.listed = list(params["marking_list"])
                case "user_joined":
                    if params["user_id"] in self.listed:
                        raise ValueError
                    self.listed.append(params["user_id"])
                case "user_left":
                    self.listed.remove(params["user_id"])
                case "marked" if self._held is not None:
                    self.listed.remove(self._held)
        except ValueError:
            raise CallFailed(
                f"{self.person.name} was told {message} of somebody for whom it cannot be true"
            ) from None

    async def _work(self, socket: ClientConnection) -> None:
        """Marks one after another; returns when the connection was dropped."""
        chance = self._sheet.chance
        if self._held is not None:
            await self._answers.get()  # prepared: they hold whom they held when it was lost
            await self._decide(socket, self._held)
        while True:
            while not self.listed:
                self._changed.clear()
                await self._changed.wait()
            await asyncio.sleep(chance.uniform(0, 2 * THINKING_SECONDS))
            if not self.listed or not await self._prepare(socket, chance.choice(self.listed[:5])):
                continue
            assert self._held is not None
            if self._drops:
                self._drops = False
                self._sheet.drop_count += 1
                abort(socket)
                return
            await self._decide(socket, self._held)

    async def _prepare(self, socket: ClientConnection, user_id: int) -> bool:
        """Chooses a person; tells whether they are ours, since another may have been quicker."""
        answer, ms = await self._say(socket, "prepare_to_mark", user_id)
        self._sheet.prepare_ms.append(ms)
        if answer["result"] == "ok":
            self._held = user_id
            return True
        if answer["params"]["code"] in LOST_RACES:
            return False
        raise CallFailed(f"{self.person.name} chose somebody and was told: {answer['message']}")

    async def _decide(self, socket: ClientConnection, held: int) -> None:
        """Confirms or refuses whom it holds, and notes it. Raises CallFailed."""
        refuses = held in self._sheet.to_refuse
        if refuses:
            self._sheet.to_refuse.remove(held)
        message = "refuse_to_mark" if refuses else "confirm_marking"
        begun = self._sheet.clock()
        answer, ms = await self._say(socket, message, held)
        if answer["result"] != "ok":
            raise CallFailed(f"{self.person.name} held somebody and was told: {answer['message']}")
        self._held = None
        if refuses:
            self._sheet.refusal_count += 1
        else:
            self._sheet.confirm_ms.append(ms)
            self.marked.append(held)
            when = Moment(begun - CLOCK_SLACK_SECONDS, self._sheet.clock() + CLOCK_SLACK_SECONDS)
            n = self._sheet.record.note_mark(held, self.person.user_id, when, "hold")
            if answer["params"]["n"] != n:
                raise CallFailed(f"{self.person.name} was told of an entry that is not {n}")

    async def _say(self, socket: ClientConnection, message: str, user_id: int) -> _Answered:
        """Sends a command, and waits for its answer."""
        begun = time.perf_counter()
        with suppress(ConnectionClosed):  # the reader sees it, too
            await socket.send(json.dumps({"message": message, "params": {"user_id": user_id}}))
        answer = await self._answers.get()
        return _Answered(answer, (time.perf_counter() - begun) * 1000)
