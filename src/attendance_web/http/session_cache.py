"""Looks at the session that a call shows; the GETs of a second share one look. Contract: 2.7.

Only what changes nothing, and soon ends, may go by a look that is not its own.
"""

from __future__ import annotations

import time
from collections import OrderedDict
from collections.abc import Callable
from dataclasses import replace
from typing import Final, NamedTuple

from attendance_core.accounts import Actor, Identify
from attendance_core.vocabulary import Seconds, SessionId, UserId
from attendance_web.wire.credentials import Credential

KEPT_SECONDS: Final[Seconds] = 1.0  # Contract: 2.7


class _Look(NamedTuple):
    """Whose a session was, and when that was asked."""

    actor: Actor
    began_at: Seconds


class SessionCache:
    """Finds who shows a credential, and keeps that for GETs for a second.

    Whatever may have ended the session is to `forget` it, so that it counts here at once.
    """

    def __init__(
        self, identify: Identify, stopwatch: Callable[[], Seconds] = time.monotonic
    ) -> None:
        self._identify = identify
        self._stopwatch = stopwatch
        self._kept: OrderedDict[SessionId, _Look] = OrderedDict()  # the oldest first
        self._forgotten_count = 0

    async def find_in_store(self, credential: Credential) -> Actor | None:
        """Asks the store. Raises Unavailable."""
        return await self._identify(token=credential.token, kind=credential.kind)

    async def find_recent(self, credential: Credential) -> Actor | None:
        """Answers by a look that began at most a second ago. Raises Unavailable."""
        key, now = credential.session_id, self._stopwatch()
        kept = self._kept.get(key)
        if kept is not None and now < kept.began_at + KEPT_SECONDS:
            return kept.actor
        forgotten_count = self._forgotten_count
        actor = await self.find_in_store(credential)
        # If one was forgotten meanwhile, it may be this one, and seen before it ended
        if actor is not None and forgotten_count == self._forgotten_count:
            self._keep(key, _Look(replace(actor, renewed=False), now))
        return actor

    def forget(self, credential: Credential) -> None:
        """Has the next GET ask the store, too."""
        self._forgotten_count += 1
        self._kept.pop(credential.session_id, None)

    def forget_person(self, user_id: UserId) -> None:
        """Has the next GET by any session of somebody ask the store, too."""
        self._forgotten_count += 1
        theirs = [key for key, look in self._kept.items() if look.actor.user_id == user_id]
        for key in theirs:
            del self._kept[key]

    def _keep(self, key: SessionId, look: _Look) -> None:
        self._kept[key] = look
        self._kept.move_to_end(key)
        while next(iter(self._kept.values())).began_at + KEPT_SECONDS <= look.began_at:
            self._kept.popitem(last=False)
