"""Looks through JSON texts in steps, before and beside the parser. Contract: 1, 6.11."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Final

MAX_DEPTH = 32  # Contract: 1, deep nesting; arrays and objects in one another
MAX_TOKENS = 1_000  # brackets, commas and strings of a JSON body: none of ours needs a tenth
# Looked at in one go, for some 1 ms: other threads, and the event loop, wait meanwhile
STEP_BYTES = 256 * 1024
TOKEN: Final = re.compile(rb'["\[\]{},]')
IN_STRING: Final = re.compile(rb'(?:[^"\\]++|\\.)*+', re.DOTALL)


def tokens_of(body: bytes) -> Iterator[tuple[int, int]]:
    """Finds the brackets, commas and strings of a JSON text: the start and the end of each.

    Strings are passed over whole, those that nobody closed too: time stays linear.
    """
    at = 0
    while at < len(body):
        found = TOKEN.search(body, at, at + STEP_BYTES)
        if found is None:
            at += STEP_BYTES
            continue
        start, at = found.span()
        if found[0] == b'"':
            at = _behind_string(body, at)
        yield start, at


def _behind_string(body: bytes, at: int) -> int:
    """Finds where a string ends, from behind its first quote to behind the other."""
    end = body.find(b'"', at)
    if end >= 0 and body.find(b"\\", at, end) < 0:
        return end + 1
    end = max((end for _, end in string_steps(body, at)), default=at)
    return min(end + 1, len(body))


def string_steps(body: bytes, at: int) -> Iterator[tuple[int, int]]:
    """Divides a string, from behind its quote to before the other: the start and the end of each
    part, which is a string by itself, too.
    """
    while at < len(body):
        end = IN_STRING.match(body, at, at + STEP_BYTES).end()  # type: ignore[union-attr]
        if end == at:
            return
        cut = 0  # bytes of a letter that the end would divide; UTF-8 has four of one at most
        while cut < 3 and end < len(body) and body[end - cut] & 0xC0 == 0x80:
            cut += 1
        yield at, end - cut
        at = end - cut


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
