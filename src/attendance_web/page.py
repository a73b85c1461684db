"""Serves the page that people use, and the boards. Decision 0007."""

from __future__ import annotations

import re
from typing import Any, Final

from litestar import Request, Response
from litestar.handlers import HTTPRouteHandler
from litestar.params import FromPath

from attendance_web.http.packing import accepts_gzip
from attendance_web.page_files import ASKED_AGAIN, FILES, FIXED_ADDRESSES, PageFile
from attendance_web.wire.credentials import is_secure
from attendance_web.wire.headers import RawHeaders, header
from attendance_web.wire.refusals import UnknownPath
from attendance_web.wire.values import UUID_FORM

# A link whose `#` was written as `%23` on its way: where it leads is known all the same
MISWRITTEN_PATH: Final = "/#"
SCREEN_PATH_FORM: Final = re.compile(r"/[0-9A-Za-z/-]{0,99}")
HOST_FORM: Final = re.compile(r"[0-9A-Za-z.\-\[\]:]{1,255}")


def content_policy(host: str, *, secure: bool) -> str:
    """Writes the Content-Security-Policy of the page: what it may load and do.

    Sockets are named, since not every browser counts them as the page's own.
    """
    socket = f" {'wss' if secure else 'ws'}://{host}" if HOST_FORM.fullmatch(host) else ""
    return (
        "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data: blob:; "
        f"connect-src 'self'{socket}; manifest-src 'self'; worker-src 'self'; "
        "base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
    )


async def page_file(request: Request[Any, Any, Any]) -> Response[bytes]:
    """Serves a file of the page. Raises UnknownPath."""
    file = FILES.get(request.scope["path"])
    if file is None:
        raise UnknownPath
    return answer_with(file, request)


def answer_with(
    file: PageFile, request: Request[Any, Any, Any], status_code: int = 200
) -> Response[bytes]:
    """Sends a file, unless the browser has it."""
    headers: RawHeaders = request.scope["headers"]
    sent_headers = {
        "Cache-Control": file.cache_control,
        "ETag": file.etag,
        "Vary": "Accept-Encoding",
    }
    if file.cache_control == ASKED_AGAIN:  # what runs by itself: documents, and the service worker
        host = header(headers, "host") or ""
        policy = content_policy(host, secure=is_secure(request.scope))
        sent_headers["Content-Security-Policy"] = policy
    if status_code == 200 and file.etag in (header(headers, "if-none-match") or ""):
        return Response(b"", status_code=304, headers=sent_headers, media_type=file.media_type)
    content = file.content
    if file.gzipped is not None and accepts_gzip(headers):
        sent_headers["Content-Encoding"] = "gzip"
        content = file.gzipped
    return Response(
        content, status_code=status_code, headers=sent_headers, media_type=file.media_type
    )


async def board(request: Request[Any, Any, Any], event_id: FromPath[str]) -> Response[bytes]:
    """Serves the page of a board, to anybody: what it shows is asked for with a session, or with
    the secret that stays behind the `#`. Raises UnknownPath.
    """
    if not UUID_FORM.fullmatch(event_id):
        raise UnknownPath
    answer = answer_with(FILES["/board"], request)
    answer.set_header("Referrer-Policy", "no-referrer")
    return answer


async def miswritten_link(request: Request[Any, Any, Any]) -> Response[bytes]:
    """Sends whoever comes by a miswritten link to where it leads. Raises UnknownPath."""
    screen = request.scope["path"].removeprefix(MISWRITTEN_PATH)
    if not SCREEN_PATH_FORM.fullmatch(screen):
        raise UnknownPath
    headers = {"Location": f"{MISWRITTEN_PATH}{screen}", "Cache-Control": "no-store"}
    return Response(b"", status_code=302, media_type="text/plain", headers=headers)


ROUTES: Final = [
    # A route for each of a hundred files would be the most of what a start makes
    HTTPRouteHandler(
        [*FIXED_ADDRESSES.values(), "/static/{file:path}"],
        http_method="GET",
        include_in_schema=False,
    )(page_file),
    HTTPRouteHandler("/board/{event_id:str}", http_method="GET", include_in_schema=False)(board),
    HTTPRouteHandler(
        f"{MISWRITTEN_PATH}/{{screen:path}}", http_method="GET", include_in_schema=False
    )(miswritten_link),
]
