"""Announcements as bytes, between processes that may run different versions of this code.

A word that cannot be understood, because a newer version says something new or because it is
damaged, is read as `Missed`: whoever hears it reads the room again. So two versions can run side
by side while one replaces the other.
"""

from __future__ import annotations

import json
from typing import Any, Final
from uuid import UUID

from attendance_core.marking.announcements import Announcement, ConnectionsEnded, PlaceChanged
from attendance_core.marking.endings import Ending
from attendance_core.marking.places import Held, Marked, Place, State, Waiting
from attendance_core.ports import Missed
from attendance_core.vocabulary import ConnectionId, EventId, UserId

VERSION: Final = 1  # of the words below; another one is not understood
LARGEST: Final = 7_900  # bytes; PostgreSQL refuses 8 000, and Redis is told no more either


def encode(announcement: Announcement, origin: str) -> bytes:
    """At most `LARGEST` bytes: what would need more is told as something missed.

    ``origin`` is the process that says it, which need not listen to itself.
    """
    word = _bytes({**_spelt(announcement), "v": VERSION, "from": origin})
    if len(word) <= LARGEST:
        return word
    return _bytes({"kind": "missed", "v": VERSION, "from": origin})


def decode(event_id: EventId, word: bytes) -> tuple[str | None, Announcement | Missed]:
    """Who said it, where that can be read, and what was said about the event."""
    origin = None
    try:
        said = json.loads(word)
        origin = said["from"]
        if said["v"] != VERSION:
            return origin, Missed()
        return origin, _read(event_id, said)
    except (ValueError, KeyError, TypeError, IndexError, RecursionError):
        return origin if isinstance(origin, str) else None, Missed()


def _bytes(word: dict[str, Any]) -> bytes:
    return json.dumps(word, separators=(",", ":")).encode()


def _spelt(announcement: Announcement) -> dict[str, Any]:
    match announcement:
        case PlaceChanged(place, at, asked_by):
            return {
                "kind": "place",
                "user": place.user_id,
                "member": place.member,
                "version": place.version,
                "state": _spelt_state(place.state),
                "at": at,
                "by": None if asked_by is None else asked_by.hex,
            }
        case ConnectionsEnded(_, why, connection_ids):
            ids = None if connection_ids is None else sorted(each.hex for each in connection_ids)
            return {"kind": "ended", "why": why.value, "connections": ids}


def _spelt_state(state: State) -> list[Any] | None:
    match state:
        case None:
            return None
        case Waiting(since):
            return ["waiting", since]
        case Held(since, by, until):
            return ["held", since, by, until]
        case Marked(by, at, points):
            return ["marked", by, at, points]


def _read(event_id: EventId, said: dict[str, Any]) -> Announcement | Missed:
    match said["kind"]:
        case "place":
            state = _read_state(said["state"])
            user_id, version = UserId(int(said["user"])), int(said["version"])
            place = Place(event_id, user_id, bool(said["member"]), state, version)
            asked_by = None if said["by"] is None else _connection(said["by"])
            return PlaceChanged(place, float(said["at"]), asked_by)
        case "ended":
            ids = said["connections"]
            ended = None if ids is None else frozenset(map(_connection, ids))
            return ConnectionsEnded(event_id, Ending(said["why"]), ended)
        case _:
            return Missed()


def _read_state(state: list[Any] | None) -> State:
    match state:
        case None:
            return None
        case ["waiting", since]:
            return Waiting(float(since))
        case ["held", since, by, until]:
            return Held(float(since), UserId(int(by)), float(until))
        case ["marked", by, at, points]:
            return Marked(UserId(int(by)), float(at), int(points))
        case _:
            raise ValueError("an unknown state")


def _connection(text: object) -> ConnectionId:
    return ConnectionId(UUID(hex=str(text)))
