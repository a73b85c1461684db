"""Serves profile pictures to everybody's `<img>`: no log-in, and only pictures. Contract: 3."""

from __future__ import annotations

import re
from collections.abc import AsyncGenerator, AsyncIterator
from contextlib import asynccontextmanager
from functools import partial
from pathlib import Path
from typing import Any, Final

from litestar import Request, Response
from litestar.handlers import HTTPRouteHandler
from litestar.params import FromPath

from attendance_core.errors import TooManyRequests
from attendance_core.ports import MEDIA_TYPES, FilePart, NoSuchFile
from attendance_core.profiles import picture_file_path
from attendance_core.vocabulary import FileKey, Seconds
from attendance_web.http.call_services import CallServices
from attendance_web.http.files import PIECE_BYTES, FileResponse, OpenFile, no_pieces
from attendance_web.http.head_method import wants_head
from attendance_web.wire.callers import Caller
from attendance_web.wire.refusals import UnknownPath
from attendance_web.wire.rests import Rests
from attendance_web.wire.turns import FairTurns, NoTurn
from attendance_web.wire.urls import DEFAULT_KEY, PICTURES_PATH

DEFAULT_PICTURE: Final = (Path(__file__).parent / "static" / DEFAULT_KEY).read_bytes()
KEY_FORM: Final = re.compile(rf"[0-9A-Za-z_-]{{1,64}}\.({'|'.join(MEDIA_TYPES)})")

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
# Until the turn of a further piece; the answer has begun
NEXT_TURN_WAIT_SECONDS: Final[Seconds] = 15.0
RETRY_SECONDS: Final = 1
# Of one caller's turns: what most take is a millisecond, and then to be sent as long again
FREE_SECONDS, FREE_A_SECOND = 0.5, 0.2
REST_FACTOR: Final = 7.0
MAX_REST_SECONDS: Final[Seconds] = 0.05  # what takes longer waits for files that are elsewhere


def picture_turns() -> FairTurns:
    """Makes the turns at reading pictures, by who asks."""
    return FairTurns(
        at_once=MAX_AT_ONCE,
        of_one=MAX_OF_ONE,
        waiting=MAX_WAITING,
        waiting_of_one=MAX_WAITING_OF_ONE,
        rests=Rests(
            free_seconds=FREE_SECONDS,
            free_a_second=FREE_A_SECOND,
            factor=REST_FACTOR,
            max_seconds=MAX_REST_SECONDS,
        ),
    )


async def picture(request: Request[Any, Any, Any], key: FromPath[str]) -> Response[bytes]:
    """Serves a picture by its key. Raises UnknownPath."""
    if key == DEFAULT_KEY:
        headers = _headers(KEPT_FOR_A_DAY)
        return Response(DEFAULT_PICTURE, media_type="image/svg+xml", headers=headers)
    form = KEY_FORM.fullmatch(key)
    if form is None:
        raise UnknownPath
    services: CallServices = request.app.state.services
    caller = services.seen_sessions.caller_of(request.scope)
    path, media_type = picture_file_path(FileKey(key)), MEDIA_TYPES[form[1]]
    open_file = _measured if wants_head(request.scope) else _opened
    return FileResponse(open_file(services, caller, path, media_type), _headers(KEPT_FOR_EVER))


@asynccontextmanager
async def _opened(
    services: CallServices, caller: Caller, path: str, media_type: str
) -> AsyncIterator[OpenFile]:
    """Opens a picture, each piece of which is read in a turn. Raises UnknownPath, TooManyRequests,
    Unavailable.
    """
    read = partial(_read, services, caller, path)

    async def pieces(start: int, content: bytes, size: int) -> AsyncGenerator[bytes]:
        while content:
            yield content
            start += len(content)
            content = b""  # what is sent is not kept while a turn is waited for
            if start < size:
                content = (await read(start, PIECE_BYTES, NEXT_TURN_WAIT_SECONDS)).content

    first = await read(0, PIECE_BYTES, TURN_WAIT_SECONDS)
    size, following = first.file_size, pieces(0, first.content, first.file_size)
    del first  # with its bytes, which nobody needs once they are sent
    yield OpenFile(size, media_type, following)


@asynccontextmanager
async def _measured(
    services: CallServices, caller: Caller, path: str, media_type: str
) -> AsyncIterator[OpenFile]:
    """Opens a picture of which nobody wants more than the head. Raises as `_opened`."""
    part = await _read(services, caller, path, 0, 1, TURN_WAIT_SECONDS)
    yield OpenFile(part.file_size, media_type, no_pieces())


async def _read(
    services: CallServices, caller: Caller, path: str, start: int, limit: int, patience: Seconds
) -> FilePart:
    """Reads some of a picture in a turn. Raises UnknownPath, TooManyRequests, Unavailable."""
    try:
        async with services.picture_turns.turn(caller, patience):
            return await services.files.get_part(path, start, limit)
    except NoTurn:
        raise TooManyRequests(seconds=RETRY_SECONDS) from None
    except NoSuchFile:
        raise UnknownPath from None


def _headers(cache_control: str) -> dict[str, str]:
    return {
        "Cache-Control": cache_control,
        "Content-Security-Policy": PICTURE_POLICY,
        "Cross-Origin-Resource-Policy": "cross-origin",  # for everybody's `<img>`
    }


ROUTES: Final = [
    HTTPRouteHandler(PICTURES_PATH + "/{key:str}", http_method="GET", include_in_schema=False)(
        picture
    )
]
