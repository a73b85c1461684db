"""How names are compared and found: what two of them have alike. Contract: 3.9, 5.2."""

from __future__ import annotations

from collections.abc import Sequence
from unicodedata import category, normalize

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
# Behind every name: the last code point, which no text of ours may have
LAST_IN_ORDER = "\U0010ffff"
MAX_WORDS = 64  # of a search; a name of 128 characters has no more


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


def name_order(name: str) -> tuple[str, str]:
    """Makes the key that people are listed by: their name as `search_fold` has it, then as `fold`.

    The first has ё beside е, the second orders names that are alike to the first. Whoever has
    deleted their account has no name, and is last. Contract: 3.8, 9.1.
    """
    if not name:
        return LAST_IN_ORDER, LAST_IN_ORDER
    return search_fold(name), fold(name)


def is_another_name(one: str, other: str) -> bool:
    """Tells whether two display names differ by more than a search passes over."""
    return search_fold(one) != search_fold(other)


def other_name(marked_as: str | None, display_name: str) -> str | None:
    """Answers the name that somebody was marked under, where it is another than theirs is now.

    None where a search for either finds the other.
    """
    if marked_as is None or marked_as == display_name:  # which nearly all have
        return None
    return marked_as if is_another_name(marked_as, display_name) else None


def words_of(folded_part: str) -> Sequence[str]:
    """Lists the words of a search's folded part, each once, the longest first; at most 64."""
    words = dict.fromkeys(folded_part.split(" "))
    words.pop("", None)
    return sorted(words, key=lambda word: (-len(word), word))[:MAX_WORDS]


def is_found(name: str, folded_part: str) -> bool:
    """Tells whether each word of a folded part is in a name, in any order. Contract: 3.9."""
    key = search_fold(name)
    return all(word in key for word in words_of(folded_part))
