"""Gatherings: what may become of one, and lists of them. Contract: 5."""

from attendance_core.events.codes import (
    CODE_LENGTH,
    CODE_LETTERS,
    GetEventByCode,
    event_code_of,
)
from attendance_core.events.event import (
    MAX_EVENT_NAME_LENGTH,
    MAX_OPEN_EVENTS,
    CreateEvent,
    DeleteEvent,
    Event,
    GetEventByID,
    JoinEvent,
    LeaveEvent,
)
from attendance_core.events.lists import (
    ANY_TIME,
    MAX_PIECE,
    MIN_GET_EVENTS,
    GetCreatedEvents,
    GetEvents,
    GetJoinedEvents,
    When,
)

__all__ = [
    "ANY_TIME",
    "CODE_LENGTH",
    "CODE_LETTERS",
    "MAX_EVENT_NAME_LENGTH",
    "MAX_OPEN_EVENTS",
    "MAX_PIECE",
    "MIN_GET_EVENTS",
    "CreateEvent",
    "DeleteEvent",
    "Event",
    "GetCreatedEvents",
    "GetEventByCode",
    "GetEventByID",
    "GetEvents",
    "GetJoinedEvents",
    "JoinEvent",
    "LeaveEvent",
    "When",
    "event_code_of",
]
