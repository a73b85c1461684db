"""The questions of load balancers: whether a service lives, and whether it is ready."""

from __future__ import annotations

from dataclasses import replace

import pytest

from tests.support.site import Site
from tests.support.site import site_in_folder as site

__all__ = ["site"]
pytestmark = pytest.mark.asyncio(loop_scope="module")


async def test_it_lives_and_is_ready(site: Site) -> None:
    for path in ("/health/live", "/health/ready"):
        answer = await site.browser().get(path)
        assert (answer.status_code, answer.headers["cache-control"]) == (200, "no-store")


async def test_without_its_store_it_lives_and_is_not_ready(site: Site) -> None:
    usual = site.app.services
    try:
        site.app.services = replace(usual, store_answers=lambda: False)
        assert (await site.browser().get("/health/live")).status_code == 200
        assert (await site.browser().get("/health/ready")).status_code == 503
    finally:
        site.app.services = usual


async def test_while_draining_it_is_not_ready_and_answers_calls_until_it_is_shut(
    site: Site,
) -> None:
    """Who has not yet seen that it is not ready must not find it broken."""
    usual = site.app.services
    try:
        site.app.services = replace(usual, is_draining=lambda: True)
        assert (await site.browser().get("/health/ready")).status_code == 503
        for path in ("/api/events/GetEvents", "/"):
            answer = await site.browser().get(path)
            assert answer.status_code == 200
            assert answer.headers["connection"] == "close"  # the next call goes elsewhere
        site.app.services = replace(usual, refuses_calls=lambda: True)
        answer = await site.browser().get("/api/events/GetEvents")
        assert (answer.status_code, answer.json()["error"]) == (503, -1)
        assert answer.headers["retry-after"] == "1"
    finally:
        site.app.services = usual
