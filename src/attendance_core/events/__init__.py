"""Gatherings: what may become of one, and lists of them. Contract: 5."""

from attendance_core.events.event import (
    EVENT_NAME_MAX,
    EVENTS_MOST,
    CreateEvent,
    DeleteEvent,
    Event,
    GetEventByID,
    JoinEvent,
    LeaveEvent,
)
from attendance_core.events.lists import (
    ANY_TIME,
    GET_EVENTS_MIN,
    PIECE_MOST,
    GetCreatedEvents,
    GetEvents,
    GetJoinedEvents,
    When,
)

__all__ = [
    "ANY_TIME",
    "EVENTS_MOST",
    "EVENT_NAME_MAX",
    "GET_EVENTS_MIN",
    "PIECE_MOST",
    "CreateEvent",
    "DeleteEvent",
    "Event",
    "GetCreatedEvents",
    "GetEventByID",
    "GetEvents",
    "GetJoinedEvents",
    "JoinEvent",
    "LeaveEvent",
    "When",
]
