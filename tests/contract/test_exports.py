"""The call that answers a sheet as a file. Contract: ExportAttendance, 8.13."""

from __future__ import annotations

import csv
import io
import json
from urllib.parse import unquote

from attendance_web.http.exports import MEDIA_TYPES
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
        other = await site.add_person("other")
        refused = await other.get(EXPORT, **given)
        assert code(refused, 3) == "not_an_organiser"
        assert "content-disposition" not in refused.headers

    async def test_twenty_thousand_and_one_are_too_many(
        self, site: Site, anna: Browser, event_id: str
    ) -> None:
        await add_people(site, event_id, 20_001 - 2)  # Anna and Boris are there
        refused = await anna.get(EXPORT, event_id=event_id, format="json")
        assert code(refused, 3) == "too_many_rows"
