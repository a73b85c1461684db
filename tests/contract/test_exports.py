"""The call that answers a sheet as a file. Contract: ExportAttendance, 8.13."""

from __future__ import annotations

import csv
import io
import json
from urllib.parse import unquote

import pytest

from attendance_web.http.exports import MEDIA_TYPES
from attendance_web.http.file_names import MAX_NAME_BYTES, content_disposition, file_name
from tests.support import xlsx
from tests.support.exports import EXPORT, add_people, anna, event_id, site
from tests.support.site import Browser, Site, code, refusal

__all__ = ["anna", "event_id", "site"]
NO_EVENT = "00000000-0000-4000-8000-000000000000"


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
        other = await site.person("other")
        refused = await other.get(EXPORT, **given)
        assert code(refused, 3) == "not_an_organiser"
        assert "content-disposition" not in refused.headers

    async def test_twenty_thousand_and_one_are_too_many(
        self, site: Site, anna: Browser, event_id: str
    ) -> None:
        await add_people(site, event_id, 20_001 - 2)  # Anna and Boris are there
        refused = await anna.get(EXPORT, event_id=event_id, format="json")
        assert code(refused, 3) == "too_many_rows"


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
