"""Prints who of a list was not marked at an event. `who_is_missing.py EVENT FILE`."""

import asyncio
import os
import sys
from pathlib import Path
from uuid import UUID

from attendance_web.client import Client


async def main(event_id: str, file: str) -> None:
    """Compares names whatever their case."""
    async with Client(os.environ["ATTENDANCE_URL"], token=os.environ["ATTENDANCE_TOKEN"]) as client:
        sheet = await client.get_attendance(event_id=UUID(event_id))
    marked = {each.display_name.casefold() for each in sheet.participants if each.state == "marked"}
    for name in map(str.strip, Path(file).read_text(encoding="utf-8").splitlines()):
        if name and name.casefold() not in marked:
            print(name)


asyncio.run(main(*sys.argv[1:]))
