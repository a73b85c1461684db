"""Sheets written as files, each in a process of its own. Decision 0019."""

from __future__ import annotations

import asyncio
import json
import socket
import sys
from collections.abc import AsyncIterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from functools import cache
from typing import Any, BinaryIO, Final
from zoneinfo import available_timezones

from attendance_adapters import sheet_worker
from attendance_adapters.scratch_folders import sweep_scratch_folders
from attendance_adapters.sheet_job import SheetJob
from attendance_adapters.sheet_words import WORDS
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
_JSON: Final = json.JSONEncoder(ensure_ascii=False, check_circular=False, separators=(",", ":"))
NO_ZONES: Final = frozenset({"localtime", "Factory"})  # which are files there, and no places


class SheetFiles:
    """Writes sheets, each in a process of its own; `ports.Sheets`.

    It is begun once there are rows: who may not have them, or has gone by then, has none begun.
    The rows go to it as they are read, and never more of them than it takes. The file has no name:
    nothing is left of it, whoever dies; of the folder for its parts nothing after the next start.
    """

    def __init__(self, *, max_seconds: Seconds = MAX_SECONDS) -> None:
        self._max_seconds = max_seconds
        # No `BoundedThreads`: a busy loop need not give way to a thread that waits for a process
        self._threads = ThreadPoolExecutor(thread_name_prefix="sheets")
        self._running: set[SheetJob] = set()

    async def write(self, pieces: AsyncIterator[SheetPiece], style: SheetStyle) -> BinaryIO:
        """Raises Unavailable when the worker dies, cannot be started, or takes too long."""
        if style.zone != "UTC" and style.zone not in await asyncio.to_thread(_zones):
            raise InvalidArgument(field="tz")
        try:
            async with asyncio.timeout(self._max_seconds):
                return await self._write(pieces, style)
        except OSError as error:  # it took too long, or the machine has no room just now
            raise Unavailable from error

    async def sweep(self) -> None:
        """Removes what is left where a service and its worker were killed at once."""
        await asyncio.to_thread(sweep_scratch_folders)

    def close(self) -> None:
        """Ends the workers; calls that wait for them raise Unavailable; idempotent."""
        for job in self._running:
            job.kill()
        self._threads.shutdown(wait=False)

    async def _write(self, pieces: AsyncIterator[SheetPiece], style: SheetStyle) -> BinaryIO:
        """Has a worker write what it is fed; whoever leaves waits until it has ended."""
        first = await anext(pieces, None)
        ours, stdin = socket.socketpair()
        job = SheetJob((*WORKER_COMMAND, style.format, style.zone), stdin)
        try:
            run = self._threads.submit(job.run)
        except RuntimeError as error:  # we are closed, or the machine has no room for a thread
            job.kill()
            ours.close()
            stdin.close()
            raise Unavailable from error
        self._running.add(job)
        made = asyncio.wrap_future(run)
        try:
            _, worker = await asyncio.open_unix_connection(sock=ours)
            try:
                with suppress(ConnectionError):  # it has ended: its code says why
                    await _feed(worker, first, pieces, style)
            finally:
                worker.close()  # once all is written, or the worker has gone
            return await asyncio.shield(made)
        except BaseException:
            job.kill()
            made.add_done_callback(_close_file)
            if run.cancel():  # it waited for a thread
                stdin.close()
            await asyncio.wait({made})
            raise
        finally:
            self._running.discard(job)


def _close_file(made: asyncio.Future[BinaryIO]) -> None:
    """Closes what nobody waits for any more."""
    if not made.cancelled() and made.exception() is None:
        made.result().close()


@cache
def _zones() -> frozenset[str]:
    """Lists the time zones that there are, by their names."""
    return frozenset(available_timezones() - NO_ZONES)


async def _feed(
    worker: asyncio.StreamWriter,
    first: SheetPiece | None,
    others: AsyncIterator[SheetPiece],
    style: SheetStyle,
) -> None:
    """Writes all lines, as fast as they are taken. Raises ConnectionError, and what pieces do."""
    if first is None:
        return
    worker.write(_line(_head_of(first, style)))
    last = first
    piece: SheetPiece | None = first
    while piece is not None:
        for begin in range(0, len(piece.rows), ROWS_A_STEP):
            some = piece.rows[begin : begin + ROWS_A_STEP]
            worker.write(_line([_row_of(row, piece.event) for row in some]))
            await asyncio.sleep(0)
        await worker.drain()
        last = piece
        piece = await anext(others, None)
    worker.write(_line(last.counts._asdict()))
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
