"""How much of what has come on a connection is parsed at once: about one request at most.

llhttp parses all that it is handed. In 4 KiB there are 140 of the smallest requests, each of which
was kept with all that an answer needs: of a thousand connections 450 MiB. Or 680 chunks of a byte,
each of which takes a microsecond.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import Final

PORTION_BYTES: Final = 4 * 1024
CHUNKS_BYTES: Final = 512
# Or heads, or a body, of blank lines would be parsed a line at a time
MIN_HEAD_BYTES: Final = 16  # of the smallest there is
MIN_CHUNKS_BYTES: Final = 64
BLANK_LINE: Final = re.compile(rb"\n\r?\n")  # ends a head, and a body in chunks


def size_of_heads(unparsed: memoryview) -> int:
    """Measures up to where a head is parsed, and nothing behind it."""
    return _end_of_blank_line(unparsed, MIN_HEAD_BYTES - 2, PORTION_BYTES)


def size_of_body(unparsed: memoryview, missing: int | None) -> int:
    """Measures up to where a body is parsed of which so many bytes are missing.

    None is one in chunks, which says itself where it ends.
    """
    if missing is None:
        return _end_of_blank_line(unparsed, MIN_CHUNKS_BYTES, CHUNKS_BYTES)
    return min(PORTION_BYTES, max(missing, 1))


def length_of_body(headers: Iterable[tuple[bytes, bytes]]) -> int | None:
    """Finds how many bytes a sound head says that its body has; None where it comes in chunks."""
    length: int | None = 0
    for name, value in headers:
        if name == b"transfer-encoding":
            return None
        if name == b"content-length":
            length = int(value)
    return length


def _end_of_blank_line(unparsed: memoryview, first: int, last: int) -> int:
    found = BLANK_LINE.search(unparsed, first, last)
    return last if found is None else found.end()
