"""The words every file of the core uses, and the folding that names are compared by."""

from __future__ import annotations

from typing import NewType
from unicodedata import category, normalize
from uuid import UUID

UserId = NewType("UserId", int)
EventId = NewType("EventId", UUID)
ConnectionId = NewType("ConnectionId", UUID)
ProcessId = NewType("ProcessId", UUID)
SessionId = NewType("SessionId", str)  # SHA-256 of the credential in hex: the secret is not kept
FileKey = NewType("FileKey", str)
TallyKey = NewType("TallyKey", str)  # BLAKE2b of what is limited, and of whom, in hex

Instant = float  # UNIX seconds, UTC, with a fraction of at most six digits
Seconds = float  # a length of time

BIDI_CONTROLS = frozenset(map(chr, (*range(0x202A, 0x202F), *range(0x2066, 0x206A))))
UNFIT = frozenset({"Cc", "Cs", "Zl", "Zp"})  # Unicode categories: controls, surrogates, breaks
# What nothing is to be seen of where it stands alone: marks without a letter, spaces, what is not
# assigned, what Unicode calls default-ignorable, and symbols whose picture is empty
INVISIBLE = frozenset({"Cf", "Cn", "Mn", "Me", "Zs"})
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
        (0xE0000, 0xE0FFF),
    )
    for code in range(first, last + 1)
)

LATEST_INSTANT: Instant = 253_402_300_799  # the last second of the year 9999


def fold(text: str) -> str:
    """The key two names are compared and searched by: NFKC, then case folded, in every script.

    Format characters (zero-width spaces, soft hyphens) are left out: nobody sees them.
    """
    folded = normalize("NFKC", normalize("NFKC", text).casefold())
    if folded.isprintable():
        return folded
    return "".join(each for each in folded if category(each) != "Cf")


def tidy(text: str) -> str:
    """A text as it is kept: NFC, without white space at either end."""
    return normalize("NFC", text).strip()


def is_printable(text: str) -> bool:
    """Whether nothing in it hides or turns around what a reader sees.

    Not printable: nothing visible at all (but the empty text is), control characters, line and
    paragraph separators, bidi embeddings, overrides and isolates, lone surrogates.
    """
    if not BIDI_CONTROLS.isdisjoint(text) or any(map(UNFIT.__contains__, map(category, text))):
        return False
    return not text or any(category(each) not in INVISIBLE and each not in BLANKS for each in text)
