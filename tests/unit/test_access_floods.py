"""Of whoever asks as fast as they can the log has so many lines a second, and how many more."""

from __future__ import annotations

import asyncio
import logging
from typing import Any, Final

import pytest
import structlog

from attendance_core.testing.stand_ins import ManualStopwatch
from attendance_core.vocabulary import UserId
from attendance_web.serving import access_floods
from attendance_web.serving.access_floods import MAX_LINES, WINDOW_SECONDS, AccessFloods
from attendance_web.serving.access_log import AccessLog, Answered, ignore_answer
from attendance_web.serving.logs import PlainLine
from attendance_web.wire.log_fields import note_caller
from tests.support.eventually import eventually

FLOOD: Final = "192.0.2.1"
OTHER: Final = "192.0.2.2"


class Said:
    """What is said of those without a line, by a stopwatch that is set."""

    def __init__(self) -> None:
        self.said: list[tuple[str, int]] = []
        self.request_ids: list[object] = []
        self.stopwatch = ManualStopwatch()
        self.floods = AccessFloods(self._say, self.stopwatch)

    def _say(self, address: str, count: int) -> None:
        self.said.append((address, count))
        self.request_ids.append(structlog.contextvars.get_contextvars().get("request_id"))

    def take_lines(self, caller: str | int, times: int) -> int:
        return sum(self.floods.take_line(caller, FLOOD) for _ in range(times))


async def test_a_flood_has_so_many_lines_a_second_and_nobody_elses_are_fewer() -> None:
    log = Said()
    assert log.take_lines(FLOOD, 20 * MAX_LINES) == MAX_LINES
    assert log.take_lines(OTHER, 3) == 3
    log.stopwatch.at += WINDOW_SECONDS / 2
    assert log.take_lines(FLOOD, 1) == 0


async def test_the_rest_is_counted_in_one_line(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(access_floods, "WINDOW_SECONDS", 0.01)
    log = Said()
    with structlog.contextvars.bound_contextvars(request_id="of one of them"):
        assert log.take_lines(FLOOD, MAX_LINES + 7) == MAX_LINES
    await eventually(lambda: log.said == [(FLOOD, 7)])
    assert log.request_ids == [None]
    log.stopwatch.at += 1
    assert log.take_lines(FLOOD, MAX_LINES + 1) == MAX_LINES
    await eventually(lambda: log.said[1:] == [(FLOOD, 1)])


async def test_nothing_is_kept_of_who_has_asked_before() -> None:
    log = Said()
    for number in range(1000):
        log.take_lines(number, 2)
        log.stopwatch.at += WINDOW_SECONDS / 10
    assert len(log.floods) <= 11
    assert not log.said


async def test_a_hall_is_as_many_callers_as_are_logged_in(
    caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(access_floods, "WINDOW_SECONDS", 3600)
    caplog.set_level(logging.INFO, "attendance.access")
    answers: list[Answered] = []

    async def serve(scope: Any, _receive: Any, _send: Any) -> None:
        if person := int(scope["path"][1:]):
            note_caller(scope, UserId(person))

    log: Any = AccessLog(serve, answers.append)

    async def count_lines(person: int, times: int) -> int:
        caplog.clear()
        for _ in range(times):
            scope = {"type": "http", "method": "GET", "path": f"/{person}", "client": (FLOOD, 1)}
            await log(scope, None, None)
        return sum(isinstance(each, PlainLine) for each in caplog.records)

    assert await count_lines(1, MAX_LINES + 50) == MAX_LINES
    assert [await count_lines(person, 10) for person in range(2, 52)] == [10] * 50
    assert await count_lines(0, MAX_LINES + 50) == MAX_LINES  # of nobody who is known
    assert len(answers) == 2 * (MAX_LINES + 50) + 500  # each is counted in the metrics


async def test_the_line_says_how_many_there_were(
    caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(access_floods, "WINDOW_SECONDS", 0.01)
    monkeypatch.setattr(access_floods, "MAX_LINES", 1)
    caplog.set_level(logging.INFO, "attendance.access")

    async def serve(_scope: Any, _receive: Any, _send: Any) -> None: ...

    log: Any = AccessLog(serve, ignore_answer)
    scope = {"type": "http", "method": "GET", "path": "/", "client": (FLOOD, 1)}
    await asyncio.gather(*(log(dict(scope), None, None) for _ in range(4)))
    await eventually(lambda: len(caplog.records) == 2)
    *_, last = caplog.records
    assert isinstance(last, PlainLine)
    assert (last.getMessage(), last.values) == ("more requests", {"client": FLOOD, "count": 3})
