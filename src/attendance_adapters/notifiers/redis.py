"""Announcements by way of Redis or Valkey: publish and subscribe, a channel an event."""

from __future__ import annotations

import asyncio
import logging
import math
from collections.abc import Callable, Collection, Iterator, Sequence
from contextlib import contextmanager, suppress
from typing import Any, Final
from uuid import UUID

from redis.asyncio.connection import Connection, parse_url
from redis.exceptions import RedisError

from attendance_adapters.errors import BadAddress
from attendance_adapters.notifiers.remote import ANSWER_SECONDS, Heard, LinkLost, RemoteNotifier
from attendance_core.vocabulary import EventId

FAILURES: Final = (RedisError, OSError)
PREFIX: Final = "attendance:"
SCHEMES: Final = {"redis": "redis", "rediss": "rediss", "valkey": "redis", "valkeys": "rediss"}

logger = logging.getLogger(__name__)


def redis_notifier(url: str) -> RemoteNotifier:
    """A notifier at redis://, rediss://, valkey:// or valkeys://. Raises BadAddress."""
    scheme, _, rest = url.partition("://")
    try:
        if not rest:
            raise ValueError
        options: dict[str, Any] = dict(parse_url(f"{SCHEMES[scheme]}://{rest}"))
    except (KeyError, ValueError):
        raise BadAddress("the address of the notifier's Redis server cannot be read") from None
    # RESP 2, or what is pushed could come between the answers. A subscriber is silent for hours:
    # redis-py's own timeouts, 5 s by default, are not for it
    options |= {"protocol": 2, "socket_timeout": None, "driver_info": None}
    options.setdefault("socket_connect_timeout", ANSWER_SECONDS)
    made: Callable[..., Connection] = options.pop("connection_class", Connection)

    async def open_link(heard: Heard, lost: Callable[[], None]) -> RedisLink:
        link = RedisLink(made(**options), made(**options), heard, lost)
        try:
            await link.open()
        except BaseException:
            await link.close()
            raise
        return link

    return RemoteNotifier(open_link)


class RedisLink:
    """One connection that hears, and one that says: a subscriber may not publish.

    Neither is ever connected anew by redis-py: it would hide what was missed meanwhile.
    """

    def __init__(
        self, hears: Connection, says: Connection, heard: Heard, lost: Callable[[], None]
    ) -> None:
        self._hears = hears
        self._says = says
        self._heard = heard
        self._lost = lost
        self._reading: asyncio.Task[None] | None = None
        self._expected = 0  # confirmations and pongs that the server still owes
        self._settled = asyncio.Event()
        self.is_lost = False

    async def open(self) -> None:
        """Raises LinkLost."""
        with _or_lost():
            await self._hears.connect()  # type: ignore[no-untyped-call]
            await self._says.connect()  # type: ignore[no-untyped-call]
        self._reading = asyncio.create_task(self._read(), name="notifier-hears")

    async def listen(self, events: Collection[EventId]) -> None:
        """Raises LinkLost."""
        await self._ask("SUBSCRIBE", *map(_channel, events), answers=len(events))

    async def stop_listening(self, events: Collection[EventId]) -> None:
        """Raises LinkLost."""
        await self._ask("UNSUBSCRIBE", *map(_channel, events), answers=len(events))

    async def say(self, words: Sequence[tuple[EventId, bytes]]) -> None:
        """Raises LinkLost."""
        commands = [("PUBLISH", _channel(event_id), word) for event_id, word in words]
        with _or_lost():
            await self._says.send_packed_command(self._says.pack_commands(commands))
            for _ in commands:
                await self._says.read_response()

    async def check(self) -> None:
        """Raises LinkLost."""
        with _or_lost():
            await self._says.send_command("PING")
            await self._says.read_response()
        await self._ask("PING", answers=1)

    async def close(self) -> None:
        """Idempotent."""
        if self._reading is not None:
            self._reading.cancel()
            await asyncio.wait([self._reading])
        for each in (self._hears, self._says):
            with suppress(*FAILURES):
                await each.disconnect()

    async def _ask(self, *command: str, answers: int) -> None:
        """Sends it, and waits until the reader has seen all of its answers."""
        self._expected = answers
        self._settled.clear()
        if not self.is_lost:
            with _or_lost():
                await self._hears.send_command(*command)
            await self._settled.wait()
        if self.is_lost:
            raise LinkLost("the connection ended")

    async def _read(self) -> None:
        try:
            while True:
                # It stays open after an error, or the next command would connect it anew
                self._take(
                    await self._hears.read_response(timeout=math.inf, disconnect_on_error=False)
                )
        except FAILURES as error:
            logger.debug("the connection that hears ended: %s", type(error).__name__)
        finally:
            self.is_lost = True
            self._settled.set()
            self._lost()

    def _take(self, told: Any) -> None:
        match told:
            case [b"message", bytes(channel), bytes(word)]:
                self._heard(EventId(UUID(channel.decode().removeprefix(PREFIX))), word)
            case _:
                self._expected -= 1
                if self._expected == 0:
                    self._settled.set()


@contextmanager
def _or_lost() -> Iterator[None]:
    """Whatever the client raises means that this connection is of no use any more."""
    try:
        yield
    except FAILURES as error:
        raise LinkLost(type(error).__name__) from error


def _channel(event_id: EventId) -> str:
    return f"{PREFIX}{event_id}"
