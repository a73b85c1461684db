"""Full collections wait for a quiet moment, since they stop the event loop."""

from __future__ import annotations

import asyncio

import pytest

from attendance_web.serving import garbage
from attendance_web.serving.garbage import MIN_COLLECTIONS, THRESHOLDS, QuietCollections

pytestmark = pytest.mark.asyncio
MEASUREMENTS = 5


class Collector:
    """Stands for `gc`, whose real one belongs to the whole test process."""

    def __init__(self) -> None:
        self.done: list[str] = []
        self.waiting = MIN_COLLECTIONS
        self.thresholds: tuple[int, ...] = ()

    def collect(self) -> None:
        self.done.append("collect")
        self.waiting = 0

    def freeze(self) -> None:
        self.done.append("freeze")

    def enable(self) -> None:
        self.done.append("enable")

    def set_threshold(self, *thresholds: int) -> None:
        self.thresholds = thresholds

    def get_count(self) -> tuple[int, int, int]:
        return 0, 0, self.waiting


class Times:
    """Stands for `time`: from one measurement to the next a second of it passes, of which the
    process works a share.
    """

    def __init__(self) -> None:
        self.share = 0.0
        self.worked = self.now = 0.0

    def process_time(self) -> float:
        return self.worked

    def monotonic(self) -> float:
        return self.now

    async def pass_measurements(self) -> None:
        for _ in range(MEASUREMENTS):
            self.now += 1
            self.worked += self.share
            await asyncio.sleep(0.002)


@pytest.fixture
def collector(monkeypatch: pytest.MonkeyPatch) -> Collector:
    monkeypatch.setattr(garbage, "gc", made := Collector())
    return made


@pytest.fixture
def times(monkeypatch: pytest.MonkeyPatch) -> Times:
    monkeypatch.setattr(garbage, "time", made := Times())
    monkeypatch.setattr(garbage, "MEASURE_EVERY", 0.001)
    return made


@pytest.fixture
async def collections(collector: Collector, times: Times) -> QuietCollections:
    made = QuietCollections()
    collector.waiting = MIN_COLLECTIONS
    return made


async def test_what_lives_at_the_start_is_left_out_of_every_collection(
    collections: QuietCollections, collector: Collector
) -> None:
    collections.close()
    assert collector.done == ["collect", "freeze", "enable"]
    assert collector.thresholds == THRESHOLDS
    assert THRESHOLDS[2] > 10 * MIN_COLLECTIONS


@pytest.mark.parametrize(
    ("share", "waiting", "expected"),
    [
        pytest.param(0.05, MIN_COLLECTIONS, 1, id="once, while there is little else to do"),
        pytest.param(0.2, MIN_COLLECTIONS, 0, id="never while there is"),
        pytest.param(0.05, MIN_COLLECTIONS - 1, 0, id="never for little"),
    ],
)
async def test_full_collections_wait_for_a_quiet_moment(
    collections: QuietCollections,
    collector: Collector,
    times: Times,
    share: float,
    waiting: int,
    expected: int,
) -> None:
    collector.done.clear()
    collector.waiting, times.share = waiting, share
    await times.pass_measurements()
    collections.close()
    assert collector.done == ["collect"] * expected


async def test_nothing_is_collected_once_it_is_closed(
    collections: QuietCollections, collector: Collector, times: Times
) -> None:
    collector.done.clear()
    collections.close()
    collections.close()
    await times.pass_measurements()
    assert collector.done == []
