"""What a run of chaos writes down: what processes log, and when a connection is whole again."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from tests.chaos.history import History
from tests.chaos.logs import Log
from tests.chaos.proxy import Link


def line(level: str, event: str, **fields: str) -> str:
    told = {"level": level, "event": event, "timestamp": "2026-11-25T00:00:01Z", **fields}
    return json.dumps(told) + "\n"


class TestLog:
    def test_a_log_tells_what_is_more_than_daily_work(self, tmp_path: Path) -> None:
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

    def test_a_log_tells_a_line_once_and_when_it_is_whole(self, tmp_path: Path) -> None:
        log = Log(tmp_path / "log")
        whole = line("warning", "the store is away")
        log.path.write_text(whole + whole[:20])
        assert len(list(log.read_remarkable())) == 1
        assert list(log.read_remarkable()) == []
        log.path.write_text(whole + whole)
        assert len(list(log.read_remarkable())) == 1


class TestLink:
    @pytest.mark.parametrize("mends", ["thaw", "heal"])
    def test_a_link_tells_when_it_is_whole_again(self, mends: str) -> None:
        history = History()
        link = Link(1, 0, history)
        link.freeze()
        link.freeze()
        getattr(link, mends)()
        getattr(link, mends)()
        link.delay(1.0)
        link.heal()
        link.heal()
        kinds = [entry.data["kind"] for entry in history.cut()]
        assert kinds == ["freeze", "freeze", "thaw", "delay", "heal"]
