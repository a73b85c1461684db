"""Who dies before all workers serve: stand-ins that say when they live, with no service behind."""

from __future__ import annotations

import os
import signal
import socket
import sys
from pathlib import Path
from typing import NamedTuple

import pytest

from attendance_web.serving import workers

# Each life leaves a file: `0`, `1`, and, for who has lived before, `0 again`
STAND_IN = """
import os, pathlib, signal, socket, sys, time
folder, kind, _, index, _, _, _, parent = sys.argv[1:]
line = socket.socket(fileno=int(parent))
mine = pathlib.Path(folder, index)
if again := mine.exists():
    mine = pathlib.Path(folder, index + " again")
mine.touch()
def wait_for(name):
    while not pathlib.Path(folder, name).exists():
        time.sleep(0.01)
if kind == "leaves" and index == "1":
    sys.exit(3)
if kind == "at once":
    os.kill(os.getpid(), signal.SIGKILL)
if kind == "first" and index == "1":
    wait_for("0 again")
line.send(b".")
if kind == "first" and index == "0" and not again:
    wait_for("1")
    os.kill(os.getpid(), signal.SIGKILL)
while True:
    time.sleep(0.05)
    line.send(b".")
"""


class End(NamedTuple):
    """The code that workers end with, and how often all of them served before."""

    code: int
    ready_count: int


def end_of(folder: Path, kind: str, monkeypatch: pytest.MonkeyPatch) -> End:
    """Runs two of them, and asks them to stop once all serve."""
    command = [sys.executable, "-S", "-c", STAND_IN, str(folder), kind]
    monkeypatch.setattr(workers, "worker_command", lambda _: command)
    told: list[None] = []

    def ready() -> None:
        told.append(None)
        os.kill(os.getpid(), signal.SIGTERM)

    with socket.socket() as listener:  # nobody comes
        return End(workers.Workers(2, listener, ready).run(), len(told))


def test_the_first_is_replaced_though_the_others_do_not_serve_yet(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert end_of(tmp_path, "first", monkeypatch) == (0, 1)
    assert (tmp_path / "0 again").exists()


def test_one_that_says_what_is_wrong_ends_the_start(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert end_of(tmp_path, "leaves", monkeypatch) == (3, 0)


def test_the_first_that_is_killed_before_it_serves_ends_the_start_with_a_word(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    assert end_of(tmp_path, "at once", monkeypatch) == (1, 0)
    assert caplog.messages == ["worker 0 ended with -9"]
