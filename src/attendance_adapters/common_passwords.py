"""Passwords that everybody tries first."""

from __future__ import annotations

from functools import cache
from itertools import pairwise
from pathlib import Path

from attendance_core.folding import fold

KEYBOARD_ROWS = (
    "01234567890",
    "abcdefghijklmnopqrstuvwxyz",
    "абвгдеёжзийклмнопрстуфхцчшщъыьэюя",
    "qwertyuiop[]",
    "asdfghjkl;'",
    "zxcvbnm,./",
    "йцукенгшщзхъ",
    "фывапролджэ",
    "ячсмитьбю",
)
MAX_REPEATED_LENGTH = 4  # characters: "12341234" and "abababab" repeat a short text


def is_common(password: str) -> bool:
    """Tells whether everybody tries it first, in whatever case.

    That is a password of the list, a run along a row of keys or the alphabet, or one to four
    characters again and again.
    """
    folded = fold(password).strip()
    return folded in _listed_passwords() or _is_repeated(folded) or _is_keyboard_run(folded)


def _is_repeated(text: str) -> bool:
    return any(
        text == (text[:length] * len(text))[: len(text)]
        for length in range(1, MAX_REPEATED_LENGTH + 1)
    )


def _is_keyboard_run(text: str) -> bool:
    """Tells whether each character follows the one before it in the same row of keys."""
    return any(
        all(before + after in row for before, after in pairwise(text))
        for forward in KEYBOARD_ROWS
        for row in (forward, forward[::-1])
    )


@cache
def _listed_passwords() -> frozenset[str]:
    text = Path(__file__).with_name("common_passwords.txt").read_text(encoding="utf-8")
    return frozenset(map(fold, text.split()))
