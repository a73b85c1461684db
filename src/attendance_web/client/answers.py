"""Reads answers: an envelope, a file, or one event after another. Contract: 1, 8.5."""

from __future__ import annotations

import re
from collections.abc import AsyncGenerator
from functools import cache
from typing import Any, Final
from urllib.parse import unquote

import httpx
import msgspec

from attendance_web.client.errors import NotAttendance, Refused, Unavailable

EVENT_STREAM: Final = "text/event-stream"
FILE_NAME_FORM: Final = re.compile(r"filename\*=UTF-8''([^;\s]+)")
NOT_OURS: Final = "what answers there is no attendance service"
OUR_FAULT: Final = -1


class File(msgspec.Struct, frozen=True):
    """A file that was answered, with the name that the service gives it."""

    name: str
    media_type: str
    content: bytes


class _Envelope(msgspec.Struct, frozen=True):
    error: int
    error_msg: str
    response: msgspec.Raw = msgspec.Raw(b"{}")
    code: str = ""
    field: str | None = None


_read_envelope: Final = msgspec.json.Decoder(_Envelope)


@cache
def _decoder_of(kind: Any) -> msgspec.json.Decoder[Any]:
    return msgspec.json.Decoder(kind)


def unwrap(answer: httpx.Response) -> msgspec.Raw:
    """Takes the answer out of its envelope. Raises Refused, NotAttendance."""
    try:
        envelope = _read_envelope.decode(answer.content)
    except msgspec.MsgspecError:
        raise NotAttendance(f"{answer.url.path}: {NOT_OURS}") from None
    if envelope.error == 0:
        return envelope.response
    kind = Unavailable if envelope.error == OUR_FAULT else Refused
    raise kind(
        envelope.code,
        envelope.error,
        envelope.error_msg,
        field=envelope.field,
        retry_after=retry_after(answer),
    )


def decoded(kind: Any, encoded: msgspec.Raw | bytes | str, where: str) -> Any:
    """Reads a Struct of the wire, which came from ``where``. Raises NotAttendance."""
    try:
        return _decoder_of(kind).decode(encoded)
    except msgspec.MsgspecError as error:
        raise NotAttendance(f"{where}: {error}") from None


def file_of(answer: httpx.Response) -> File:
    """Takes a file as it is; whatever is none is an envelope. Raises Refused, NotAttendance."""
    named = FILE_NAME_FORM.search(answer.headers.get("content-disposition", ""))
    if named is None:
        unwrap(answer)
        raise NotAttendance(f"{answer.url.path}: {NOT_OURS}")
    media_type = answer.headers.get("content-type", "").partition(";")[0]
    return File(unquote(named[1]), media_type, answer.content)


async def events_of(answer: httpx.Response, kind: Any) -> AsyncGenerator[Any, None]:
    """Reads one event after another, to the end that the service names.

    Raises Refused, NotAttendance; EOFError where it breaks off.
    """
    if answer.headers.get("content-type", "").partition(";")[0] != EVENT_STREAM:
        await answer.aread()
        unwrap(answer)
        raise NotAttendance(f"{answer.url.path}: {NOT_OURS}")
    is_end = False
    async for line in answer.aiter_lines():
        field, _, value = line.partition(": ")
        if field == "event":
            is_end = value == "end"
        elif field == "data" and is_end:
            return
        elif field == "data":
            yield decoded(kind, value, answer.url.path)
    raise EOFError


def retry_after(answer: httpx.Response) -> float | None:
    """Reads how many seconds the service asks to wait; None where it does not say."""
    header = answer.headers.get("retry-after", "")
    return float(header) if header.isdigit() else None
