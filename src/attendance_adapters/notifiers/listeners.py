"""Who in this process listens to which event."""

from __future__ import annotations

import logging
from collections.abc import Callable, Set

from attendance_core import ports
from attendance_core.marking.announcements import Announcement
from attendance_core.vocabulary import EventId

logger = logging.getLogger(__name__)


class Listeners:
    """Keeps the listeners of each event, and calls them; forgets an event that has none."""

    def __init__(self) -> None:
        self._by_event: dict[EventId, list[ports.Listener]] = {}

    @property
    def event_ids(self) -> Set[EventId]:
        """Those of the events that somebody listens to."""
        return self._by_event.keys()

    def add(self, event_id: EventId, listener: ports.Listener) -> Callable[[], None]:
        """Adds a listener and returns what removes it, which may be called again."""
        self._by_event.setdefault(event_id, []).append(listener)

        def remove() -> None:
            listeners = self._by_event.get(event_id, [])
            if listener in listeners:
                listeners.remove(listener)
            if not listeners:
                self._by_event.pop(event_id, None)

        return remove

    def tell(self, event_id: EventId, heard: Announcement | ports.Missed) -> None:
        """Calls the listeners of an event; one that raises is logged and harms no other."""
        for listener in tuple(self._by_event.get(event_id, ())):
            try:
                listener(heard)
            except Exception:
                logger.exception("a listener failed")

    def tell_all(self, missed: ports.Missed) -> None:
        """Calls the listeners of every event."""
        for event_id in tuple(self._by_event):
            self.tell(event_id, missed)
