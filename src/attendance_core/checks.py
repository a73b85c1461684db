"""What every text and every page of a list must be, whatever it is of. Contract: 1, 3."""

from __future__ import annotations

import re
from uuid import UUID

from attendance_core.errors import BadCharacters, BadLength, InvalidArgument, TooShort
from attendance_core.vocabulary import is_printable, search_fold, tidy

# Contract: 1.19, rows of a list that are passed over: each of them is read all the same
MAX_OFFSET = 10_000

LINE_BREAK = re.compile("\r\n?")
MANY_LINE_BREAKS = re.compile(r"\n(?:[ \u00a0\u1680\u2000-\u200a\u202f\u205f\u3000]*\n){2,}")


def checked_text(text: str, field: str, least: int, most: int) -> str:
    """Tidies a text of ``least`` to ``most`` code points. Raises BadLength, BadCharacters."""
    kept = tidy(text)
    if not least <= len(kept) <= most:
        raise BadLength(field=field, least=least, most=most)
    if not is_printable(kept):
        raise BadCharacters(field=field)
    return kept


def checked_lines(text: str, field: str, most: int) -> str:
    """Tidies a text of at most ``most`` code points; keeps at most two line breaks in a row.

    Raises BadLength, BadCharacters.
    """
    # Contract: 3.6
    kept = MANY_LINE_BREAKS.sub("\n\n", tidy(LINE_BREAK.sub("\n", text)))
    if len(kept) > most:
        raise BadLength(field=field, least=0, most=most)
    if not is_printable(kept.replace("\n", " ")):
        raise BadCharacters(field=field)
    return kept


def search_part(text: str, field: str, least: int) -> str:
    """Folds words to search names by, long enough together. Raises TooShort, BadCharacters."""
    kept = tidy(text)
    part = search_fold(kept)  # Contract: 3.8
    if len(part) < least:
        raise TooShort(field=field, least=least)
    if not is_printable(kept):
        raise BadCharacters(field=field)
    return part


def check_event_id(event_id: object) -> None:
    """Passes ids alone, so that every store answers alike. Raises TypeError."""
    if not isinstance(event_id, UUID):
        raise TypeError(f"an event_id is a UUID, and no {type(event_id).__name__}")


def check_page(limit: int | None, offset: int) -> None:
    """Passes a limit of 1 or more, and an offset from 0 to the most. Raises InvalidArgument."""
    if limit is not None and limit < 1:
        raise InvalidArgument(field="limit")
    if not 0 <= offset <= MAX_OFFSET:
        raise InvalidArgument(field="offset")
