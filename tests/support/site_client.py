"""Clients of a site, for people who have an account there."""

from __future__ import annotations

from typing import Any

import httpx
import pytest

from attendance_web.client import Client, pauses
from attendance_web.structs.events import EventCreated
from tests.support.site import ORIGIN, PASSWORD, Site, numbers

at_the_site = pytest.mark.asyncio(loop_scope="module")


def client(site: Site, **how: Any) -> Client:
    """Makes one that has not been here yet."""
    app: Any = site.app
    return Client(ORIGIN, transport=httpx.ASGITransport(app=app), **how)


async def add_person(site: Site) -> Client:
    """Signs up somebody new, who is logged in then."""
    made = client(site)
    await made.sign_up(username=f"person{next(numbers)}", password=PASSWORD, display_name="Anna")
    return made


async def create_event(creator: Client) -> EventCreated:
    now = 1_800_000_000
    return await creator.create_event(
        name=f"Lecture {next(numbers)}", time_from=now - 60, time_to=now + 3600
    )


@pytest.fixture(autouse=True)
def quick(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(pauses, "FIRST_PAUSE_SECONDS", 0.001)
