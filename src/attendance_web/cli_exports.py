"""The sheet of an event as a file, made on the machine of the service. Contract: 8.13.

It may run beside the service, of which it asks nothing but the database.
"""

from __future__ import annotations

import asyncio
import shutil
from pathlib import Path
from typing import BinaryIO
from uuid import UUID

from attendance_core.ports import SheetStyle
from attendance_core.use_cases import UseCases
from attendance_core.vocabulary import EventId
from attendance_web import main
from attendance_web.private_files import create_private
from attendance_web.settings import Settings
from attendance_web.wire.values import UUID_FORM


def export(
    settings: Settings, event: str, style: SheetStyle, to: Path | None, output: BinaryIO
) -> None:
    """Writes the sheet of an event, which its id or its code names: to a file, or to the output.

    There is a whole file or none, and never over one that is there. Raises CannotStart,
    EventNotFound, InvalidArgument, TooManyRows, Unavailable, OSError.
    """

    async def run() -> BinaryIO:
        async with main.attendance_of(settings) as attendance:
            use_cases = attendance.use_cases
            event_id = await _event_id(use_cases, event)
            reading = use_cases.export_attendance.reading(actor=None, event_id=event_id)
            return await attendance.sheets.write(reading, style)

    with asyncio.run(run()) as sheet:
        if to is None:
            shutil.copyfileobj(sheet, output)
            output.flush()
            return
        with create_private(to) as file:
            try:
                shutil.copyfileobj(sheet, file)
                file.flush()
            except BaseException:
                to.unlink()
                raise


async def _event_id(use_cases: UseCases, event: str) -> EventId:
    """Reads an id, or looks up whose code it is. Raises EventNotFound, Unavailable."""
    if UUID_FORM.fullmatch(event):
        return EventId(UUID(event))
    return (await use_cases.get_event_by_code(code=event)).event_id
