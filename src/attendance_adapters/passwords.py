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
from attendance_core.vocabulary import fold

# OWASP's Password Storage Cheat Sheet, argon2id: 19 MiB, 2 passes, 1 lane
MEMORY_KIB, PASSES, LANES = 19 * 1024, 2, 1
THREADS = 2
ROOM = 1000  # that run or wait: a lecture hall logs in at once, and each takes only its turn

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
LONGEST_REPEATED = 4  # "12341234" and "abababab" are one short word said again


class Argon2Passwords:
    """`ports.Passwords` with argon2id."""

    def __init__(self) -> None:
        self._hasher = PasswordHasher(
            time_cost=PASSES, memory_cost=MEMORY_KIB, parallelism=LANES, type=Type.ID
        )
        self._nobody = self._hasher.hash(secrets.token_urlsafe(32))
        self._threads = BoundedThreads("passwords", threads=THREADS, room=ROOM)

    async def hash(self, password: str) -> str:
        """A salted hash with its parameters in it. Raises Unavailable."""
        secret = _bytes(password)
        try:
            return await self._threads.run(lambda: self._hasher.hash(secret))
        except HashingError as error:
            raise Unavailable from error

    async def verify(self, hashed: str | None, password: str) -> bool:
        """Whether it is the password; False for None, after as long. Raises Unavailable."""
        known, secret = hashed or self._nobody, _bytes(password)
        try:
            right = await self._threads.run(lambda: self._hasher.verify(known, secret))
        except VerifyMismatchError:
            return False
        except VerificationError as error:  # no memory, for one
            raise Unavailable from error
        return right and hashed is not None

    def is_common(self, password: str) -> bool:
        """See the function of this name."""
        return is_common(password)

    def close(self) -> None:
        """Ends the threads."""
        self._threads.close()


def is_common(password: str) -> bool:
    """Whether everybody tries it first, in whatever case.

    That is one of the well-known ones, a walk along a row of keys or the alphabet, or one to
    four characters said again and again.
    """
    folded = fold(password).strip()
    return folded in _well_known() or _is_repeated(folded) or _is_walk(folded)


def _is_repeated(text: str) -> bool:
    return any(
        text == (text[:size] * len(text))[: len(text)] for size in range(1, LONGEST_REPEATED + 1)
    )


def _is_walk(text: str) -> bool:
    """Whether each character lies beside the one before it, in a row, all the same way."""
    return any(
        all(before + after in row for before, after in pairwise(text))
        for forward in KEYBOARD_ROWS
        for row in (forward, forward[::-1])
    )


@cache
def _well_known() -> frozenset[str]:
    listed = Path(__file__).with_name("common_passwords.txt").read_text(encoding="utf-8")
    return frozenset(map(fold, listed.split()))


def _bytes(password: str) -> bytes:
    return password.encode("utf-8", "surrogatepass")
