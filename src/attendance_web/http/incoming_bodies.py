"""How many bodies may be on their way at once. Contract: 1.17. Decision 0015.

A small one counts as long as it says it is, from before any of it is read until it has come; an
upload counts by what has come of it, until it is answered. Each process counts its own.
"""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Final

from attendance_core.errors import TooManyRequests, Unavailable
from attendance_core.vocabulary import UserId
from attendance_web.http.body_capacity import BodyCapacity
from attendance_web.http.incoming_body import Body
from attendance_web.wire.callers import Caller

UPLOADS_OF_ONE: Final = 2  # of a person; the second is for who tries again. Contract: 1.17
UPLOAD_CAPACITY_BYTES: Final = 128 * 1024 * 1024  # of everybody's uploads. Contract: 1.17
SMALL_CAPACITY_BYTES: Final = 16 * 1024 * 1024  # of all other bodies
COUNTED_AT_LEAST_BYTES: Final = 1024  # that any of them counts as: it has a task and buffers
RETRY_SECONDS: Final = 5  # after one upload too many


class Bodies:
    """Counts the bodies that are on their way to this process."""

    def __init__(self) -> None:
        self._uploads = BodyCapacity(UPLOAD_CAPACITY_BYTES)
        self._small = BodyCapacity(SMALL_CAPACITY_BYTES)
        self.parsing_large = asyncio.Lock()  # which takes several times its size for a moment

    @contextmanager
    def upload(self, user_id: UserId, size: int) -> Iterator[Body]:
        """Stands around an upload of ``size`` bytes, from before it is read until it is answered.

        Raises TooManyRequests where too many of this person's are unfinished, Unavailable where
        there will be no room for it until what others brought is worked off.
        """
        if self._uploads.count_of(user_id) >= UPLOADS_OF_ONE:
            raise TooManyRequests(seconds=RETRY_SECONDS)
        if not self._uploads.has_room_for(size):
            raise Unavailable
        with self._uploads.around_body(user_id, COUNTED_AT_LEAST_BYTES) as body:
            yield body

    @contextmanager
    def small(self, caller: Caller, size: int) -> Iterator[Body]:
        """Stands around any other body, which is said to have ``size`` bytes, while it is read.

        Raises Unavailable.
        """
        with self._small.around_body(caller, max(size, COUNTED_AT_LEAST_BYTES)) as body:
            yield body
