"""Parses what a call is given, whichever way it was sent, to names with values. Contract: 1.

In a query and in a urlencoded body every value is a text; in a JSON body it is what JSON has;
in a multipart body it is a text, or bytes where the part is a file.

What is large is parsed in a thread, in steps: all other threads, and the event loop, wait while one
call of the interpreter's own code looks through bytes.
"""

from __future__ import annotations

import codecs
import json
import re
from collections import deque
from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from multipart import (  # type: ignore[import-untyped]
    MultipartError,
    MultipartSegment,
    PushMultipartParser,
    parse_options_header,
)

from attendance_core.errors import InvalidArgument
from attendance_web.wire import parse_steps
from attendance_web.wire.json_scanning import is_too_complex, string_steps, tokens_of
from attendance_web.wire.refusals import BadBody, RepeatedArgument, UnsupportedMediaType

MAX_FIELDS = 100  # of a query or a form
UTF8 = frozenset({"utf-8", "utf8", "us-ascii", "ascii"})
ESCAPES = re.compile(rb"(?:%[0-9A-Fa-f]{2})+")
PORTION_BYTES = 16 * 1024  # whose escapes are decoded at once, for some 0.2 ms
LONG_STRING_BYTES = 4 * 1024  # of a JSON string, and more: it is read by itself
MAX_SHORT_BYTES = 32 * 1024  # of all else in a JSON body: read at once, and far more than we take
# Of a form, at least, that is parsed last: a boundary of 1 024 letters, and what stands around it
MIN_LAST_PORTION_BYTES = 2 * 1024
IN_PLACE_OF_STRING = b"NaN"  # a constant that JSON has not: each stands for a long string

Given = Mapping[str, Any]  # values by the names of arguments


def parse_query(query: bytes) -> Given:
    """Reads the arguments of a GET. Raises InvalidArgument, RepeatedArgument."""
    try:
        return _by_name(_urlencoded_pairs(query), "query")
    except ValueError:
        raise InvalidArgument(field="query") from None


def parse_body(content_type: str | None, body: bytes) -> Given:
    """Reads the arguments of a POST. Raises UnsupportedMediaType, BadBody, RepeatedArgument."""
    if not body:
        return {}
    media_type, options = parse_options_header(content_type or "")
    if media_type == "multipart/form-data":
        return _by_name(_multipart_pairs(options.get("boundary", ""), body), "body")
    if options.get("charset", "utf-8").lower() not in UTF8:
        raise UnsupportedMediaType
    if media_type == "application/json":
        return _parse_json(body)
    if media_type == "application/x-www-form-urlencoded":
        return _parse_form(body)
    raise UnsupportedMediaType


def _by_name(pairs: Iterable[tuple[str, Any]], where: str) -> dict[str, Any]:
    """Puts values by their names; of two with one name nobody can say which is meant.

    Raises RepeatedArgument.
    """
    given: dict[str, Any] = {}
    for name, value in pairs:
        if name in given:
            raise RepeatedArgument(field=name if re.fullmatch(r"\w{1,64}", name) else where)
        given[name] = value
    return given


def _urlencoded_pairs(encoded: bytes) -> list[tuple[str, str]]:
    """Parses names and values; bytes that are no UTF-8 become lone surrogates.

    Raises ValueError where there are too many.
    """
    fields = encoded.split(b"&", MAX_FIELDS)
    if len(fields) > MAX_FIELDS:
        raise ValueError
    return [
        (_unescape(name), _unescape(value))
        for name, _, value in (field.partition(b"=") for field in fields if field)
    ]


def _unescape(encoded: bytes) -> str:
    """Decodes a name or a value, in a few times its room: urllib takes two hundred times that."""
    return _decode(_unescaped_portions(encoded))


def _unescaped_portions(encoded: bytes) -> Iterator[bytes]:
    start = 0
    while start < len(encoded):
        end = start + PORTION_BYTES
        if (divided := encoded.rfind(b"%", end - 2, end)) >= 0 and end < len(encoded):
            end = divided
        yield ESCAPES.sub(_bytes_of, encoded[start:end].replace(b"+", b" "))
        start = end
        if start < len(encoded):
            parse_steps.let_others_run()


def _decode(portions: Iterable[bytes]) -> str:
    """Decodes a text that comes in portions; bytes that are no UTF-8 become lone surrogates."""
    decoder = codecs.getincrementaldecoder("utf-8")("surrogateescape")
    decoded = [decoder.decode(portion) for portion in portions]
    return "".join((*decoded, decoder.decode(b"", final=True)))


def _bytes_of(escapes: re.Match[bytes]) -> bytes:
    return bytes.fromhex(escapes[0].replace(b"%", b"").decode())


def _parse_form(body: bytes) -> Given:
    try:
        return _by_name(_urlencoded_pairs(body), "body")
    except ValueError:
        raise BadBody from None


def _parse_json(body: bytes) -> Given:
    """Reads JSON by the standard library: msgspec keeps the last of two equal names in silence.

    A string that is long, which only a picture is, is read by itself, in steps.
    """
    if is_too_complex(body):
        raise BadBody
    long_strings = deque[str]()

    def take_string(name: str) -> str:
        if not long_strings:
            raise ValueError(f"JSON has no {name}")
        return long_strings.popleft()

    try:
        short = _without_long_strings(body, long_strings)
        if len(short) > MAX_SHORT_BYTES:
            raise BadBody
        read = json.loads(
            short.decode("utf-8-sig"), object_pairs_hook=_Object, parse_constant=take_string
        )
    except ValueError:  # not UTF-8, not JSON, or a number of thousands of digits
        raise BadBody from None
    if not isinstance(read, _Object):
        raise BadBody
    return _by_name(read, "body")


class _Object(tuple[tuple[str, Any], ...]):
    """The pairs of a JSON object. No argument is an object, so those within it are passed over."""


def _without_long_strings(body: bytes, long_strings: deque[str]) -> bytes:
    """Takes each long string out, to the end of ``long_strings``, and puts a constant in its place.

    Raises ValueError.
    """
    parts: list[bytes] = []
    at = 0
    for start, end in tokens_of(body):
        if end - start > LONG_STRING_BYTES:
            parts += body[at:start], IN_PLACE_OF_STRING
            steps = (body[first:last] for first, last in string_steps(body, start + 1))
            long_strings.append("".join(json.loads(f'"{step.decode()}"') for step in steps))
            at = end
    return b"".join((*parts, body[at:]))


def _multipart_pairs(boundary: str, body: bytes) -> list[tuple[str, str | bytes]]:
    """Parses the parts of a form: the name and the value of each. Raises BadBody.

    The first has to begin soon. Those with a file name, or of another type than text, are files.
    """
    pairs: list[tuple[str, str | bytes]] = []
    try:
        with PushMultipartParser(
            boundary, content_length=len(body), max_segment_count=MAX_FIELDS, strict=True
        ) as parser:
            for event in (each for portion in _portions(body) for each in parser.parse(portion)):
                if isinstance(event, MultipartSegment):
                    segment, content = event, list[bytes]()
                elif event is not None:
                    content.append(bytes(event))
                else:
                    pairs.append((segment.name or "", _part_value(segment, content)))
    except (MultipartError, ValueError):
        raise BadBody from None
    return pairs


def _portions(body: bytes) -> Iterator[bytes]:
    """Divides a form. Its end, behind which nothing may come, is in one portion."""
    start = 0
    while len(body) - start > parse_steps.STEP_BYTES + MIN_LAST_PORTION_BYTES:
        yield body[start : start + parse_steps.STEP_BYTES]
        start += parse_steps.STEP_BYTES
        parse_steps.let_others_run()
    yield body[start:]


def _part_value(segment: MultipartSegment, content: Iterable[bytes]) -> str | bytes:
    """Decodes a part. Raises UnsupportedMediaType for a text in another charset than ours."""
    if segment.filename is not None or not _is_text(segment.content_type):
        return b"".join(content)
    if (segment.charset or "utf-8").lower() not in UTF8:
        raise UnsupportedMediaType
    return _decode(content)


def _is_text(media_type: str | None) -> bool:
    """Tells whether a part is a text; programs that write JSON everywhere call theirs JSON."""
    return not media_type or media_type.startswith("text/") or media_type == "application/json"
