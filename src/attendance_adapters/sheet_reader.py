"""Reads the facts of a sheet in the process that writes it, and makes rows of them. Decision 0019.

It imports only what needs nothing else of ours. The columns of the facts are those of the
statements in `sql.sheet_facts`; rows are named as `sheets` names those that it feeds.
"""

from __future__ import annotations

import json
import select
import sqlite3
import time
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import closing
from typing import Any, BinaryIO, Final

from attendance_core.folding import other_name
from attendance_core.seen_states import SeenState, seen_state
from attendance_core.sheet_counts import sheet_counts

BUSY_SECONDS: Final = 5.0  # how long another process may keep it waiting
SECOND: Final = 1_000_000  # microseconds, in which the facts have instants

Look = Sequence[Any]  # when it was, the people, and what of theirs is annulled


def made_of_facts(head: Mapping[str, Any], looks: Iterator[Look | None]) -> Iterator[Any]:
    """Makes rows of each look, and then the counts; without them where the looks have no end."""
    states: Counter[SeenState] = Counter()
    only_organise = 0
    for look in looks:
        if look is None:
            yield sheet_counts(states, only_organise)._asdict()
            return
        now, people, annulled = look
        of_person: dict[int, list[Any]] = {}
        for mark in annulled:
            of_person.setdefault(mark[0], []).append(mark)
        rows = [_row(head, now, each, of_person.get(each[0], ())) for each in people]
        states.update(row["state"] for row in rows)
        only_organise += sum(row["only_organises"] for row in rows)
        yield rows


def read_in_place(
    place: Mapping[str, Any], looks: Iterable[Sequence[int]], made_at: float, service: BinaryIO
) -> Iterator[Any]:
    """Reads the people of each look, at its own moment; ends early where the service has died,
    which keeps its end open and says no more.
    """
    begun = time.monotonic()
    with closing(_opened(place["database"])) as database:
        for user_ids in looks:
            if select.select([service], [], [], 0)[0]:
                return
            some = json.dumps(user_ids)
            database.execute("BEGIN")  # both at one moment, and the log is kept for no longer
            found = [
                database.execute(text, [some if value is None else value for value in values])
                for text, values in place["statements"]
            ]
            rows = [each.fetchall() for each in found]
            database.execute("ROLLBACK")
            yield made_at + time.monotonic() - begun, *rows
    yield None


def _opened(address: str) -> sqlite3.Connection:
    database = sqlite3.connect(address, uri=True, timeout=BUSY_SECONDS, isolation_level=None)
    database.execute("PRAGMA query_only = ON")
    return database


def _row(head: Mapping[str, Any], now: float, person: Look, marks: Sequence[Look]) -> Any:
    user_id, name, is_confirmed, is_member, since, held_until, *entry = person
    origin, marker_id, marker, at, is_by_checked, marked_as, note = entry
    is_marked = origin is not None  # else their last entry is an annulment, or there is none
    state = seen_state(
        is_marked=is_marked,
        is_member=is_member,
        is_listed=since is not None,
        held_until=None if held_until is None else held_until / SECOND,
        ends_at=head["ends_at"],
        now=now,
    )
    return {
        "only_organises": state == "joined" and user_id == head["creator_id"],
        "user_id": user_id,
        "display_name": name,
        "marked_as": other_name(marked_as, name) if is_marked else None,
        "confirmed": bool(is_confirmed),
        "state": state,
        "marked_at": at / SECOND if is_marked else None,
        "marked_by": marker or "" if is_marked else None,
        "marked_by_id": marker_id if is_marked else None,
        "grade": _grade(origin, is_by_checked) if is_marked else None,
        "note": note or None if is_marked else None,
        "annulled": [_annulled(mark) for mark in marks],
        "annulled_before": marks[-1][1] // 2 - len(marks) if marks else 0,
    }


def _grade(origin: str, is_by_checked: bool) -> str:
    if origin == "hand":
        return "organiser"
    return "checked" if is_by_checked else "peer"


def _annulled(mark: Look) -> Mapping[str, Any]:
    _, _, marked_at, marker_id, marker, at, actor_id, actor, reason, note = mark
    return {
        "marked_at": marked_at / SECOND,
        "marked_by": marker or "",
        "marked_by_id": marker_id,
        "at": at / SECOND,
        "by": actor or "",
        "by_id": actor_id,
        "reason": reason,
        "note": note or None,
    }
