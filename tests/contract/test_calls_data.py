"""The call that answers all that is kept of whoever asks, as a zip. Contract: 9.1."""

from __future__ import annotations

import asyncio
import io
import json
import os
from collections.abc import AsyncIterator
from dataclasses import replace
from pathlib import Path
from typing import Any
from zipfile import ZipFile

import httpx
import pytest
import pytest_asyncio

from attendance_core.accounts import data
from attendance_core.belongings import BelongingKind
from attendance_core.profiles import AuditEntry, ScanAct, ScanJudge
from attendance_core.testing.clock import NOON
from attendance_core.vocabulary import ScanId, UserId
from attendance_web.http import downloads, list_turns
from attendance_web.http.zips import END_BYTES
from tests.support.asgi_client import AsgiClient
from tests.support.eventually import eventually
from tests.support.looks import Looks, in_pieces
from tests.support.pictures import picture as a_picture
from tests.support.site import PASSWORD, Browser, Site, code, opened_site, refusal, response

__all__ = ["in_pieces"]
DATA = "/accounts/data/"
KIND_FILES = [f"{each.value}.json" for each in BelongingKind]


@pytest_asyncio.fixture
async def site(tmp_path: Path) -> AsyncIterator[Site]:
    async with opened_site(tmp_path) as opened:
        yield opened


@pytest_asyncio.fixture
async def anna(site: Site) -> Browser:
    return await site.add_person("anna", display_name="Анна")


async def asks(browser: Browser, password: str | None = PASSWORD) -> httpx.Response:
    return await browser.post(DATA, password=password)


def unpacked(content: bytes) -> dict[str, Any]:
    """Reads what is in a sound zip, by the names of its files; JSON is read."""
    with ZipFile(io.BytesIO(content)) as opened:
        assert opened.testzip() is None
        found: dict[str, Any] = {}
        for name in opened.namelist():
            assert name not in found
            read = opened.read(name)
            found[name] = json.loads(read) if name.endswith(".json") else read
        return found


async def downloaded(browser: Browser) -> dict[str, Any]:
    answer = await asks(browser)
    assert answer.status_code == 200, answer.text
    return unpacked(answer.content)


class TestZip:
    async def test_it_has_all_that_was_planted_and_nothing_that_lets_anybody_in(
        self, site: Site, anna: Browser
    ) -> None:
        """Over the calls that plant it, as people do. Each kind by each store: see the stores'."""
        boris = await site.add_person("boris", display_name="Борис")
        response(await anna.post("/api/profile/UpdateProfileInfo", bio="Group 7"))
        for call in ("UpdateProfilePicture", "UploadProfileConfirmation"):
            files = {"image": ("a.png", a_picture(), "image/png")}
            response(await anna.send(f"/api/profile/{call}", data={"name": "a.png"}, files=files))
        codes = response(await anna.post("/accounts/recovery/codes/", password=PASSWORD))["codes"]
        given = {"password": PASSWORD, "name": "my program", "scopes": ["read"]}
        token = response(await anna.post("/api/auth/CreateToken", **given))["token"]
        response(await anna.post("/api/friends/SendFriendRequest", user_id=boris.user_id))
        hers, his = await anna.create_event("Hers"), await boris.create_event("His")
        link = response(await anna.post("/api/events/MakeBoardLink", event_id=hers))["url"]
        response(await boris.post("/api/events/AddHelper", event_id=his, user_id=anna.user_id))
        marked = {"event_id": his, "user_id": anna.user_id, "note": "sat in the last row"}
        response(await boris.post("/api/events/MarkParticipant", **marked))
        marked = {"event_id": hers, "user_id": boris.user_id, "note": "came late"}
        response(await anna.post("/api/events/MarkParticipant", **marked))
        answer = await asks(anna)
        assert answer.headers["content-type"] == "application/zip"
        assert answer.headers["cache-control"] == "no-store"
        assert answer.headers["x-content-type-options"] == "nosniff"
        named = answer.headers["content-disposition"]
        assert named.startswith('attachment; filename="attendance-data.zip"')
        found = unpacked(answer.content)
        assert list(found) == ["README.txt", "picture.png", "scan.png", *KIND_FILES]
        own = await anna.client.get("/scans/own")
        assert found["scan.png"] == own.content
        account = found["account.json"]
        assert (account["username"], account["user_id"]) == (anna.username, anna.user_id)
        assert account["recovery_codes_left"] == 10
        profile = found["profile.json"]
        assert (profile["display_name"], profile["bio"]) == ("Анна", "Group 7")
        assert found["scan.json"]["confirmation"] == "pending"
        sessions = response(await anna.get("/api/auth/GetSessions"))["sessions"]
        assert {each["session"] for each in sessions} < {
            each["session"] for each in found["sessions.json"]
        }
        assert [each["name"] for each in found["tokens.json"]] == ["my program"]
        (friend,) = found["friends.json"]
        assert (friend["user_id"], friend["display_name"]) == (boris.user_id, "Борис")
        assert [each["event_id"] for each in found["events_created.json"]] == [hers]
        assert [each["event_id"] for each in found["events_helped.json"]] == [his]
        assert {each["event_id"] for each in found["events_joined.json"]} == {hers, his}
        (received,) = found["marks_received.json"]
        assert (received["note"], received["actor_id"]) == ("sat in the last row", boris.user_id)
        (gave,) = found["marks_given.json"]
        assert (gave["note"], gave["user_id"]) == ("came late", boris.user_id)
        secrets = [
            *(PASSWORD, "$argon2", "$scrypt", str(anna.session), str(boris.session), token, *codes),
            *(each.rpartition("-")[2] for each in codes),
            *(link.partition("#")[2], boris.username, str(anna.client.cookies["knownbrowser"])),
        ]
        said = str({name: each for name, each in found.items() if name.endswith(".json")})
        assert [each for each in secrets if each in said] == []

    async def test_of_somebody_new_it_says_that_there_is_nothing(self, anna: Browser) -> None:
        found = await downloaded(anna)
        assert list(found) == ["README.txt", *KIND_FILES]
        assert found["scan.json"] is None and found["marks_given.json"] == []
        assert "Паролей" in found["README.txt"].decode()

    async def test_a_long_list_is_whole_though_it_is_read_in_pieces(
        self, site: Site, anna: Browser, in_pieces: Any
    ) -> None:
        in_pieces(2)
        events = [await anna.create_event() for _ in range(5)]
        found = await downloaded(anna)
        assert sorted(each["event_id"] for each in found["events_created.json"]) == sorted(events)

    async def test_what_has_no_room_is_named_in_a_zip_that_opens(
        self, site: Site, anna: Browser, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        """Contract: 9.1, at most 200 MiB."""

        def add_acts(unit: Any) -> None:
            for _ in range(500):
                scan = ScanId(site.attendance.use_cases.create_event.ids.event_id())
                unit.audit_log.add(
                    AuditEntry(UserId(anna.user_id), scan, ScanAct.LOOKED, NOON, ScanJudge.OPERATOR)
                )

        await site.attendance.use_cases.log_out.transact(add_acts)
        most = END_BYTES + downloads.MARGIN_BYTES + 20_000
        monkeypatch.setattr(downloads, "MAX_ZIP_BYTES", most)
        answer = await asks(anna)
        assert len(answer.content) <= most
        found = unpacked(answer.content)
        assert found["scan_log.json"] == [] and found["account.json"] is not None
        said = found["INCOMPLETE.txt"].decode()
        assert "scan_log.json." in said and "200 MiB" in said


class TestWhoMay:
    async def test_a_wrong_password_gets_nothing_and_counts_as_a_failed_log_in(
        self, site: Site, anna: Browser
    ) -> None:
        thief = site.browser(cookies={"sessionid": str(anna.session)})
        for _ in range(10):
            assert code(await asks(thief, "wrong password"), 3) == "wrong_password"
        refusal(await asks(thief), 8, status=429)
        assert "password" in refusal(await asks(anna, None), 2)
        assert (await asks(anna)).status_code == 200  # in her own browser

    async def test_one_a_minute_however_many_processes_there_are(
        self, site: Site, anna: Browser
    ) -> None:
        """It is counted in the store."""
        await downloaded(anna)
        site.clock.pass_(20)
        again = await asks(anna)
        assert code(again, 8, status=429) == "too_many_requests"
        assert again.headers["retry-after"] == "40"
        assert "content-disposition" not in again.headers
        await downloaded(await site.add_person("boris"))
        site.clock.pass_(40)
        await downloaded(anna)


class TestStream:
    """Contract: 1.11 and 1.20."""

    def client(self, site: Site, browser: Browser) -> AsgiClient:
        return AsgiClient(site.app, DATA, session=str(browser.session))

    async def test_a_person_has_one_at_a_time_and_the_second_does_not_count(
        self, site: Site, anna: Browser, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(list_turns, "TURN_WAIT_SECONDS", 0.1)
        slow = self.client(site, anna).post(reads=0, password=PASSWORD)
        await eventually(lambda: bool(slow.status))
        site.clock.pass_(61)
        again = await asks(anna)
        assert (code(again, 8, status=429), again.headers["retry-after"]) == (
            "too_many_requests",
            "1",
        )
        slow.read(1000)
        assert (await slow.ended()).is_whole
        assert set(unpacked(slow.body)) == {"README.txt", *KIND_FILES}
        await downloaded(anna)

    async def test_no_more_is_read_than_is_sent(
        self, site: Site, anna: Browser, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        """In bounded memory: the next piece of a file is read once the last was taken."""
        picture = os.urandom(4 * 2**20)
        files: Any = site.attendance.use_cases.download_data.files
        reads: list[int] = []
        read = files.__class__.get_part

        async def get_part(self: Any, path: str, start: int, limit: int) -> Any:
            reads.append(start)
            assert limit == data.PART_BYTES
            return await read(self, path, start, limit)

        monkeypatch.setattr(files.__class__, "get_part", get_part)

        def give_picture(unit: Any) -> None:
            profile = unit.profiles.get(UserId(anna.user_id))
            unit.profiles.put(replace(profile, picture="large.png"))

        await files.put("pictures/large.png", picture, "image/png")
        await site.attendance.use_cases.log_out.transact(give_picture)
        slow = self.client(site, anna).post(reads=3, password=PASSWORD)
        await eventually(lambda: len(slow.pieces) == 3)
        for _ in range(20):
            await asyncio.sleep(0)
        assert len(reads) <= 5
        slow.read(1000)
        assert (await slow.ended()).is_whole
        assert unpacked(slow.body)["picture.png"] == picture
        assert len(reads) == len(picture) // data.PART_BYTES

    async def test_who_goes_ends_it_and_has_their_turn_back(
        self, site: Site, anna: Browser, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        looks = Looks(site.attendance, monkeypatch)
        looks.holds_from = 3
        client = self.client(site, anna).post(password=PASSWORD)
        await eventually(lambda: looks.begun_count == 3)
        client.say_no_more()
        looks.may_go_on.set()
        ended = await client.ended()
        assert not ended.is_whole and looks.begun_count == 3
        assert site.app.services.list_turns._people.given_count == 0

    async def test_one_that_cannot_be_ended_is_cut_off(
        self, site: Site, anna: Browser, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        looks = Looks(site.attendance, monkeypatch)
        looks.fails_from = 4
        ended = await self.client(site, anna).post(password=PASSWORD).ended()
        assert (ended.status, ended.is_whole) == (200, False)
