"""The durable steps of a marking: two openings, a hold, a confirm, and two ends of sockets."""

from __future__ import annotations

from hashlib import sha256
from typing import Final, NamedTuple, Protocol
from uuid import UUID

FAR_FUTURE_NS: Final = 2**62  # no event ends before, no hold runs out


class Socket(NamedTuple):
    """An open one, as it is stored."""

    connection_id: str
    event_id: str
    user_id: int
    role: str


class Steps(Protocol):
    """Each is durable when it is answered."""

    async def open(self, role: str, event_id: str, token: str) -> Socket:
        """Finds the session and the event, and stores a socket and a place.

        Raises LookupError where there is no such session or event.
        """

    async def hold(self, marker: Socket, target: int) -> None:
        """Gives a waiting person to a marker. Raises LookupError where they do not wait."""

    async def confirm(self, marker: Socket) -> int:
        """Records a mark of whom they hold, and counts what it pays; answers who it is."""

    async def leave(self, socket: Socket) -> None:
        """Forgets a socket, and that its person waits."""

    async def close(self) -> None:
        """Lets go of the database; nothing may be under way."""


def token_of(user_id: int) -> str:
    """Makes the token by which somebody made up for a floor is known."""
    return f"{user_id:032x}"


def session_of(token: str) -> str:
    """Digests a token: that is stored of it."""
    return sha256(token.encode()).hexdigest()


def event_of(number: int) -> str:
    """Makes the id of an event made up for a floor."""
    return str(UUID(int=number))


async def opened_steps(name: str, database: str, people: int, events: int) -> Steps:
    """Opens the steps of this name, over so many people and events."""
    engine, _, grouped = name.partition("-")
    if engine == "memory":
        from benchmarks.floors.memory_steps import MemorySteps

        return MemorySteps(people, events)
    if engine == "sqlite":
        from benchmarks.floors.sqlite_steps import SqliteSteps

        return SqliteSteps(database, people, events, is_grouped=bool(grouped))
    from benchmarks.floors.postgres_steps import opened

    return await opened(database, people, events, is_grouped=bool(grouped))
