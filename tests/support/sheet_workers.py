"""Sheets without an end, and the process that writes one."""

from __future__ import annotations

import asyncio
import subprocess
import tempfile
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from attendance_adapters.sheets import SheetFiles
from attendance_core.attendance import SheetPiece
from tests.support.eventually import eventually
from tests.support.sheet_rows import COUNTS, EVENT, NINE_O_CLOCK, ROWS


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Where files are that nobody should find."""
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    return tmp_path


async def running_worker(files: SheetFiles) -> subprocess.Popen[bytes]:
    """Waits until the worker runs; answers it."""
    await eventually(lambda: any(job.worker for job in files._running))
    (worker,) = (job.worker for job in files._running)
    assert worker is not None
    return worker


class Endless:
    """Rows of which the second piece comes when the test says."""

    def __init__(self) -> None:
        self.goes_on = asyncio.Event()

    async def pieces(self) -> AsyncIterator[SheetPiece]:
        yield SheetPiece(EVENT, NINE_O_CLOCK, ROWS, COUNTS)
        await self.goes_on.wait()
        for _ in range(2000):  # more than pipes take of themselves
            yield SheetPiece(EVENT, NINE_O_CLOCK, ROWS, COUNTS)
