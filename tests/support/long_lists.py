"""An event list that is longer than a piece, and who looks at it."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path

import pytest
import pytest_asyncio

from tests.support.looks import Looks
from tests.support.site import Browser, Site, opened_site

EVENTS = "/api/events/GetEvents"
CREATED = "/api/events/GetCreatedEvents"
JOINED = "/api/events/GetJoinedEvents"
FIND = "/api/profile/FindByName"
FRIENDS = "/api/friends/GetFriendList"
MANY = 7  # events
PIECE = 2


@pytest_asyncio.fixture
async def site(tmp_path: Path) -> AsyncIterator[Site]:
    """With many events, of which two are read at once."""
    async with opened_site(tmp_path) as opened:
        await opened.forget_tallies()
        yield opened


@pytest_asyncio.fixture
async def anna(site: Site) -> Browser:
    person = await site.add_person("anna")
    for number in range(MANY):
        await person.create_event("Лекция", starts=-60 - number % 3)
    return person


@pytest.fixture
def looks(site: Site, monkeypatch: pytest.MonkeyPatch) -> Looks:
    return Looks(site.attendance, monkeypatch)
