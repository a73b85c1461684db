"""Announcements as messages between processes that may run different versions of this code.

A message that cannot be understood, because a newer version writes something new or because it is
damaged, is read as `Missed`: whoever listens reads the room again. So two versions can run side
by side while one replaces the other.
"""

from __future__ import annotations

import json
from dataclasses import replace
from typing import Any, Final, NamedTuple
from uuid import UUID

from attendance_core.marking.announcements import (
    Announcement,
    ConnectionsEnded,
    EventChanged,
    PlaceChanged,
)
from attendance_core.marking.endings import Ending
from attendance_core.marking.ledger import Origin
from attendance_core.marking.places import Barred, Held, Marked, Place, State, Waiting
from attendance_core.ports import Missed
from attendance_core.vocabulary import ConnectionId, EventId, UserId

VERSION: Final = 1  # of the fields below; a message of another version is not understood
MAX_BYTES: Final = 7_900  # PostgreSQL refuses 8 000; messages through Redis are no longer either


class Decoded(NamedTuple):
    """Holds what a message says, and which process sent it."""

    sender: str | None  # None where that cannot be read
    heard: Announcement | Missed


def encode(announcement: Announcement, sender: str) -> bytes:
    """Writes a message of at most `MAX_BYTES`; what would need more is written as `Missed`.

    ``sender`` names the process, which ignores its own messages when they come back.
    """
    header = {"v": VERSION, "from": sender}
    message = _to_json({**_announcement_to_fields(announcement), **header})
    return message if len(message) <= MAX_BYTES else _to_json({"kind": "missed", **header})


def decode(event_id: EventId, message: bytes) -> Decoded:
    """Reads a message about an event."""
    sender = None
    try:
        fields = json.loads(message)
        sender = fields["from"]
        if fields["v"] != VERSION:
            return Decoded(sender, Missed())
        return Decoded(sender, _announcement_from_fields(event_id, fields))
    except (ValueError, KeyError, TypeError, IndexError, RecursionError):
        return Decoded(sender if isinstance(sender, str) else None, Missed())


def _to_json(fields: dict[str, Any]) -> bytes:
    return json.dumps(fields, separators=(",", ":")).encode()


def _announcement_to_fields(announcement: Announcement) -> dict[str, Any]:
    match announcement:
        case PlaceChanged(place, at, commanded_by, paid):
            return {
                "kind": "place",
                "user": place.user_id,
                "member": place.member,
                "version": place.version,
                "last_n": place.last_n,
                "by_hand": isinstance(place.state, Marked) and place.state.origin is Origin.HAND,
                "state": _state_to_list(place.state, paid),
                "barred": _barred_to_list(place.barred),
                "at": at,
                "by": None if commanded_by is None else commanded_by.hex,
            }
        case ConnectionsEnded(_, why, connection_ids):
            ids = None
            if connection_ids is not None:
                ids = sorted(connection_id.hex for connection_id in connection_ids)
            return {"kind": "ended", "why": why.value, "connections": ids}
        case EventChanged(_, name, starts_at, ends_at):
            return {"kind": "event", "name": name, "starts_at": starts_at, "ends_at": ends_at}


def _state_to_list(state: State, paid: int) -> list[Any] | None:
    """Writes a mark as an older version reads it; that it is by hand that version does not know."""
    match state:
        case None:
            return None
        case Waiting(since):
            return ["waiting", since]
        case Held(since, marker, until):
            return ["held", since, marker, until]
        case Marked(marker, at):
            return ["marked", marker, at, paid]


def _barred_to_list(barred: Barred | None) -> list[Any] | None:
    return None if barred is None else [barred.marker, barred.until]


def _announcement_from_fields(event_id: EventId, fields: dict[str, Any]) -> Announcement | Missed:
    match fields["kind"]:
        case "place":
            user_id, version = UserId(int(fields["user"])), int(fields["version"])
            barred = _barred_from_list(fields.get("barred"))  # an older version does not tell it
            state, paid = _state_from_list(fields["state"])
            # An older version tells neither, and marks a person once
            last_n = int(fields.get("last_n", isinstance(state, Marked)))
            if isinstance(state, Marked):
                origin = Origin.HAND if fields.get("by_hand", False) else Origin.HOLD
                state = replace(state, n=last_n, origin=origin)
            member = bool(fields["member"])
            place = Place(event_id, user_id, member, state, version, barred, last_n)
            commanded_by = None if fields["by"] is None else _connection_id_from(fields["by"])
            return PlaceChanged(place, float(fields["at"]), commanded_by, paid)
        case "ended":
            ids = fields["connections"]
            connection_ids = None if ids is None else frozenset(map(_connection_id_from, ids))
            return ConnectionsEnded(event_id, Ending(fields["why"]), connection_ids)
        case "event":
            starts_at, ends_at = float(fields["starts_at"]), float(fields["ends_at"])
            return EventChanged(event_id, str(fields["name"]), starts_at, ends_at)
        case _:
            return Missed()


class _PaidState(NamedTuple):
    """Holds the state of a place, and what its mark paid, in karma."""

    state: State
    karma: int


def _state_from_list(state: list[Any] | None) -> _PaidState:
    """Reads the state of a place. Raises ValueError."""
    match state:
        case None:
            return _PaidState(None, 0)
        case ["waiting", since]:
            return _PaidState(Waiting(float(since)), 0)
        case ["held", since, marker, until]:
            return _PaidState(Held(float(since), UserId(int(marker)), float(until)), 0)
        case ["marked", marker, at, paid]:
            return _PaidState(Marked(UserId(int(marker)), float(at)), int(paid))
        case _:
            raise ValueError("an unknown state")


def _barred_from_list(barred: list[Any] | None) -> Barred | None:
    if barred is None:
        return None
    marker, until = barred
    return Barred(UserId(int(marker)), float(until))


def _connection_id_from(text: object) -> ConnectionId:
    return ConnectionId(UUID(hex=str(text)))
