"""The how-many-th everybody on the list of an event is. Contract: 6.16, 6.20."""

from __future__ import annotations

from bisect import bisect_left, insort
from collections.abc import Iterator

from attendance_core.marking.places import Held, Place, Waiting
from attendance_core.vocabulary import Instant, UserId


class Positions:
    """Keeps who waits or is held, in the order of asking; none is found by going through all."""

    def __init__(self) -> None:
        self._in_order: list[tuple[Instant, UserId]] = []
        self._since: dict[UserId, Instant] = {}

    def __len__(self) -> int:
        return len(self._in_order)

    def __iter__(self) -> Iterator[UserId]:
        for _, user_id in self._in_order:
            yield user_id

    def put(self, place: Place) -> bool:
        """Puts a person where they are now, or takes them out; tells whether that is new."""
        user_id, state = place.user_id, place.state
        since = state.since if isinstance(state, Waiting | Held) else None
        before = self._since.get(user_id)
        if since == before:
            return False
        if before is not None:
            del self._in_order[bisect_left(self._in_order, (before, user_id))]
            del self._since[user_id]
        if since is not None:
            insort(self._in_order, (since, user_id))
            self._since[user_id] = since
        return True

    def position_of(self, user_id: UserId) -> int | None:
        """Counts up to a person, with them; None where they are not on the list."""
        since = self._since.get(user_id)
        return None if since is None else bisect_left(self._in_order, (since, user_id)) + 1
