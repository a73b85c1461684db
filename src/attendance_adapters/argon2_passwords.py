"""Passwords kept as argon2id hashes, made in threads of their own."""

from __future__ import annotations

import secrets

from argon2 import PasswordHasher, Type
from argon2.exceptions import HashingError, VerificationError, VerifyMismatchError

from attendance_adapters.bounded_threads import BoundedThreads
from attendance_adapters.common_passwords import is_common
from attendance_core.errors import Unavailable

# OWASP's Password Storage Cheat Sheet, argon2id: 19 MiB, 2 passes, 1 lane
MEMORY_KIB, PASSES, LANES = 19 * 1024, 2, 1
THREADS = 2  # Decision 0013
MAX_JOBS = 1000  # that run or wait: a lecture hall logs in at once, and each waits its turn


class Argon2Passwords:
    """Hashes and verifies passwords with argon2id; `ports.Passwords`."""

    def __init__(self) -> None:
        self._hasher = PasswordHasher(
            time_cost=PASSES, memory_cost=MEMORY_KIB, parallelism=LANES, type=Type.ID
        )
        self._decoy_hash = self._hasher.hash(secrets.token_urlsafe(32))
        self._threads = BoundedThreads("passwords", threads=THREADS, capacity=MAX_JOBS)

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
        """Tells whether everybody tries it first; see `common_passwords`."""
        return is_common(password)

    def close(self) -> None:
        """Ends the threads, once the jobs that run are over."""
        self._threads.close()


def _encode(password: str) -> bytes:
    return password.encode("utf-8", "surrogatepass")
