"""How the processes start that write sheets. Decision 0019."""

from __future__ import annotations

import asyncio
import signal
import subprocess
import threading
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import psutil
import pytest

from attendance_adapters.sheets import SheetFiles
from attendance_core.errors import Unavailable
from tests.support.eventually import eventually
from tests.support.sheet_rows import ROWS, UTC_STYLE, content, pieces
from tests.support.sheet_rows import sheet_files as files
from tests.support.sheet_workers import Endless, folder, running_worker

__all__ = ["files", "folder"]


class SlowStart:
    """Has each process begin when the test says."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self.is_asked, self.goes_on = threading.Event(), threading.Event()
        self.begun: list[subprocess.Popen[bytes]] = []
        self._start = subprocess.Popen
        monkeypatch.setattr(subprocess, "Popen", self)

    def __call__(self, *command: Any, **options: Any) -> subprocess.Popen[bytes]:
        self.is_asked.set()
        assert self.goes_on.wait(5), "the loop waits for the start of a process"
        self.begun.append(self._start(*command, **options))
        return self.begun[-1]


class TestStarts:
    """The event loop goes on while a worker is started. Decision 0019."""

    async def test_one_that_is_left_as_it_starts_is_ended(
        self, files: SheetFiles, folder: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        open_before = psutil.Process().num_fds()
        start = SlowStart(monkeypatch)
        writing = asyncio.create_task(files.feed(Endless().pieces(), UTC_STYLE))
        await eventually(start.is_asked.is_set)
        writing.cancel()
        assert not (await asyncio.wait({writing}, timeout=0.05))[0], "what it starts is used yet"
        start.goes_on.set()
        await asyncio.wait({writing}, timeout=10)
        (worker,) = start.begun
        assert writing.cancelled() and worker.returncode == -signal.SIGKILL
        assert list(folder.iterdir()) == [] and not files._running
        await eventually(lambda: psutil.Process().num_fds() == open_before)

    async def test_closing_ends_one_as_it_starts(
        self, files: SheetFiles, folder: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        start = SlowStart(monkeypatch)
        writing = asyncio.create_task(files.feed(pieces(*ROWS), UTC_STYLE))
        await eventually(start.is_asked.is_set)
        files.close()
        start.goes_on.set()
        with pytest.raises(Unavailable):
            await asyncio.wait_for(writing, 10)
        (worker,) = start.begun
        assert worker.returncode == -signal.SIGKILL and list(folder.iterdir()) == []

    async def test_one_that_is_left_at_any_step_keeps_nothing_open(
        self, files: SheetFiles, folder: Path
    ) -> None:
        assert await content(files)
        open_before, others = psutil.Process().num_fds(), psutil.Process().children()
        for steps in range(12):
            writing = asyncio.create_task(files.feed(pieces(*ROWS), UTC_STYLE))
            for _ in range(steps):
                await asyncio.sleep(0)
            writing.cancel()
            await asyncio.wait({writing}, timeout=10)
            assert writing.cancelled() and list(folder.iterdir()) == []
        await eventually(lambda: psutil.Process().num_fds() <= open_before)
        assert set(psutil.Process().children()) <= set(others)  # servers of other tests

    async def test_one_that_is_left_before_its_turn_waits_for_nobody(
        self, files: SheetFiles, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(files, "_threads", ThreadPoolExecutor(1))
        first = asyncio.create_task(files.feed(Endless().pieces(), UTC_STYLE))
        await running_worker(files)
        open_before = psutil.Process().num_fds()
        second = asyncio.create_task(files.feed(Endless().pieces(), UTC_STYLE))
        await eventually(lambda: len(files._running) == 2)
        second.cancel()
        await asyncio.wait({second}, timeout=5)
        assert second.cancelled() and not first.done()
        await eventually(lambda: psutil.Process().num_fds() == open_before)
        first.cancel()
        await asyncio.wait({first}, timeout=10)
