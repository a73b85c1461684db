"""Announcements within one process: delivered at once, in order, to whoever listens."""

from __future__ import annotations

from collections.abc import Callable

from attendance_adapters.notifiers.listeners import Listeners
from attendance_core import ports
from attendance_core.marking.announcements import Announcement
from attendance_core.vocabulary import EventId


class LocalNotifier:
    """A `ports.Notifier` for a service of one process. It loses nothing."""

    reconnects = 0
    dropped = 0

    def __init__(self) -> None:
        self._listeners = Listeners()

    async def start(self) -> None:
        """There is nothing to connect to."""

    async def close(self) -> None:
        """There is nothing to let go of."""

    def publish(self, announcement: Announcement) -> None:
        """Calls the event's listeners; one that raises is logged and hurts nobody."""
        self._listeners.tell(announcement.event_id, announcement)

    async def subscribe(self, event_id: EventId, listener: ports.Listener) -> Callable[[], None]:
        """The answer ends it, and may be called again."""
        return self._listeners.add(event_id, listener)
