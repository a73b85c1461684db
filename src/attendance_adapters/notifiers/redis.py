"""Announcements by way of Redis or Valkey: publish and subscribe, a channel an event."""

from __future__ import annotations

import asyncio
import logging
import math
from collections.abc import Callable, Collection, Sequence
from contextlib import suppress
from typing import Any, Final
from uuid import UUID

from redis.asyncio.connection import Connection, parse_url
from redis.exceptions import RedisError

from attendance_adapters.errors import BadAddress
from attendance_adapters.notifiers.remote import RemoteNotifier
from attendance_adapters.notifiers.server_link import (
    ANSWER_SECONDS,
    LinkLost,
    Message,
    OnMessage,
    link_lost_on,
)
from attendance_core.vocabulary import EventId

FAILURES: Final = (RedisError, OSError)
CHANNEL_PREFIX: Final = "attendance:"
# From the schemes of addresses to those that redis-py knows
SCHEMES: Final = {"redis": "redis", "rediss": "rediss", "valkey": "redis", "valkeys": "rediss"}

logger = logging.getLogger(__name__)


def redis_notifier(url: str) -> RemoteNotifier:
    """Makes a notifier at redis://, rediss://, valkey:// or valkeys://. Raises BadAddress."""
    scheme, _, rest = url.partition("://")
    try:
        if not rest:
            raise ValueError
        options: dict[str, Any] = dict(parse_url(f"{SCHEMES[scheme]}://{rest}"))
    except (KeyError, ValueError):
        raise BadAddress("the address of the notifier's Redis server cannot be read") from None
    # RESP 3, or a subscriber might not publish. No message may come for hours: redis-py's own
    # timeouts, 5 s by default, are not for that
    options |= {"protocol": 3, "socket_timeout": None, "driver_info": None}
    options.setdefault("socket_connect_timeout", ANSWER_SECONDS)
    connection_class: Callable[..., Connection] = options.pop("connection_class", Connection)

    async def open_link(on_message: OnMessage, on_lost: Callable[[], None]) -> RedisLink:
        link = RedisLink(connection_class(**options), on_message, on_lost)
        try:
            await link.open()
        except BaseException:
            await link.close()
            raise
        return link

    return RemoteNotifier(open_link)


class RedisLink:
    """Sends and receives messages over one connection; a `ServerLink`.

    redis-py never connects it again: that would hide what was missed meanwhile.
    """

    def __init__(
        self, connection: Connection, on_message: OnMessage, on_lost: Callable[[], None]
    ) -> None:
        self._connection = connection
        self._on_message = on_message
        self._on_lost = on_lost
        self._reader: asyncio.Task[None] | None = None
        self._missing_answer_count = 0  # those that the server has not sent yet
        self._all_answered = asyncio.Event()  # set as well when the connection ends
        self.is_lost = False

    async def open(self) -> None:
        """Connects to the server. Raises LinkLost."""
        with link_lost_on(FAILURES):
            await self._connection.connect()  # type: ignore[no-untyped-call]
        self._reader = asyncio.create_task(self._read(), name="notifier-reader")

    async def listen(self, event_ids: Collection[EventId]) -> None:
        """Subscribes to the channels of these events. Raises LinkLost."""
        await self._request(("SUBSCRIBE", *map(_channel, event_ids)), answer_count=len(event_ids))

    async def stop_listening(self, event_ids: Collection[EventId]) -> None:
        """Unsubscribes from the channels of these events. Raises LinkLost."""
        await self._request(("UNSUBSCRIBE", *map(_channel, event_ids)), answer_count=len(event_ids))

    async def send(self, messages: Sequence[Message]) -> None:
        """Publishes messages, together. Raises LinkLost."""
        commands = [
            ("PUBLISH", _channel(message.event_id), message.content) for message in messages
        ]
        await self._request(*commands, answer_count=len(commands))

    async def check(self) -> None:
        """Waits for an answer of the server. Raises LinkLost."""
        await self._request(("PING",), answer_count=1)

    async def close(self) -> None:
        """Ends the connection; idempotent."""
        if self._reader is not None:
            self._reader.cancel()
            await asyncio.wait([self._reader])
        with suppress(*FAILURES):
            await self._connection.disconnect()

    async def _request(self, *commands: tuple[str | bytes, ...], answer_count: int) -> None:
        """Sends commands, and waits until the reader has seen all their answers."""
        self._missing_answer_count = answer_count
        self._all_answered.clear()
        if not self.is_lost:
            with link_lost_on(FAILURES):
                packed = self._connection.pack_commands(commands)
                await self._connection.send_packed_command(packed)
            await self._all_answered.wait()
        if self.is_lost:
            raise LinkLost("the connection ended")

    async def _read(self) -> None:
        try:
            while True:
                # It stays open after an error, or the next command would connect it again
                response = await self._connection.read_response(
                    timeout=math.inf, disconnect_on_error=False, push_request=True
                )
                self._receive(response)
        except FAILURES as error:
            logger.debug("the connection ended: %s", type(error).__name__)
        finally:
            self.is_lost = True
            self._all_answered.set()
            self._on_lost()

    def _receive(self, response: Any) -> None:
        match response:
            case [b"message", bytes(channel), bytes(content)]:
                event_id = EventId(UUID(channel.decode().removeprefix(CHANNEL_PREFIX)))
                self._on_message(event_id, content)
            case _:
                self._missing_answer_count -= 1
                if self._missing_answer_count == 0:
                    self._all_answered.set()


def _channel(event_id: EventId) -> str:
    return f"{CHANNEL_PREFIX}{event_id}"
