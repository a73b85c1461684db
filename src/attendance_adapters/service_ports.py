"""What a service needs of its store and of its notifier, beside the core's ports."""

from __future__ import annotations

from collections.abc import AsyncIterator
from typing import Any, NamedTuple, Protocol, runtime_checkable

from attendance_core import ports
from attendance_core.attendance import SheetBegun, SheetReading
from attendance_core.vocabulary import Instant


class Store(Protocol):
    """Keeps everything but files: its three ports, and its start and end."""

    @property
    def transact(self) -> ports.Transact: ...
    @property
    def observe(self) -> ports.Observe: ...
    @property
    def browse(self) -> ports.Browse: ...
    @property
    def list_looks_at_once(self) -> int:
        """How many looks through lists it carries out at once; further ones wait in order."""
        ...

    @property
    def abandoned_count(self) -> int:
        """How many transactions and looks nobody waits for any more, and are not done."""
        ...

    async def referenced_files(self) -> frozenset[str]:
        """Lists the path of every picture that somebody has, and of every scan that waits."""
        ...

    async def scrub(self) -> None:
        """Wipes what its files still have of what was erased, where it can. Raises Unavailable."""
        ...

    async def start(self) -> None:
        """Opens the store. Raises CannotStart."""
        ...

    async def close(self) -> None:
        """Finishes what was handed over, then closes the store; idempotent."""
        ...


class Notifier(ports.Notifier, Protocol):
    """Carries announcements: its port, its start and end, and counts for metrics."""

    reconnect_count: int  # how often its server came back
    dropped_count: int  # announcements it did not carry to other processes

    async def start(self) -> None:
        """Connects to its server; succeeds while that is away: the service works without it."""
        ...

    async def close(self) -> None:
        """Disconnects, once what was published is on its way, or after a moment; idempotent.

        Whoever listens elsewhere hears of each, or `Missed`: a command does one thing, and ends.
        """
        ...


class StoredFile(NamedTuple):
    """Describes a file: at which path it is, and when it was last written."""

    path: str
    written_at: Instant


@runtime_checkable
class ListedFiles(ports.Files, Protocol):
    """Keeps files, and lists them: what no row names is deleted from such ones."""

    async def list_below(self, path: str) -> list[StoredFile]:
        """Lists the files below a path, sorted by path. Raises Unavailable."""
        ...


@runtime_checkable
class ClaimableFiles(ports.Files, Protocol):
    """Keeps files where those of another database may be, and has to find out."""

    async def claim(self, transact: ports.Transact) -> None:
        """Marks the place as this database's, once. Raises CannotStart where it is another's."""
        ...


class Passwords(ports.Passwords, Protocol):
    """Hashes passwords: its port, and its end."""

    def close(self) -> None:
        """Ends what it has begun; idempotent."""
        ...


class SheetSource(Protocol):
    """Says how a worker comes by the facts that it makes the rows of a sheet of."""

    @property
    def how_rows_come(self) -> str:
        """Whether a worker finds the facts ``in place``, or is told them: ``in facts``."""
        ...

    def worker_input(self, reading: SheetReading, begun: SheetBegun) -> AsyncIterator[Any]:
        """Yields what the worker is told of the facts, one after the other: values of JSON.

        Raises as `SheetReading.look`.
        """
        ...


class IdentityProvider(ports.IdentityProvider, Protocol):
    """Says who somebody is: its port, and its end."""

    async def close(self) -> None:
        """Ends what it has begun; idempotent."""
        ...
