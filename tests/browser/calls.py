"""What somebody calls beside the page, with the cookies of their browser: to set a scene."""

from __future__ import annotations

from typing import Any

from tests.browser.visitor import Visitor

CALL = """
async ([path, given]) => {
  const token = /csrftoken=([^;]*)/.exec(document.cookie)?.[1] ?? "";
  const headers = { "Content-Type": "application/json", "X-CSRFToken": token };
  const how = given === null ? {} : { method: "POST", headers, body: JSON.stringify(given) };
  const { error, error_msg, response } = await (await fetch(path, how)).json();
  if (error) throw new Error(error_msg);
  return response;
}
"""


async def post(visitor: Visitor, path: str, **given: Any) -> Any:
    return await visitor.page.evaluate(CALL, [path, given])


async def get(visitor: Visitor, path: str) -> Any:
    return await visitor.page.evaluate(CALL, [path, None])


async def user_id_of(visitor: Visitor) -> int:
    return int((await get(visitor, "/api/auth/GetCurrentUserId"))["user_id"])


async def now(visitor: Visitor) -> int:
    """UNIX seconds, by the clock of the machine that is both browser and service."""
    return int(await visitor.page.evaluate("() => Date.now() / 1000"))


async def soon(visitor: Visitor) -> int:
    """UNIX seconds of a moment that is still ahead when even a busy service hears of it."""
    return await now(visitor) + 5


async def make_event(visitor: Visitor, name: str, start: int, end: int, **given: Any) -> str:
    """An event from so many to so many seconds from now; its id."""
    at = await now(visitor)
    made = await post(
        visitor,
        "/api/events/CreateEvent",
        name=name,
        time_from=at + start,
        time_to=at + end,
        **given,
    )
    return str(made["event_id"])


async def begin_class(visitor: Visitor, name: str) -> str:
    """A class that is on, and its screen, by no form, which is for tests of it; the link to it."""
    address = link(visitor, await make_event(visitor, name, -60, 3600))
    await visitor.open(address)
    return address


def link(visitor: Visitor, event_id: str) -> str:
    return f"{visitor.url}/#/event/{event_id}"
