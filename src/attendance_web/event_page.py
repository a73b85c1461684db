"""The short address of an event, which is the page. Contract: 8.10.

Whoever shows a link before it is followed reads the title and the `og:` tags. The page itself
reads which event its address is of, and opens that as it opens any.
"""

from __future__ import annotations

import html
from typing import Any, Final

from litestar import Request, Response
from litestar.handlers import HTTPRouteHandler

from attendance_core.errors import EventNotFound, Unavailable
from attendance_core.events import Event
from attendance_web.http.call_services import CallServices
from attendance_web.page import HOST_FORM, answer_with
from attendance_web.page_files import FILES, PageFile, file_of
from attendance_web.wire.credentials import is_secure
from attendance_web.wire.headers import header

SHORT_PATH: Final = "/e"
# What stands before and behind the code where a sentence names the address
STRIPPED_LETTERS: Final = "/ \t\n.,;:!?…'\"()[]<>«»“”"
PAGE: Final = FILES["/"]
SITE_NAME: Final = "Отметка / Attendance"
IMAGE_ADDRESS: Final = next(address for address in FILES if address.endswith("/icon-512.png"))
BEFORE_TITLE, AFTER_TITLE = PAGE.content.decode().split(f"<title>{SITE_NAME}</title>\n")
# What the page looks for to learn which event it is of; of none where it is there and empty
EVENT_TAG: Final = '<meta name="event" content="{}">'


def page_of(event: Event, origin: str | None) -> PageFile:
    """Makes the page of an event; without an origin it names no addresses."""
    properties = {"og:title": event.name, "og:type": "website", "og:site_name": SITE_NAME}
    if origin is not None:
        properties["og:url"] = f"{origin}{SHORT_PATH}/{event.code}"
        properties["og:image"] = f"{origin}{IMAGE_ADDRESS}"
    tags = [
        f'<meta property="{name}" content="{html.escape(value)}">'
        for name, value in properties.items()
    ]
    return _page(
        f"<title>{html.escape(event.name)}</title>", *tags, EVENT_TAG.format(event.event_id)
    )


def _page(*tags: str) -> PageFile:
    head = "".join(f"{tag}\n" for tag in tags)
    return file_of(SHORT_PATH, "index.html", f"{BEFORE_TITLE}{head}{AFTER_TITLE}".encode())


NO_EVENT: Final = _page(f"<title>{SITE_NAME}</title>", EVENT_TAG.format(""))


def public_origin_of(request: Request[Any, Any, Any]) -> str | None:
    """Finds the origin under which people reach this service; None where nobody says."""
    public_url: str = request.app.state.public_url
    if public_url:
        return public_url
    host = header(request.scope["headers"], "host") or ""
    if not HOST_FORM.fullmatch(host):
        return None
    return f"{'https' if is_secure(request.scope) else 'http'}://{host}"


async def event_page(request: Request[Any, Any, Any]) -> Response[bytes]:
    """Shows the page of the event that has this code; the page, too, where there is no such event,
    or no answer of the store.
    """
    services: CallServices = request.app.state.services
    code = request.scope["path"].removeprefix(SHORT_PATH).strip(STRIPPED_LETTERS)
    try:
        event = await services.use_cases.get_event_by_code(code=code)
    except EventNotFound:
        return answer_with(NO_EVENT, request, status_code=404)
    except Unavailable:
        return answer_with(PAGE, request, status_code=503)  # it says so, and asks again
    return answer_with(page_of(event, public_origin_of(request)), request)


ROUTES: Final = [
    HTTPRouteHandler(
        [SHORT_PATH, f"{SHORT_PATH}/{{code:path}}"], http_method="GET", include_in_schema=False
    )(event_page)
]
