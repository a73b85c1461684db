"""One socket of a person through a proxy; everything said and heard on it is written down."""

from __future__ import annotations

import asyncio
import json
import socket
from collections import deque
from contextlib import suppress
from dataclasses import dataclass
from typing import Any, Final

from websockets.asyncio.client import ClientConnection, connect
from websockets.exceptions import ConnectionClosed, InvalidHandshake, InvalidMessage, InvalidStatus

from tests.chaos.folding import Fold, NewsFold
from tests.chaos.stage import KnownMark, Stage
from tests.support.gathering import Person

ANSWERS: Final = {
    "prepared": "prepare_to_mark",
    "marked": "confirm_marking",
    "refused": "refuse_to_mark",
    "pong": "ping",
}


@dataclass
class PendingCommand:
    """A command that waits for its answer."""

    number: int
    message: str
    user_id: int | None
    answer: asyncio.Future[dict[str, Any] | None]


class Wire:
    """Open from its making on; ``ended`` once nothing can be heard any more."""

    def __init__(
        self, stage: Stage, person: Person, event: str, number: int, connection: ClientConnection
    ) -> None:
        self.person = person
        self.event = event
        self.number = number
        self.fold = Fold()
        self.news_fold: NewsFold | None = None  # where it was asked for
        self.marked_by: int | None = None
        self.close_code: int | None = None
        self.refusal = ""  # the last it was told, by its code
        self.ended = asyncio.Event()
        self.list_heard = asyncio.Event()
        self._stage = stage
        self._connection = connection
        self._pending: deque[PendingCommand] = deque()
        self._command_count = 0
        stage.socket_aborts.add(self.abort)
        self._reading = asyncio.create_task(self._read())

    async def ask(self, message: str, user_id: int | None = None) -> dict[str, Any] | None:
        """Says it; answers its answer, None where none came, and the socket is then given up."""
        command = await self.say(message, user_id)
        if command is None:
            return None
        try:
            async with asyncio.timeout(self._stage.patience()):
                return await asyncio.shield(command.answer)
        except TimeoutError:
            await self.abort()
            return None

    async def say(self, message: str, user_id: int | None = None) -> PendingCommand | None:
        """Says it without waiting; answers None where the socket has ended."""
        if self.ended.is_set():
            return None
        self._command_count += 1
        about = user_id
        if about is None and message != "ping":
            about = self.fold.holding
        command = PendingCommand(
            self._command_count, message, about, asyncio.get_running_loop().create_future()
        )
        self._pending.append(command)
        frame: dict[str, Any] = {"message": message}
        if message != "ping":
            self._stage.operations += 1
            frame["params"] = {} if user_id is None else {"user_id": user_id}
        self._note("sent", number=self._command_count, message=message, user_id=about)
        with suppress(ConnectionClosed, OSError):
            await self._connection.send(json.dumps(frame))
        return command

    async def goodbye(self) -> None:
        """Leaves for good: the service takes us off the list at once."""
        self._note("goodbye")
        self._stage.operations += 1
        with suppress(ConnectionClosed, OSError, TimeoutError):
            async with asyncio.timeout(self._stage.patience()):
                await self._connection.close(1000)
        await self.abort()

    async def abort(self) -> None:
        """Lets go of it as a phone does that has lost its network."""
        if not self.ended.is_set():
            self._note("given_up")
        self._connection.transport.abort()
        await self.ended.wait()

    def _note(self, what: str, **data: Any) -> None:
        self._stage.history.add(
            what, person=self.person.user_id, event=self.event, socket=self.number, **data
        )

    async def _read(self) -> None:
        try:
            async for text in self._connection:
                self._hear(json.loads(text))
        except (ConnectionClosed, OSError):
            pass
        finally:
            received = self._connection.protocol.close_rcvd
            self.close_code = 1006 if received is None else received.code
            self._note("closed", code=self.close_code)
            self._stage.socket_aborts.discard(self.abort)
            self.ended.set()
            self.list_heard.set()
            for command in self._pending:
                if not command.answer.done():
                    command.answer.set_result(None)

    def _hear(self, frame: dict[str, Any]) -> None:
        command = self._command_answered_by(frame)
        marked_person = (
            command.user_id if command is not None and frame["message"] == "marked" else None
        )
        self._note(
            "heard",
            frame=frame,
            answers=None if command is None else command.number,
            marked_person=marked_person,
        )
        self.fold.hears(frame, marked_person)
        if self.news_fold is not None:
            self.news_fold.hears(frame)
        if frame["result"] != "ok":
            self.refusal = frame["params"]["code"]
        elif frame["message"] == "was_marked":
            self.marked_by = frame["params"]["user_id"]
        elif frame["message"] == "marked":
            params = frame["params"]
            self._stage.known_marks.append(KnownMark(self.event, params["user_id"], params["n"]))
        if self.fold.list_count:
            self.list_heard.set()
        if command is not None and not command.answer.done():
            command.answer.set_result(frame)

    def _command_answered_by(self, frame: dict[str, Any]) -> PendingCommand | None:
        """Finds the command that a frame answers: they are answered in the order of asking."""
        if not self._pending:
            return None
        first = self._pending[0]
        if frame["result"] == "ok":
            if ANSWERS.get(frame["message"]) != first.message:
                return None
            if frame["message"] == "prepared" and frame["params"]["user_id"] != first.user_id:
                return None  # told at an opening: whom we hold already
        return self._pending.popleft()


async def opened(
    stage: Stage, person: Person, role: str, event: str, *, news: bool = False
) -> Wire | None:
    """Opens a socket at any of the workers; answers None where none could be had."""
    worker = await stage.door()
    proxy = stage.proxies[worker]
    number = next(stage.numbers)
    stage.operations += 1
    about: dict[str, Any] = {"person": person.user_id, "event": event, "socket": number}
    raw = socket.socket()
    raw.setblocking(False)
    raw.bind(("127.0.0.1", 0))
    link = raw.getsockname()[1]
    stage.history.add("opening", **about, role=role, worker=worker, link=link, news=news)
    connection, status = None, 0
    try:
        async with asyncio.timeout(stage.patience()):
            await asyncio.get_running_loop().sock_connect(raw, ("127.0.0.1", proxy.port))
            connection = await connect(
                f"ws://127.0.0.1:{proxy.port}/ws/{role}?event_id={event}{'&news=1' * news}",
                sock=raw,
                additional_headers={"Cookie": person.cookie},
                compression=None,
                open_timeout=None,
                ping_interval=None,
                close_timeout=2,
                proxy=None,
            )
    except InvalidStatus as refused:
        status = refused.response.status_code
    except (OSError, TimeoutError, EOFError, InvalidHandshake, InvalidMessage):
        pass  # nobody there, or no longer
    finally:
        if connection is None:
            raw.close()
            stage.history.add("turned_away", **about, status=status)
    if connection is None:
        return None
    stage.history.add("opened", **about)
    wire = Wire(stage, person, event, number, connection)
    wire.news_fold = NewsFold() if news else None  # nothing is heard before somebody waits
    return wire


async def look_in(stage: Stage, person: Person, event: str) -> None:
    """Has somebody come back to wait, and leave once anything is told."""
    wire = await opened(stage, person, "mark_me", event)
    if wire is not None:
        await wire.ask("ping")
        await wire.abort()
