"""What carries announcements to whoever listens, here and in other processes."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol

from attendance_core.vocabulary import EventId

if TYPE_CHECKING:
    from attendance_core.marking.announcements import Announcement


@dataclass(frozen=True, slots=True)
class Missed:
    """A notifier's word that it may have lost announcements: read again."""


Listener = Callable[["Announcement | Missed"], None]
"""What is called with each announcement of an event that somebody listens to, and with `Missed`."""


class Notifier(Protocol):
    """Carries announcements to whoever listens to their event, in every process.

    While nothing goes wrong on their way they come once, and in their order. Otherwise it may
    lose, double or reorder them, and tells `Missed` to whoever may have lost some.
    """

    def publish(self, announcement: Announcement) -> None:
        """Sends it out; never waits and never raises. It is called in the event loop alone."""
        ...

    async def subscribe(self, event_id: EventId, listener: Listener) -> Callable[[], None]:
        """Calls the listener from its return on, in the event loop; the answer ends that.

        A listener that raises is logged, and keeps no other from being called.
        """
        ...
