"""The call that answers a sheet as a file. Contract: ExportAttendance, 8.13."""

from __future__ import annotations

import asyncio
import csv
import io
import json
import os
from collections.abc import AsyncIterator
from dataclasses import replace
from pathlib import Path
from typing import Any
from urllib.parse import unquote
from uuid import UUID

import pytest
import pytest_asyncio

from attendance_adapters import sheets
from attendance_adapters.sheet_job import SheetJob
from attendance_adapters.sheets import SheetFiles
from attendance_adapters.sql.ledger import ANNULLED
from attendance_adapters.sql.participants import PARTICIPANTS_OF
from attendance_adapters.sql.sqlite_driver import SqliteExecutor
from attendance_core.profiles import Profile
from attendance_core.vocabulary import EventId, UserId
from attendance_web.http import exports, list_turns, pipeline
from attendance_web.http.exports import MEDIA_TYPES
from attendance_web.http.file_names import MAX_NAME_BYTES, content_disposition, file_name
from tests.support import xlsx
from tests.support.asgi_client import AsgiClient
from tests.support.eventually import eventually
from tests.support.looks import Looks
from tests.support.site import Browser, Site, code, opened_site, refusal

EXPORT = "/api/events/ExportAttendance"
NO_EVENT = "00000000-0000-4000-8000-000000000000"
PATIENCE_SECONDS = 60.0


@pytest_asyncio.fixture
async def site(monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[Site]:
    """Answers wait for their file, and have its length, on the slowest machine, too."""
    monkeypatch.setattr(pipeline, "ANSWER_SECONDS", PATIENCE_SECONDS)
    async with opened_site(None) as opened:
        yield opened


@pytest_asyncio.fixture
async def anna(site: Site) -> Browser:
    return await site.person("anna", display_name="Анна")


@pytest_asyncio.fixture
async def event_id(site: Site, anna: Browser) -> str:
    """Anna's, where Boris was marked by her."""
    boris = await site.person("boris", display_name="=Борис")
    event_id = await anna.event("Лекция: ряды / пределы")
    await site.mark(event_id, boris, anna)
    return event_id


async def crowd(site: Site, event_id: str, count: int) -> None:
    """So many more people in the event."""
    event = EventId(UUID(event_id))

    def work(unit: Any) -> None:
        for number in range(count):
            user_id = unit.accounts.add(f"one-of-{count}-{number}", "hash", unit.now())
            unit.profiles.add(Profile(user_id, f"Человек {number}"))
            unit.places.make(event, user_id)
            unit.places.put(unit.places.lock(event, [user_id])[user_id].joined())

    await site.attendance.use_cases.log_out.transact(work)


class TestAnswers:
    async def test_a_file_is_answered_with_its_name_and_kept_by_nobody(
        self, site: Site, anna: Browser, event_id: str
    ) -> None:
        answer = await anna.get(EXPORT, event_id=event_id, format="csv", tz="Europe/Moscow")
        assert answer.status_code == 200
        assert answer.headers["content-type"] == "text/csv; charset=utf-8"
        assert answer.headers["cache-control"] == "no-store"
        assert answer.headers["x-content-type-options"] == "nosniff"
        assert int(answer.headers["content-length"]) == len(answer.content)
        named = answer.headers["content-disposition"]
        plain, _, spelled = named.partition("; filename*=UTF-8''")
        assert plain == 'attachment; filename="attendance.csv"'
        assert unquote(spelled).startswith("Лекция_ ряды _ пределы ") and spelled.endswith(".csv")
        rows = list(csv.reader(io.StringIO(answer.text.removeprefix("\ufeff")), delimiter=";"))
        assert [row[1:5] for row in rows[5:7]] == [
            ["'=Борис", "", "", "marked"],
            ["Анна", "", "", "organises the class"],
        ]
        assert rows[5][5].endswith("+03:00") and rows[5][6:8] == ["Анна", "peer"]

    async def test_each_format_has_its_type_and_a_head_without_the_body(
        self, site: Site, anna: Browser, event_id: str
    ) -> None:
        for kind, media_type in MEDIA_TYPES.items():
            given = {"event_id": event_id, "format": kind}
            answer = await anna.get(EXPORT, **given)
            assert answer.headers["content-type"].partition(";")[0] == media_type
            if kind == "json":
                assert json.loads(answer.content)["counts"]["marked"] == 1
            elif kind == "xlsx":
                assert xlsx.read(io.BytesIO(answer.content)).title == "Attendance"
            head = await anna.client.head(EXPORT, params=given)
            assert head.content == b""
            assert head.headers["content-disposition"] == answer.headers["content-disposition"]

    async def test_it_speaks_the_language_of_whoever_asks(
        self, anna: Browser, event_id: str
    ) -> None:
        """Contract: 1.4."""
        headers = {"Accept-Language": "ru"}
        given = {"event_id": event_id, "format": "csv"}
        answer = await anna.client.get(EXPORT, params=given, headers=headers)
        assert "есть отметка" in answer.text

    async def test_refusals_are_envelopes(self, site: Site, anna: Browser, event_id: str) -> None:
        given = {"event_id": event_id, "format": "csv"}
        code(await site.browser().get(EXPORT, **given), 7, status=401)
        assert "format" in refusal(await anna.get(EXPORT, event_id=event_id), 2)
        assert "event_id" in refusal(await anna.get(EXPORT, format="csv"), 2)
        assert "format" in refusal(await anna.get(EXPORT, event_id=event_id, format="pdf"), 1)
        wrong = await anna.get(EXPORT, **given, tz="Moscow")
        assert "tz" in refusal(wrong, 1) and wrong.json()["field"] == "tz"
        missing = await anna.get(EXPORT, event_id=NO_EVENT, format="csv")
        assert code(missing, 5) == "event_not_found"
        stranger = await site.person("stranger")
        refused = await stranger.get(EXPORT, **given)
        assert code(refused, 3) == "not_an_organiser"
        assert "content-disposition" not in refused.headers

    async def test_twenty_thousand_and_one_are_too_many(
        self, site: Site, anna: Browser, event_id: str
    ) -> None:
        await crowd(site, event_id, 20_001 - 2)  # Anna and Boris are there
        refused = await anna.get(EXPORT, event_id=event_id, format="json")
        assert code(refused, 3) == "too_many_rows"


class Workers:
    """The processes that sheets are written by, counted."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self.begun = 0
        monkeypatch.setattr(sheets, "SheetJob", self)

    def __call__(self, *given: Any) -> SheetJob:
        self.begun += 1
        return SheetJob(*given)


class Sheets:
    """Written when the test says; as many as are being written, and as were begun, are counted.

    Where somebody leaves it ends when the test says, too.
    """

    def __init__(self, site: Site, monkeypatch: pytest.MonkeyPatch) -> None:
        self.may_go_on = asyncio.Event()
        self.may_end = asyncio.Event()
        self.may_end.set()
        self.writing = self.begun = 0
        self._write = site.app.services.sheets.write
        site.app.services = replace(site.app.services, sheets=self)
        monkeypatch.setattr(list_turns, "TURN_WAIT_SECONDS", 0.1)

    async def write(self, pieces: Any, style: Any) -> Any:
        self.writing += 1
        self.begun += 1
        try:
            await self.may_go_on.wait()
            return await self._write(pieces, style)
        finally:
            await self.may_end.wait()
            self.writing -= 1


class TestTurns:
    async def test_a_person_has_one_at_a_time_and_a_process_two(
        self, site: Site, anna: Browser, event_id: str, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        held = Sheets(site, monkeypatch)
        vera, gleb = await site.person("vera"), await site.person("gleb")
        of_vera, of_gleb = await vera.event(), await gleb.event()
        given = {"event_id": event_id, "format": "csv"}
        first = asyncio.create_task(anna.get(EXPORT, **given))
        await eventually(lambda: held.writing == 1)
        again = await anna.get(EXPORT, **given)
        assert code(again, 8, status=429) == "too_many_requests"
        assert again.headers["retry-after"] == "1"
        second = asyncio.create_task(vera.get(EXPORT, event_id=of_vera, format="csv"))
        await eventually(lambda: held.writing == 2)
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
        await crowd(site, event_id, 2000)
        given = {"event_id": event_id, "format": "csv"}
        slow = AsgiClient(site.app, EXPORT, session=str(anna.session)).ask(reads=1, **given)
        await eventually(lambda: bool(slow.pieces))
        assert code(await anna.get(EXPORT, **given), 8, status=429)
        vera = await site.person("vera")
        answer = await vera.get(EXPORT, event_id=await vera.event(), format="csv")
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
        monkeypatch.setattr(exports, "MAX_RESTS", 10_000)
        looks = Looks(site.attendance, monkeypatch)
        given = {"event_id": event_id, "format": "csv"}
        async with site.app.services.person_turns.turn("somebody", 1.0):
            asking = asyncio.create_task(anna.get(EXPORT, **given))
            await eventually(lambda: looks.begun == 1)
            await asyncio.sleep(20 * exports.REST_SECONDS)
            assert looks.begun == 1
        assert (await asking).status_code == 200 and looks.begun == 2
        monkeypatch.setattr(exports, "MAX_RESTS", 2)
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
            anna = await site.person("anna")
            event_id = await anna.event()
            looks = Looks(site.attendance, monkeypatch)
            for more in (1, 200):
                await crowd(site, event_id, more)
                looks.begun = 0
                answer = await anna.get(EXPORT, event_id=event_id, format="json")
                assert len(answer.json()["rows"]) >= more
                assert (looks.begun, len(made)) == (2, 0)


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
        assert looks.begun == 2 and not files._running
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
            """Somebody who goes once their second look is begun, or is refused."""
            before, client = looks.begun, AsgiClient(site.app, EXPORT, session=str(anna.session))
            looks.holds_from = before + 2
            client.ask(event_id=event_id, format="csv")
            await eventually(lambda: looks.begun == before + 2 or bool(client.status))
            client.say_no_more()
            return await client.ended()

        monkeypatch.setattr("attendance_web.wire.refusal_pace.TOLD_AFTER_SECONDS", 0.0)
        left = [(await leaves()).status for _ in range(30)]
        assert left == [400] * list_turns.MAX_LEFT_EXPORTS + [429] * (30 - 3)
        assert (workers.begun, looks.begun) == (3, 6)
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
        assert held.begun == 0

    async def test_it_counts_until_it_has_ended(
        self, site: Site, anna: Browser, event_id: str, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        held = Sheets(site, monkeypatch)
        held.may_end.clear()
        client = AsgiClient(site.app, EXPORT, session=str(anna.session))
        client.ask(event_id=event_id, format="csv")
        await eventually(lambda: held.writing == 1)
        client.say_no_more()
        again = await anna.get(EXPORT, event_id=event_id, format="csv")
        assert code(again, 8, status=429) == "too_many_requests" and held.begun == 1
        held.may_end.set()
        held.may_go_on.set()
        await client.ended()
        assert (await anna.get(EXPORT, event_id=event_id, format="csv")).status_code == 200

    async def test_who_is_refused_has_no_worker_begun(
        self, site: Site, event_id: str, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        workers, stranger = Workers(monkeypatch), await site.person("stranger")
        refused = await stranger.get(EXPORT, event_id=event_id, format="csv")
        assert code(refused, 3) == "not_an_organiser" and workers.begun == 0

    async def test_who_has_gone_when_their_turn_comes_has_none(
        self, site: Site, anna: Browser, event_id: str, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        held = Sheets(site, monkeypatch)
        client = AsgiClient(site.app, EXPORT, session=str(anna.session))
        client.say_no_more()
        assert (await client.ask(event_id=event_id, format="csv").ended()).status == 400
        assert held.begun == 0


class TestLosses:
    """Whole, refused, or cut off so that nobody takes it for whole."""

    async def test_a_worker_that_dies_is_unavailable(
        self, anna: Browser, event_id: str, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        dies = (sheets.WORKER_COMMAND[0], "-c", "import os; os.kill(os.getpid(), 9)")
        with monkeypatch.context() as patch:
            patch.setattr(sheets, "WORKER_COMMAND", dies)
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
        assert client.body.decode().count("\r\n") == 5 + 2 + 7

    async def test_one_that_cannot_be_ended_is_cut_off(
        self, site: Site, anna: Browser, event_id: str, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        looks = Looks(site.attendance, monkeypatch)
        looks.holds_from, looks.fails_from = 2, 3
        await crowd(site, event_id, 1)
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
        client.go()
        await client.ended()
        assert client.status == 0 and not files._running

    async def test_one_that_is_never_read_to_its_end_closes_its_file(
        self, site: Site, anna: Browser, event_id: str
    ) -> None:
        await crowd(site, event_id, 2000)
        before = len(os.listdir("/proc/self/fd"))
        client = AsgiClient(site.app, EXPORT, session=str(anna.session))
        client.ask(reads=1, event_id=event_id, format="csv")
        await eventually(lambda: bool(client.pieces))
        client.go()
        await client.ended()
        assert not client.is_whole and len(os.listdir("/proc/self/fd")) <= before


class TestNames:
    """RFC 6266: what is not ASCII is spelled out, and there is another name beside it."""

    @pytest.mark.parametrize(
        ("name", "kept"),
        [
            ("Lecture 1", "Lecture 1"),
            ("../../etc/passwd", "_.._etc_passwd"),
            ('a"b\\c:d*e?f<g>h|i', "a_b_c_d_e_f_g_h_i"),
            ("\u202egpj.exe\u200f", "gpj.exe"),
            (" . ", "attendance"),
            ("\u200b", "attendance"),
            ("😀 Ёж שרה", "😀 Ёж שרה"),
        ],
    )
    def test_no_system_takes_it_for_anything_else(self, name: str, kept: str) -> None:
        assert file_name(name) == kept

    def test_it_is_short_enough_and_no_letter_is_cut_in_two(self) -> None:
        assert file_name("Ж" * 128) == "Ж" * (MAX_NAME_BYTES // 2)
        assert len(file_name("a" + "😀" * 127).encode()) <= MAX_NAME_BYTES

    @pytest.mark.parametrize(
        ("name", "header"),
        [
            ("Lecture 1", "filename=\"Lecture 1.csv\"; filename*=UTF-8''Lecture%201.csv"),
            ("100%", "filename=\"attendance.csv\"; filename*=UTF-8''100%25.csv"),
            ("Ё\r\nX: y", "filename=\"attendance.csv\"; filename*=UTF-8''%D0%81X_%20y.csv"),
        ],
    )
    def test_the_header_is_ascii(self, name: str, header: str) -> None:
        assert content_disposition(name, "csv") == f"attachment; {header}"
