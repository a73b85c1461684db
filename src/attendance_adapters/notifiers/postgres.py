"""Announcements by way of PostgreSQL's LISTEN and NOTIFY, for those who run no Redis.

Outside the transactions that they tell of: a NOTIFY inside makes commits wait for one another.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Sequence
from contextlib import contextmanager
from typing import Any, Final
from uuid import UUID

import asyncpg

from attendance_adapters.errors import BadAddress
from attendance_adapters.notifiers.remote import ANSWER_SECONDS, Heard, LinkLost, RemoteNotifier
from attendance_core.vocabulary import EventId

PREFIX: Final = "attendance_"
SCHEMES: Final = frozenset({"postgresql", "postgres"})
FAILURES: Final = (asyncpg.PostgresError, asyncpg.InterfaceError, OSError)
NOTIFY: Final = (
    "SELECT pg_notify(told.channel, told.word) "
    "FROM unnest($1::text[], $2::text[]) AS told (channel, word)"
)


def postgres_notifier(url: str) -> RemoteNotifier:
    """A notifier at postgresql:// or postgres://; a pooler in between has to pool sessions.

    Raises BadAddress.
    """
    scheme, _, rest = url.partition("://")
    if scheme.partition("+")[0] not in SCHEMES or not rest:
        raise BadAddress("the address of the notifier's PostgreSQL server cannot be read")
    address = f"postgresql://{rest}"

    async def open_link(heard: Heard, lost: Callable[[], None]) -> PostgresLink:
        try:
            connection = await asyncpg.connect(
                address,
                timeout=ANSWER_SECONDS,
                command_timeout=ANSWER_SECONDS,
                server_settings={"application_name": "attendance-notifier"},
            )
        except (*FAILURES, ValueError) as error:
            raise LinkLost(type(error).__name__) from error
        return PostgresLink(connection, heard, lost)

    return RemoteNotifier(open_link)


class PostgresLink:
    """One connection, which hears and says."""

    def __init__(
        self, connection: asyncpg.Connection[Any], heard: Heard, lost: Callable[[], None]
    ) -> None:
        self._connection = connection
        self._heard = heard
        self._lost = lost
        connection.add_termination_listener(self._ended)

    @property
    def is_lost(self) -> bool:
        """Whether the server, or we, have ended the connection."""
        return bool(self._connection.is_closed())

    async def listen(self, events: Collection[EventId]) -> None:
        """Raises LinkLost."""
        with _or_lost():
            for event_id in events:
                await self._connection.add_listener(_channel(event_id), self._told)

    async def stop_listening(self, events: Collection[EventId]) -> None:
        """Raises LinkLost."""
        with _or_lost():
            for event_id in events:
                await self._connection.remove_listener(_channel(event_id), self._told)

    async def say(self, words: Sequence[tuple[EventId, bytes]]) -> None:
        """Raises LinkLost."""
        channels = [_channel(event_id) for event_id, _ in words]
        with _or_lost():
            await self._connection.execute(NOTIFY, channels, [word.decode() for _, word in words])

    async def check(self) -> None:
        """Raises LinkLost."""
        with _or_lost():
            await self._connection.execute("SELECT 1")

    async def close(self) -> None:
        """Without a farewell: the server may not be there to answer it."""
        self._connection.remove_termination_listener(self._ended)
        self._connection.terminate()

    def _told(self, _connection: object, _pid: int, channel: str, word: object) -> None:
        event_id = EventId(UUID(hex=channel.removeprefix(PREFIX)))
        self._heard(event_id, str(word).encode())

    def _ended(self, _connection: object) -> None:
        self._lost()


@contextmanager
def _or_lost() -> Iterator[None]:
    """Whatever the driver raises means that this connection is of no use any more."""
    try:
        yield
    except FAILURES as error:
        raise LinkLost(type(error).__name__) from error


def _channel(event_id: EventId) -> str:
    return f"{PREFIX}{event_id.hex}"
