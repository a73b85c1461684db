"""Works out what the service has to answer about an event that was played. Contract: 8."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Sequence
from datetime import UTC, datetime, timedelta
from typing import Any, Final, NamedTuple

from attendance_web.demo.played_event import Moment, PlayedEntry, PlayedEvent

ZONE: Final = "Asia/Yekaterinburg"  # whose time the sheet is asked in
OFFSET: Final = timedelta(hours=5)
MAX_ANNULLED: Final = 5  # marks of one person that a sheet tells of. Contract: 8.13
GRADES: Final = {"hand": "organiser", "hold": "peer"}  # nobody in the demo has a tick


class LocalTime(NamedTuple):
    """Stands for a time in the sheet: a moment, in the zone that was asked for."""

    moment: Moment

    def matches(self, found: object) -> bool:
        """Tells whether a cell may say so."""
        if not isinstance(found, str):
            return False
        try:
            when = datetime.fromisoformat(found)
        except ValueError:
            return False
        return when.utcoffset() == OFFSET and self.moment.may_be(when.timestamp())


def sheet(played: PlayedEvent, exported: Moment) -> dict[str, Any]:
    """Works out the sheet as ExportAttendance writes it in JSON; ``exported``: when."""
    people = [each for each in played.user_ids_on_sheet if not _only_organises(played, each)]
    numbers = {user_id: number for number, user_id in enumerate(people, 1)}
    return {
        "event": {
            "event_id": str(played.event_id),
            "name": played.name,
            "time_from": _local(played.starts_at),
            "time_to": _local(played.ends_at),
        },
        "rows": [
            {"number": numbers.get(user_id), **_row(played, user_id)}
            for user_id in played.user_ids_on_sheet
        ],
        "counts": counts(played),
        "made_at": LocalTime(exported),
    }


def attendance(played: PlayedEvent) -> list[dict[str, Any]]:
    """Works out the participants of GetAttendance."""
    rows = []
    for user_id in played.user_ids_on_sheet:
        mark = played.standing(user_id)
        rows.append(
            {
                **_person(played, user_id),
                "group": "",  # nobody in the demo says anything of themselves
                "marked_by": mark and mark.actor_id,
                "marked_at": mark and mark.when,
                "grade": mark and GRADES[str(mark.origin)],
                "origin": mark and mark.origin,
                "n": mark and mark.n,
                "marked_as": mark and _other_name(played, mark),
                "annulled": _annulment_if_last(played, user_id),
            }
        )
    return rows


def _annulment_if_last(played: PlayedEvent, user_id: int) -> dict[str, Any] | None:
    """Works out the annulment that is the last of somebody, where that is one."""
    last = played.entries.get(user_id, [None])[-1]
    if last is None or last.origin is not None:
        return None
    return {"at": last.when, "reason": last.reason, "note": last.note}


def ledger(played: PlayedEvent) -> dict[tuple[int, int], dict[str, Any]]:
    """Works out the entries of GetLedger, by person and number."""
    return {
        (entry.user_id, entry.n): {
            "user_id": entry.user_id,
            "n": entry.n,
            "kind": "annulled" if entry.origin is None else "marked",
            "actor_id": entry.actor_id,
            "at": entry.when,
            "origin": entry.origin,
            "grade": None if entry.origin is None else GRADES[entry.origin],
            "marked_as": None if entry.origin is None else _other_name(played, entry),
            "reason": entry.reason,
            "note": entry.note,
        }
        for entries in played.entries.values()
        for entry in entries
    }


def counts(played: PlayedEvent) -> dict[str, int]:
    """Works out the counts of the sheet, and of the board.

    Contract: 8.8.
    """
    states = Counter(_state(played, each) for each in played.user_ids_on_sheet)
    only_organises = _only_organises(played, played.creator_id)
    return {
        "joined": states.total(),
        **{state: states[state] for state in ("waiting", "held", "marked")},
        "participants": states.total() - states["left"] - only_organises,
    }


def karma(played: PlayedEvent, karma_of_marks: Callable[[int], int]) -> dict[int, int]:
    """Works out what everybody has earned, each by so many standing marks of holds."""
    standing = (played.standing(each) for each in played.entries)
    made = Counter(mark.actor_id for mark in standing if mark and mark.origin == "hold")
    return {user_id: karma_of_marks(made[user_id]) for user_id in played.names}


def _only_organises(played: PlayedEvent, user_id: int) -> bool:
    return user_id == played.creator_id and _state(played, user_id) == "joined"


def _person(played: PlayedEvent, user_id: int) -> dict[str, Any]:
    return {
        "user_id": user_id,
        "display_name": played.names[user_id],
        "confirmed": False,
        "state": _state(played, user_id),
    }


def _row(played: PlayedEvent, user_id: int) -> dict[str, Any]:
    mark, entries = played.standing(user_id), played.entries.get(user_id, [])
    annulled = [
        {
            "marked_at": LocalTime(one.when),
            "marked_by": played.names[one.actor_id],
            "marked_by_id": one.actor_id,
            "at": LocalTime(other.when),
            "by": played.names[other.actor_id],
            "by_id": other.actor_id,
            "reason": other.reason,
            "note": other.note,
        }
        for one, other in zip(entries[::2], entries[1::2], strict=False)
    ]
    return {
        **_person(played, user_id),
        "marked_as": mark and _other_name(played, mark),
        "marked_at": mark and LocalTime(mark.when),
        "marked_by": mark and played.names[mark.actor_id],
        "marked_by_id": mark and mark.actor_id,
        "grade": mark and GRADES[str(mark.origin)],
        "note": mark and mark.note,
        "annulled": annulled[-MAX_ANNULLED:],
        "annulled_before": max(0, len(annulled) - MAX_ANNULLED),
    }


def _state(played: PlayedEvent, user_id: int) -> str:
    if played.standing(user_id) is not None:
        return "marked"
    of_state: Sequence[tuple[str, set[int]]] = (
        ("held", played.held),
        ("waiting", played.waiting),
        ("joined", played.joined),
    )
    return next((state for state, people in of_state if user_id in people), "left")


def _other_name(played: PlayedEvent, mark: PlayedEntry) -> str | None:
    """Finds the name somebody was marked under, where no search finds them by it now."""
    return None if _search_key(mark.name) == _search_key(played.names[mark.user_id]) else mark.name


def _search_key(name: str) -> str:
    return name.casefold().replace("ё", "е")


def _local(at: int) -> str:
    return (datetime.fromtimestamp(at, UTC) + OFFSET).strftime("%Y-%m-%dT%H:%M:%S+05:00")
