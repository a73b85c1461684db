"""Bounds what answers take of this process that their clients have yet to read.

An answer is written at once, and what the system does not take of it stays in memory until it is
read: thousands of connections that ask and read nothing would take all there is. Contract: 1.22.
Decision 0015.
"""

from __future__ import annotations

from collections import Counter
from typing import Final, Protocol
from weakref import WeakKeyDictionary

import uvicorn

from attendance_web.wire.callers import network_of

MAX_UNREAD_BYTES: Final = 64 * 1024 * 1024  # Contract: 1.22, of all answers of a process
# Down to which connections are cut, so that they are not all looked at for each further answer
ENOUGH_BYTES: Final = 48 * 1024 * 1024
MIN_COUNTED_BYTES: Final = 4 * 1024  # a connection with less costs as much by itself


class Writes(Protocol):
    """Writes the answers of one connection."""

    client: tuple[str, int] | None

    @property
    def unread_answer_bytes(self) -> int:
        """How many bytes it holds that are written, and not taken by the system yet."""
        ...

    def cut(self) -> None:
        """Ends it, with what is unread."""
        ...


class UnreadAnswers:
    """Knows which connections hold unread bytes, and cuts some where they are too many.

    Of whichever network has most of these bytes that connection goes which has read nothing for
    the longest, and so on. Behind a proxy, which reads for its clients, all are one network.
    """

    def __init__(self) -> None:
        # The one that has read nothing for the longest first. May be outdated, but never too small
        self._unread: dict[Writes, int] = {}
        self._total = 0

    def note(self, connection: Writes, written: int) -> None:
        """Counts what a connection holds, once so many more bytes of an answer were written."""
        unread = connection.unread_answer_bytes
        noted = self._unread.get(connection, 0)
        if unread < MIN_COUNTED_BYTES:
            self.forget(connection)
            return
        if unread < noted + written:
            self._unread.pop(connection, None)  # it has read: it comes last
        self._unread[connection] = unread
        self._total += unread - noted
        if self._total > MAX_UNREAD_BYTES:
            self._look_at_all()
            if self._total > MAX_UNREAD_BYTES:
                self._cut_some()

    def forget(self, connection: Writes) -> None:
        """Counts a connection no more that has ended."""
        self._total -= self._unread.pop(connection, 0)

    @property
    def total(self) -> int:
        """How many bytes are counted as unread; some of them may have been read by now."""
        return self._total

    def _look_at_all(self) -> None:
        """Counts anew; whoever has read something since they were counted comes last."""
        for connection, noted in list(self._unread.items()):
            unread = connection.unread_answer_bytes
            if unread == noted:
                continue
            del self._unread[connection]
            self._total += unread - noted
            if unread >= MIN_COUNTED_BYTES:
                self._unread[connection] = unread
            else:
                self._total -= unread

    def _cut_some(self) -> None:
        bytes_of: Counter[str] = Counter()
        of_network: dict[str, list[Writes]] = {}  # the one to be cut first comes last
        for connection, unread in reversed(self._unread.items()):
            network = _network_of(connection)
            bytes_of[network] += unread
            of_network.setdefault(network, []).append(connection)
        while self._total > ENOUGH_BYTES:
            busiest = max(bytes_of, key=bytes_of.__getitem__)
            connection = of_network[busiest].pop()
            bytes_of[busiest] -= self._unread[connection]
            self.forget(connection)
            connection.cut()


def _network_of(connection: Writes) -> str:
    return network_of(connection.client[0]) if connection.client else ""


_unread_of: WeakKeyDictionary[uvicorn.Config, UnreadAnswers] = WeakKeyDictionary()


def unread_answers_of(config: uvicorn.Config) -> UnreadAnswers:
    """Finds what counts the unread bytes of a server."""
    return _unread_of.setdefault(config, UnreadAnswers())
