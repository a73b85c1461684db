"""Logs: one line for one thing, whatever came from outside."""

from __future__ import annotations

import io
import json
import logging
import re
from collections.abc import Iterator
from contextvars import Context
from typing import Literal

import pytest
import structlog

from attendance_web.serving import logs
from tests.support.log_stream import restored_logging

EVIL = 'x\r\n{"level": "forged"}\x1b[31m\x9b0m\u202e\ud800\x00'
WRITTEN_OUT = r'x\r\n{"level": "forged"}\x1b[31m\x9b0m\u202e\ud800\x00'


@pytest.fixture
def stream() -> Iterator[io.StringIO]:
    """Where the logs of one test go; afterwards they go where they went.

    They are configured in the test itself: pytest adds a handler of its own before it, and cannot
    report what that catches of a lone surrogate.
    """
    with restored_logging():
        yield io.StringIO()


class TestJson:
    def test_a_line_is_an_object_with_level_logger_and_time(self, stream: io.StringIO) -> None:
        logs.configure("json", stream)
        logging.getLogger("attendance_web.live.openings").warning("%s went away", "somebody")
        (line,) = map(json.loads, stream.getvalue().splitlines())
        assert line["event"] == "somebody went away"
        assert (line["level"], line["logger"]) == ("warning", "attendance_web.live.openings")
        assert line["timestamp"].endswith("Z")

    def test_nothing_from_outside_begins_a_line(self, stream: io.StringIO) -> None:
        logs.configure("json", stream)
        structlog.get_logger("ours").info("request", path=EVIL)
        logging.getLogger("theirs").error("it said %s", EVIL)
        ours, theirs = map(json.loads, stream.getvalue().splitlines())
        assert ours["path"] == WRITTEN_OUT
        assert theirs["event"] == f"it said {WRITTEN_OUT}"

    def test_lines_of_one_request_share_its_id(self, stream: io.StringIO) -> None:
        logs.configure("json", stream)
        with structlog.contextvars.bound_contextvars(request_id="0123"):
            logging.getLogger("theirs").warning("within")
        logging.getLogger("theirs").warning("without")
        within, without = map(json.loads, stream.getvalue().splitlines())
        assert within["request_id"] == "0123"
        assert "request_id" not in without

    def test_every_line_of_a_worker_says_which_one_it_is(self, stream: io.StringIO) -> None:
        """Rooms have contexts of their own, in which nothing of the process is found."""
        logs.configure("json", stream, worker=3)

        def log_both_ways(text: str) -> None:
            logging.getLogger("theirs").warning(text)
            logging.getLogger("ours").handle(logs.PlainLine("ours", "request", {}))

        log_both_ways("within")
        Context().run(log_both_ways, "without")
        lines = [json.loads(line) for line in stream.getvalue().splitlines()]
        assert [line["worker"] for line in lines] == [3] * 4

    def test_a_traceback_belongs_to_its_line(self, stream: io.StringIO) -> None:
        logs.configure("json", stream)
        try:
            raise ValueError(EVIL)
        except ValueError:
            logging.getLogger("theirs").exception("it failed")
        (line,) = map(json.loads, stream.getvalue().splitlines())
        assert "Traceback (most recent call last)" in line["exception"]
        assert "\x1b" not in line["exception"]

    @pytest.mark.parametrize("name", ["uvicorn.error", "alembic.runtime.migration"])
    def test_others_do_not_tell_of_their_daily_work(self, stream: io.StringIO, name: str) -> None:
        logs.configure("json", stream)
        logging.getLogger(name).info("Running upgrade")
        assert stream.getvalue() == ""
        logging.getLogger(name).warning("Something is wrong")
        assert json.loads(stream.getvalue())["event"] == "Something is wrong"

    def test_letters_of_every_script_stay_readable(self, stream: io.StringIO) -> None:
        logs.configure("json", stream)
        logging.getLogger("ours").warning("Лекция")
        assert "Лекция" in stream.getvalue()


class TestPlainLines:
    """Those of requests, which go a shorter way."""

    def say(self, stream: io.StringIO, log_format: Literal["console", "json"]) -> list[str]:
        logs.configure(log_format, stream)
        values = {"path": EVIL, "code": None, "ms": 1.5}
        with structlog.contextvars.bound_contextvars(request_id="0123"):
            structlog.get_logger("ours").info("request", **values)
            logging.getLogger("ours").handle(logs.PlainLine("ours", "request", values))
        lines = stream.getvalue().splitlines()
        return [re.sub(r"\d\d:\d\d:\d\d\.\d+Z", "at", line) for line in lines]

    @pytest.mark.parametrize("log_format", ["console", "json"])
    def test_they_look_like_all_others(
        self, stream: io.StringIO, log_format: Literal["console", "json"]
    ) -> None:
        longer_way, plain = self.say(stream, log_format)
        assert plain == longer_way


class TestConsole:
    def test_what_came_from_outside_stays_on_its_line(self, stream: io.StringIO) -> None:
        logs.configure("console", stream)
        structlog.get_logger("ours").info("request", path=EVIL)
        (line,) = stream.getvalue().splitlines()
        assert "\x1b" not in line and "\x9b" not in line

    def test_no_line_of_a_traceback_looks_like_one_of_the_log(self, stream: io.StringIO) -> None:
        logs.configure("console", stream)
        try:
            raise ValueError("x\n2026-01-01T00:00:00Z [info     ] forged")
        except ValueError:
            logging.getLogger("theirs").exception("it failed")
        first, *others = stream.getvalue().splitlines()
        assert "it failed" in first
        assert others and all(line.startswith(logs.INDENT) or not line for line in others)
