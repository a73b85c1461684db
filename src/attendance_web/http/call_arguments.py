"""The arguments of a call, read out of its request: its query, or its body. Contract: 1."""

from __future__ import annotations

import asyncio
import re
from typing import Any, Final

from litestar import Request

from attendance_web.http.argument_readers import reader_of
from attendance_web.http.body_parsing import parse_body, parse_query
from attendance_web.http.call import Call
from attendance_web.http.incoming_body import Body
from attendance_web.wire.callers import Caller
from attendance_web.wire.headers import RawHeaders, header

LARGE_BODY_BYTES: Final = 256 * 1024  # from which on a thread parses a body, beside the event loop


async def read_arguments(
    declared: Call, request: Request[Any, Any, Any], caller: Caller, upload: Body | None
) -> Any:
    """Reads the arguments of a call out of its query or its body.

    ``upload`` is the body of an upload, which was let in before; None for all other calls.
    Raises BodyTooLarge, BodyTooSlow, BadBody, UnsupportedMediaType, Unavailable, and refusals of
    arguments.
    """
    read = reader_of(declared.arguments)
    scope, bodies = request.scope, request.app.state.services.bodies
    if declared.method == "GET":
        return read(parse_query(scope["query_string"]))
    max_bytes, content_type = declared.max_body_bytes, header(scope["headers"], "content-type")
    if upload is None:
        with bodies.small(caller, size_of_body(scope["headers"], max_bytes)) as small:
            body = await small.read(request.receive, max_bytes)
    else:
        body = await upload.read(request.receive, max_bytes)
    if len(body) < LARGE_BODY_BYTES:
        return read(parse_body(content_type, body))
    async with bodies.parsing_large:
        return await asyncio.to_thread(lambda: read(parse_body(content_type, body)))


def content_length(headers: RawHeaders) -> int:
    """Reads how many bytes a body says it has; 0 where it says no number of up to 18 digits."""
    length = header(headers, "content-length") or ""
    return int(length) if re.fullmatch(r"[0-9]{1,18}", length) else 0


def size_of_body(headers: RawHeaders, max_bytes: int) -> int:
    """Tells how many bytes a body may have, by the headers in front of it."""
    if header(headers, "transfer-encoding") is not None:
        return max_bytes
    return content_length(headers)
