"""Locks and reads in one what a command of marking, or an opening, stands on. See the package."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, NamedTuple, Protocol

from attendance_core.vocabulary import UserId

if TYPE_CHECKING:
    from attendance_core.events import Event
    from attendance_core.marking.connections import Connection, Process
    from attendance_core.marking.places import Place


class Footing(NamedTuple):
    """What a command, or a goodbye, stands on."""

    places: Mapping[UserId, Place]  # locked
    event: Event
    connection: Connection | None  # of the socket it came by, where that is in the store
    connections_of: Mapping[UserId, Sequence[Connection]]  # of those who were asked for


class OpeningFooting(NamedTuple):
    """What an opening stands on."""

    places: Mapping[UserId, Place]  # locked
    event: Event
    process: Process | None  # that owns the new socket
    is_logged_in: bool  # the session it is opened with is there
    theirs: Sequence[Connection]  # of its person in the event, as `Connections.of` lists them


class Footings(Protocol):
    """Locks places, as `Places.lock` does, and reads what else there is once they are locked."""

    def lock_for_command(
        self,
        connection: Connection,
        targets: Sequence[UserId],
        with_connections_of: UserId | None,
        connection_limit: int,
    ) -> Footing | None:
        """Locks for an open socket: the places of its person, of targets and of whom they hold.

        It reads so many connections of that one person, as `Connections.of` lists them.
        None where no place is there, as without the event.
        """
        ...

    def lock_for_mark(self, connection: Connection, targets: Sequence[UserId]) -> Footing | None:
        """Locks as `lock_for_command` does, and has nobody change the event, either.

        Both until the transaction ends. It reads nobody's connections.
        """
        ...

    def lock_for_opening(
        self, connection: Connection, connection_limit: int
    ) -> OpeningFooting | None:
        """Locks for a socket to be: the place of its person and of whom they hold, and the event.

        Both until the transaction ends. It reads so many of its person's connections; None where
        the place is not there.
        """
        ...
