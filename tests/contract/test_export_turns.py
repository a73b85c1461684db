"""Sheets are made in turns, give way, and cost little. Contract: ExportAttendance, 8.13."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from attendance_adapters import sheets
from attendance_adapters.sql.ledger import ANNULLED
from attendance_adapters.sql.participants import PARTICIPANTS_OF
from attendance_adapters.sql.sqlite_driver import SqliteExecutor
from attendance_web.http import exports, list_turns
from tests.support.asgi_client import AsgiClient
from tests.support.eventually import eventually
from tests.support.exports import EXPORT, Sheets, add_people, anna, event_id, site
from tests.support.looks import Looks
from tests.support.site import Browser, Site, code, opened_site

__all__ = ["anna", "event_id", "site"]


class TestTurns:
    async def test_a_person_has_one_at_a_time_and_a_process_two(
        self, site: Site, anna: Browser, event_id: str, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        held = Sheets(site, monkeypatch)
        vera, gleb = await site.add_person("vera"), await site.add_person("gleb")
        of_vera, of_gleb = await vera.create_event(), await gleb.create_event()
        given = {"event_id": event_id, "format": "csv"}
        first = asyncio.create_task(anna.get(EXPORT, **given))
        await eventually(lambda: held.writing_count == 1)
        again = await anna.get(EXPORT, **given)
        assert code(again, 8, status=429) == "too_many_requests"
        assert again.headers["retry-after"] == "1"
        second = asyncio.create_task(vera.get(EXPORT, event_id=of_vera, format="csv"))
        await eventually(lambda: held.writing_count == 2)
        third = await gleb.get(EXPORT, event_id=of_gleb, format="csv")
        assert code(third, 8, status=429) == "too_many_requests"
        held.may_go_on.set()
        assert [each.status_code for each in await asyncio.gather(first, second)] == [200, 200]
        assert (await gleb.get(EXPORT, event_id=of_gleb, format="csv")).status_code == 200

    async def test_who_reads_slowly_keeps_nobody_else_waiting(
        self, site: Site, anna: Browser, event_id: str, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(list_turns, "TURN_WAIT_SECONDS", 1.0)
        monkeypatch.setattr(list_turns, "MAX_EXPORTS_AT_ONCE", 1)
        site.app.services = replace(site.app.services, list_turns=list_turns.ListTurns(2))
        await add_people(site, event_id, 2000)
        given = {"event_id": event_id, "format": "csv"}
        slow = AsgiClient(site.app, EXPORT, session=str(anna.session)).ask(reads=1, **given)
        await eventually(lambda: bool(slow.pieces))
        assert code(await anna.get(EXPORT, **given), 8, status=429)
        vera = await site.add_person("vera")
        answer = await vera.get(EXPORT, event_id=await vera.create_event(), format="csv")
        assert answer.status_code == 200
        slow.read(10)
        assert (await slow.ended()).is_whole
        assert len(slow.pieces) > 1 and len(slow.body) == int(slow.headers["content-length"])


class TestGivingWay:
    """Decision 0019. Whoever marks meanwhile hardly feels that a sheet is read."""

    async def test_the_next_look_waits_while_somebody_is_served_but_not_for_long(
        self, site: Site, anna: Browser, event_id: str, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr("attendance_core.attendance.sheet.ROWS_A_LOOK", 1)
        monkeypatch.setattr(exports, "MAX_PAUSES", 10_000)
        looks = Looks(site.attendance, monkeypatch)
        given = {"event_id": event_id, "format": "csv"}
        async with site.app.services.person_turns.turn("somebody", 1.0):
            asking = asyncio.create_task(anna.get(EXPORT, **given))
            await eventually(lambda: looks.begun_count == 1)
            await asyncio.sleep(20 * exports.PAUSE_SECONDS)
            assert looks.begun_count == 1
        assert (await asking).status_code == 200 and looks.begun_count == 2
        monkeypatch.setattr(exports, "MAX_PAUSES", 2)
        async with site.app.services.person_turns.turn("somebody", 1.0):
            assert (await anna.get(EXPORT, **given)).status_code == 200


class TestCosts:
    """Decision 0019. To the service a sheet of many costs what one of a few does."""

    async def test_it_encodes_no_row_and_looks_twice_however_many_there_are(
        self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        made: list[Any] = []
        row_of, execute = sheets._row_of, SqliteExecutor.execute

        def counting_rows(*given: Any) -> Any:
            made.append(given)
            return row_of(*given)

        def counting_statements(executor: Any, statement: Any, *given: Any) -> Any:
            if any(statement is each for each in (PARTICIPANTS_OF, ANNULLED)):
                made.append(given)
            return execute(executor, statement, *given)

        monkeypatch.setattr(sheets, "_row_of", counting_rows)
        monkeypatch.setattr(SqliteExecutor, "execute", counting_statements)
        async with opened_site(tmp_path) as site:
            anna = await site.add_person("anna")
            event_id = await anna.create_event()
            looks = Looks(site.attendance, monkeypatch)
            for more in (1, 200):
                await add_people(site, event_id, more)
                looks.begun_count = 0
                answer = await anna.get(EXPORT, event_id=event_id, format="json")
                assert len(answer.json()["rows"]) >= more
                assert (looks.begun_count, len(made)) == (2, 0)
