"""Sheets written as files, each in a process of its own. Decision 0019."""

from __future__ import annotations

import asyncio
import json
import socket
import sys
from collections.abc import AsyncIterator, Awaitable, Callable, Coroutine, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from functools import cache, partial
from typing import Any, BinaryIO, Final
from zoneinfo import available_timezones

from attendance_adapters import sheet_worker
from attendance_adapters.missing_extras import require
from attendance_adapters.service_ports import SheetSource
from attendance_adapters.sheet_job import SheetJob
from attendance_adapters.sheet_words import WORDS
from attendance_core.attendance import SheetBegun, SheetPiece, SheetReading, SheetRow
from attendance_core.errors import InvalidArgument, Unavailable
from attendance_core.events import Event
from attendance_core.marking.places import Marked
from attendance_core.ports import SheetStyle
from attendance_core.vocabulary import Instant, Seconds

MAX_SECONDS: Final[Seconds] = 60.0  # with all the looks, each of which may wait for its turn
# By its path, which tells it from other programs among the processes of a machine
WORKER_COMMAND: Final = (sys.executable, "-P", str(sheet_worker.__file__))
ROWS_A_STEP: Final = 25  # which take some 0.3 ms of the event loop
_JSON: Final = json.JSONEncoder(ensure_ascii=False, check_circular=False, separators=(",", ":"))
Tell = Callable[[asyncio.StreamWriter], Awaitable[None]]  # writes all that a worker is told
NO_ZONES: Final = frozenset({"localtime", "Factory"})  # which are files there, and no places


class SheetFiles:
    """Writes sheets, each in a process of its own; `ports.Sheets`.

    A process begins once it is known who is in the sheet: for whoever may not have it, or has gone
    by then, none does. Where there is a ``source`` the worker makes the rows of what it finds
    there; else they go to it as they are read, and never more of them than it takes. The file has
    no name: nothing is left of it, whoever dies.
    """

    def __init__(
        self, source: SheetSource | None = None, *, max_seconds: Seconds = MAX_SECONDS
    ) -> None:
        self._source = source
        self._max_seconds = max_seconds
        # No `BoundedThreads`: a busy loop need not give way to a thread that waits for a process
        self._threads = ThreadPoolExecutor(thread_name_prefix="sheets")
        self._running: set[SheetJob] = set()

    async def write(self, reading: SheetReading, style: SheetStyle) -> BinaryIO:
        """Writes a sheet; the file is the caller's to close.

        Raises Unavailable when the worker dies, cannot be started, or takes too long; MissingExtra
        for XLSX where what writes that is not installed; InvalidArgument for an unknown zone; and
        what the looks of the reading raise.
        """
        if style.format == "xlsx":
            require("xlsxwriter", "XLSX files")
        if self._source is None:
            return await self.feed(reading.pieces(), style)
        return await self._in_time(self._write_from(self._source, reading, style), style)

    async def feed(self, pieces: AsyncIterator[SheetPiece], style: SheetStyle) -> BinaryIO:
        """Writes the rows of these pieces; raises as `write`."""

        async def write_fed() -> BinaryIO:
            first = await anext(pieces)
            return await self._write(partial(_feed, first, pieces, style), style)

        return await self._in_time(write_fed(), style)

    async def _in_time(self, writing: Coroutine[Any, Any, BinaryIO], style: SheetStyle) -> BinaryIO:
        """Bounds how long writing takes, in a zone that there is. Raises as `write`."""
        try:
            if style.zone != "UTC" and style.zone not in await asyncio.to_thread(_zones):
                raise InvalidArgument(field="tz")
            async with asyncio.timeout(self._max_seconds):
                return await writing
        except OSError as error:  # it took too long, or the machine has no room just now
            raise Unavailable from error
        finally:
            writing.close()  # where it was not begun

    async def _write_from(
        self, source: SheetSource, reading: SheetReading, style: SheetStyle
    ) -> BinaryIO:
        """Has a worker make the rows; nobody has them who may not at the end, as at each look."""
        begun = await reading.begin()
        file = await self._write(partial(_tell, source, reading, begun, style), style)
        try:
            await reading.check()
        except BaseException:
            file.close()
            raise
        return file

    def close(self) -> None:
        """Ends the workers; calls that wait for them raise Unavailable; idempotent."""
        for job in self._running:
            job.kill()
        self._threads.shutdown(wait=False)

    async def _write(self, tell: Tell, style: SheetStyle) -> BinaryIO:
        """Has a worker write what it is told; whoever leaves waits until it has ended."""
        ours, stdin = socket.socketpair()
        job = SheetJob((*WORKER_COMMAND, style.format, style.zone), stdin)
        try:
            thread_future = self._threads.submit(job.run)
        except RuntimeError as error:  # we are closed, or the machine has no room for a thread
            job.kill()
            ours.close()
            stdin.close()
            raise Unavailable from error
        self._running.add(job)
        file_future = asyncio.wrap_future(thread_future)
        try:
            _, to_worker = await asyncio.open_unix_connection(sock=ours)
            try:
                with suppress(ConnectionError):  # it has ended: its code says why
                    await tell(to_worker)
                return await asyncio.shield(file_future)
            finally:
                to_worker.close()  # and not before: it ends where this does
        except BaseException:
            job.kill()
            file_future.add_done_callback(_close_file)
            if thread_future.cancel():  # it waited for a thread
                stdin.close()
            await asyncio.wait({file_future})
            raise
        finally:
            self._running.discard(job)


def _close_file(file_future: asyncio.Future[BinaryIO]) -> None:
    """Closes what nobody waits for any more."""
    if not file_future.cancelled() and file_future.exception() is None:
        file_future.result().close()


@cache
def _zones() -> frozenset[str]:
    """Lists the time zones that there are, by their names."""
    return frozenset(available_timezones() - NO_ZONES)


async def _tell(
    source: SheetSource,
    reading: SheetReading,
    begun: SheetBegun,
    style: SheetStyle,
    to_worker: asyncio.StreamWriter,
) -> None:
    """Writes what the worker is told of the facts. Raises ConnectionError, and what looks do."""
    to_worker.write(_json_line(_head_of(begun.event, begun.made_at, style, source.how_rows_come)))
    async for told in source.worker_input(reading, begun):
        to_worker.write(_json_line(told))
        await asyncio.sleep(0)  # all ids of 10 000 in one step are 1.7 ms of the event loop
        await to_worker.drain()


async def _feed(
    first: SheetPiece,
    others: AsyncIterator[SheetPiece],
    style: SheetStyle,
    to_worker: asyncio.StreamWriter,
) -> None:
    """Writes all rows, and then the counts, as fast as they are taken.

    Raises ConnectionError, and what pieces do.
    """
    to_worker.write(_json_line(_head_of(first.event, first.made_at, style, "made")))
    last = first
    piece: SheetPiece | None = first
    while piece is not None:
        for start in range(0, len(piece.rows), ROWS_A_STEP):
            rows = piece.rows[start : start + ROWS_A_STEP]
            to_worker.write(_json_line([_row_of(row, piece.event) for row in rows]))
            await asyncio.sleep(0)
        await to_worker.drain()
        last = piece
        piece = await anext(others, None)
    to_worker.write(_json_line(last.counts._asdict()))
    await to_worker.drain()


def _json_line(value: Any) -> bytes:
    return _JSON.encode(value).encode() + b"\n"


def _head_of(
    event: Event, made_at: Instant, style: SheetStyle, how_rows_come: str
) -> dict[str, Any]:
    return {
        "words": WORDS[style.language],
        "event_id": str(event.event_id),
        "creator_id": event.creator_id,
        "name": event.name,
        "starts_at": event.starts_at,
        "ends_at": event.ends_at,
        "made_at": made_at,
        "how_rows_come": how_rows_come,
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
