"""What goes with the frames of the two sockets, as the service writes it and a client reads it.

Contract: 6 and 8, the tables of messages.
"""

from __future__ import annotations

import msgspec

from attendance_core.vocabulary import Instant, Seconds, UserId
from attendance_web.structs.people import PersonSummary


class MarkingList(msgspec.Struct, frozen=True):
    """Who can be marked, when each of them asked, and those of them whose names are known."""

    marking_list: list[UserId]
    asked_at: list[Instant]
    users: list[PersonSummary]


class OneUser(msgspec.Struct, frozen=True):
    """Whom a frame is about, where it says nothing else."""

    user_id: UserId


class Hold(msgspec.Struct, frozen=True):
    """Somebody who is held, and for how many seconds from when that was said."""

    user_id: UserId
    expires_in: Seconds


class Mark(msgspec.Struct, frozen=True):
    """A mark that stands, entry ``n`` of the person's ledger; ``display_msg`` is for its marker.

    ``paid`` is what this confirm has brought: nothing where the mark was there already.
    """

    display_msg: str
    user_id: UserId
    n: int
    paid: int


class EventTimes(msgspec.Struct, frozen=True):
    """What the event is called from now on, and its times in UNIX seconds."""

    name: str
    time_from: int
    time_to: int


class YourPlace(msgspec.Struct, frozen=True):
    """The how-many-th one is of those who wait, and how many others are there to mark."""

    place: int
    waiting: int
    markers: int
