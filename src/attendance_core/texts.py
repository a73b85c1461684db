"""What every text must be, and what of it is kept. Contract: 1, 3."""

from __future__ import annotations

import re
from unicodedata import category, combining, normalize

from attendance_core.arguments import check_kind
from attendance_core.errors import BadCharacters, BadLength, InvalidArgument, TooShort
from attendance_core.folding import search_fold

BIDI_CONTROLS = frozenset(map(chr, (*range(0x202A, 0x202F), *range(0x2066, 0x206A))))
# Of Unicode: controls, surrogates, breaks
FORBIDDEN_CATEGORIES = frozenset({"Cc", "Cs", "Zl", "Zp"})
# Of what shows nothing where it stands alone: formats, what is not assigned, marks without a
# letter, and spaces
INVISIBLE_CATEGORIES = frozenset({"Cf", "Cn", "Mn", "Me", "Zs"})
# What shows nothing, though it may be of another category: what Unicode calls default-ignorable,
# and symbols whose picture is empty
BLANKS = frozenset(
    chr(code)
    for first, last in (
        (0x115F, 0x1160),  # Hangul fillers, as 3164 and FFA0
        (0x2065, 0x2065),
        (0x2800, 0x2800),  # Braille without a dot
        (0x3164, 0x3164),
        (0xFFA0, 0xFFA0),
        (0xFFF0, 0xFFFB),
        (0x13441, 0x13446),  # Egyptian blanks and lost signs
        (0x1D159, 0x1D159),  # a musical note without a head
    )
    for code in range(first, last + 1)
)
# From tags to what is reserved behind them: blanks, too, but a set of them takes 0.5 MB
FIRST_TAG, LAST_TAG = "\U000e0000", "\U000e0fff"

MAX_COMBINING_MARKS = 64  # in a row, such as accents. Contract: 1.13
# What is no such mark itself, but is decomposed into some, and into nothing else
COMBINING_BY_DECOMPOSITION = frozenset("\u0f73\u0f75\u0f81\uff9e\uff9f")

OTHER_LINE_BREAK = re.compile("\r\n?")  # than the one that is kept
MANY_LINE_BREAKS = re.compile(r"\n(?:[ \u00a0\u1680\u2000-\u200a\u202f\u205f\u3000]*\n){2,}")


def is_blank(letter: str) -> bool:
    """Tells whether nothing is to be seen of a letter, whatever its category says."""
    return letter in BLANKS or FIRST_TAG <= letter <= LAST_TAG


def has_too_many_combining_marks(text: str) -> bool:
    """Tells whether more combining marks follow one another than any letter has.

    To put them in order, as every comparison of texts does first, takes their number squared:
    8 000 in a row keep the interpreter for 0.2 s, and everybody with it.
    """
    if len(text) <= MAX_COMBINING_MARKS or text.isascii():
        return False
    in_a_row = 0
    for each in text:
        is_combining = combining(each) or each in COMBINING_BY_DECOMPOSITION
        in_a_row = in_a_row + 1 if is_combining else 0
        if in_a_row > MAX_COMBINING_MARKS:
            return True
    return False


def check_comparable(text: str, field: str) -> None:
    """Checks that it is a text, and can be compared in time. Raises TypeError, InvalidArgument."""
    check_kind(field, text, str)
    if has_too_many_combining_marks(text):
        raise InvalidArgument(field=field)


def tidy(text: str, field: str) -> str:
    """Brings a text into the form it is kept in: NFC, no white space at either end.

    Raises TypeError, InvalidArgument.
    """
    check_comparable(text, field)
    return normalize("NFC", text).strip()


def is_legible(text: str) -> bool:
    """Tells whether nothing in it hides or turns around what a reader sees.

    Not legible: nothing visible at all (but the empty text is), control characters, line and
    paragraph separators, bidi embeddings, overrides and isolates, lone surrogates.
    """
    if not BIDI_CONTROLS.isdisjoint(text) or any(
        map(FORBIDDEN_CATEGORIES.__contains__, map(category, text))
    ):
        return False
    return not text or any(
        category(each) not in INVISIBLE_CATEGORIES and not is_blank(each) for each in text
    )


def checked_text(text: str, field: str, least: int, most: int) -> str:
    """Answers a text as it is kept, tidied, of ``least`` to ``most`` code points.

    Raises TypeError, InvalidArgument, BadLength, BadCharacters.
    """
    kept = tidy(text, field)
    if not least <= len(kept) <= most:
        raise BadLength(field=field, least=least, most=most)
    if not is_legible(kept):
        raise BadCharacters(field=field)
    return kept


def checked_lines(text: str, field: str, most: int) -> str:
    """Answers a text as it is kept, of at most ``most`` code points and two line breaks in a row.

    Raises TypeError, InvalidArgument, BadLength, BadCharacters.
    """
    # Contract: 3.6
    kept = MANY_LINE_BREAKS.sub("\n\n", tidy(OTHER_LINE_BREAK.sub("\n", text), field))
    if len(kept) > most:
        raise BadLength(field=field, least=0, most=most)
    if not is_legible(kept.replace("\n", " ")):
        raise BadCharacters(field=field)
    return kept


def checked_search_part(text: str, field: str, least: int) -> str:
    """Answers the folded text that names are searched by, of ``least`` code points at least.

    Raises TypeError, InvalidArgument, TooShort, BadCharacters.
    """
    kept = tidy(text, field)
    part = search_fold(kept)  # Contract: 3.8
    if len(part) < least:
        raise TooShort(field=field, least=least)
    if not is_legible(kept):
        raise BadCharacters(field=field)
    return part
