"""`python -m tests.chaos.bystander URL --cast FILE --seconds N`: what one feels who does no harm.

It says `ready` once it is inside, begins once it is told a line, and says at the end what it felt,
as JSON in milliseconds. It is a process of its own, so that nobody's load stops its clock, and asks
over the wire alone.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import random
import ssl
import sys
import time
from collections.abc import Awaitable, Callable, Sequence
from contextlib import AsyncExitStack, suppress
from dataclasses import asdict
from functools import partial
from pathlib import Path
from typing import Any, Final
from urllib.parse import urlsplit

import uvloop
from websockets.asyncio.client import ClientConnection, connect

from attendance_web.wire.credentials import session_cookie_name
from tests.chaos.browser_calls import Browser
from tests.chaos.cast import PASSWORD, Cast, Pairing
from tests.chaos.felt import ANSWER_SECONDS, FAILURES, Failed, Notes

READY: Final = "ready"
SETTING_UP_SECONDS: Final = 15.0  # before anything is measured
AGAIN_SECONDS: Final = 0.2  # from a lost socket to the next
HOLD_EVERY: Final = 0.06  # seconds, for each marker. Contract: 6.11, a socket may send 20 a second
OPENING_EVERY: Final = 0.1
PROFILE_EVERY: Final = 0.02  # Contract: 1, a person may call 50 times a second
CONFIRM_EVERY: Final = 0.1  # a hundred in ten seconds: a 99th percentile of fewer is the worst
LOG_IN_EVERY: Final = 0.5
CLOCK: Final = "clock"  # how late it woke up by itself: none of the service's doing
EVERY_OF_KIND: Final = {  # seconds from one of a kind to the next
    "hold": HOLD_EVERY,
    "opening": OPENING_EVERY,
    "goodbye": OPENING_EVERY,
    "profile": PROFILE_EVERY,
    "confirm": CONFIRM_EVERY,
    "log-in": LOG_IN_EVERY,
    CLOCK: PROFILE_EVERY,
}


class Bystander:
    """All of them: markers who hold and give back, one who opens, one who reads, pairs who meet to
    mark, and one who logs in.
    """

    def __init__(self, url: str, cast: Cast, trusts: ssl.SSLContext | None) -> None:
        self.notes = {kind: Notes(every) for kind, every in EVERY_OF_KIND.items()}
        self._url = urlsplit(url)
        self._cast = cast
        self._trusts = trusts
        self._role = "marking"
        cookies = {session_cookie_name(secure=trusts is not None): cast.reader_token}
        self._reader = Browser(self._url, trusts, **cookies)
        self._who_logs_in = Browser(self._url, trusts)
        self._to_mark = random.sample(cast.to_mark, len(cast.to_mark))
        self._holding: set[str] = set()  # events
        self._marking: dict[str, ClientConnection] = {}

    async def live(self, seconds: float) -> None:
        """Goes in, says so, is told to begin, asks for so many seconds, says what that was like,
        and leaves.

        Raises Failed, or one of FAILURES, where it does not get in.
        """
        async with AsyncExitStack() as stack:
            async with asyncio.timeout(SETTING_UP_SECONDS):
                await self._go_in(stack)
            print(READY, flush=True)
            await asyncio.to_thread(sys.stdin.readline)
            until = time.perf_counter() + seconds
            async with asyncio.TaskGroup() as group:
                for pairing in self._cast.to_hold:
                    group.create_task(self._repeat(HOLD_EVERY, until, self._holds(pairing)))
                group.create_task(self._repeat(OPENING_EVERY, until, self._opens))
                group.create_task(self._repeat(PROFILE_EVERY, until, self._reads))
                group.create_task(self._repeat(CONFIRM_EVERY, until, self._confirms))
                group.create_task(self._repeat(LOG_IN_EVERY, until, self._logs_in))
            felt = {kind: asdict(notes.felt()) for kind, notes in self.notes.items()}
            print(json.dumps(felt), flush=True)
            await asyncio.gather(*(each.close() for each in self._marking.values()))
        self._reader.leave()
        self._who_logs_in.leave()

    async def _go_in(self, stack: AsyncExitStack) -> None:
        for pairing in self._cast.to_hold:
            inside = asyncio.Event()
            waiting = asyncio.create_task(self._wait(pairing, inside))
            stack.push_async_callback(_end, waiting)
            await inside.wait()
            await self._sit(pairing)
        await self._read()
        await self._log_in()  # what its browser is given then it has from then on

    async def _repeat(self, every: float, until: float, act: Callable[[], Awaitable[None]]) -> None:
        planned = time.perf_counter()
        while planned < until:
            await asyncio.sleep(max(0.0, planned - time.perf_counter()))
            self.notes[CLOCK].note_wait(time.perf_counter() - planned)
            await act()
            planned = max(planned + every, time.perf_counter())

    @property
    def _cookie_name(self) -> str:
        """The name of the cookie."""
        return session_cookie_name(secure=self._trusts is not None)

    def _socket(self, role: str, event_id: str, token: str) -> connect:
        scheme = "ws" if self._trusts is None else "wss"
        return connect(
            f"{scheme}://{self._url.netloc}/ws/{role}?event_id={event_id}",
            additional_headers={"Cookie": f"{self._cookie_name}={token}"},
            ssl=self._trusts,
            compression=None,
            open_timeout=None,
            ping_interval=None,
            close_timeout=ANSWER_SECONDS,
            proxy=None,
        )

    async def _wait(self, pairing: Pairing, inside: asyncio.Event) -> None:
        """Waits to be marked; whoever loses their place comes back, and that is an error."""
        while True:
            with suppress(*FAILURES):
                async with self._socket(
                    "mark_me", pairing.event_id, pairing.asker_token
                ) as connection:
                    inside.set()
                    async for _ in connection:
                        pass
            self.notes["hold"].errors.append("who waits lost their socket")
            await asyncio.sleep(AGAIN_SECONDS)

    async def _sit(self, pairing: Pairing) -> None:
        """Opens the sheet of one, and holds nobody there."""
        connection = await self._socket("marking", pairing.event_id, pairing.marker_token)
        self._marking[pairing.event_id] = connection
        self._holding.discard(pairing.event_id)
        await connection.recv()
        with suppress(Failed):
            await _send_command(connection, "refused", "refuse_to_mark", {})

    def _holds(self, pairing: Pairing) -> Callable[[], Awaitable[None]]:
        async def changes() -> None:
            connection = self._marking[pairing.event_id]
            if pairing.event_id in self._holding:
                await _send_command(connection, "refused", "refuse_to_mark", {})
                self._holding.discard(pairing.event_id)
            else:
                whom = {"user_id": pairing.asker_id}
                await _send_command(connection, "prepared", "prepare_to_mark", whom)
                self._holding.add(pairing.event_id)

        async def acts() -> None:
            if not await self.notes["hold"].ask(changes):  # a new socket is a new beginning
                self._marking[pairing.event_id].transport.abort()
                await asyncio.sleep(AGAIN_SECONDS)
                with suppress(*FAILURES):
                    async with asyncio.timeout(ANSWER_SECONDS):
                        await self._sit(pairing)

        return acts

    async def _opens(self) -> None:
        self._role = "mark_me" if self._role == "marking" else "marking"
        opened: list[ClientConnection] = []

        async def opens() -> None:
            event_id, token = self._cast.opener_event_id, self._cast.opener_token
            opened.append(await self._socket(self._role, event_id, token))
            if self._role == "marking":
                _check_frame(json.loads(await opened[0].recv()), "marking_list")

        async def leaves() -> None:
            await opened[0].close()
            answered = opened[0].protocol.close_rcvd
            if answered is None or answered.code != 1000:
                raise Failed(f"a goodbye was answered by {answered}")

        if await self.notes["opening"].ask(opens):
            begun = time.perf_counter()
            await self.notes["goodbye"].ask(leaves)
            # Whoever would have opened meanwhile has waited as well
            self.notes["opening"].note_wait(time.perf_counter() - begun - OPENING_EVERY)
        elif opened:
            opened[0].transport.abort()

    async def _reads(self) -> None:
        if not await self.notes["profile"].ask(self._read):
            self._reader.leave()

    async def _read(self) -> None:
        await self._reader.get(f"/api/profile/GetProfile?user_id={self._cast.reader_id}")

    async def _logs_in(self) -> None:
        if not await self.notes["log-in"].ask(self._log_in):
            self._who_logs_in.leave()

    async def _log_in(self) -> None:
        given = {"username": self._cast.username, "password": PASSWORD}
        await self._who_logs_in.post("/accounts/login/", **given)

    async def _confirms(self) -> None:
        """Has a pair meet that has not met yet; what is measured is the confirm alone."""
        with suppress(*FAILURES, Failed):
            while self._to_mark:
                pair = self._to_mark.pop()
                async with (
                    self._socket("mark_me", pair.event_id, pair.asker_token),
                    self._socket("marking", pair.event_id, pair.marker_token) as marking,
                ):
                    if json.loads(await marking.recv())["params"]["marking_list"]:
                        whom = {"user_id": pair.asker_id}
                        await _send_command(marking, "prepared", "prepare_to_mark", whom)
                        await self.notes["confirm"].ask(
                            partial(_send_command, marking, "marked", "confirm_marking", {})
                        )
                        return


async def _send_command(
    connection: ClientConnection, expected: str, message: str, params: dict[str, Any]
) -> None:
    """Sends a command, and hears its answer. Raises Failed."""
    await connection.send(json.dumps({"message": message, "params": params}))
    while True:
        frame = json.loads(await connection.recv())
        if frame["result"] != "ok" or frame["message"] == expected:
            _check_frame(frame, expected)
            return


def _check_frame(frame: dict[str, Any], expected: str) -> None:
    if frame["result"] != "ok" or frame["message"] != expected:
        raise Failed(f"no {expected} but {json.dumps(frame)[:120]}")


async def _end(task: asyncio.Task[None]) -> None:
    task.cancel()
    await asyncio.gather(task, return_exceptions=True)


def main(arguments: Sequence[str] | None = None) -> int:
    """Answers 0 where it could be measured, however bad it was; 1 where it did not get in."""
    parser = argparse.ArgumentParser(prog="python -m tests.chaos.bystander", description=__doc__)
    parser.add_argument("url")
    parser.add_argument("--cast", type=Path, required=True, help="whom to play: a file of `Cast`")
    parser.add_argument("--seconds", type=float, default=5.0)
    parser.add_argument("--certificate", type=Path, help="what to trust where the URL is https")
    given = parser.parse_args(arguments)
    trusts = None
    if given.certificate is not None:
        trusts = ssl.create_default_context(cafile=given.certificate)
    bystander = Bystander(given.url, Cast.read(given.cast), trusts)
    with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
        try:
            runner.run(bystander.live(given.seconds))
        except (Failed, *FAILURES) as error:
            print(f"it did not get in: {error!r}", file=sys.stderr)
            return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
