"""Passwords kept as scrypt hashes, which the standard library makes: nothing else is needed."""

from __future__ import annotations

import hashlib
import secrets

from attendance_adapters.bounded_threads import BoundedThreads
from attendance_adapters.common_passwords import is_common

# 16 MiB and some 50 ms, as for log-ins by scrypt since it was published: a fifth of what OWASP asks
# of hashes that may be stolen, since these go with the process
COST, BLOCK_SIZE, LANES = 2**14, 8, 1
SALT_BYTES = 16
THREADS = 2  # Decision 0013
MAX_JOBS = 1000  # that run or wait


class ScryptPasswords:
    """Hashes and verifies passwords with scrypt, for what is kept in memory; `ports.Passwords`."""

    def __init__(self) -> None:
        self._threads = BoundedThreads("passwords", threads=THREADS, capacity=MAX_JOBS)
        self._cost = COST
        self._prefix = f"$scrypt$n={COST},r={BLOCK_SIZE},p={LANES}$"
        self._decoy_hash = f"{self._prefix}{'0' * 2 * SALT_BYTES}$none"

    async def hash(self, password: str) -> str:
        """Makes a salted hash with its parameters in it. Raises Unavailable."""
        salt = secrets.token_bytes(SALT_BYTES)
        return f"{self._prefix}{salt.hex()}${await self._derive(password, salt)}"

    async def verify(self, hashed: str | None, password: str) -> bool:
        """Compares a password with a hash; for None it takes as long, and returns False.

        Raises Unavailable.
        """
        salt, expected = (hashed or self._decoy_hash).removeprefix(self._prefix).split("$")
        found = await self._derive(password, bytes.fromhex(salt))
        return secrets.compare_digest(found, expected)

    def is_common(self, password: str) -> bool:
        """Tells whether everybody tries it first; see `common_passwords`."""
        return is_common(password)

    def close(self) -> None:
        """Ends the threads, once the jobs that run are over."""
        self._threads.close()

    async def _derive(self, password: str, salt: bytes) -> str:
        secret = password.encode("utf-8", "surrogatepass")
        key = await self._threads.run(
            lambda: hashlib.scrypt(secret, salt=salt, n=self._cost, r=BLOCK_SIZE, p=LANES)
        )
        return key.hex()
