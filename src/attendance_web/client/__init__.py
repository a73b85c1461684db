"""A client of a service for programs: each call a method with its types, each socket an iterator.

Needs `httpx`, `msgspec` and `websockets`, and nothing of the service: the extra `client`.
"""

from attendance_web.client.answers import File
from attendance_web.client.client import Client
from attendance_web.client.errors import NotAnswered, NotAttendance, Refused, Unavailable
from attendance_web.client.frames import HeldBy
from attendance_web.client.mark_me import MarkMe, WaitStatus
from attendance_web.client.marking import Asker, Marking
from attendance_web.structs.frames import EventTimes, Hold, Mark, YourPlace

__all__ = [
    "Asker",
    "Client",
    "EventTimes",
    "File",
    "HeldBy",
    "Hold",
    "Mark",
    "MarkMe",
    "Marking",
    "NotAnswered",
    "NotAttendance",
    "Refused",
    "Unavailable",
    "WaitStatus",
    "YourPlace",
]
