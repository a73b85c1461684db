"""What the calls about an event's board take and answer. Contract: 8.5."""

from __future__ import annotations

import msgspec

from attendance_web.structs.arguments import EventRef


class WatchedEvent(msgspec.Struct, frozen=True):
    """An event, by id; the secret of a board says itself which it is."""

    event_id: EventRef | None = None


class BoardLink(msgspec.Struct, frozen=True):
    """The path of the board, with the secret in its fragment."""

    url: str
