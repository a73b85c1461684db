"""Announcements within one process: delivered at once, in order, to whoever listens."""

from __future__ import annotations

import logging
from collections.abc import Callable

from attendance_core import ports
from attendance_core.announcements import Announcement
from attendance_core.vocabulary import EventId

logger = logging.getLogger(__name__)


class LocalNotifier:
    """A `ports.Notifier` for a service of one process."""

    def __init__(self) -> None:
        self._listeners: dict[EventId, list[ports.Listener]] = {}

    def publish(self, announcement: Announcement) -> None:
        """Calls the event's listeners; one that raises is logged and hurts nobody."""
        for listener in tuple(self._listeners.get(announcement.event_id, ())):
            try:
                listener(announcement)
            except Exception:
                logger.exception("a listener failed")

    async def subscribe(self, event_id: EventId, listener: ports.Listener) -> Callable[[], None]:
        """The answer ends it, and may be called again."""
        self._listeners.setdefault(event_id, []).append(listener)

        def unsubscribe() -> None:
            listeners = self._listeners.get(event_id, [])
            if listener in listeners:
                listeners.remove(listener)
            if not listeners:
                self._listeners.pop(event_id, None)

        return unsubscribe
