"""Sheets written as files, each in a process of its own. Decision 0019."""

from __future__ import annotations

import asyncio
import json
import os
import sys
import tempfile
from asyncio.subprocess import PIPE, Process
from collections.abc import AsyncIterator, Sequence
from contextlib import suppress
from functools import cache
from typing import Any, BinaryIO, Final
from zoneinfo import available_timezones

from attendance_adapters import sheet_worker
from attendance_adapters.scratch_folders import (
    ScratchFolder,
    scratch_folder,
    sweep_scratch_folders,
)
from attendance_adapters.sheet_words import WORDS
from attendance_adapters.worker_environment import worker_environment
from attendance_core.attendance import SheetPiece, SheetRow
from attendance_core.errors import InvalidArgument, Unavailable
from attendance_core.events import Event
from attendance_core.marking.places import Marked
from attendance_core.ports import SheetStyle
from attendance_core.vocabulary import Seconds

MAX_SECONDS: Final[Seconds] = 60.0  # with all the looks, each of which may wait for its turn
# By its path: by its name it would bring the package along, and three times the memory
WORKER_COMMAND: Final = (sys.executable, "-P", str(sheet_worker.__file__))
ROWS_A_STEP: Final = 25  # which take some 0.3 ms of the event loop
NICENESS: Final = 10  # over that of the process
_JSON: Final = json.JSONEncoder(ensure_ascii=False, check_circular=False, separators=(",", ":"))
NO_ZONES: Final = frozenset({"localtime", "Factory"})  # which are files there, and no places


class SheetFiles:
    """Writes sheets, each in a process of its own; `ports.Sheets`.

    The rows go to it as they are read, and never more of them than it takes. The file has no name:
    nothing is left of it, whoever dies; of the folder for its parts nothing after the next start.
    """

    def __init__(self, *, max_seconds: Seconds = MAX_SECONDS) -> None:
        self._max_seconds = max_seconds
        self._running: set[Process] = set()
        self._is_closed = False

    async def write(self, pieces: AsyncIterator[SheetPiece], style: SheetStyle) -> BinaryIO:
        """Raises Unavailable when the worker dies, cannot be started, or takes too long."""
        if style.zone != "UTC" and style.zone not in await asyncio.to_thread(_zones):
            raise InvalidArgument(field="tz")
        try:
            with scratch_folder() as folder:
                file: BinaryIO = tempfile.TemporaryFile()  # noqa: SIM115  the caller's to close
                try:
                    async with asyncio.timeout(self._max_seconds):
                        await self._run(pieces, style, folder, file)
                    file.seek(0)
                except BaseException:
                    file.close()
                    raise
                return file
        except OSError as error:  # it took too long, or the machine has no room just now
            raise Unavailable from error

    async def sweep(self) -> None:
        """Removes what is left where a service and its worker were killed at once."""
        await asyncio.to_thread(sweep_scratch_folders)

    def close(self) -> None:
        """Ends the workers; calls that wait for them raise Unavailable; idempotent."""
        self._is_closed = True
        for worker in self._running:
            worker.kill()

    async def _run(
        self,
        pieces: AsyncIterator[SheetPiece],
        style: SheetStyle,
        folder: ScratchFolder,
        file: BinaryIO,
    ) -> None:
        worker = await asyncio.create_subprocess_exec(
            *(*WORKER_COMMAND, style.format, style.zone, folder.path),
            pass_fds=(folder.lock,),  # so that it is in use until both of us have gone
            stdin=PIPE,
            stdout=file,
            stderr=PIPE,
            env=worker_environment("PYTHONTZPATH"),
            start_new_session=True,  # Ctrl-C is for the service, which then closes us
        )
        assert worker.stdin is not None and worker.stderr is not None
        self._running.add(worker)
        try:
            _be_nice(worker.pid)
            if self._is_closed:
                raise Unavailable
            with suppress(ConnectionError):  # it has ended: its code says why
                await _feed(worker.stdin, pieces, style)
            worker.stdin.close()
            errors = await worker.stderr.read()
            exit_code = await worker.wait()
        finally:
            if worker.returncode is None:
                worker.kill()
                await worker.stderr.read()
            await worker.wait()
            self._running.discard(worker)
        if exit_code:
            cause = errors.decode(errors="replace")[-2000:]
            raise Unavailable from RuntimeError(f"the sheet worker ended with {exit_code}: {cause}")


def _be_nice(pid: int) -> None:
    """Has a worker wait for others from the first: to start Python takes a processor a while."""
    if sys.platform == "linux":
        with suppress(OSError):  # it has ended
            os.setpriority(os.PRIO_PROCESS, pid, os.getpriority(os.PRIO_PROCESS, 0) + NICENESS)


@cache
def _zones() -> frozenset[str]:
    """Lists the time zones that there are, by their names."""
    return frozenset(available_timezones() - NO_ZONES)


async def _feed(
    worker: asyncio.StreamWriter, pieces: AsyncIterator[SheetPiece], style: SheetStyle
) -> None:
    """Writes all lines, as fast as they are taken. Raises ConnectionError, and what pieces do."""
    piece: SheetPiece | None = None
    async for each in pieces:
        if piece is None:
            worker.write(_line(_head_of(each, style)))
        piece = each
        for first in range(0, len(piece.rows), ROWS_A_STEP):
            some = piece.rows[first : first + ROWS_A_STEP]
            worker.write(_line([_row_of(row, piece.event) for row in some]))
            await asyncio.sleep(0)
        await worker.drain()
    if piece is not None:
        worker.write(_line(piece.counts._asdict()))
        await worker.drain()


def _line(value: Any) -> bytes:
    return _JSON.encode(value).encode() + b"\n"


def _head_of(piece: SheetPiece, style: SheetStyle) -> dict[str, Any]:
    event = piece.event
    return {
        "words": WORDS[style.language],
        "event_id": str(event.event_id),
        "name": event.name,
        "starts_at": event.starts_at,
        "ends_at": event.ends_at,
        "made_at": piece.made_at,
    }


def _row_of(row: SheetRow, event: Event) -> dict[str, Any]:
    """Names things as calls do, but for ``only_organises``, which is no part of the file."""
    person = row.person
    mark = person.state if isinstance(person.state, Marked) else None
    return {
        "only_organises": row.only_organises(event),
        "user_id": person.user_id,
        "display_name": person.display_name,
        "marked_as": person.marked_as,
        "confirmed": person.confirmed,
        "state": row.state,
        "marked_at": None if mark is None else mark.at,
        "marked_by": row.marked_by,
        "marked_by_id": None if mark is None else mark.marker,
        "grade": None if person.grade is None else person.grade.value,
        "note": person.notes.note or None,
        "annulled": _annulled(row),
        "annulled_before": row.annulled_before,
    }


def _annulled(row: SheetRow) -> Sequence[dict[str, Any]]:
    return [
        {
            "marked_at": each.marked_at,
            "marked_by": each.marked_by,
            "marked_by_id": each.marked_by_id,
            "at": each.at,
            "by": each.by,
            "by_id": each.by_id,
            "reason": each.reason.value,
            "note": each.note or None,
        }
        for each in row.annulled
    ]
