"""Announcements by way of PostgreSQL's LISTEN and NOTIFY, for those who run no Redis.

Outside the transactions that they are about: a NOTIFY inside makes commits wait for one another.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Sequence
from typing import Any, Final
from uuid import UUID

import asyncpg

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

CHANNEL_PREFIX: Final = "attendance_"
SCHEMES: Final = frozenset({"postgresql", "postgres"})
FAILURES: Final = (asyncpg.PostgresError, asyncpg.InterfaceError, OSError)
NOTIFY: Final = (
    "SELECT pg_notify(outgoing.channel, outgoing.message) "
    "FROM unnest($1::text[], $2::text[]) AS outgoing (channel, message)"
)


def postgres_notifier(url: str) -> RemoteNotifier:
    """Makes a notifier at postgresql:// or postgres://; a pooler in between has to pool sessions.

    Raises BadAddress.
    """
    scheme, _, rest = url.partition("://")
    if scheme.partition("+")[0] not in SCHEMES or not rest:
        raise BadAddress("the address of the notifier's PostgreSQL server cannot be read")
    address = f"postgresql://{rest}"

    async def open_link(on_message: OnMessage, on_lost: Callable[[], None]) -> PostgresLink:
        try:
            connection = await asyncpg.connect(
                address,
                timeout=ANSWER_SECONDS,
                command_timeout=ANSWER_SECONDS,
                server_settings={"application_name": "attendance-notifier"},
            )
        except (*FAILURES, ValueError) as error:
            raise LinkLost(type(error).__name__) from error
        return PostgresLink(connection, on_message, on_lost)

    return RemoteNotifier(open_link)


class PostgresLink:
    """Sends and receives messages over one connection; a `ServerLink`."""

    def __init__(
        self,
        connection: asyncpg.Connection[Any],
        on_message: OnMessage,
        on_lost: Callable[[], None],
    ) -> None:
        self._connection = connection
        self._on_message = on_message
        self._on_lost = on_lost
        connection.add_termination_listener(self._connection_ended)

    @property
    def is_lost(self) -> bool:
        """Whether the connection has ended, by the server or by `close`."""
        return bool(self._connection.is_closed())

    async def listen(self, event_ids: Collection[EventId]) -> None:
        """Listens to the channels of these events. Raises LinkLost."""
        with link_lost_on(FAILURES):
            for event_id in event_ids:
                await self._connection.add_listener(_channel(event_id), self._receive)

    async def stop_listening(self, event_ids: Collection[EventId]) -> None:
        """Stops listening to the channels of these events. Raises LinkLost."""
        with link_lost_on(FAILURES):
            for event_id in event_ids:
                await self._connection.remove_listener(_channel(event_id), self._receive)

    async def send(self, messages: Sequence[Message]) -> None:
        """Sends messages, in one statement. Raises LinkLost."""
        channels = [_channel(message.event_id) for message in messages]
        texts = [message.content.decode() for message in messages]
        with link_lost_on(FAILURES):
            await self._connection.execute(NOTIFY, channels, texts)

    async def check(self) -> None:
        """Waits for an answer of the server. Raises LinkLost."""
        with link_lost_on(FAILURES):
            await self._connection.execute("SELECT 1")

    async def close(self) -> None:
        """Ends the connection without telling the server, which may not be there to answer."""
        self._connection.remove_termination_listener(self._connection_ended)
        self._connection.terminate()

    def _receive(self, _connection: object, _pid: int, channel: str, content: object) -> None:
        event_id = EventId(UUID(hex=channel.removeprefix(CHANNEL_PREFIX)))
        self._on_message(event_id, str(content).encode())

    def _connection_ended(self, _connection: object) -> None:
        self._on_lost()


def _channel(event_id: EventId) -> str:
    return f"{CHANNEL_PREFIX}{event_id.hex}"
