"""Whoever has a copy of the database gets in nowhere: it has no secret, but what stands for one.

Contract: 2.5, 9.4 and MakeBoardLink.
"""

from __future__ import annotations

import sqlite3
from contextlib import closing
from pathlib import Path

import pytest

from tests.support.site import PASSWORD, Site, opened_site, response

pytestmark = pytest.mark.asyncio(loop_scope="module")
NEW_PASSWORD, WRONG_PASSWORD = "another horse battery", "a horse that is wrong"
WHO_AM_I, WATCH = "/api/auth/GetCurrentUserId", "/api/events/WatchAttendance"
SHORTEST_SECRET = 20  # characters; ours have 43


async def secrets_of(site: Site) -> list[str]:
    """All that a person has whom the service gave or who gave it something secret."""
    anna = await site.add_person("anna-at-rest")
    await anna.post("/accounts/login/", username=anna.username, password=WRONG_PASSWORD)
    passwords = {"old_password": PASSWORD, "new_password": NEW_PASSWORD}
    assert response(await anna.post("/accounts/password/", **passwords)) == {}
    event_id = await anna.create_event()
    link = response(await anna.post("/api/events/MakeBoardLink", event_id=event_id))["url"]
    board_secret = link.partition("#")[2]
    cookies = [value for value in anna.client.cookies.values() if value]
    assert len(cookies) == 3 and board_secret  # a session, a known browser, a token against CSRF
    return [PASSWORD, NEW_PASSWORD, WRONG_PASSWORD, board_secret, *cookies]


def texts_in(database: Path) -> set[str]:
    """Every text in every table of it."""
    with closing(sqlite3.connect(f"file:{database}?mode=ro", uri=True)) as connection:
        named = connection.execute("SELECT name FROM sqlite_master WHERE type = 'table'").fetchall()
        rows = [row for (name,) in named for row in connection.execute(f'SELECT * FROM "{name}"')]
    return {value for row in rows for value in row if isinstance(value, str) and value}


def could_be_a_secret(text: str) -> bool:
    """Whether a header can have it, and it is long enough."""
    return (
        len(text) >= SHORTEST_SECRET and text.isascii() and text.isprintable() and ";" not in text
    )


async def test_no_file_of_the_service_has_a_secret_in_it(tmp_path: Path) -> None:
    async with opened_site(tmp_path) as site:
        secrets = await secrets_of(site)
        kept = [path.read_bytes() for path in tmp_path.rglob("*") if path.is_file()]
    assert any(b"anna-at-rest" in content for content in kept)
    assert [each for each in secrets if any(each.encode() in content for content in kept)] == []


async def test_nothing_in_a_table_lets_anybody_in(tmp_path: Path) -> None:
    async with opened_site(tmp_path) as site:
        await secrets_of(site)
        texts = texts_in(tmp_path / "attendance.db")
        assert any(each.startswith("anna-at-rest") for each in texts)
        for text in filter(could_be_a_secret, texts):
            for headers in (
                {"Cookie": f"sessionid={text}"},
                {"Cookie": f"knownbrowser={text}"},
                {"Authorization": f"Bearer {text}"},
            ):
                asked = await site.browser().client.get(WHO_AM_I, headers=headers)
                assert response(asked) == {"user_id": None}, text
            headers = {"Authorization": f"Board {text}"}
            answer = await site.browser().client.head(WATCH, headers=headers)  # which ends
            assert answer.headers["content-type"].startswith("application/json"), text
