"""Keeps what counts against whom of what is limited. See the package."""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol

from attendance_core.vocabulary import Instant, TallyKey

if TYPE_CHECKING:
    from attendance_core.limits import Tally


class Tallies(Protocol):
    """Keeps what counts against whom of what is limited."""

    def lock(self, key: TallyKey) -> Tally:
        """Finds it, or makes an empty one.

        Nobody else sees or changes it until the transaction ends.
        """
        ...

    def put(self, tally: Tally, lapses_at: Instant) -> None:
        """Replaces one that is locked; from ``lapses_at`` on nothing of it counts."""
        ...

    def remove_lapsed(self, now: Instant) -> None:
        """Forgets those that lapse at ``now`` or before."""
        ...
