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
    # RESP 3, or a subscriber might not publish. It may hear nothing for hours: redis-py's own
    # timeouts, 5 s by default, are not for it
    options |= {"protocol": 3, "socket_timeout": None, "driver_info": None}
    options.setdefault("socket_connect_timeout", ANSWER_SECONDS)
    made: Callable[..., Connection] = options.pop("connection_class", Connection)

    async def open_link(heard: Heard, lost: Callable[[], None]) -> RedisLink:
        link = RedisLink(made(**options), heard, lost)
        try:
            await link.open()
        except BaseException:
            await link.close()
            raise
        return link

    return RemoteNotifier(open_link)


class RedisLink:
    """One connection, which hears and says.

    It is never connected anew by redis-py: it would hide what was missed meanwhile.
    """

    def __init__(self, connection: Connection, heard: Heard, lost: Callable[[], None]) -> None:
        self._connection = connection
        self._heard = heard
        self._lost = lost
        self._reading: asyncio.Task[None] | None = None
        self._expected = 0  # answers that the server still owes
        self._settled = asyncio.Event()
        self.is_lost = False

    async def open(self) -> None:
        """Raises LinkLost."""
        with _or_lost():
            await self._connection.connect()  # type: ignore[no-untyped-call]
        self._reading = asyncio.create_task(self._read(), name="notifier-hears")

    async def listen(self, events: Collection[EventId]) -> None:
        """Raises LinkLost."""
        await self._ask(("SUBSCRIBE", *map(_channel, events)), answers=len(events))

    async def stop_listening(self, events: Collection[EventId]) -> None:
        """Raises LinkLost."""
        await self._ask(("UNSUBSCRIBE", *map(_channel, events)), answers=len(events))

    async def say(self, words: Sequence[tuple[EventId, bytes]]) -> None:
        """Raises LinkLost."""
        commands = [("PUBLISH", _channel(event_id), word) for event_id, word in words]
        await self._ask(*commands, answers=len(commands))

    async def check(self) -> None:
        """Raises LinkLost."""
        await self._ask(("PING",), answers=1)

    async def close(self) -> None:
        """Idempotent."""
        if self._reading is not None:
            self._reading.cancel()
            await asyncio.wait([self._reading])
        with suppress(*FAILURES):
            await self._connection.disconnect()

    async def _ask(self, *commands: tuple[str | bytes, ...], answers: int) -> None:
        """Sends them, and waits until the reader has seen all of the answers."""
        self._expected = answers
        self._settled.clear()
        if not self.is_lost:
            with _or_lost():
                packed = self._connection.pack_commands(commands)
                await self._connection.send_packed_command(packed)
            await self._settled.wait()
        if self.is_lost:
            raise LinkLost("the connection ended")

    async def _read(self) -> None:
        try:
            while True:
                # It stays open after an error, or the next command would connect it anew
                told = await self._connection.read_response(
                    timeout=math.inf, disconnect_on_error=False, push_request=True
                )
                self._take(told)
        except FAILURES as error:
            logger.debug("the connection ended: %s", type(error).__name__)
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
