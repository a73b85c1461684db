"""Looks through JSON texts in steps, before and beside the parser. Contract: 1, 6.11."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Final

from attendance_web.wire import parse_steps

MAX_DEPTH = 32  # Contract: 1, deep nesting; arrays and objects in one another
MAX_TOKENS = 1_000  # brackets, commas and strings of a JSON body: none of ours needs a tenth
QUOTE: Final = ord('"')
TOKEN: Final = re.compile(rb'["\[\]{},]')
# Escapes are whole, and so are two that are one letter: a part ends before one that it cannot see
# the end of. The first of such two is known by its digits
IN_STRING: Final = re.compile(
    rb"""(?: [^"\\]++
    | \\ [^u]
    | \\u (?![dD][89abAB]) .{4}
    | \\u [dD][89abAB] .{2}
        (?: \\u [dD][c-fC-F] .{2} | (?= [^\\] | \\[^u] | \\u (?![dD][c-fC-F]) .{2} ) )
    )*+""",
    re.DOTALL | re.VERBOSE,
)


def tokens_of(body: bytes) -> Iterator[tuple[int, int]]:
    """Finds the brackets, commas and strings of a JSON text: the start and the end of each.

    Strings are passed over whole, those that nobody closed too: time stays linear.
    """
    at = 0
    while at < len(body):
        found = TOKEN.search(body, at, at + parse_steps.STEP_BYTES)
        if found is None:
            at += parse_steps.STEP_BYTES
            if at < len(body):
                parse_steps.let_others_run()
            continue
        start, at = found.span()
        if found[0] == b'"':
            at = _behind_string(body, at)
        yield start, at


def _behind_string(body: bytes, at: int) -> int:
    """Finds where a string ends, from behind its first quote to behind the other."""
    end = max((end for _, end in string_steps(body, at)), default=at)
    return min(end + 1, len(body))


def string_steps(body: bytes, at: int) -> Iterator[tuple[int, int]]:
    """Divides a string, from behind its quote to before the other: the start and the end of each
    part, which is a string by itself, too. Other threads run between two of them.
    """
    while at < len(body):
        end = _end_of_part(body, at)
        if end == at:
            return
        yield at, end
        at = end
        if at < len(body) and body[at] != QUOTE:
            parse_steps.let_others_run()


def _end_of_part(body: bytes, at: int) -> int:
    end = min(at + parse_steps.STEP_BYTES, len(body))
    if body.find(b'"', at, end) >= 0 or body.find(b"\\", at, end) >= 0:
        end = IN_STRING.match(body, at, end).end()  # type: ignore[union-attr]
    cut = 0  # bytes of a letter that the end would divide; UTF-8 has four of one at most
    while cut < 3 and at < end < len(body) and body[end - cut] & 0xC0 == 0x80:
        cut += 1
    return end - cut


def is_too_complex(body: bytes) -> bool:
    """Tells whether a JSON text is nested too deeply or has too many tokens; in linear time."""
    depth = 0
    for count, (start, _) in enumerate(tokens_of(body)):
        first = body[start]
        if first in b"[{":
            depth += 1
        elif first in b"]}":
            depth -= 1
        if depth > MAX_DEPTH or count > MAX_TOKENS:
            return True
    return False
