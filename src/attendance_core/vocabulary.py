"""The words every file of the core uses, and the folding that names are compared by."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NewType
from unicodedata import category, normalize
from uuid import UUID

UserId = NewType("UserId", int)
EventId = NewType("EventId", UUID)
EventCode = NewType("EventCode", str)  # as `events.codes` keeps it: upper case
ConnectionId = NewType("ConnectionId", UUID)
ProcessId = NewType("ProcessId", UUID)
SessionId = NewType("SessionId", str)  # SHA-256 of the credential in hex: the secret is not kept
BrowserId = NewType("BrowserId", str)  # SHA-256 of what a known browser shows, in hex
FileKey = NewType("FileKey", str)
TallyKey = NewType("TallyKey", str)  # BLAKE2b of what is limited, and of whom, in hex

Instant = float  # UNIX seconds, UTC, with a fraction of at most six digits
Seconds = float  # a length of time

BIDI_CONTROLS = frozenset(map(chr, (*range(0x202A, 0x202F), *range(0x2066, 0x206A))))
FORBIDDEN_CATEGORIES = frozenset(
    {"Cc", "Cs", "Zl", "Zp"}
)  # Unicode categories: controls, surrogates, breaks
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

# What a search takes for one another, after `fold`; what has nothing on the right side is left out.
# Contract: 3.9. The page's `search.js` and the databases have the same table.
APOSTROPHES = "\u0060\u02b9\u02bb\u02bc\u02bd\u02c8\u055a\u05f3\u2018\u2019\u201b\u2032\ua78c"
HYPHENS = (
    "\u02d7\u058a\u05be\u1400\u1806\u2010\u2012\u2013\u2014\u2015\u2043\u2212"
    "\u2e17\u2e1a\u2e3a\u2e3b\u2e40\u2e5d\u301c\u3030\u30a0\U00010ead"
)
ALIKE_IN_SEARCHES = {
    **dict.fromkeys(APOSTROPHES, "'"),
    **dict.fromkeys(HYPHENS, "-"),
    "\u1680": " ",
    "ё": "е",
    "ı": "i",
    "\u0307": "",  # İ comes to this dot behind an i
}
ACUTE_ACCENT = " \u0301"  # what NFKC makes of the one that stands alone, for an apostrophe
_ALIKE = str.maketrans(ALIKE_IN_SEARCHES)
MAX_WORDS = 64  # of a search; a name of 128 characters has no more

LATEST_INSTANT: Instant = 253_402_300_799  # the last second of the year 9999


def fold(text: str) -> str:
    """Makes the key two names are compared by: NFKC, then case folded, in every script.

    Format characters (zero-width spaces, soft hyphens) are left out: nobody sees them.
    """
    folded = normalize("NFKC", normalize("NFKC", text).casefold())
    if folded.isprintable():
        return folded
    return "".join(each for each in folded if category(each) != "Cf")


def search_fold(text: str) -> str:
    """Makes the key for searches: `fold`, and letters and signs that people mix up.

    Not that of uniqueness, which would make one name of two.
    """
    folded = fold(text).replace(ACUTE_ACCENT, "'").translate(_ALIKE)
    return " ".join(filter(None, folded.split(" ")))


def words_of(part: str) -> Sequence[str]:
    """Lists the words of a search's folded part, each once, the longest first; at most 64."""
    words = dict.fromkeys(part.split(" "))
    words.pop("", None)
    return sorted(words, key=lambda word: (-len(word), word))[:MAX_WORDS]


def is_found(name: str, part: str) -> bool:
    """Tells whether each word of a folded part is in a name, in any order. Contract: 3.9."""
    key = search_fold(name)
    return all(word in key for word in words_of(part))


def tidy(text: str) -> str:
    """Brings a text into the form it is kept in: NFC, no white space at either end."""
    return normalize("NFC", text).strip()


def is_printable(text: str) -> bool:
    """Tells whether nothing in it hides or turns around what a reader sees.

    Not printable: nothing visible at all (but the empty text is), control characters, line and
    paragraph separators, bidi embeddings, overrides and isolates, lone surrogates.
    """
    if not BIDI_CONTROLS.isdisjoint(text) or any(
        map(FORBIDDEN_CATEGORIES.__contains__, map(category, text))
    ):
        return False
    return not text or any(category(each) not in INVISIBLE and each not in BLANKS for each in text)
