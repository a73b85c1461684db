"""Passwords kept as argon2id hashes, made in threads of their own."""

from __future__ import annotations

import secrets
from functools import cache
from itertools import pairwise
from pathlib import Path

from argon2 import PasswordHasher, Type
from argon2.exceptions import HashingError, VerificationError, VerifyMismatchError

from attendance_adapters.bounded import BoundedThreads
from attendance_core.errors import Unavailable
from attendance_core.folding import fold

# OWASP's Password Storage Cheat Sheet, argon2id: 19 MiB, 2 passes, 1 lane
MEMORY_KIB, PASSES, LANES = 19 * 1024, 2, 1
THREADS = 2
MAX_CALLS = 1000  # that run or wait: a lecture hall logs in at once, and each waits its turn

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


class Argon2Passwords:
    """Hashes and verifies passwords with argon2id; `ports.Passwords`."""

    def __init__(self) -> None:
        self._hasher = PasswordHasher(
            time_cost=PASSES, memory_cost=MEMORY_KIB, parallelism=LANES, type=Type.ID
        )
        self._decoy_hash = self._hasher.hash(secrets.token_urlsafe(32))
        self._threads = BoundedThreads("passwords", threads=THREADS, capacity=MAX_CALLS)

    async def hash(self, password: str) -> str:
        """Makes a salted hash with its parameters in it. Raises Unavailable."""
        secret = _encode(password)
        try:
            return await self._threads.run(lambda: self._hasher.hash(secret))
        except HashingError as error:
            raise Unavailable from error

    async def verify(self, hashed: str | None, password: str) -> bool:
        """Compares a password with a hash; for None it takes as long, and returns False.

        Raises Unavailable.
        """
        expected_hash, secret = hashed or self._decoy_hash, _encode(password)
        try:
            is_match = await self._threads.run(lambda: self._hasher.verify(expected_hash, secret))
        except VerifyMismatchError:
            return False
        except VerificationError as error:  # no memory, for example
            raise Unavailable from error
        return is_match and hashed is not None

    def is_common(self, password: str) -> bool:
        """Tells whether everybody tries it first; see the function of this name."""
        return is_common(password)

    def close(self) -> None:
        """Ends the threads, once the calls that run are over."""
        self._threads.close()


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


def _encode(password: str) -> bytes:
    return password.encode("utf-8", "surrogatepass")
