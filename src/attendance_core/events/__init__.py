"""Gatherings: what may become of one, and lists of them. Contract: 5."""

from attendance_core.events.changes import UpdateEvent
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
    EventSeen,
    GetEventByID,
    JoinEvent,
    LeaveEvent,
)
from attendance_core.events.lists import (
    MIN_EVENT_NAME_PART_LENGTH,
    WHOLE_LIST,
    EventQuery,
    GetCreatedEvents,
    GetEvents,
    GetJoinedEvents,
    Membership,
)
from attendance_core.events.organisers import (
    MAX_HELPERS,
    AddHelper,
    GetHelpers,
    Helper,
    RemoveHelper,
    check_organiser,
)

__all__ = [
    "CODE_LENGTH",
    "CODE_LETTERS",
    "MAX_EVENT_NAME_LENGTH",
    "MAX_HELPERS",
    "MAX_OPEN_EVENTS",
    "MIN_EVENT_NAME_PART_LENGTH",
    "WHOLE_LIST",
    "AddHelper",
    "CreateEvent",
    "DeleteEvent",
    "Event",
    "EventQuery",
    "EventSeen",
    "GetCreatedEvents",
    "GetEventByCode",
    "GetEventByID",
    "GetEvents",
    "GetHelpers",
    "GetJoinedEvents",
    "Helper",
    "JoinEvent",
    "LeaveEvent",
    "Membership",
    "RemoveHelper",
    "UpdateEvent",
    "check_organiser",
    "event_code_of",
]
