"""The arguments of a call, read out of its request: its query, or its body. Contract: 1."""

from __future__ import annotations

import asyncio
import re
from contextlib import nullcontext
from typing import Any, Final

from litestar import Request

from attendance_web.http.argument_readers import reader_of
from attendance_web.http.body_parsing import parse_body, parse_query
from attendance_web.http.call import Call
from attendance_web.http.incoming_body import Body
from attendance_web.wire.callers import Caller
from attendance_web.wire.headers import RawHeaders, header

# And more, as calls without a file have never; less is parsed in the event loop, for 2 ms where
# every second letter is escaped
PARSED_IN_THREAD_BYTES: Final = 16 * 1024
PARSED_ALONE_BYTES: Final = 256 * 1024  # and more: one such body at a time


async def read_arguments(
    declared: Call, request: Request[Any, Any, Any], caller: Caller, upload: Body | None
) -> Any:
    """Reads the arguments of a call out of its query or its body.

    ``upload`` is the body of an upload, which was let in before; None for all other calls.
    Raises BodyTooLarge, BodyTooSlow, BadBody, UnsupportedMediaType, Unavailable, and refusals of
    arguments.
    """
    reader = reader_of(declared.arguments)
    scope, bodies = request.scope, request.app.state.services.bodies
    if declared.method == "GET":
        return reader(parse_query(scope["query_string"]))
    max_bytes, content_type = declared.max_body_bytes, header(scope["headers"], "content-type")
    if upload is None:
        size = expected_body_bytes(scope["headers"], if_unknown=max_bytes)
        with bodies.small(caller, size) as incoming:
            body = await incoming.read(request.receive, max_bytes)
    else:
        body = await upload.read(request.receive, max_bytes)

    def parse() -> Any:
        return reader(parse_body(content_type, body))

    if len(body) < PARSED_IN_THREAD_BYTES:
        return parse()
    async with bodies.parsing_large if len(body) >= PARSED_ALONE_BYTES else nullcontext():
        return await asyncio.to_thread(parse)


def content_length_or_zero(headers: RawHeaders) -> int:
    """Reads how many bytes a body says it has; 0 where it says no number of up to 18 digits."""
    length = header(headers, "content-length") or ""
    return int(length) if re.fullmatch(r"[0-9]{1,18}", length) else 0


def expected_body_bytes(headers: RawHeaders, *, if_unknown: int) -> int:
    """Tells how many bytes a body may have, by the headers in front of it."""
    if header(headers, "transfer-encoding") is not None:
        return if_unknown
    return content_length_or_zero(headers)
