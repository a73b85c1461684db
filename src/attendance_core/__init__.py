"""Events, friends, and marking who came: the rules and use cases, free of any framework.

These are the names a program needs; `attendance_adapters.embedded` makes the `UseCases`.
"""

from attendance_core.accounts import Account, Actor, Credential, LoggedIn, Session, session_id_of
from attendance_core.attendance import Attended, Participant
from attendance_core.errors import Kind, LeaseLost, Refusal, Unavailable
from attendance_core.events import Event
from attendance_core.friends import Friend, Friendship
from attendance_core.marking.announcements import Announcement, ConnectionsEnded, PlaceChanged, Why
from attendance_core.marking.connections import Connection, Process, Role, Terms
from attendance_core.marking.frames import Confirmed, Prepared, Refused
from attendance_core.marking.places import Held, Mark, Marked, Place, Waiting
from attendance_core.marking.readings import Outcome, Reading, Ready
from attendance_core.ports import Missed, Picture
from attendance_core.profiles import (
    Confirmation,
    ConfirmationScan,
    Profile,
    ProfileSeen,
    ProfileSummary,
)
from attendance_core.use_cases import UseCases
from attendance_core.version import __version__
from attendance_core.vocabulary import ConnectionId, EventId, Instant, ProcessId, Seconds, UserId

__all__ = [
    "Account",
    "Actor",
    "Announcement",
    "Attended",
    "Confirmation",
    "ConfirmationScan",
    "Confirmed",
    "Connection",
    "ConnectionId",
    "ConnectionsEnded",
    "Credential",
    "Event",
    "EventId",
    "Friend",
    "Friendship",
    "Held",
    "Instant",
    "Kind",
    "LeaseLost",
    "LoggedIn",
    "Mark",
    "Marked",
    "Missed",
    "Outcome",
    "Participant",
    "Picture",
    "Place",
    "PlaceChanged",
    "Prepared",
    "Process",
    "ProcessId",
    "Profile",
    "ProfileSeen",
    "ProfileSummary",
    "Reading",
    "Ready",
    "Refusal",
    "Refused",
    "Role",
    "Seconds",
    "Session",
    "Terms",
    "Unavailable",
    "UseCases",
    "UserId",
    "Waiting",
    "Why",
    "__version__",
    "session_id_of",
]
