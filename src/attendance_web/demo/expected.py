"""What the service has to answer about an event, worked out of the record alone. Contract: 8."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Sequence
from datetime import UTC, datetime, timedelta
from typing import Any, Final, NamedTuple

from attendance_web.demo.record import Deed, Moment, Record

ZONE: Final = "Asia/Yekaterinburg"  # whose time the sheet is asked in
OFFSET: Final = timedelta(hours=5)
MAX_ANNULLED: Final = 5  # marks of one person that a sheet tells of. Contract: 8.13
GRADES: Final = {"hand": "organiser", "hold": "peer"}  # nobody in the demo has a tick


class LocalTime(NamedTuple):
    """A time as it stands in the sheet: a moment, in the zone that was asked for."""

    moment: Moment

    def is_told_by(self, found: object) -> bool:
        """Tells whether a cell says so."""
        if not isinstance(found, str):
            return False
        try:
            when = datetime.fromisoformat(found)
        except ValueError:
            return False
        return when.utcoffset() == OFFSET and self.moment.has(when.timestamp())


def sheet(record: Record, made: Moment) -> dict[str, Any]:
    """Works out the sheet as ExportAttendance writes it in JSON; ``made``: when it was asked."""
    people = [each for each in record.sheet if not _only_organises(record, each)]
    numbers = {user_id: number for number, user_id in enumerate(people, 1)}
    return {
        "event": {
            "event_id": str(record.event_id),
            "name": record.name,
            "time_from": _local(record.starts_at),
            "time_to": _local(record.ends_at),
        },
        "rows": [
            {"number": numbers.get(user_id), **_row(record, user_id)} for user_id in record.sheet
        ],
        "counts": counts(record),
        "made_at": LocalTime(made),
    }


def attendance(record: Record) -> list[dict[str, Any]]:
    """Works out the participants of GetAttendance."""
    rows = []
    for user_id in record.sheet:
        mark = record.standing(user_id)
        rows.append(
            {
                **_person(record, user_id),
                "group": "",  # nobody in the demo says anything of themselves
                "marked_by": mark and mark.actor_id,
                "marked_at": mark and mark.when,
                "grade": mark and GRADES[str(mark.origin)],
                "origin": mark and mark.origin,
                "n": mark and mark.n,
                "marked_as": mark and _other_name(record, mark),
                "annulled": _last_annulled(record, user_id),
            }
        )
    return rows


def _last_annulled(record: Record, user_id: int) -> dict[str, Any] | None:
    """Works out the annulment that is the last of somebody, where that is one."""
    last = record.deeds.get(user_id, [None])[-1]
    if last is None or last.origin is not None:
        return None
    return {"at": last.when, "reason": last.reason, "note": last.note}


def ledger(record: Record) -> dict[tuple[int, int], dict[str, Any]]:
    """Works out the entries of GetLedger, by person and number."""
    return {
        (deed.user_id, deed.n): {
            "user_id": deed.user_id,
            "n": deed.n,
            "kind": "annulled" if deed.origin is None else "marked",
            "actor_id": deed.actor_id,
            "at": deed.when,
            "origin": deed.origin,
            "grade": None if deed.origin is None else GRADES[deed.origin],
            "marked_as": None if deed.origin is None else _other_name(record, deed),
            "reason": deed.reason,
            "note": deed.note,
        }
        for deeds in record.deeds.values()
        for deed in deeds
    }


def counts(record: Record) -> dict[str, int]:
    """Works out the counts of the sheet, and of the board.

    Contract: 8.8.
    """
    states = Counter(_state(record, each) for each in record.sheet)
    only_organises = _only_organises(record, record.creator_id)
    return {
        "joined": states.total(),
        **{state: states[state] for state in ("waiting", "held", "marked")},
        "participants": states.total() - states["left"] - only_organises,
    }


def karma(record: Record, earned: Callable[[int], int]) -> dict[int, int]:
    """Works out what everybody has earned, each by so many standing marks of holds."""
    standing = (record.standing(each) for each in record.deeds)
    made = Counter(mark.actor_id for mark in standing if mark and mark.origin == "hold")
    return {user_id: earned(made[user_id]) for user_id in record.names}


def _only_organises(record: Record, user_id: int) -> bool:
    return user_id == record.creator_id and _state(record, user_id) == "joined"


def _person(record: Record, user_id: int) -> dict[str, Any]:
    return {
        "user_id": user_id,
        "display_name": record.names[user_id],
        "confirmed": False,
        "state": _state(record, user_id),
    }


def _row(record: Record, user_id: int) -> dict[str, Any]:
    mark, deeds = record.standing(user_id), record.deeds.get(user_id, [])
    annulled = [
        {
            "marked_at": LocalTime(one.when),
            "marked_by": record.names[one.actor_id],
            "marked_by_id": one.actor_id,
            "at": LocalTime(other.when),
            "by": record.names[other.actor_id],
            "by_id": other.actor_id,
            "reason": other.reason,
            "note": other.note,
        }
        for one, other in zip(deeds[::2], deeds[1::2], strict=False)
    ]
    return {
        **_person(record, user_id),
        "marked_as": mark and _other_name(record, mark),
        "marked_at": mark and LocalTime(mark.when),
        "marked_by": mark and record.names[mark.actor_id],
        "marked_by_id": mark and mark.actor_id,
        "grade": mark and GRADES[str(mark.origin)],
        "note": mark and mark.note,
        "annulled": annulled[-MAX_ANNULLED:],
        "annulled_before": max(0, len(annulled) - MAX_ANNULLED),
    }


def _state(record: Record, user_id: int) -> str:
    if record.standing(user_id) is not None:
        return "marked"
    of_state: Sequence[tuple[str, set[int]]] = (
        ("held", record.held),
        ("waiting", record.waiting),
        ("joined", record.joined),
    )
    return next((state for state, people in of_state if user_id in people), "left")


def _other_name(record: Record, mark: Deed) -> str | None:
    """Finds the name somebody was marked under, where no search finds them by it now."""
    return None if _found_by(mark.name) == _found_by(record.names[mark.user_id]) else mark.name


def _found_by(name: str) -> str:
    return name.casefold().replace("ё", "е")


def _local(at: int) -> str:
    return (datetime.fromtimestamp(at, UTC) + OFFSET).strftime("%Y-%m-%dT%H:%M:%S+05:00")
