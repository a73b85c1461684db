"""Young garbage is collected a little at a time; full collections wait for a quiet moment, since
they stop the event loop. Decision 0021.
"""

from __future__ import annotations

import asyncio
import gc
from unittest.mock import Mock

import pytest

from attendance_web.serving import garbage
from attendance_web.serving.garbage import (
    GIVE_BACK_EVERY,
    MAX_PAUSE,
    MAX_WORTH_SECONDS,
    MAX_YOUNG_SECONDS,
    MEASURE_EVERY,
    MIN_PAUSE,
    MIN_YOUNG_SECONDS,
    THRESHOLDS,
    WORTH_BYTES,
    WORTH_SECONDS,
    YOUNG,
    Collections,
)

FULL = 2


class Times:
    """Stands for `time`, as a process works that is given ``share`` of a core."""

    def __init__(self) -> None:
        self.share = self.worked = self.now = 0.0

    def process_time(self) -> float:
        return self.worked

    def monotonic(self) -> float:
        return self.now

    def perf_counter(self) -> float:
        return self.now

    def passes(self, seconds: float) -> None:
        self.now += seconds
        self.worked += seconds * self.share


class Collector:
    """Stands for `gc`, whose real one belongs to the whole test process."""

    def __init__(self, times: Times) -> None:
        self.done: list[str | int] = []
        self.takes = 0.0  # seconds, to collect what is young
        self.thresholds: tuple[int, ...] = ()
        self._times = times

    def collect(self, generation: int = FULL) -> None:
        self.done.append(generation)
        if generation == YOUNG:
            self._times.passes(self.takes)

    def freeze(self) -> None:
        self.done.append("freeze")

    def enable(self) -> None:
        self.done.append("enable")

    def set_threshold(self, *thresholds: int) -> None:
        self.thresholds = thresholds


@pytest.fixture
def times(monkeypatch: pytest.MonkeyPatch) -> Times:
    monkeypatch.setattr(garbage, "time", made := Times())
    return made


@pytest.fixture
def collector(monkeypatch: pytest.MonkeyPatch, times: Times) -> Collector:
    monkeypatch.setattr(garbage, "gc", made := Collector(times))
    return made


@pytest.fixture
async def collections(collector: Collector, monkeypatch: pytest.MonkeyPatch) -> Collections:
    monkeypatch.setattr(garbage, "resident_bytes", Mock(return_value=1000 * WORTH_BYTES))
    made = Collections()
    made.close()  # the tests call what its timers would
    return made


async def test_what_lives_at_the_start_is_left_out_of_every_collection(
    collections: Collections, collector: Collector
) -> None:
    assert collector.done == [FULL, "freeze", "enable"]
    assert collector.thresholds == THRESHOLDS


async def test_what_is_young_is_collected_as_often_as_it_takes_a_millisecond(
    collections: Collections, collector: Collector
) -> None:
    pauses = []
    for takes in (*[2 * MAX_YOUNG_SECONDS] * 9, 0.8 * MAX_YOUNG_SECONDS, *[0.0] * 9):
        collector.takes = takes
        collections._collect_young()
        pauses.append(collections._pause)
        collections.close()
    assert pauses[:2] == [MAX_PAUSE / 2, MAX_PAUSE / 4]
    assert pauses[8:11] == [MIN_PAUSE, MIN_PAUSE, 2 * MIN_PAUSE]
    assert pauses[-1] == MAX_PAUSE
    assert collector.done[3:] == [YOUNG] * 19


@pytest.mark.parametrize(
    ("share", "taken", "is_collected"),
    [
        pytest.param(0.05, WORTH_SECONDS, True, id="while there is little else to do"),
        pytest.param(0.2, WORTH_SECONDS, False, id="not while there is"),
        pytest.param(0.2, MAX_WORTH_SECONDS, True, id="unless there always is"),
        pytest.param(0.05, WORTH_SECONDS / 2, False, id="not for little"),
    ],
)
async def test_full_collections_wait_for_a_quiet_moment(
    collections: Collections,
    collector: Collector,
    times: Times,
    share: float,
    taken: float,
    is_collected: bool,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    given_back = Mock()
    monkeypatch.setattr(garbage, "give_back_free_pages", given_back)
    collector.takes = taken
    collections._collect_young()
    collections._measure_from_now()
    for _ in range(2):  # once is enough
        times.share = share
        times.passes(1.0)
        collections._collect_if_quiet()
        collections.close()
    assert collector.done.count(FULL) == 1 + is_collected
    await asyncio.get_running_loop().shutdown_default_executor()
    assert given_back.call_count == is_collected


@pytest.mark.parametrize(
    ("share", "grown_bytes", "is_given_back"),
    [
        pytest.param(0.05, WORTH_BYTES + 1, True, id="while there is little else to do"),
        pytest.param(0.2, WORTH_BYTES + 1, False, id="not while there is"),
        pytest.param(0.05, WORTH_BYTES, False, id="not for little"),
    ],
)
async def test_free_pages_are_given_back_where_more_is_in_memory_than_there_was(
    collections: Collections,
    times: Times,
    share: float,
    grown_bytes: int,
    is_given_back: bool,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    given_back = Mock()
    monkeypatch.setattr(garbage, "give_back_free_pages", given_back)
    least = 100 * WORTH_BYTES
    times.share = share
    for bytes_now in (least, least + grown_bytes):  # the least of this process counts
        monkeypatch.setattr(garbage, "resident_bytes", Mock(return_value=bytes_now))
        for _ in range(int(GIVE_BACK_EVERY / MEASURE_EVERY)):  # no oftener
            times.passes(MEASURE_EVERY)
            collections._collect_if_quiet()
            collections.close()
    await asyncio.get_running_loop().shutdown_default_executor()
    assert given_back.call_count == is_given_back


async def test_what_finds_next_to_nothing_makes_no_full_collection_worth_it(
    collections: Collections, collector: Collector, times: Times
) -> None:
    collector.takes = MIN_YOUNG_SECONDS / 2
    for _ in range(1000):
        collections._collect_young()
        collections.close()
    collections._collect_if_quiet()
    collections.close()
    assert collector.done.count(FULL) == 1


async def test_nothing_is_collected_once_it_is_closed(
    collector: Collector, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("MEASURE_EVERY", "MAX_PAUSE"):
        monkeypatch.setattr(garbage, name, 0.001)
    open_collections = Collections()
    await asyncio.sleep(0.02)
    assert YOUNG in collector.done
    open_collections.close()
    open_collections.close()
    collector.done.clear()
    await asyncio.sleep(0.02)
    assert collector.done == []


async def test_what_was_made_while_as_much_was_freed_is_collected(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """CPython, which counts what was made less what was freed, would not look at it."""

    class Kept:
        """Knows itself, so that only a collection frees it."""

        def __init__(self) -> None:
            self.itself = self

    thresholds, was_enabled = gc.get_threshold(), gc.isenabled()
    held = [[0] for _ in range(20_000)]
    collections = Collections()
    try:
        for _ in range(2_000):
            Kept()
            held.pop()
            held.pop()
        assert sum(isinstance(each, Kept) for each in gc.get_objects()) == 2_000
        collections._collect_young()
        assert not any(isinstance(each, Kept) for each in gc.get_objects())
    finally:
        collections.close()
        gc.set_threshold(*thresholds)
        if not was_enabled:
            gc.disable()
