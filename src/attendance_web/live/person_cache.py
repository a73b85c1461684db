"""Whom the frames of one room name, with name and picture, to be sent with the ids.

Contract: 7, `params.users` and `params.user`. Whoever was read stays for as long as the room lives,
and is read anew when they open a ``mark_me`` socket here: a new name or picture is seen from then.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Iterable, Sequence
from typing import Final, Protocol

from attendance_core.errors import Unavailable
from attendance_core.profiles import ProfileSummary
from attendance_core.vocabulary import UserId
from attendance_web.live.messages import SpeltPerson, spell_person

logger = logging.getLogger(__name__)

MAX_READ_AT_ONCE: Final = 4096  # people, by one look


class ReadSummaries(Protocol):
    """Reads, as `GetProfileSummaries` does, what is shown of people."""

    async def __call__(self, *, user_ids: Sequence[UserId]) -> Sequence[ProfileSummary]: ...


class PersonCache:
    """Keeps what a room shows of people, as it is spelt in frames.

    Frames never wait for a name: who is not in `spelt` goes out by id alone.
    """

    def __init__(self, get_profile_summaries: ReadSummaries) -> None:
        self._get_profile_summaries = get_profile_summaries
        self._wanted: dict[UserId, None] = {}
        self._read_lock = asyncio.Lock()
        self.spelt: dict[UserId, SpeltPerson] = {}  # everybody who was read

    async def load_missing(self, user_ids: Iterable[UserId]) -> None:
        """Reads those who were not read yet, where there are any; one look for thousands."""
        await self.reload([user_id for user_id in user_ids if user_id not in self.spelt])

    async def reload(self, user_ids: Sequence[UserId]) -> None:
        """Reads these people, again or not; they stay as they are when the store is away.

        All who ask while a look is under way share the next.
        """
        if not user_ids:
            return
        self._wanted.update(dict.fromkeys(user_ids))
        async with self._read_lock:
            while any(user_id in self._wanted for user_id in user_ids):
                await self._read_wanted(list(self._wanted)[:MAX_READ_AT_ONCE])

    async def _read_wanted(self, user_ids: Sequence[UserId]) -> None:
        for user_id in user_ids:
            del self._wanted[user_id]
        try:
            found = await self._get_profile_summaries(user_ids=user_ids)
        except Unavailable:
            logger.warning("people could not be read; their ids go out without names")
        except BaseException:
            self._wanted.update(dict.fromkeys(user_ids))  # others may wait for them, too
            raise
        else:
            self.spelt.update((person.user_id, spell_person(person)) for person in found)
