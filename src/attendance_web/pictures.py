"""Serves profile pictures to everybody's `<img>`: no log-in, and only pictures. Contract: 3."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any, Final

from litestar import Request, Response
from litestar.handlers import HTTPRouteHandler
from litestar.params import FromPath

from attendance_core.errors import TooManyRequests
from attendance_core.ports import NoSuchFile
from attendance_core.profiles import picture_path
from attendance_core.vocabulary import FileKey, Seconds
from attendance_web.http.call_services import CallServices
from attendance_web.wire.refusals import UnknownPath
from attendance_web.wire.turns import FairTurns, NoTurn
from attendance_web.wire.urls import DEFAULT_KEY, PICTURES

DEFAULT_PICTURE: Final = (Path(__file__).parent / "static" / DEFAULT_KEY).read_bytes()
KEY_FORM: Final = re.compile(r"[0-9A-Za-z_-]{1,64}\.(?:jpg|png|webp)")

# A picture opened by itself runs nothing and loads nothing, and no page has it in a frame
PICTURE_POLICY: Final = (
    "default-src 'none'; style-src 'unsafe-inline'; frame-ancestors 'none'; sandbox"
)
KEPT_FOR_EVER: Final = "public, max-age=31536000, immutable"  # another picture has another key
KEPT_FOR_A_DAY: Final = "public, max-age=86400"

# A read takes one of 512 threads for a moment, which are kept; a hall is one network
MAX_AT_ONCE, MAX_OF_ONE = 16, 12
MAX_WAITING, MAX_WAITING_OF_ONE = 4000, 3000
TURN_WAIT_SECONDS: Final[Seconds] = 3.0
RETRY_SECONDS: Final = 1


def picture_turns() -> FairTurns:
    """Makes the turns at reading pictures, by who asks."""
    return FairTurns(
        at_once=MAX_AT_ONCE,
        of_one=MAX_OF_ONE,
        waiting=MAX_WAITING,
        waiting_of_one=MAX_WAITING_OF_ONE,
    )


async def picture(request: Request[Any, Any, Any], key: FromPath[str]) -> Response[bytes]:
    """Serves a picture by its key. Raises UnknownPath, TooManyRequests."""
    if key == DEFAULT_KEY:
        return _response(DEFAULT_PICTURE, "image/svg+xml", KEPT_FOR_A_DAY)
    if not KEY_FORM.fullmatch(key):
        raise UnknownPath
    services: CallServices = request.app.state.services
    caller = services.seen_sessions.caller_of(request.scope)
    try:
        async with services.picture_turns.turn(caller, TURN_WAIT_SECONDS):
            content, media_type = await services.files.get(picture_path(FileKey(key)))
    except NoTurn:
        raise TooManyRequests(seconds=RETRY_SECONDS) from None
    except NoSuchFile:
        raise UnknownPath from None
    return _response(content, media_type, KEPT_FOR_EVER)


def _response(content: bytes, media_type: str, cache_control: str) -> Response[bytes]:
    headers = {
        "Cache-Control": cache_control,
        "Content-Security-Policy": PICTURE_POLICY,
        "Cross-Origin-Resource-Policy": "cross-origin",  # for everybody's `<img>`
    }
    return Response(content, media_type=media_type, headers=headers)


ROUTES: Final = [
    HTTPRouteHandler(PICTURES + "/{key:str}", http_method="GET", include_in_schema=False)(picture)
]
