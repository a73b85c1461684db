"""Makes the rows of a sheet of its facts, in the process that writes it. Decision 0019.

It imports only what needs nothing else of ours. The columns of the facts are those of the
statements in `sql.sheet_facts`; rows are named as `sheets` names those that it feeds.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from typing import Any, Final, NamedTuple

from attendance_core.folding import other_name
from attendance_core.seen_states import SeenState, seen_state
from attendance_core.sheet_counts import sheet_counts

MICROSECONDS_A_SECOND: Final = 1_000_000  # the facts have instants in microseconds


class Look(NamedTuple):
    """Holds what one look has found: when it was, the people, and what of theirs is annulled."""

    now: float  # UNIX seconds
    people: Sequence[Sequence[Any]]  # `PersonFacts` each
    annulled: Sequence[Sequence[Any]]  # `AnnulledFacts` each, those of one person in their order


class PersonFacts(NamedTuple):
    """Holds a person and their last entry, in the order of the columns; instants in microseconds.

    Where ``origin`` is None the last entry is an annulment, or there is none.
    """

    user_id: int
    display_name: str
    is_confirmed: Any
    is_member: Any
    since: int | None
    held_until: int | None
    origin: Any
    marker_id: Any
    marker_name: str | None
    marked_at: Any
    is_marker_checked: Any
    marked_as: str | None
    note: str | None


class AnnulledFacts(NamedTuple):
    """Holds a mark and the annulment after it, in the order of the columns, as `PersonFacts`."""

    user_id: int
    annulment_n: int
    marked_at: int
    marker_id: int
    marker_name: str | None
    at: int
    actor_id: int
    actor_name: str | None
    reason: str
    note: str | None


def make_of_facts(
    head: Mapping[str, Any], looks: Iterator[Sequence[Any] | None]
) -> Iterator[list[dict[str, Any]] | dict[str, int]]:
    """Makes rows of each look, and then the counts; without them where the looks have no end.

    What is looked at is a `Look` each, and then None, which is the end.
    """
    states: Counter[SeenState] = Counter()
    only_organise_count = 0
    for found in looks:
        if found is None:
            yield sheet_counts(states, only_organise_count)._asdict()
            return
        look = Look(*found)
        annulled_of: dict[int, list[AnnulledFacts]] = {}
        for mark in map(AnnulledFacts._make, look.annulled):
            annulled_of.setdefault(mark.user_id, []).append(mark)
        rows = [
            _row(head, look.now, person, annulled_of.get(person.user_id, ()))
            for person in map(PersonFacts._make, look.people)
        ]
        states.update(row["state"] for row in rows)
        only_organise_count += sum(row["only_organises"] for row in rows)
        yield rows


def _row(
    head: Mapping[str, Any], now: float, person: PersonFacts, annulled: Sequence[AnnulledFacts]
) -> dict[str, Any]:
    is_marked = person.origin is not None
    state = seen_state(
        is_marked=is_marked,
        is_member=person.is_member,
        is_listed=person.since is not None,
        held_until=None if person.held_until is None else person.held_until / MICROSECONDS_A_SECOND,
        event_ends_at=head["ends_at"],
        now=now,
    )
    return {
        "only_organises": state == "joined" and person.user_id == head["creator_id"],
        "user_id": person.user_id,
        "display_name": person.display_name,
        "marked_as": other_name(person.marked_as, person.display_name) if is_marked else None,
        "confirmed": bool(person.is_confirmed),
        "state": state,
        "marked_at": person.marked_at / MICROSECONDS_A_SECOND if is_marked else None,
        "marked_by": person.marker_name or "" if is_marked else None,
        "marked_by_id": person.marker_id if is_marked else None,
        "grade": _grade(person) if is_marked else None,
        "note": person.note or None if is_marked else None,
        "annulled": [_annulled_mark(mark) for mark in annulled],
        # Each even entry is an annulment: so many there were before those that are told of
        "annulled_before": annulled[-1].annulment_n // 2 - len(annulled) if annulled else 0,
    }


def _grade(person: PersonFacts) -> str:
    if person.origin == "hand":
        return "organiser"
    return "checked" if person.is_marker_checked else "peer"


def _annulled_mark(mark: AnnulledFacts) -> dict[str, Any]:
    return {
        "marked_at": mark.marked_at / MICROSECONDS_A_SECOND,
        "marked_by": mark.marker_name or "",
        "marked_by_id": mark.marker_id,
        "at": mark.at / MICROSECONDS_A_SECOND,
        "by": mark.actor_name or "",
        "by_id": mark.actor_id,
        "reason": mark.reason,
        "note": mark.note or None,
    }
