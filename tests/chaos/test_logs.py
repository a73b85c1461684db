"""What is read of the logs of processes: what is more than their daily work, a line once."""

from __future__ import annotations

import json
from pathlib import Path

from tests.chaos.logs import Log


def line(level: str, event: str, **fields: str) -> str:
    told = {"level": level, "event": event, "timestamp": "2026-11-25T00:00:01Z", **fields}
    return json.dumps(told) + "\n"


def test_a_log_tells_what_is_more_than_daily_work(tmp_path: Path) -> None:
    log = Log(tmp_path / "log")
    assert list(log.read_remarkable()) == []
    raised = "Traceback (most recent call last):\n  ...\nKeyError: 1"
    log.path.write_text(
        line("info", "it serves")
        + line("error", "a command failed", exception=raised)
        + "Traceback (most recent call last):\n"
    )
    told = list(log.read_remarkable())
    assert [(each["text"], each["traceback"]) for each in told] == [
        ("a command failed", "KeyError: 1"),
        ("Traceback (most recent call last):", ""),
    ]
    assert told[0]["logged_at"] == 1795564801.0


def test_a_log_tells_a_line_once_and_when_it_is_whole(tmp_path: Path) -> None:
    log = Log(tmp_path / "log")
    whole = line("warning", "the store is away")
    log.path.write_text(whole + whole[:20])
    assert len(list(log.read_remarkable())) == 1
    assert list(log.read_remarkable()) == []
    log.path.write_text(whole + whole)
    assert len(list(log.read_remarkable())) == 1
