"""What every answer says in its headers, to whom it is for and to nobody else. Contract: 1.9."""

from __future__ import annotations

import re
import time

import pytest

from attendance_core.version import __version__
from attendance_web.page_files import FILES
from tests.support.site import Site
from tests.support.site import site_in_folder as site

__all__ = ["site"]
pytestmark = pytest.mark.asyncio(loop_scope="module")
EVERYWHERE = (
    "/",
    "/sw.js",
    "/app.webmanifest",
    "/schema",
    "/health/live",
    "/pictures/default.svg",
    "/api/events/GetEvents",
)


class TestHeaders:
    @pytest.mark.parametrize(
        "path",
        [*EVERYWHERE, "/api/nothing", "/accounts/login/", "/api/friends/GetFriendList"],
    )
    async def test_every_answer_tells_the_time_and_the_version(self, site: Site, path: str) -> None:
        """Contract: 1.9."""
        before = time.time()
        headers = (await site.browser().get(path)).headers
        assert re.fullmatch(r"[0-9]{10}\.[0-9]{3}", headers["x-attendance-time"])
        assert abs(float(headers["x-attendance-time"]) - before) < 60
        address = next(each for each in FILES if each.endswith("/app.js"))
        assert headers["x-attendance-version"] == f"{__version__}+{address.split('/')[2]}"

    @pytest.mark.parametrize("path", [*EVERYWHERE, "/api/nothing"])
    async def test_no_other_page_may_use_what_is_answered(self, site: Site, path: str) -> None:
        headers = (await site.browser().get(path)).headers
        policy = headers["content-security-policy"]
        assert policy.startswith("default-src 'none'")
        assert "frame-ancestors 'none'" in policy
        assert headers["cross-origin-opener-policy"] == "same-origin"
        whose = "cross-origin" if path.startswith("/pictures/") else "same-origin"
        assert headers["cross-origin-resource-policy"] == whose
        assert "camera=()" in headers["permissions-policy"]

    @pytest.mark.parametrize("path", EVERYWHERE)
    async def test_what_sets_a_cookie_is_for_one_person(self, site: Site, path: str) -> None:
        headers = (await site.browser().get(path)).headers
        kept = headers["cache-control"]
        assert ("set-cookie" in headers) is ("private" in kept or "no-store" in kept)
        assert ("public" in kept) is ("set-cookie" not in headers)

    @pytest.mark.parametrize(
        "path", ["/api/events/GetEvents", "/api/nothing", "/accounts/login/", "/schema"]
    )
    async def test_nothing_is_guessed_or_told_to_others(self, site: Site, path: str) -> None:
        headers = (await site.browser().get(path)).headers
        assert headers["x-content-type-options"] == "nosniff"
        assert headers["referrer-policy"] == "same-origin"
        assert "server" not in headers
        if path != "/schema":
            assert headers["cache-control"] == "no-store"
