"""What every text must be, and what of it is kept. Contract: 1, 3."""

from __future__ import annotations

import re

from attendance_core.errors import BadCharacters, BadLength, TooShort
from attendance_core.vocabulary import is_printable, search_fold, tidy

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
