"""Passwords hashed in no time, for whoever signs up a person in every test.

What a hash costs, and that it costs as much for nobody, is tried in `test_passwords`; a service in
a process of its own hashes as it always does.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

import pytest

from attendance_adapters import argon2_passwords, scrypt_passwords


@contextmanager
def quickly_hashed() -> Iterator[None]:
    """Has what is made during the block hash quickly for ever."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(argon2_passwords, "MEMORY_KIB", 8)
        patch.setattr(argon2_passwords, "PASSES", 1)
        patch.setattr(scrypt_passwords, "COST", 2)
        yield
