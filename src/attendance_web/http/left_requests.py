"""Counts requests whose client goes before their answer begins; has that caller's next ones wait.

A person whose session is known has an allowance of their own: so a lecture hall, which is one
address, has as many as there are people in it. Decision 0016.
"""

from __future__ import annotations

from collections.abc import Callable, Hashable, Mapping
from typing import Any

from attendance_core.vocabulary import Seconds
from attendance_web.wire.client_gone import (
    GONE_EXTENSION,
    NOTE_LEFT_EXTENSION,
    SAYS_NO_MORE_EXTENSION,
    wait_while_there,
)
from attendance_web.wire.leaving_pace import (
    MAX_OF_NETWORK,
    MAX_OF_PERSON,
    OF_NETWORK_A_SECOND,
    OF_PERSON_A_SECOND,
    LeavingPace,
)
from attendance_web.wire.refusals import ClientLeft


class LeftRequests:
    """Keeps how many requests each person and each network has left lately."""

    def __init__(self, stopwatch: Callable[[], Seconds]) -> None:
        self._by_people = LeavingPace[Hashable](MAX_OF_PERSON, OF_PERSON_A_SECOND, stopwatch)
        self._by_networks = LeavingPace[Hashable](MAX_OF_NETWORK, OF_NETWORK_A_SECOND, stopwatch)

    def follow(
        self, whose: Hashable, *, is_network: bool, scope: Mapping[str, Any]
    ) -> FollowedRequest:
        """Begins to follow a request, which counts against ``whose`` once it is left."""
        pace = self._by_networks if is_network else self._by_people
        return FollowedRequest(pace, whose, scope, is_network=is_network)


class FollowedRequest:
    """One request, from when it comes until it is answered or left."""

    __slots__ = (
        "_departure",
        "_has_begun",
        "_is_answered",
        "_is_left",
        "_is_network",
        "_pace",
        "_scope",
        "_whose",
    )

    def __init__(
        self,
        pace: LeavingPace[Hashable],
        whose: Hashable,
        scope: Mapping[str, Any],
        *,
        is_network: bool,
    ) -> None:
        self._pace = pace
        self._whose = whose
        self._scope = scope
        self._departure = scope["extensions"].get(GONE_EXTENSION)
        self._is_network = is_network
        self._has_begun = self._is_answered = self._is_left = False

    async def wait(self) -> None:
        """Waits, if its caller has left too many; raises ClientLeft where they go meanwhile."""
        if seconds := self._pace.wait_of(self._whose):
            await wait_while_there(seconds)
            if self._has_gone:
                raise ClientLeft
        self._has_begun = True

    def note_answer(self) -> None:
        """Notes that its answer begins, and whether anybody is there for it.

        Asks the connection, where it can: a quick answer begins before the server has read from
        it that the client has gone.
        """
        says_no_more = self._scope["extensions"].get(SAYS_NO_MORE_EXTENSION)
        self._is_left = self._has_gone if says_no_more is None else says_no_more()
        self._is_answered = True

    def end(self) -> None:
        """Counts it, if its client had gone before an answer began.

        Counts its connection, too: of a network always, of a person only beyond what one may leave.
        """
        if not (self._is_left if self._is_answered else self._has_gone):
            return
        is_too_many = not self._has_begun or self._pace.note(self._whose)
        note_connection_left = self._scope["extensions"].get(NOTE_LEFT_EXTENSION)
        if note_connection_left is not None and (self._is_network or is_too_many):
            note_connection_left(is_strict=is_too_many)

    @property
    def _has_gone(self) -> bool:
        return self._departure is not None and self._departure.has_happened
