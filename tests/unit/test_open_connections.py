"""How many connections are open is bounded, and nobody keeps another one out. Contract: 1.24."""

from __future__ import annotations

import logging
import resource
from dataclasses import dataclass

import pytest

from attendance_core.testing.stand_ins import ManualStopwatch
from attendance_web.serving.open_connections import (
    MAX_CONNECTIONS,
    SILENT_SECONDS,
    OpenConnections,
    most_connections,
)
from attendance_web.wire.callers import network_of

FLOOD, OTHER, PROXY = "192.0.2.1", "192.0.2.2", "192.0.2.3"
MOST = 20


@dataclass(eq=False)
class Connection:
    """One of an address, which may be cut."""

    address: str | None = FLOOD
    is_cut: bool = False

    @property
    def network(self) -> str:
        return network_of(self.address) if self.address else ""

    @property
    def client(self) -> tuple[str, int] | None:
        return None if self.address is None else (self.address, 1)

    def cut(self) -> None:
        assert not self.is_cut
        self.is_cut = True


@pytest.fixture
def stopwatch() -> ManualStopwatch:
    return ManualStopwatch()


@pytest.fixture
def open_connections(stopwatch: ManualStopwatch) -> OpenConnections:
    return OpenConnections(MOST, {PROXY}, stopwatch)


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
    open_connections.note_request(flood[0])
    open_connections.note_answer(flood[0])
    flood += some(open_connections, MOST - 1)
    assert cut_of(flood) == list(range(1, MOST))
    some(open_connections, 1)
    assert flood[0].is_cut


def test_one_whose_answer_is_due_goes_behind_all_others(
    open_connections: OpenConnections,
) -> None:
    flood = some(open_connections, MOST)
    for each in flood[:3]:
        open_connections.note_request(each)
    open_connections.note_answer(flood[2])
    flood += some(open_connections, 5 * MOST)
    assert not any(each.is_cut for each in flood[:2]) and flood[2].is_cut
    for each in flood:
        if not each.is_cut:
            open_connections.note_request(each)
    some(open_connections, 1)
    assert flood[0].is_cut and not flood[1].is_cut


def test_one_that_has_been_silent_for_long_goes_first_whatever_network_it_is_of(
    open_connections: OpenConnections, stopwatch: ManualStopwatch
) -> None:
    scattered = [Connection(f"192.0.3.{number}") for number in range(MOST - 5)]
    for each in scattered:
        open_connections.add(each)
    hall = some(open_connections, 5)
    for each in hall:
        open_connections.note_request(each)
        open_connections.note_answer(each)
    stopwatch.at += SILENT_SECONDS
    some(open_connections, 3, OTHER)
    assert cut_of(scattered) == [0, 1, 2] and not cut_of(hall)


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
    open_connections.note_request(flood[0])
    open_connections.note_answer(flood[0])
    open_connections.remove(flood[0])
    assert open_connections.count == MOST


def test_where_the_system_has_no_more_files_those_go_that_have_long_been_silent(
    open_connections: OpenConnections, stopwatch: ManualStopwatch
) -> None:
    open_connections.cut_silent(1)  # nobody is there
    flood = some(open_connections, 5)
    open_connections.note_request(flood[1])
    open_connections.cut_silent(1)
    assert not cut_of(flood)
    stopwatch.at += SILENT_SECONDS
    open_connections.cut_silent(2)
    assert cut_of(flood) == [0, 2]
    open_connections.cut_silent(10)
    assert cut_of(flood) == [0, 2, 3, 4]


def test_those_of_a_proxy_are_as_many_as_come(open_connections: OpenConnections) -> None:
    proxied = some(open_connections, 10 * MOST, PROXY)
    for note in (open_connections.note_request, open_connections.note_answer):
        note(proxied[0])
    open_connections.remove(proxied[0])
    assert not cut_of(proxied)
    assert open_connections.count == 0


def test_those_of_nobody_knows_whom_are_not_counted(open_connections: OpenConnections) -> None:
    unknown = [Connection(None) for _ in range(MOST + 1)]
    for each in unknown:
        open_connections.add(each)
        open_connections.note_request(each)
        open_connections.note_answer(each)
        open_connections.remove(each)
    assert not cut_of(unknown)


def test_the_log_tells_whose_was_cut(
    open_connections: OpenConnections, caplog: pytest.LogCaptureFixture
) -> None:
    with caplog.at_level(logging.WARNING):
        some(open_connections, MOST + 1)
    assert caplog.messages == [
        f"{MOST} connections are open, and more have come: one of {FLOOD} was cut"
    ]


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
