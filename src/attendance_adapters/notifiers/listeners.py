"""Who in this process listens to which event."""

from __future__ import annotations

import logging
from collections.abc import Callable, Set

from attendance_core import ports
from attendance_core.marking.announcements import Announcement
from attendance_core.vocabulary import EventId

logger = logging.getLogger(__name__)


class Listeners:
    """The listeners of each event; an event without any is forgotten."""

    def __init__(self) -> None:
        self._of: dict[EventId, list[ports.Listener]] = {}

    @property
    def events(self) -> Set[EventId]:
        """Those that somebody listens to."""
        return self._of.keys()

    def add(self, event_id: EventId, listener: ports.Listener) -> Callable[[], None]:
        """The answer ends it, and may be called again."""
        self._of.setdefault(event_id, []).append(listener)

        def end() -> None:
            listeners = self._of.get(event_id, [])
            if listener in listeners:
                listeners.remove(listener)
            if not listeners:
                self._of.pop(event_id, None)

        return end

    def tell(self, event_id: EventId, news: Announcement | ports.Missed) -> None:
        """Calls the event's listeners; one that raises is logged and hurts nobody."""
        for listener in tuple(self._of.get(event_id, ())):
            try:
                listener(news)
            except Exception:
                logger.exception("a listener failed")

    def tell_everybody(self, news: ports.Missed) -> None:
        """Calls the listeners of every event."""
        for event_id in tuple(self._of):
            self.tell(event_id, news)
