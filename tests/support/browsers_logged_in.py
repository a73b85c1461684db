"""Browsers that are logged in, and what they know of it."""

from __future__ import annotations

from http.cookies import Morsel, SimpleCookie
from typing import Any

import httpx
import pytest_asyncio

from tests.support.site import PASSWORD, Browser, Site, response

PHONE_USER_AGENT = (
    "Mozilla/5.0 (Linux; Android 10; K) AppleWebKit/537.36 (KHTML, like Gecko) "
    "Chrome/139.0.0.0 Mobile Safari/537.36"
)


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def anna(site: Site) -> Browser:
    """She has an account, and is logged in."""
    return await site.add_person("Анна")


def cookie_set_by(answer: httpx.Response, name: str) -> Morsel[str] | None:
    cookies: dict[str, Morsel[str]] = {}
    for header in answer.headers.get_list("set-cookie"):
        cookies.update(SimpleCookie(header))
    return cookies.get(name)


async def user_id_of(browser: Browser) -> Any:
    return response(await browser.get("/api/auth/GetCurrentUserId"))["user_id"]


async def sessions_of(browser: Browser) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = response(await browser.get("/api/auth/GetSessions"))["sessions"]
    return found


async def logged_in(site: Site, person: Browser, user_agent: str = PHONE_USER_AGENT) -> Browser:
    """Logs the same person in, in another browser."""
    browser = site.browser(headers={"User-Agent": user_agent, "Accept-Language": "en"})
    given = {"username": person.username, "password": PASSWORD}
    browser.user_id = response(await browser.post("/accounts/login/", **given))["user_id"]
    return browser
