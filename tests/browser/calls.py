"""Sets a scene by calls that somebody makes beside the page, with the cookies of their browser.

No page need be open for them: to open one takes more of a processor than all calls of a test.
"""

from __future__ import annotations

from typing import Any

from tests.browser.visitor import Visitor


async def post(visitor: Visitor, path: str, **given: Any) -> Any:
    token = await visitor.csrf_token()
    answer = await visitor.context.request.post(
        f"{visitor.url}{path}", data=given, headers={"X-CSRFToken": token}
    )
    return _response_of(await answer.json())


async def get(visitor: Visitor, path: str) -> Any:
    answer = await visitor.context.request.get(f"{visitor.url}{path}")
    return _response_of(await answer.json())


def _response_of(told: dict[str, Any]) -> Any:
    assert told["error"] == 0, told
    return told["response"]


async def user_id_of(visitor: Visitor) -> int:
    return int((await get(visitor, "/api/auth/GetCurrentUserId"))["user_id"])


async def now(visitor: Visitor) -> int:
    """Tells the time in UNIX seconds, by the clock that the browser and the service have alike."""
    return int(await visitor.page.evaluate("() => Date.now() / 1000"))


async def soon(visitor: Visitor) -> int:
    """Finds a time, in UNIX seconds, that is still to come when even a busy service hears of it."""
    return await now(visitor) + 5


async def make_event(
    visitor: Visitor, name: str, starts_in: int, ends_in: int, **given: Any
) -> str:
    """Makes an event that starts and ends so many seconds from now; answers its id."""
    at = await now(visitor)
    made = await post(
        visitor,
        "/api/events/CreateEvent",
        name=name,
        time_from=at + starts_in,
        time_to=at + ends_in,
        **given,
    )
    return str(made["event_id"])


async def begin_class(visitor: Visitor, name: str) -> str:
    """Makes an event that is on and opens its screen; answers its link.

    By a call, not by the form: that is for the tests of the form.
    """
    link = event_link(visitor, await make_event(visitor, name, -60, 3600))
    await visitor.open(link)
    return link


def event_link(visitor: Visitor, event_id: str) -> str:
    return f"{visitor.url}/#/event/{event_id}"
