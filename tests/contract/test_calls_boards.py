"""The link of a board over the whole application, and how a stream is refused. Contract: 8.5."""

from __future__ import annotations

import logging
import re
from uuid import uuid4

import httpx
import pytest

from attendance_core.attendance import BOARD_AFTER_END_SECONDS, board_id_of
from attendance_core.vocabulary import BoardId
from tests.support.asgi_client import AsgiClient
from tests.support.eventually import eventually
from tests.support.site import Browser, Site, anna, boris, envelope, response
from tests.support.site import site_in_folder as site

__all__ = ["anna", "boris", "site"]
pytestmark = pytest.mark.asyncio(loop_scope="module")
WATCH = "/api/events/WatchAttendance"


async def make_board_link(organiser: Browser, event_id: str) -> str:
    """Makes a link; answers its secret."""
    made = response(await organiser.post("/api/events/MakeBoardLink", event_id=event_id))
    path, _, secret = made["url"].partition("#")
    assert (set(made), path) == ({"url"}, f"/board/{event_id}")
    return str(secret)


def error_and_code(answer: httpx.Response) -> tuple[int, str]:
    """Reads the number and the code of a refusal."""
    told = envelope(answer)
    return told["error"], told["code"]


async def answer_to(site: Site, secret: str) -> tuple[int, str]:
    """Asks with a secret that is none; answers the number and the code of the refusal."""
    headers = {"Authorization": f"Board {secret}".encode()}
    return error_and_code(await site.browser(headers=headers).get(WATCH))


class TestMakeBoardLink:
    async def test_it_answers_a_secret_that_nothing_keeps(
        self, site: Site, anna: Browser, caplog: pytest.LogCaptureFixture
    ) -> None:
        with caplog.at_level(logging.DEBUG):
            secret = await make_board_link(anna, await anna.create_event())
            await answer_to(site, secret + "x")
        assert re.fullmatch(r"[A-Za-z0-9_-]{43}", secret)  # 256 bits
        assert secret not in caplog.text
        found = await site.attendance._store.observe(
            lambda unit: unit.admissions.by_link([board_id_of(secret), BoardId(secret)])
        )
        assert [each.admitted_by for each in found] == [board_id_of(secret)]

    async def test_another_one_ends_it(self, site: Site, anna: Browser) -> None:
        event_id = await anna.create_event()
        old, new = await make_board_link(anna, event_id), await make_board_link(anna, event_id)
        assert old != new
        assert await answer_to(site, old) == (5, "board_not_found")

    async def test_behind_its_hour_there_is_none(self, site: Site, anna: Browser) -> None:
        event_id = await anna.create_event(lasts=120)
        site.clock.pass_(60 + BOARD_AFTER_END_SECONDS - 1)
        await make_board_link(anna, event_id)
        secret = await make_board_link(anna, event_id)
        site.clock.pass_(1)
        assert await answer_to(site, secret) == (5, "board_not_found")
        refused = await anna.post("/api/events/MakeBoardLink", event_id=event_id)
        site.clock.pass_(-60 - BOARD_AFTER_END_SECONDS)
        assert error_and_code(refused) == (3, "event_over")


class TestRemoveBoardLink:
    async def test_it_leads_nowhere_any_more(self, site: Site, anna: Browser) -> None:
        event_id = await anna.create_event()
        secret = await make_board_link(anna, event_id)
        for _ in range(2):
            response(await anna.post("/api/events/RemoveBoardLink", event_id=event_id))
        assert await answer_to(site, secret) == (5, "board_not_found")


class TestWatchAttendance:
    """Contract: GET /api/events/WatchAttendance; `test_watching` has what it tells."""

    async def test_refusals_are_envelopes(self, site: Site, anna: Browser, boris: Browser) -> None:
        event_id = await anna.create_event()
        for who, given, refused in (
            (site.browser(), {}, (7, "not_logged_in")),  # before any argument is looked at
            (site.browser(), {"event_id": "x"}, (7, "not_logged_in")),
            (anna, {}, (2, "missing_argument")),
            (anna, {"event_id": "x"}, (1, "invalid_argument")),
            (anna, {"event_id": str(uuid4())}, (5, "event_not_found")),
            (boris, {"event_id": event_id}, (3, "not_an_organiser")),
        ):
            assert error_and_code(await who.get(WATCH, **given)) == refused

    @pytest.mark.parametrize("secret", ["", "x", "x" * 43, "a b", "ы", "0" * 1000])
    async def test_an_unknown_secret_is_not_found(self, site: Site, secret: str) -> None:
        assert await answer_to(site, secret) == (5, "board_not_found")

    async def test_a_secret_says_itself_which_event_it_is_of(
        self, site: Site, anna: Browser
    ) -> None:
        """And nothing is told to whoever is logged in beside it, of another one or of theirs."""
        event_id = await anna.create_event()
        secret = await make_board_link(anna, event_id)
        client = AsgiClient(site.app, WATCH, session=str(anna.session))
        client._scope["headers"].append((b"authorization", f"bOaRd {secret}".encode()))
        client.ask(reads=9, event_id=str(uuid4()))
        await eventually(lambda: client.pieces)
        assert b'"joined":1,' in client.body
        client.disconnect()
        await client.ended()
        (admission,) = await site.attendance._store.observe(
            lambda unit: unit.admissions.by_link([board_id_of(secret)])
        )
        assert str(admission.event_id) == event_id

    async def test_head_is_answered_as_get_and_ends(self, site: Site, anna: Browser) -> None:
        """Contract: 1.6"""
        client = AsgiClient(site.app, WATCH, session=str(anna.session))
        await client.ask(reads=9, method="HEAD", event_id=await anna.create_event()).ended()
        assert (client.status, client.body, client.is_whole) == (200, b"", True)
        assert not site.app.sockets.watching.stream_count
