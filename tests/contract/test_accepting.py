"""Connections are let in a few at a time, and none is lost by it. Decision 0016."""

from __future__ import annotations

import asyncio
import errno
import os
import socket
from collections.abc import AsyncIterator, Iterator
from contextlib import ExitStack, closing
from itertools import pairwise
from typing import ClassVar
from unittest.mock import Mock

import pytest

from attendance_web.serving import accepting
from attendance_web.serving.accepting import MAX_ACCEPTED, MAX_LET_IN, Acceptor
from attendance_web.serving.left_connections import LeftConnections
from attendance_web.serving.open_connections import OpenConnections
from tests.support.eventually import eventually

MANY = 50  # connections


class CountedConnection(asyncio.Protocol):
    """Counts those that have been let in, and notes their addresses."""

    let_in_count = 0
    addresses: ClassVar[list[str]] = []

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        CountedConnection.let_in_count += 1
        CountedConnection.addresses.append(transport.get_extra_info("peername")[0])
        transport.close()


@pytest.fixture
def listener() -> Iterator[socket.socket]:
    CountedConnection.let_in_count = 0
    CountedConnection.addresses.clear()
    with closing(socket.create_server(("127.0.0.1", 0), backlog=2 * MANY)) as listening:
        yield listening


@pytest.fixture
def clients(listener: socket.socket) -> Iterator[list[socket.socket]]:
    """Those who have connected, and whom nobody has let in yet."""
    with ExitStack() as stack:
        yield [
            stack.enter_context(socket.create_connection(listener.getsockname()))
            for _ in range(MANY)
        ]


@pytest.fixture
async def letting_in(
    listener: socket.socket, clients: list[socket.socket]
) -> AsyncIterator[Acceptor]:
    letting = Acceptor(listener, CountedConnection, LeftConnections(), OpenConnections(2 * MANY))
    yield letting
    letting.close()
    await eventually(lambda: CountedConnection.let_in_count >= MANY)


async def test_whoever_came_before_has_a_turn_between_a_few_and_a_few(
    letting_in: Acceptor,
) -> None:
    let_in_counts = []
    while CountedConnection.let_in_count < MANY:
        let_in_counts.append(CountedConnection.let_in_count)
        await asyncio.sleep(0)
    gained = [after - before for before, after in pairwise(let_in_counts)]
    assert max(gained) <= MAX_LET_IN


async def test_nobody_waits_behind_all_who_came_before_from_another_address(
    listener: socket.socket, clients: list[socket.socket]
) -> None:
    """Contract: 1.11."""
    another = ("127.0.0.2", 0)
    with socket.create_connection(listener.getsockname(), source_address=another):
        letting = Acceptor(
            listener, CountedConnection, LeftConnections(), OpenConnections(2 * MANY)
        )
        await eventually(lambda: CountedConnection.let_in_count > MANY)
        letting.close()
    steps_until_accepted = MANY // MAX_ACCEPTED + 1
    assert CountedConnection.addresses.index(another[0]) <= (steps_until_accepted + 1) * MAX_LET_IN


async def test_who_has_connected_before_the_end_is_let_in(letting_in: Acceptor) -> None:
    letting_in.close()
    await eventually(lambda: CountedConnection.let_in_count >= MANY)
    letting_in.close()  # twice does no harm


async def test_where_all_files_are_open_it_tries_again(
    letting_in: Acceptor,
    listener: socket.socket,
    monkeypatch: pytest.MonkeyPatch,
    caplog: pytest.LogCaptureFixture,
) -> None:
    class Full:
        """A listening socket of a process that can open no more files, for a while."""

        def __init__(self) -> None:
            self.try_count = 0

        def accept(self) -> tuple[socket.socket, object]:
            self.try_count += 1
            if self.try_count < 3:
                raise OSError(errno.EMFILE, os.strerror(errno.EMFILE))
            return listener.accept()

        def fileno(self) -> int:
            return listener.fileno()

        def close(self) -> None:
            listener.close()

    monkeypatch.setattr(accepting, "PAUSE_SECONDS", 0.01)
    monkeypatch.setattr(letting_in, "_listener", Full())
    await eventually(lambda: CountedConnection.let_in_count >= MANY)
    assert [record.message for record in caplog.records] == [
        "no connection can be accepted: [Errno 24] Too many open files"
    ] * 2


async def test_it_ends_where_nobody_can_be_let_in_any_more(
    letting_in: Acceptor, monkeypatch: pytest.MonkeyPatch
) -> None:
    def accept() -> None:
        raise OSError(errno.EMFILE, os.strerror(errno.EMFILE))

    with monkeypatch.context() as patch:
        full = Mock(wraps=letting_in._listener, accept=accept)
        patch.setattr(letting_in, "_listener", full)
        letting_in.close()
    assert full.fileno() < 0 and letting_in._pause is None
    CountedConnection.let_in_count = MANY  # else the fixture would wait for them


async def test_one_that_has_gone_before_it_was_let_in_stops_nobody(
    listener: socket.socket, clients: list[socket.socket]
) -> None:
    for client in clients[: MANY // 2]:
        client.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, b"\1\0\0\0\0\0\0\0")
        client.close()  # cut, not said goodbye
    letting = Acceptor(listener, CountedConnection, LeftConnections(), OpenConnections(2 * MANY))
    await eventually(lambda: CountedConnection.let_in_count >= MANY // 2)
    letting.close()


async def test_nobody_waits_behind_those_who_have_gone(
    listener: socket.socket, clients: list[socket.socket]
) -> None:
    """Contract: 1.11. What they have said before lets nobody take them for being there."""
    *gone, there = clients
    for client in gone:
        client.sendall(b"GET / HTTP/1.1\r\n\r\n")
        client.close()
    there.sendall(b"GET / HTTP/1.1\r\n\r\n")
    letting = Acceptor(listener, CountedConnection, LeftConnections(), OpenConnections(2 * MANY))
    await eventually(lambda: CountedConnection.let_in_count)
    letting.close()
    assert CountedConnection.let_in_count == 1
