"""A flood in the log is a line a second of each kind, with a count, and nothing else is lost."""

from __future__ import annotations

import io
import json
import logging
import threading
from collections.abc import Callable
from typing import Any

import pytest

from attendance_core.testing.stand_ins import ManualStopwatch
from attendance_web.serving.log_floods import LogFloods
from attendance_web.wire.security_log import SecurityLog
from tests.support.log_stream import configured


class Log:
    """A logger behind the filter, and what it says, by a stopwatch that is set."""

    def __init__(self, name: str = "flooded") -> None:
        self.said: list[str] = []
        self.records: list[logging.LogRecord] = []
        self.stopwatch = ManualStopwatch()
        self.handler = logging.Handler()
        self.handler.emit = self._emit  # type: ignore[method-assign]
        self.handler.addFilter(LogFloods(self.handler.handle, self.stopwatch))
        self.logger = logging.Logger(name)
        self.logger.addHandler(self.handler)

    def _emit(self, record: logging.LogRecord) -> None:
        self.said.append(record.getMessage())
        self.records.append(record)


@pytest.fixture(autouse=True)
def timers(monkeypatch: pytest.MonkeyPatch) -> list[Callable[[], None]]:
    """What is to be done a second later, once the test does it."""
    later: list[Callable[[], None]] = []

    class Timer:
        def __init__(self, _: float, call: Any, args: Any) -> None:
            later.append(lambda: call(*args))

        def start(self) -> None:
            """Waits for the test."""

    monkeypatch.setattr("attendance_web.serving.log_floods.threading.Timer", Timer)
    return later


class TestAFlood:
    def test_is_one_line_and_another_a_second_later_that_counts_the_rest(
        self, timers: list[Callable[[], None]]
    ) -> None:
        log = Log()
        for number in range(2000):
            log.logger.warning("away", extra={"number": number})
        assert log.said == ["away"]
        (close,) = timers
        log.stopwatch.at += 1
        close()
        assert log.said == ["away", "away (1999 times within a second)"]
        assert log.records[1].number == 1999  # type: ignore[attr-defined]

    def test_that_goes_on_is_a_line_a_second(self, timers: list[Callable[[], None]]) -> None:
        log = Log()
        for _ in range(5):
            for _ in range(100):
                log.logger.warning("away")
            log.stopwatch.at += 1
            timers.pop()()
        assert log.said == [
            "away",
            "away (99 times within a second)",
            *["away (100 times within a second)"] * 4,
        ]

    def test_is_counted_by_the_next_where_there_is_no_thread_for_it(
        self, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        def fail(_: Any) -> None:
            raise RuntimeError("can't start new thread")

        monkeypatch.setattr("attendance_web.serving.log_floods.threading.Timer.start", fail)
        log = Log()
        for _ in range(100):
            log.logger.warning("away")
        log.stopwatch.at += 1
        log.logger.warning("away")
        assert log.said == ["away", "away (100 times within a second)"]

    def test_of_one_more_is_that_line(self, timers: list[Callable[[], None]]) -> None:
        log = Log()
        for number in range(2):
            log.logger.warning("away %d", number, extra={"kind": "away"})
        timers.pop()()
        assert log.said == ["away 0", "away 1"]

    def test_leaves_nothing_behind(self, timers: list[Callable[[], None]]) -> None:
        log = Log()
        (floods,) = log.handler.filters
        assert isinstance(floods, LogFloods)
        for number in range(100):
            log.logger.warning("away %d", number)
        log.logger.warning("away 98")  # a timer that never comes
        log.logger.warning("away 99")
        log.stopwatch.at += 1
        timers.pop()()
        log.stopwatch.at += 1
        log.logger.warning("other")
        assert len(floods._windows) == 1


class TestKinds:
    def test_other_texts_errors_levels_and_loggers_are_others(self) -> None:
        log = Log()
        for number in range(3):
            log.logger.warning("worker %d ended", number)
        log.logger.error("worker 0 ended")
        for error in (ValueError(), KeyError(), ValueError()):
            log.logger.error("failed", exc_info=error)
        assert log.said[:4] == [*(f"worker {number} ended" for number in range(3)), log.said[0]]
        assert log.said[4:] == ["failed", "failed"]

    def test_so_is_another_way_to_what_was_raised(self) -> None:
        log = Log()

        def raises(text: str) -> None:
            raise ValueError(text)

        for number in range(3):
            try:
                raises(f"somebody's {number}")
            except ValueError:
                log.logger.exception("failed")
        try:
            raises("another")
        except ValueError:
            log.logger.exception("failed")
        assert log.said == ["failed", "failed"]

    def test_news_of_daily_work_are_not_counted(self) -> None:
        log = Log()
        for _ in range(3):
            log.logger.info("answered")
        assert log.said == ["answered"] * 3

    def test_one_kind_may_have_many_texts(self, timers: list[Callable[[], None]]) -> None:
        log, security = Log(), SecurityLog()
        with pytest.MonkeyPatch.context() as patch:
            patch.setattr("attendance_web.wire.security_log.logger", log.logger)
            for number in range(1000):
                security.note("failed_log_in", address=str(number))
            security.note("other_person")
        timers.pop()()
        last = security.digest("999")
        assert log.said[1:] == [
            "other_person",
            f"failed_log_in address={last} (999 times within a second)",
        ]


def test_threads_that_flood_at_once_are_counted_right(timers: list[Callable[[], None]]) -> None:
    log = Log()

    def flood() -> None:
        for _ in range(500):
            log.logger.warning("away")

    threads = [threading.Thread(target=flood) for _ in range(4)]
    for each in threads:
        each.start()
    for each in threads:
        each.join()
    (close,) = timers
    close()
    assert log.said == ["away", "away (1999 times within a second)"]


def test_the_service_s_log_is_such_a_one(timers: list[Callable[[], None]]) -> None:
    with configured("json", stream := io.StringIO()):
        for _ in range(100):
            logging.getLogger("theirs").warning("away")
        for close in timers:
            close()
    said = [json.loads(line)["event"] for line in stream.getvalue().splitlines()]
    assert said == ["away", "away (99 times within a second)"]
