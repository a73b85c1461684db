"""Whoever leaves before their sheet, and whatever is lost on its way. Contract: 1.11, 8.13."""

from __future__ import annotations

import os
from dataclasses import replace
from typing import Any

import pytest

from attendance_adapters import sheets
from attendance_adapters.sheet_job import SheetJob
from attendance_adapters.sheets import SheetFiles
from attendance_core.vocabulary import UserId
from attendance_web.http import list_turns, pipeline
from tests.support.asgi_client import AsgiClient
from tests.support.eventually import eventually
from tests.support.exports import EXPORT, Sheets, add_people, anna, event_id, site
from tests.support.looks import Looks
from tests.support.site import Browser, Site, code

__all__ = ["anna", "event_id", "site"]


class Workers:
    """The processes that sheets are written by, counted."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self.begun_count = 0
        monkeypatch.setattr(sheets, "SheetJob", self)

    def __call__(self, *given: Any) -> SheetJob:
        self.begun_count += 1
        return SheetJob(*given)


class TestLeaving:
    """Contract: 1.11. Who says no more has gone, though the connection is still there."""

    async def test_of_fifty_begun_and_left_one_is_begun_and_nothing_is_left(
        self, site: Site, anna: Browser, event_id: str, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr("attendance_core.attendance.sheet.ROWS_A_LOOK", 1)
        looks = Looks(site.attendance, monkeypatch)
        looks.holds_from = 2
        turns, files = site.app.services.list_turns, site.attendance.sheets
        assert isinstance(files, SheetFiles)
        before = len(os.listdir("/proc/self/fd"))
        clients = [AsgiClient(site.app, EXPORT, session=str(anna.session)) for _ in range(50)]
        for client in clients:
            client.ask(event_id=event_id, format="csv")
        await eventually(lambda: turns._people._turns.waiting_count == 49 and bool(files._running))
        for client in clients:
            client.say_no_more()
        for client in clients:
            assert (await client.ended()).status == 400
        assert looks.begun_count == 2 and not files._running
        assert (turns._people.given_count, turns._exports.given_count) == (0, 0)
        assert len(os.listdir("/proc/self/fd")) <= before
        looks.may_go_on.set()
        assert (await anna.get(EXPORT, event_id=event_id, format="csv")).status_code == 200

    async def test_of_thirty_left_one_after_another_a_few_are_begun(
        self, site: Site, anna: Browser, event_id: str, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        """As soon as it is read; then so many come back with the time. Decision 0019."""
        now, workers = 0.0, Workers(monkeypatch)
        turns = list_turns.ListTurns(2, lambda: now)
        site.app.services = replace(site.app.services, list_turns=turns)
        monkeypatch.setattr("attendance_core.attendance.sheet.ROWS_A_LOOK", 1)
        looks = Looks(site.attendance, monkeypatch)
        given = {"event_id": event_id, "format": "csv"}

        async def leaves() -> AsgiClient:
            """Has somebody go once their second look is begun, or is refused."""
            before, client = (
                looks.begun_count,
                AsgiClient(site.app, EXPORT, session=str(anna.session)),
            )
            looks.holds_from = before + 2
            client.ask(event_id=event_id, format="csv")
            await eventually(lambda: looks.begun_count == before + 2 or bool(client.status))
            client.say_no_more()
            return await client.ended()

        monkeypatch.setattr("attendance_web.wire.refusal_pace.TOLD_AFTER_SECONDS", 0.0)
        statuses = [(await leaves()).status for _ in range(30)]
        assert statuses == [400] * list_turns.MAX_LEFT_EXPORTS + [429] * (30 - 3)
        assert (workers.begun_count, looks.begun_count) == (3, 6)
        refused = await anna.get(EXPORT, **given)
        assert code(refused, 8, status=429) == "too_many_requests"
        assert refused.headers["retry-after"] == "10"
        now = 1 / list_turns.LEFT_EXPORTS_A_SECOND
        assert [(await leaves()).status for _ in range(2)] == [400, 429]
        looks.may_go_on.set()
        now *= 2
        assert (await anna.get(EXPORT, **given)).status_code == 200

    async def test_who_has_left_several_and_goes_at_once_has_nothing_begun(
        self, site: Site, anna: Browser, event_id: str, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        now = 0.0
        turns = list_turns.ListTurns(2, lambda: now)
        site.app.services = replace(site.app.services, list_turns=turns)
        for _ in range(list_turns.MAX_LEFT_EXPORTS):
            turns._left_exports.take(UserId(anna.user_id))
        now = 1 / list_turns.LEFT_EXPORTS_A_SECOND - 1  # a second before one comes back
        held = Sheets(site, monkeypatch)
        monkeypatch.setattr(list_turns, "TURN_WAIT_SECONDS", 3.0)
        clients = [AsgiClient(site.app, EXPORT, session=str(anna.session)) for _ in range(10)]
        for client in clients:
            client.ask(event_id=event_id, format="csv")
        await eventually(lambda: turns._people._turns.waiting_count == 9)
        for client in clients:
            client.say_no_more()
        for client in clients:
            assert (await client.ended()).status == 400
        assert held.begun_count == 0

    async def test_it_counts_until_it_has_ended(
        self, site: Site, anna: Browser, event_id: str, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        held = Sheets(site, monkeypatch)
        held.may_end.clear()
        client = AsgiClient(site.app, EXPORT, session=str(anna.session))
        client.ask(event_id=event_id, format="csv")
        await eventually(lambda: held.writing_count == 1)
        client.say_no_more()
        again = await anna.get(EXPORT, event_id=event_id, format="csv")
        assert code(again, 8, status=429) == "too_many_requests" and held.begun_count == 1
        held.may_end.set()
        held.may_go_on.set()
        await client.ended()
        assert (await anna.get(EXPORT, event_id=event_id, format="csv")).status_code == 200

    async def test_who_is_refused_has_no_worker_begun(
        self, site: Site, event_id: str, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        workers, other = Workers(monkeypatch), await site.add_person("other")
        refused = await other.get(EXPORT, event_id=event_id, format="csv")
        assert code(refused, 3) == "not_an_organiser" and workers.begun_count == 0

    async def test_who_has_gone_when_their_turn_comes_has_none(
        self, site: Site, anna: Browser, event_id: str, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        held = Sheets(site, monkeypatch)
        client = AsgiClient(site.app, EXPORT, session=str(anna.session))
        client.say_no_more()
        assert (await client.ask(event_id=event_id, format="csv").ended()).status == 400
        assert held.begun_count == 0


class TestLosses:
    """Whole, refused, or cut off so that nobody takes it for whole."""

    async def test_a_worker_that_dies_is_unavailable(
        self, anna: Browser, event_id: str, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        dying_command = (sheets.WORKER_COMMAND[0], "-c", "import os; os.kill(os.getpid(), 9)")
        with monkeypatch.context() as patch:
            patch.setattr(sheets, "WORKER_COMMAND", dying_command)
            answer = await anna.get(EXPORT, event_id=event_id, format="xlsx")
        assert code(answer, -1, status=503) == "unavailable"
        assert answer.headers["retry-after"] == "1"
        assert (await anna.get(EXPORT, event_id=event_id, format="xlsx")).status_code == 200

    async def test_one_that_takes_longer_is_begun_and_ends_whole(
        self, site: Site, anna: Browser, event_id: str, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        """Contract: 1.16."""
        looks = Looks(site.attendance, monkeypatch)
        looks.holds_from = 2
        monkeypatch.setattr("attendance_core.attendance.sheet.ROWS_A_LOOK", 1)
        monkeypatch.setattr(pipeline, "ANSWER_SECONDS", 0.3)
        client = AsgiClient(site.app, EXPORT, session=str(anna.session))
        client.ask(event_id=event_id, format="csv")
        await eventually(lambda: client.status == 200)
        assert "content-length" not in client.headers and not client.pieces
        looks.may_go_on.set()
        assert (await client.ended()).is_whole
        heading, people, counts = 5, 2, 7  # lines of the table
        assert client.body.decode().count("\r\n") == heading + people + counts

    async def test_one_that_cannot_be_ended_is_cut_off(
        self, site: Site, anna: Browser, event_id: str, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        looks = Looks(site.attendance, monkeypatch)
        looks.holds_from, looks.fails_from = 2, 3
        await add_people(site, event_id, 1)
        monkeypatch.setattr("attendance_core.attendance.sheet.ROWS_A_LOOK", 1)
        monkeypatch.setattr(pipeline, "ANSWER_SECONDS", 0.3)
        client = AsgiClient(site.app, EXPORT, session=str(anna.session))
        client.ask(event_id=event_id, format="csv")
        await eventually(lambda: client.status == 200)
        looks.may_go_on.set()
        await client.ended()
        assert not client.is_whole and client.pieces == []

    async def test_where_not_even_the_first_look_comes_it_is_unavailable(
        self, site: Site, anna: Browser, event_id: str, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        looks = Looks(site.attendance, monkeypatch)
        looks.holds_from = 1
        monkeypatch.setattr(pipeline, "ANSWER_SECONDS", 0.3)
        assert code(await anna.get(EXPORT, event_id=event_id, format="csv"), -1, status=503)

    async def test_of_one_that_nobody_waits_for_nothing_is_left(
        self, site: Site, anna: Browser, event_id: str, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr("attendance_core.attendance.sheet.ROWS_A_LOOK", 1)
        looks = Looks(site.attendance, monkeypatch)
        looks.holds_from = 2
        client = AsgiClient(site.app, EXPORT, session=str(anna.session))
        client.ask(event_id=event_id, format="csv")
        files = site.attendance.sheets
        assert isinstance(files, SheetFiles)
        await eventually(lambda: bool(files._running))
        client.disconnect()
        await client.ended()
        assert client.status == 0 and not files._running

    async def test_one_that_is_never_read_to_its_end_closes_its_file(
        self, site: Site, anna: Browser, event_id: str
    ) -> None:
        await add_people(site, event_id, 2000)
        before = len(os.listdir("/proc/self/fd"))
        client = AsgiClient(site.app, EXPORT, session=str(anna.session))
        client.ask(reads=1, event_id=event_id, format="csv")
        await eventually(lambda: bool(client.pieces))
        client.disconnect()
        await client.ended()
        assert not client.is_whole and len(os.listdir("/proc/self/fd")) <= before
