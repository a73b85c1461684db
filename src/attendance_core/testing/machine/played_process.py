"""Processes of a lecture, and the notifier that fills the inbox of each."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import NamedTuple

from attendance_core.errors import (
    EventOver,
    LeaseLost,
    LeftEvent,
    NoLongerMarks,
    NotLoggedIn,
)
from attendance_core.marking.announcements import Announcement
from attendance_core.marking.mirror import Mirror
from attendance_core.testing.machine.client import Client
from attendance_core.testing.stand_ins import PlainNotifier
from attendance_core.vocabulary import ConnectionId, ProcessId, UserId

CREATOR = UserId(1)  # of the event
Steps = Iterator[None]  # what a process does; anything else may happen between two of them
ENDS_THE_SOCKET = (EventOver, LeftEvent, NoLongerMarks, NotLoggedIn, LeaseLost)


class StandingMark(NamedTuple):
    """Names who is marked, and who has marked them."""

    user_id: UserId
    marker_id: UserId


@dataclass(eq=False)
class PlayedProcess:
    """A process: its mirror, what the notifier has for it, its sockets and what is under way."""

    process_id: ProcessId
    mirror: Mirror = field(default_factory=Mirror)
    has_read: bool = False
    inbox: list[Announcement] = field(default_factory=list)  # which it has yet to hear of
    clients: dict[ConnectionId, Client] = field(default_factory=dict)
    under_way: list[Steps] = field(default_factory=list)
    missed_count: int = 0  # announcements lost since it has last read
    is_asleep: bool = False


class InboxNotifier(PlainNotifier):
    """Puts every announcement into the inbox of every process, too, where it may be lost."""

    def __init__(self) -> None:
        super().__init__()
        self.processes: list[PlayedProcess] = []

    def publish(self, announcement: Announcement) -> None:
        super().publish(announcement)
        for process in self.processes:
            process.inbox.append(announcement)
