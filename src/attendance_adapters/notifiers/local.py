"""Announcements within one process: delivered at once, in order, to whoever listens."""

from __future__ import annotations

from collections.abc import Callable

from attendance_adapters.notifiers.listeners import Listeners
from attendance_core import ports
from attendance_core.marking.announcements import Announcement
from attendance_core.vocabulary import EventId


class LocalNotifier:
    """Carries announcements within one process and loses none; a `service_ports.Notifier`."""

    reconnect_count = 0  # there is no server that could come back
    dropped_count = 0

    def __init__(self) -> None:
        self._listeners = Listeners()

    async def start(self) -> None:
        """Does nothing: there is no server to connect to."""

    async def close(self) -> None:
        """Does nothing: there is no connection to close."""

    def publish(self, announcement: Announcement) -> None:
        """Calls the listeners of its event; one that raises is logged and harms no other."""
        self._listeners.tell(announcement.event_id, announcement)

    async def subscribe(self, event_id: EventId, listener: ports.Listener) -> Callable[[], None]:
        """Adds a listener and returns what removes it, which may be called again."""
        return self._listeners.add(event_id, listener)
