"""Sockets as the store knows them, and the leases of the processes that own them.

Every rule about who counts as present is here. Contract: 6.6, 6.7, 6.13.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from enum import Enum

from attendance_core.marking.terms import Terms
from attendance_core.vocabulary import ConnectionId, EventId, Instant, ProcessId, SessionId, UserId


class Role(Enum):
    """What a socket is for; the values are its path's last part."""

    MARK_ME = "mark_me"
    MARKING = "marking"


MAX_SOCKETS = 16  # Contract: 1.10, of one person in an event; lost ones do not count
# Rows of one person in an event that a command reads. An opening ends those of its role that were
# lost, so there are at most so many of each role, lost ones too: only an older version left more
CONNECTIONS_READ = 2 * MAX_SOCKETS
# Rows of other markers in an event that a command reads, to find one who is there
MARKERS_READ = 4 * MAX_SOCKETS


@dataclass(frozen=True, slots=True)
class Process:
    """A process that holds sockets. It lives while it renews its lease."""

    process_id: ProcessId
    renewed_at: Instant
    unbroken_since: Instant  # since when no renewal came too late

    def lost_its_lease(self, now: Instant, terms: Terms) -> bool:
        """Tells whether others may take it for dead."""
        return now >= self.renewed_at + terms.lease_seconds

    def may_judge(self, now: Instant, terms: Terms) -> bool:
        """Tells whether it is awake, and has been for long enough to take others for dead.

        A database that was away or a machine that slept leaves every lease run out; whoever
        wakes first must not empty the lists, nor before it has found out that it slept.
        """
        return (
            not self.lost_its_lease(now, terms) and now >= self.unbroken_since + terms.grace_seconds
        )


@dataclass(frozen=True, slots=True)
class Connection:
    """One socket of one person in one event.

    ``lost_at`` is when it ended without a goodbye; None where it did not.
    """

    connection_id: ConnectionId
    event_id: EventId
    user_id: UserId
    role: Role
    process_id: ProcessId
    session_id: SessionId
    lost_at: Instant | None = None
    process: Process | None = None  # as last seen in the store; not written with the connection

    def is_lost(self, now: Instant, asked_by: ProcessId | None, terms: Terms) -> bool:
        """Tells whether its other end is silent, as far as this process knows."""
        return self.lost_at is not None or (
            self.process_id != asked_by
            and (self.process is None or self.process.lost_its_lease(now, terms))
        )

    def is_present(self, now: Instant, judge: Process | None, terms: Terms) -> bool:
        """Tells whether it still counts: open, or lost and within the grace.

        ``judge`` is the process that asks; only one that may judge takes another for dead.
        """
        if self.lost_at is not None:
            return now < self.lost_at + terms.grace_seconds
        if judge is not None and self.process_id == judge.process_id:
            return True
        if judge is None or not judge.may_judge(now, terms):
            return True
        return self.process is not None and now < self.process.renewed_at + max(
            terms.lease_seconds, terms.grace_seconds
        )


def anybody_present(
    connections: Iterable[Connection],
    role: Role,
    now: Instant,
    judge: Process | None,
    terms: Terms,
) -> bool:
    """Tells whether any of these connections, in this role, still counts."""
    return any(
        connection.role is role and connection.is_present(now, judge, terms)
        for connection in connections
    )
