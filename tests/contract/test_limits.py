"""How often something may be asked, and nothing else is limited. Contract: 1.10."""

from __future__ import annotations

import base64
from collections.abc import AsyncIterator

import pytest

from attendance_core.testing.stand_ins import ManualStopwatch
from attendance_core.vocabulary import UserId
from attendance_web.http.limits import Limits
from tests.support.limited_site import anna, seconds_to_wait, stopwatch
from tests.support.site import PASSWORD, Browser, Site, envelope, refusal, response
from tests.support.site import site_in_memory as site

__all__ = ["anna", "site", "stopwatch"]
pytestmark = pytest.mark.asyncio(loop_scope="module")


class TestSignUps:
    async def test_six_hundred_a_minute_for_an_address(self, site: Site) -> None:
        limits: Limits = site.app.services.limits
        browser = site.browser()
        given = {"username": "a b", "password": PASSWORD}
        refusal(await browser.post("/accounts/signup/", **given), 1)  # counted: the first
        for _ in range(599):
            async with limits.around_sign_up("127.0.0.1"):
                pass
        site.clock.pass_(20)
        assert seconds_to_wait(await browser.post("/accounts/signup/", **given)) == 40
        site.clock.pass_(40)
        refusal(await browser.post("/accounts/signup/", **given), 1)


class TestUploads:
    @pytest.mark.parametrize(
        "path", ["/api/profile/UpdateProfilePicture", "/api/profile/UploadProfileConfirmation"]
    )
    async def test_sixty_an_hour_for_a_person(self, site: Site, anna: Browser, path: str) -> None:
        limits: Limits = site.app.services.limits
        given = {"image": base64.b64encode(b"no picture").decode(), "name": "a.png"}
        for _ in range(59):
            await limits.count_upload(UserId(anna.user_id))
        refusal(await anna.post(path, **given), 1)
        assert seconds_to_wait(await anna.post(path, **given)) == 3600
        site.clock.pass_(3600)
        refusal(await anna.post(path, **given), 1)

    async def test_one_too_many_is_refused_before_it_is_read(
        self, site: Site, anna: Browser
    ) -> None:
        """Contract: 1.10."""
        pieces: list[bytes] = []

        async def picture() -> AsyncIterator[bytes]:
            pieces.append(b"x" * 100_000)
            yield pieces[-1]

        for _ in range(60):
            await site.app.services.limits.count_upload(UserId(anna.user_id))
        path = "/api/profile/UpdateProfilePicture"
        assert seconds_to_wait(await anna.send(path, content=picture())) > 0
        assert pieces == []


class TestFriendRequests:
    async def test_sixty_an_hour_for_a_person(self, site: Site, anna: Browser) -> None:
        limits: Limits = site.app.services.limits
        boris = await site.add_person("Борис")
        path = "/api/friends/SendFriendRequest"
        for _ in range(59):
            await limits.count_friend_request(UserId(anna.user_id))
        response(await anna.post(path, user_id=boris.user_id))
        assert seconds_to_wait(await anna.post(path, user_id=boris.user_id)) == 3600
        response(await boris.post(path, user_id=anna.user_id))
        site.clock.pass_(3600)
        response(await anna.post(path, user_id=boris.user_id))


class TestProfiles:
    async def test_twenty_thousand_a_day_of_other_people(
        self, site: Site, anna: Browser, stopwatch: ManualStopwatch
    ) -> None:
        limits: Limits = site.app.services.limits
        boris = await site.add_person("Борис")
        me, other = UserId(anna.user_id), UserId(boris.user_id)
        path = "/api/profile/GetProfile"
        for _ in range(19_999):
            limits.count_profile(me, other)
        stopwatch.at += 60
        response(await anna.get(path, user_id=other))
        assert seconds_to_wait(await anna.get(path, user_id=other)) == 86_340
        for _ in range(3):
            response(await anna.get(path, user_id=me))
        response(await boris.get(path, user_id=me))
        stopwatch.at += 86_340
        response(await anna.get(path, user_id=other))


class TestCalls:
    async def test_fifty_a_second_and_a_thousand_at_once_for_a_person(
        self, site: Site, anna: Browser, stopwatch: ManualStopwatch
    ) -> None:
        limits: Limits = site.app.services.limits
        for _ in range(999):
            limits.count_call(UserId(anna.user_id))
        path = "/api/auth/GetCurrentUserId"
        assert response(await anna.get(path)) == {"user_id": anna.user_id}
        assert seconds_to_wait(await anna.get(path)) == 1
        refusal(await anna.post("/api/events/CreateEvent"), 8, status=429)
        assert response(await site.browser().get(path)) == {"user_id": None}
        stopwatch.at += 1
        statuses = [(await anna.get(path)).status_code for _ in range(51)]
        assert statuses == [200] * 50 + [429]

    async def test_the_anonymous_of_a_lecture_hall_are_not_limited(
        self, site: Site, anna: Browser, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr("attendance_web.http.limits.MAX_CALLS_AT_ONCE", 10)
        await site.forget_tallies(ManualStopwatch())
        path, browser = "/api/auth/GetCurrentUserId", site.browser()
        told = [envelope(await browser.get(path))["error"] for _ in range(50)]
        assert told == [0] * 50
        told = [envelope(await anna.get(path))["error"] for _ in range(11)]
        assert told == [0] * 10 + [8], "whoever is logged in is"
