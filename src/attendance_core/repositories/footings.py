"""Reads in one what a command of marking, or an opening, stands on. See the package."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, NamedTuple, Protocol

if TYPE_CHECKING:
    from attendance_core.events import Event
    from attendance_core.marking.connections import Connection, Process


class Footing(NamedTuple):
    """What a command stands on besides places."""

    event: Event
    connection: Connection | None  # of the socket it came by, where that is in the store


class OpeningFooting(NamedTuple):
    """What an opening stands on besides places."""

    event: Event
    process: Process | None  # that owns the new socket
    is_logged_in: bool  # the session it is opened with is there
    theirs: Sequence[Connection]  # of its person in the event, as `Connections.of` lists them


class Footings(Protocol):
    """Reads what is not locked with the places, once they are locked."""

    def of_command(self, connection: Connection, *, marks: bool) -> Footing | None:
        """Reads that of an open socket; None where the event is gone.

        Where it marks, nobody changes the event until the transaction ends.
        """
        ...

    def of_opening(self, connection: Connection, limit: int) -> OpeningFooting | None:
        """Reads that of a socket to be, and so many of its person's; None without its event.

        Nobody changes the event until the transaction ends.
        """
        ...
