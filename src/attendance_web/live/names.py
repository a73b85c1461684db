"""Whom the markers of one room know by name and picture, to be told with the ids.

Contract: 7, `params.users` and `params.user`. Somebody is known for as long as the room lives,
and read anew when they open a ``mark_me`` socket here: a new name or picture is seen from then.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Awaitable, Callable, Iterable, Sequence
from typing import Final

from attendance_core.errors import Unavailable
from attendance_core.profiles import ProfileSummary
from attendance_core.vocabulary import UserId

logger = logging.getLogger(__name__)

AT_ONCE: Final = 4096  # people a query asks for

Summaries = Callable[[Sequence[UserId]], Awaitable[Sequence[ProfileSummary]]]


class Acquaintances:
    """The people of one room. A list is never late for want of a name: see `at_hand`."""

    def __init__(self, summaries: Summaries) -> None:
        self._summaries = summaries
        self._wanted: dict[UserId, None] = {}
        self._turn = asyncio.Lock()
        self.at_hand: dict[UserId, ProfileSummary] = {}

    async def meet(self, user_ids: Iterable[UserId]) -> None:
        """Reads those who are not known yet, where there are any; one query for thousands."""
        await self.meet_again([each for each in user_ids if each not in self.at_hand])

    async def meet_again(self, user_ids: Sequence[UserId]) -> None:
        """Reads these people, known or not; they stay as they are when the store is away.

        All who ask while a query is under way share the next.
        """
        if not user_ids:
            return
        self._wanted.update(dict.fromkeys(user_ids))
        async with self._turn:
            while any(each in self._wanted for each in user_ids):
                await self._read(list(self._wanted)[:AT_ONCE])

    async def _read(self, user_ids: Sequence[UserId]) -> None:
        for each in user_ids:
            del self._wanted[each]
        try:
            found = await self._summaries(user_ids)
        except Unavailable:
            logger.warning("people could not be read; their ids go out without names")
        except BaseException:
            self._wanted.update(dict.fromkeys(user_ids))  # others may wait for them, too
            raise
        else:
            self.at_hand.update((each.user_id, each) for each in found)
