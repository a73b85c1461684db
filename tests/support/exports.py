"""Sheets that a test has made, in an event of some people."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from dataclasses import replace
from typing import Any
from uuid import UUID

import pytest
import pytest_asyncio

from attendance_core.profiles import Profile
from attendance_core.vocabulary import EventId
from attendance_web.http import list_turns, pipeline
from tests.support.site import Browser, Site, opened_site

EXPORT = "/api/events/ExportAttendance"
PATIENCE_SECONDS = 60.0


@pytest_asyncio.fixture
async def site(monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[Site]:
    """Answers wait for their file, and have its length, on the slowest machine, too."""
    monkeypatch.setattr(pipeline, "ANSWER_SECONDS", PATIENCE_SECONDS)
    async with opened_site(None) as opened:
        yield opened


@pytest_asyncio.fixture
async def anna(site: Site) -> Browser:
    return await site.add_person("anna", display_name="Анна")


@pytest_asyncio.fixture
async def event_id(site: Site, anna: Browser) -> str:
    """Anna's, where Boris was marked by her."""
    boris = await site.add_person("boris", display_name="=Борис")
    event_id = await anna.create_event("Лекция: ряды / пределы")
    await site.mark(event_id, boris, anna)
    return event_id


async def add_people(site: Site, event_id: str, count: int) -> None:
    """Has so many more people join the event."""
    event = EventId(UUID(event_id))

    def work(unit: Any) -> None:
        for number in range(count):
            user_id = unit.accounts.add(f"one-of-{count}-{number}", "hash", unit.now())
            unit.profiles.add(Profile(user_id, f"Человек {number}"))
            unit.places.make(event, user_id)
            unit.places.put(unit.places.lock(event, [user_id])[user_id].joined())

    await site.attendance.use_cases.log_out.transact(work)


class Sheets:
    """Written when the test says; as many as are being written, and as were begun, are counted.

    Where somebody leaves it ends when the test says, too.
    """

    def __init__(self, site: Site, monkeypatch: pytest.MonkeyPatch) -> None:
        self.may_go_on = asyncio.Event()
        self.may_end = asyncio.Event()
        self.may_end.set()
        self.writing_count = self.begun_count = 0
        self._write = site.app.services.sheets.write
        site.app.services = replace(site.app.services, sheets=self)
        monkeypatch.setattr(list_turns, "TURN_WAIT_SECONDS", 0.1)

    async def write(self, pieces: Any, style: Any) -> Any:
        self.writing_count += 1
        self.begun_count += 1
        try:
            await self.may_go_on.wait()
            return await self._write(pieces, style)
        finally:
            await self.may_end.wait()
            self.writing_count -= 1
