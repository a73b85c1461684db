"""Long lists come in pieces. Contract: 1.20."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Callable
from typing import Any

import pytest

from attendance_web.http import pieces
from tests.support.asgi_client import AsgiClient
from tests.support.eventually import eventually
from tests.support.long_lists import CREATED, EVENTS, JOINED, MANY, PIECE, anna, looks, site
from tests.support.looks import Looks, in_pieces
from tests.support.site import Browser, Site, refusal, response

__all__ = ["anna", "in_pieces", "looks", "site"]


class TestPieces:
    async def test_they_are_byte_for_byte_the_answer_as_a_whole(
        self, site: Site, anna: Browser, in_pieces: Callable[..., None]
    ) -> None:
        asked: list[tuple[str, dict[str, Any]]] = [
            *((path, {}) for path in (EVENTS, CREATED, JOINED)),
            (EVENTS, {"name": "лекц"}),
            (EVENTS, {"newest_first": "true", "offset": 1}),
            *((EVENTS, {"limit": limit}) for limit in (2, 3, 4, 6)),
            (EVENTS, {"offset": 7}),
            (EVENTS, {"name": "nothing"}),
        ]
        whole = [await anna.get(path, **given) for path, given in asked]
        assert [len(response(each)) for each in whole] == [7, 7, 7, 7, 6, 2, 3, 4, 6, 0, 0]
        assert all("content-length" in each.headers for each in whole)
        in_pieces()
        for (path, given), before in zip(asked, whole, strict=True):
            answer = await anna.get(path, **given)
            assert answer.content == before.content
            for name in ("content-type", "cache-control", "x-content-type-options"):
                assert answer.headers[name] == before.headers[name]
            is_long = len(response(before)) >= PIECE and given.get("limit") != PIECE
            assert ("content-length" not in answer.headers) is is_long

    async def test_each_is_one_look_at_so_many(
        self, site: Site, anna: Browser, looks: Looks, in_pieces: Callable[..., None]
    ) -> None:
        in_pieces()
        client = await AsgiClient(site.app, EVENTS).ask().ended()
        assert client.is_whole and looks.begun_count == 4
        sizes = [piece.count(b'"event_id"') for piece in client.pieces]
        assert sizes == [2, 2, 2, 1, 0]

    async def test_a_client_that_does_not_read_is_waited_for_without_the_store(
        self, site: Site, anna: Browser, looks: Looks, in_pieces: Callable[..., None]
    ) -> None:
        in_pieces()
        client = AsgiClient(site.app, EVENTS).ask(reads=1)
        await eventually(lambda: looks.begun_count == 2)
        await asyncio.sleep(0.05)
        assert looks.begun_count == 2 and site.attendance.store_call_count == 0
        assert len(response(await anna.get(CREATED))) == MANY, "others read all the while"
        client.read(9)
        assert (await client.ended()).is_whole

    async def test_a_client_that_is_gone_ends_it(
        self, site: Site, anna: Browser, looks: Looks, in_pieces: Callable[..., None]
    ) -> None:
        in_pieces()
        client = AsgiClient(site.app, EVENTS).ask(reads=1)
        await eventually(lambda: looks.begun_count == 2)
        client.disconnect()
        await client.ended()
        assert looks.begun_count <= 3 and not client.is_whole

    async def test_for_who_says_no_more_nothing_is_read_any_more(
        self, site: Site, anna: Browser, looks: Looks, in_pieces: Callable[..., None]
    ) -> None:
        """Contract: 1.11."""
        in_pieces()
        client = AsgiClient(site.app, EVENTS).ask(reads=1)
        await eventually(lambda: looks.begun_count == 2)
        client.say_no_more()
        client.read(9)
        await client.ended()
        assert looks.begun_count <= 3 and not client.is_whole

    async def test_one_that_takes_nothing_for_long_is_let_go(
        self,
        site: Site,
        anna: Browser,
        in_pieces: Callable[..., None],
        monkeypatch: pytest.MonkeyPatch,
    ) -> None:
        in_pieces()
        monkeypatch.setattr(pieces, "SEND_SECONDS", 0.05)
        client = await AsgiClient(site.app, EVENTS).ask(reads=1).ended()
        assert (client.status, client.is_whole) == (200, False)

    async def test_one_that_cannot_be_ended_is_cut_off(
        self, site: Site, anna: Browser, looks: Looks, in_pieces: Callable[..., None]
    ) -> None:
        in_pieces()
        looks.fails_from = 3
        client = await AsgiClient(site.app, EVENTS).ask().ended()
        assert (client.status, client.is_whole) == (200, False)
        with pytest.raises(json.JSONDecodeError):
            json.loads(client.body)
        looks.fails_from = looks.begun_count + 1
        refusal(await anna.get(EVENTS), -1, status=503)

    async def test_head_reads_one(
        self, site: Site, anna: Browser, looks: Looks, in_pieces: Callable[..., None]
    ) -> None:
        """Contract: 1.6."""
        in_pieces()
        client = await AsgiClient(site.app, EVENTS).ask(method="HEAD").ended()
        assert (client.status, client.body, client.is_whole) == (200, b"", True)
        assert looks.begun_count <= 2
