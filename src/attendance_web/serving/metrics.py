"""What a process of the service tells Prometheus about itself, at a port of its own.

Nothing here names a person, an event or an address. What is counted elsewhere is read when
somebody asks, in the event loop, so that a loop that is stuck shows as an answer that never came.
"""

from __future__ import annotations

import asyncio
import threading
import time
from collections.abc import AsyncIterator, Callable, Iterable, Mapping
from contextlib import asynccontextmanager
from typing import Final

from prometheus_client import (
    CollectorRegistry,
    GCCollector,
    Histogram,
    PlatformCollector,
    ProcessCollector,
    start_http_server,
)
from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily, Metric
from prometheus_client.registry import Collector

from attendance_core import ports
from attendance_core.marking.announcements import Announcement, PlaceChanged
from attendance_core.vocabulary import EventId, Seconds
from attendance_web.live.rooms import Census
from attendance_web.serving.access_log import Answered
from attendance_web.serving.listening import CannotListen

READ_SECONDS: Final[Seconds] = 2.0  # for the loop to answer
# Seconds
BUCKETS: Final = (0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0)
COUNTERS: Final = {
    "notifier_reconnects": "How often the notifier's server came back",
    "notifier_dropped": "Announcements that were not carried to other processes",
    "sweeps": "Looks for holds and connections that have run out",
    "swept": "Holds and connections that a sweep of this process has ended",
    "leases_lost": "How often this process was, or may have been, taken for dead",
}
GAUGES: Final = {
    "database_in_use": "Transactions and reads under way or waiting for their turn",
    "database_pool_size": "Connections to the database that this process may have",
    "database_pool_taken": "Connections to the database in use just now",
}


class Metrics:
    """Counts for one process. ``call_names`` has the calls' names by their paths.

    ``counters`` and ``gauges`` read what `COUNTERS` and `GAUGES` name; a gauge that the process
    does not have, like that of a pool, is left out.
    """

    def __init__(
        self,
        call_names: Mapping[str, str],
        counters: Mapping[str, Callable[[], float]],
        gauges: Mapping[str, Callable[[], float]],
    ) -> None:
        self._call_names = call_names
        self._counters = counters
        self._gauges = gauges
        self._registry = CollectorRegistry()
        for standard in (ProcessCollector, PlatformCollector, GCCollector):
            standard(registry=self._registry)
        self._calls = self._histogram("call", "HTTP calls", ("call", "status"))
        self._commands = self._histogram("command", "Frames of sockets", ("message", "outcome"))
        self._lag = self._histogram(
            "announcement_lag", "From a transaction, by its clock, to the lists of this process", ()
        )

    def _histogram(self, name: str, text: str, labels: tuple[str, ...]) -> Histogram:
        return Histogram(
            f"attendance_{name}_seconds", text, labels, buckets=BUCKETS, registry=self._registry
        )

    def count_answer(self, answered: Answered) -> None:
        """Counts an HTTP request that was answered; sockets are counted otherwise."""
        if answered.method is None:
            return
        name_of_no_call = "health" if answered.path.startswith("/health/") else "other"
        status = f"{answered.code // 100}xx" if answered.code else "none"
        self._calls.labels(self._call_names.get(answered.path, name_of_no_call), status).observe(
            answered.seconds
        )

    def count_command(self, message: str, code: str, seconds: Seconds) -> None:
        """Counts a frame of a socket that was carried out ("ok"), or refused with a code."""
        self._commands.labels(message, code).observe(seconds)

    def timed(self, notifier: ports.Notifier) -> ports.Notifier:
        """Wraps a notifier, to measure how late its announcements come."""
        return _TimedNotifier(notifier, self._lag)

    @asynccontextmanager
    async def serve(
        self, host: str, port: int, census: Callable[[], Census]
    ) -> AsyncIterator[None]:
        """Answers at ``/metrics`` meanwhile. Raises CannotListen."""
        self._registry.register(_ReadWhenAsked(census, self._counters, self._gauges))
        try:
            server, thread = start_http_server(port, host, self._registry)
        except OSError as error:
            raise CannotListen(
                f"cannot listen at {host}:{port}: {error.strerror}; see ATTENDANCE_METRICS_PORT"
            ) from None
        try:
            yield
        finally:
            await asyncio.to_thread(server.shutdown)
            server.server_close()
            thread.join()


class _TimedNotifier:
    """Measures how late the announcements of another notifier come."""

    def __init__(self, notifier: ports.Notifier, lag: Histogram) -> None:
        self._notifier = notifier
        self._lag = lag

    def publish(self, announcement: Announcement) -> None:
        self._notifier.publish(announcement)

    async def subscribe(self, event_id: EventId, listener: ports.Listener) -> Callable[[], None]:
        def hear(heard: Announcement | ports.Missed) -> None:
            if isinstance(heard, PlaceChanged):
                self._lag.observe(max(0.0, time.time() - heard.at))
            listener(heard)

        return await self._notifier.subscribe(event_id, hear)


class _ReadWhenAsked(Collector):
    """Reads what is counted elsewhere. Prometheus asks in a thread; the event loop answers."""

    def __init__(
        self,
        census: Callable[[], Census],
        counters: Mapping[str, Callable[[], float]],
        gauges: Mapping[str, Callable[[], float]],
    ) -> None:
        self._census = census
        self._counters = counters
        self._gauges = gauges
        self._loop = asyncio.get_running_loop()

    def describe(self) -> Iterable[Metric]:
        """Tells nothing: it would have to be asked before the loop runs."""
        return []

    def collect(self) -> Iterable[Metric]:
        """Reads all of it. Raises TimeoutError where the loop is stuck."""
        read: list[Metric] = []
        done = threading.Event()

        def read_all() -> None:
            read.extend(self._read_all())
            done.set()

        self._loop.call_soon_threadsafe(read_all)
        if not done.wait(READ_SECONDS):
            raise TimeoutError("the event loop does not answer")
        return read

    def _read_all(self) -> Iterable[Metric]:
        census = self._census()
        sockets = GaugeMetricFamily("attendance_sockets", "Open sockets", labels=["kind"])
        for role, count in census.sockets.items():
            sockets.add_metric([role.value], count)
        yield sockets
        for name, people in (("waiting", census.waiting), ("held", census.held)):
            text = f"People who are {name} in events with sockets here"
            yield GaugeMetricFamily(f"attendance_{name}", text, people)
        for name, read in self._gauges.items():
            yield GaugeMetricFamily(f"attendance_{name}", GAUGES[name], read())
        for name, text in COUNTERS.items():
            yield CounterMetricFamily(f"attendance_{name}", text, self._counters[name]())
