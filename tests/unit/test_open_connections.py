"""How many connections are open is bounded, and nobody keeps another one out. Contract: 1.24."""

from __future__ import annotations

import logging
import resource
from dataclasses import dataclass

import pytest

from attendance_web.serving.open_connections import (
    MAX_CONNECTIONS,
    OpenConnections,
    most_connections,
)

FLOOD, OTHER, PROXY = "192.0.2.1", "192.0.2.2", "192.0.2.3"
MOST = 20


@dataclass(eq=False)
class Connection:
    """One of an address, which may be cut."""

    address: str | None = FLOOD
    is_cut: bool = False

    @property
    def client(self) -> tuple[str, int] | None:
        return None if self.address is None else (self.address, 1)

    def cut(self) -> None:
        assert not self.is_cut
        self.is_cut = True


@pytest.fixture
def open_connections() -> OpenConnections:
    return OpenConnections(MOST, {PROXY})


def some(open_connections: OpenConnections, count: int, address: str = FLOOD) -> list[Connection]:
    """Opens so many of an address."""
    opened = [Connection(address) for _ in range(count)]
    for each in opened:
        open_connections.add(each)
    return opened


def cut_of(connections: list[Connection]) -> list[int]:
    """The places of those that were cut."""
    return [place for place, each in enumerate(connections) if each.is_cut]


def test_as_many_as_may_be_are_left_alone(open_connections: OpenConnections) -> None:
    assert not cut_of(some(open_connections, MOST))
    assert open_connections.count == MOST


def test_for_one_more_the_first_goes_of_the_network_that_has_most(
    open_connections: OpenConnections,
) -> None:
    others = some(open_connections, 3, OTHER)
    flood = some(open_connections, 100)
    late = some(open_connections, 3, OTHER)
    assert cut_of(flood) == list(range(100 - (MOST - 6)))
    assert not cut_of(others + late)
    assert open_connections.count == MOST


def test_addresses_of_one_ipv6_subscriber_are_one_network(
    open_connections: OpenConnections,
) -> None:
    subscriber = [Connection(f"2001:db8::{number + 1:x}") for number in range(100)]
    others = some(open_connections, 2, OTHER)
    for each in subscriber:
        open_connections.add(each)
    assert not cut_of(others)
    assert len(cut_of(subscriber)) == 100 - (MOST - 2)


def test_one_that_was_answered_goes_behind_those_that_were_not(
    open_connections: OpenConnections,
) -> None:
    flood = some(open_connections, MOST)
    open_connections.note_answer(flood[0])
    some(open_connections, 1)
    assert cut_of(flood) == [1]
    some(open_connections, MOST - 2)
    assert not flood[0].is_cut
    some(open_connections, 1)
    assert flood[0].is_cut


def test_one_that_has_ended_leaves_room_for_another(open_connections: OpenConnections) -> None:
    flood = some(open_connections, MOST)
    for each in flood[:5]:
        open_connections.remove(each)
        open_connections.remove(each)
    assert open_connections.count == MOST - 5
    more = some(open_connections, 5)
    assert not cut_of(flood + more)
    for each in flood[5:] + more:
        open_connections.remove(each)
    assert open_connections.count == 0


def test_what_became_of_one_that_was_cut_is_no_matter(open_connections: OpenConnections) -> None:
    flood = some(open_connections, MOST + 1)
    open_connections.note_answer(flood[0])
    open_connections.remove(flood[0])
    assert open_connections.count == MOST


def test_those_of_a_proxy_are_as_many_as_come(open_connections: OpenConnections) -> None:
    proxied = some(open_connections, 10 * MOST, PROXY)
    open_connections.note_answer(proxied[0])
    open_connections.remove(proxied[0])
    assert not cut_of(proxied)
    assert open_connections.count == 0


def test_those_of_nobody_knows_whom_are_not_counted(open_connections: OpenConnections) -> None:
    unknown = [Connection(None) for _ in range(MOST + 1)]
    for each in unknown:
        open_connections.add(each)
        open_connections.note_answer(each)
        open_connections.remove(each)
    assert not cut_of(unknown)


def test_the_log_tells_whose_was_cut(
    open_connections: OpenConnections, caplog: pytest.LogCaptureFixture
) -> None:
    with caplog.at_level(logging.WARNING):
        some(open_connections, MOST + 1)
    assert caplog.messages == [f"more than {MOST} connections are open: one of {FLOOD} was cut"]


@pytest.mark.parametrize(
    ("files", "most"),
    [
        (1024, 768),
        (MAX_CONNECTIONS, MAX_CONNECTIONS * 3 // 4),
        (1_000_000, MAX_CONNECTIONS),
        (resource.RLIM_INFINITY, MAX_CONNECTIONS),
    ],
)
def test_they_never_take_all_files_of_a_process(
    monkeypatch: pytest.MonkeyPatch, files: int, most: int
) -> None:
    monkeypatch.setattr(resource, "getrlimit", lambda _: (files, resource.RLIM_INFINITY))
    assert most_connections() == most
