"""The calls of the review desk over the whole application. Contract: 9.8, 9.9, 9.10."""

from __future__ import annotations

import base64
from dataclasses import replace
from typing import Any
from uuid import uuid4

import httpx
import pytest

from attendance_core.limits import SCAN_LOOKS, TAKEN_SCANS
from attendance_core.profiles import review, taken_scans
from attendance_core.vocabulary import UserId
from attendance_web import scan_images
from tests.support.asgi_client import AsgiClient
from tests.support.eventually import eventually
from tests.support.pictures import picture
from tests.support.site import Browser, Site, code, envelope, response
from tests.support.site import site_in_folder as site

__all__ = ["site"]
pytestmark = pytest.mark.asyncio(loop_scope="module")
PENDING = "/api/profile/GetPendingConfirmations"
TAKE = "/api/profile/TakeConfirmation"
RETURN = "/api/profile/ReturnConfirmation"
RESOLVE = "/api/profile/ResolveConfirmation"
LOG = "/api/profile/GetConfirmationLog"
UPLOAD = "/api/profile/UploadProfileConfirmation"


async def new_moderator(site: Site, name: str = "moderator") -> Browser:
    person = await site.add_person(name)
    await site.attendance.use_cases.add_moderator(username=person.username)
    return person


async def upload_scan(site: Site, person: Browser) -> str:
    """Has them hand one in; answers its id."""
    await site.forget_tallies()
    image = base64.b64encode(picture()).decode()
    assert response(await person.post(UPLOAD, image=image)) == {}
    observe = site.attendance.use_cases.get_own_scan.observe
    scan = await observe(lambda unit: unit.scans.find(UserId(person.user_id)))
    assert scan is not None
    return str(scan.scan_id)


def error_and_code(answer: httpx.Response) -> tuple[int, str]:
    told = envelope(answer)
    return told["error"], told["code"]


async def row_of(moderator: Browser, scan: str) -> dict[str, Any]:
    pending = response(await moderator.get(PENDING))["pending"]
    (row,) = [each for each in pending if each["scan"] == scan]
    return dict(row)


class TestGetPendingConfirmations:
    async def test_it_lists_the_oldest_first_and_counts_all(self, site: Site) -> None:
        moderator = await new_moderator(site)
        student, other = await site.add_person("student"), await site.add_person("student")
        first = await upload_scan(site, student)
        site.clock.pass_(1)
        second = await upload_scan(site, other)
        told = response(await moderator.get(PENDING))
        assert set(told) == {"pending", "count"}
        assert [each["scan"] for each in told["pending"]][-2:] == [first, second]
        assert told["count"] == len(told["pending"])
        assert told["pending"][-2] == {
            "scan": first,
            "user_id": student.user_id,
            "display_name": student.username,
            "uploaded_at": int(site.clock.at) - 1,
            "taken_by": None,
        }
        one = response(await moderator.get(PENDING, limit=1, offset=told["count"] - 1))
        assert [each["scan"] for each in one["pending"]] == [second]
        assert one["count"] == told["count"]

    async def test_it_is_for_moderators(self, site: Site) -> None:
        person = await site.add_person()
        assert error_and_code(await person.get(PENDING)) == (3, "not_a_moderator")
        assert error_and_code(await site.browser().get(PENDING)) == (7, "not_logged_in")


class TestTakeConfirmation:
    async def test_the_image_opens_to_this_session_for_ten_minutes(self, site: Site) -> None:
        """Contract: 9.9."""
        moderator, student = await new_moderator(site), await site.add_person("student")
        other = await new_moderator(site)
        scan = await upload_scan(site, student)
        taken = response(await moderator.post(TAKE, scan=scan))
        assert set(taken) == {"image", "expires_in", "display_name"}
        assert (taken["expires_in"], taken["display_name"]) == (600, student.username)
        assert response(await moderator.post(TAKE, scan=scan)) == taken
        assert (await row_of(other, scan))["taken_by"] == moderator.user_id
        assert error_and_code(await other.post(TAKE, scan=scan)) == (3, "taken")
        image = await moderator.client.get(taken["image"])
        assert (image.status_code, image.headers["content-type"]) == (200, "image/png")
        assert image.headers["cache-control"] == "no-store"
        assert image.headers["x-content-type-options"] == "nosniff"
        assert image.headers["cross-origin-resource-policy"] == "same-origin"
        assert image.content.startswith(b"\x89PNG")
        for who in (other, student):
            assert (await who.client.get(taken["image"])).status_code == 404
        assert (await site.browser().client.get(taken["image"])).status_code == 401
        path, _, _ = taken["image"].partition("?")
        for address in (path, path + "?lease=x", f"/scans/{uuid4()}", "/scans/x", "/scans/"):
            assert (await moderator.client.get(address)).status_code == 404
        site.clock.pass_(600)
        assert (await moderator.client.get(taken["image"])).status_code == 404
        assert (await row_of(other, scan))["taken_by"] is None

    async def test_it_ends_with_the_session_that_took_it(self, site: Site) -> None:
        moderator, student = await new_moderator(site), await site.add_person("student")
        taken = response(await moderator.post(TAKE, scan=await upload_scan(site, student)))
        kept = moderator.session
        response(await moderator.post("/accounts/logout/"))
        stale = site.browser(headers={"Cookie": f"sessionid={kept}"})
        assert (await stale.client.get(taken["image"])).status_code == 401

    async def test_no_token_opens_it(self, site: Site) -> None:
        moderator, student = await new_moderator(site), await site.add_person("student")
        taken = response(await moderator.post(TAKE, scan=await upload_scan(site, student)))
        program = await site.add_program(moderator)
        assert code(await program.client.get(taken["image"]), 3) == "missing_scope"
        own = await site.add_program(student)
        assert code(await own.client.get("/scans/own"), 3) == "missing_scope"

    async def test_ones_own_and_a_friends_are_for_others(self, site: Site) -> None:
        moderator, friend = await new_moderator(site), await site.add_person("student")
        for one, other in ((moderator, friend), (friend, moderator)):
            given = {"user_id": other.user_id}
            response(await one.post("/api/friends/SendFriendRequest", **given))
        for person in (moderator, friend):
            scan = await upload_scan(site, person)
            assert error_and_code(await moderator.post(TAKE, scan=scan)) == (3, "may_not_review")

    async def test_an_unknown_one_is_not_found(self, site: Site) -> None:
        moderator = await new_moderator(site)
        for path in (TAKE, RETURN):
            assert error_and_code(await moderator.post(path, scan=str(uuid4()))) == (
                5,
                "scan_not_found",
            )
        given = {"scan": str(uuid4()), "approve": True}
        assert error_and_code(await moderator.post(RESOLVE, **given)) == (5, "scan_not_found")

    async def test_over_and_over_it_is_too_many(
        self, site: Site, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        """Contract: 9.12."""
        monkeypatch.setattr(review, "TAKEN_SCANS", replace(TAKEN_SCANS, most=2))
        monkeypatch.setattr(taken_scans, "SCAN_LOOKS", replace(SCAN_LOOKS, most=2))
        moderator, student = await new_moderator(site), await site.add_person("student")
        scan = await upload_scan(site, student)
        for _ in range(2):
            taken = response(await moderator.post(TAKE, scan=scan))
            assert (await moderator.client.get(taken["image"])).status_code == 200
            response(await moderator.post(RETURN, scan=scan))
        refused = await moderator.post(TAKE, scan=scan)
        assert code(refused, 8, status=429) == "too_many_requests"
        assert 0 < int(refused.headers["retry-after"]) <= 3600
        log = response(await student.get(LOG))["entries"]
        assert len(log) == 6
        monkeypatch.setattr(review, "TAKEN_SCANS", replace(TAKEN_SCANS, most=3))
        taken = response(await moderator.post(TAKE, scan=scan))
        refused = await moderator.client.get(taken["image"])
        assert code(refused, 8, status=429) == "too_many_requests"
        assert (await moderator.client.head(taken["image"])).status_code == 200


class TestReturnConfirmation:
    async def test_others_may_take_it_then(self, site: Site) -> None:
        moderator, other = await new_moderator(site), await new_moderator(site)
        scan = await upload_scan(site, await site.add_person("student"))
        taken = response(await moderator.post(TAKE, scan=scan))
        for _ in range(2):
            assert response(await moderator.post(RETURN, scan=scan)) == {}
        assert (await moderator.client.get(taken["image"])).status_code == 404
        response(await other.post(TAKE, scan=scan))


class TestResolveConfirmation:
    async def test_the_owner_sees_the_reason_and_the_note_and_nobody_else(self, site: Site) -> None:
        moderator, student = await new_moderator(site), await site.add_person("student")
        scan = await upload_scan(site, student)
        assert error_and_code(await moderator.post(RESOLVE, scan=scan, approve=True)) == (
            3,
            "not_taken",
        )
        response(await moderator.post(TAKE, scan=scan))
        assert error_and_code(await moderator.post(RESOLVE, scan=scan, approve=False)) == (
            2,
            "missing_argument",
        )
        given = {"scan": scan, "approve": False, "reason": "unreadable", "note": "Снимите ближе"}
        assert response(await moderator.post(RESOLVE, **given)) == {}
        assert error_and_code(await moderator.post(RESOLVE, **given)) == (3, "not_taken")
        asked = {"user_id": student.user_id}
        mine = response(await student.get("/api/profile/GetProfile", **asked))
        assert (mine["confirmed"], mine["confirmation"]) == (False, "rejected")
        assert (mine["reason"], mine["note"]) == ("unreadable", "Снимите ближе")
        theirs = response(await moderator.get("/api/profile/GetProfile", **asked))
        assert not {"confirmation", "reason", "note"} & set(theirs)

    async def test_the_tick_is_given_and_the_image_is_gone(self, site: Site) -> None:
        """Contract: 9.9."""
        moderator, student = await new_moderator(site), await site.add_person("student")
        scan = await upload_scan(site, student)
        assert (await student.client.get("/scans/own")).status_code == 200
        taken = response(await moderator.post(TAKE, scan=scan))
        response(await moderator.post(RESOLVE, scan=scan, approve=True))
        mine = response(await student.get("/api/profile/GetProfile", user_id=student.user_id))
        assert (mine["confirmed"], mine["confirmation"]) == (True, "approved")
        assert not {"reason", "note"} & set(mine)
        for who, path in ((moderator, taken["image"]), (student, "/scans/own")):
            assert (await who.client.get(path)).status_code == 404

    async def test_a_new_scan_or_another_name_has_changed_it(self, site: Site) -> None:
        """Contract: 9.10."""
        moderator, student = await new_moderator(site), await site.add_person("student")
        scan = await upload_scan(site, student)
        taken = response(await moderator.post(TAKE, scan=scan))
        later = await upload_scan(site, student)
        assert later != scan
        assert (await moderator.client.get(taken["image"])).status_code == 404
        told = await moderator.post(RESOLVE, scan=scan, approve=True)
        assert error_and_code(told) == (3, "changed")
        response(await moderator.post(TAKE, scan=later))
        rename = {"display_name": "Somebody Else"}
        response(await student.post("/api/profile/UpdateProfileInfo", **rename))
        told = await moderator.post(RESOLVE, scan=later, approve=True)
        assert error_and_code(told) == (3, "changed")
        assert (await row_of(moderator, later))["taken_by"] is None


class TestOwnScan:
    """Contract: 9.9."""

    async def test_only_its_owner_sees_it(self, site: Site) -> None:
        student = await site.add_person("student")
        assert (await student.client.get("/scans/own")).status_code == 404
        await upload_scan(site, student)
        image = await student.client.get("/scans/own")
        assert (image.status_code, image.headers["content-type"]) == (200, "image/png")
        assert image.headers["cache-control"] == "no-store"
        assert image.headers["x-content-type-options"] == "nosniff"
        other = await site.add_person()
        assert (await other.client.get("/scans/own")).status_code == 404
        assert (await site.browser().client.get("/scans/own")).status_code == 401

    async def test_a_head_is_the_same_and_reads_none_of_it(self, site: Site) -> None:
        """Contract: 1.6, also while another one is read, and of a moderator."""
        moderator, student = await new_moderator(site), await site.add_person("student")
        taken = response(await moderator.post(TAKE, scan=await upload_scan(site, student)))
        slow = AsgiClient(site.app, "/scans/own", session=str(student.session)).ask(reads=0)
        await eventually(lambda: bool(slow.status))
        heads = [
            await who.client.head(address)
            for who, address in ((student, "/scans/own"), (moderator, taken["image"]))
        ]
        slow.read(1000)
        await slow.ended()
        image = await moderator.client.get(taken["image"])
        of_time = {"x-attendance-time": ""}
        for head in heads:
            assert (head.status_code, head.content) == (200, b"")
            assert {**head.headers, **of_time} == {**image.headers, **of_time}
        assert (await student.client.head(taken["image"])).status_code == 404
        log = response(await student.get(LOG))["entries"]
        assert [each["what"] for each in log] == ["looked", "taken"]

    async def test_a_person_has_one_at_a_time_until_it_is_read(
        self, site: Site, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        """Contract: 1.22. All of it is in memory meanwhile."""
        monkeypatch.setattr(scan_images, "TURN_WAIT_SECONDS", 0.05)
        student, other = await site.add_person("student"), await site.add_person("other")
        for each in (student, other):
            await upload_scan(site, each)
        slow = AsgiClient(site.app, "/scans/own", session=str(student.session)).ask(reads=0)
        await eventually(lambda: bool(slow.status))
        refused = await student.client.get("/scans/own")
        assert code(refused, 8, status=429) == "too_many_requests"
        assert (await other.client.get("/scans/own")).status_code == 200
        slow.read(1000)
        assert (await slow.ended()).is_whole
        again = await student.client.get("/scans/own")
        assert (again.status_code, again.content) == (200, slow.body)

    async def test_one_that_is_read_for_too_long_is_let_go(
        self, site: Site, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        """Contract: 1.22, though each piece is taken in time."""
        monkeypatch.setattr(scan_images, "SEND_SECONDS", 0.05)
        student = await site.add_person("student")
        await upload_scan(site, student)
        slow = AsgiClient(site.app, "/scans/own", session=str(student.session))
        assert not (await slow.ask(reads=0).ended()).is_whole
        monkeypatch.undo()
        assert (await student.client.get("/scans/own")).status_code == 200


class TestGetConfirmationLog:
    """Contract: 9.10."""

    async def test_the_owner_reads_who_looked_and_decided(self, site: Site) -> None:
        moderator, student = await new_moderator(site), await site.add_person("student")
        scan = await upload_scan(site, student)
        taken = response(await moderator.post(TAKE, scan=scan))
        await moderator.client.get(taken["image"])
        given = {"scan": scan, "approve": False, "reason": "name_differs"}
        response(await moderator.post(RESOLVE, **given))
        told = response(await student.get(LOG))
        now, who = int(site.clock.at), moderator.user_id
        same = {"scan": scan, "at": now, "by": "moderator", "actor_id": who}
        assert told == {
            "entries": [
                {**same, "what": "rejected", "reason": "name_differs"},
                {**same, "what": "looked", "reason": None},
                {**same, "what": "taken", "reason": None},
            ]
        }
        one = response(await student.get(LOG, limit=1, offset=1))
        assert [each["what"] for each in one["entries"]] == ["looked"]
        assert response(await moderator.get(LOG)) == {"entries": []}

    async def test_a_moderator_who_is_removed_sees_nothing_more(self, site: Site) -> None:
        moderator, student = await new_moderator(site), await site.add_person("student")
        scan = await upload_scan(site, student)
        taken = response(await moderator.post(TAKE, scan=scan))
        await site.attendance.use_cases.remove_moderator(username=moderator.username)
        assert (await moderator.client.get(taken["image"])).status_code == 404
        told = await moderator.post(RESOLVE, scan=scan, approve=True)
        assert error_and_code(told) == (3, "not_a_moderator")
