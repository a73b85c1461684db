"""What marks pay those who made them: a fold over the ledgers of all events. Contract: 8.11."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass

from attendance_core.marking.ledger import Entry, Origin, month_of
from attendance_core.marking.terms import Terms
from attendance_core.vocabulary import EventId, UserId


@dataclass(frozen=True, slots=True)
class MarksBefore:
    """How many standing marks of origin hold come before one in its month, as far as it matters."""

    pair_count: int  # between the same two people, whichever of them marked
    unchecked_count: int  # by the same marker, of people who had never had a tick by then


def pays(before: MarksBefore, person_checked: bool, terms: Terms) -> bool:
    """Tells whether a standing mark of origin hold pays, of which neither count may be too high."""
    return before.pair_count < terms.karma_pair_a_month and (
        person_checked or before.unchecked_count < terms.karma_unchecked_a_month
    )


def standing_hold_marks(entries: Iterable[Entry]) -> list[Entry]:
    """Finds the standing marks of origin hold, in the order in which they are counted."""
    last: dict[tuple[EventId, UserId], Entry] = {}
    for entry in entries:
        key = (entry.event_id, entry.user_id)
        if key not in last or last[key].n < entry.n:
            last[key] = entry
    hold_marks = [each for each in last.values() if each.origin is Origin.HOLD]
    return sorted(hold_marks, key=lambda each: (each.at, each.event_id, each.user_id))


def paying_marks(entries: Iterable[Entry], terms: Terms) -> list[Entry]:
    """Finds the marks that pay, of the entries of all events, in whatever order.

    Of one marker's it finds the same in the last entries of whom they marked and who marked them.
    """
    pair_counts: Counter[tuple[int, frozenset[UserId]]] = Counter()
    unchecked_counts: Counter[tuple[int, UserId]] = Counter()
    found = []
    for entry in standing_hold_marks(entries):
        month = month_of(entry.at)
        pair_key = (month, frozenset((entry.actor_id, entry.user_id)))
        marker_key = (month, entry.actor_id)
        before = MarksBefore(pair_counts[pair_key], unchecked_counts[marker_key])
        pair_counts[pair_key] += 1
        unchecked_counts[marker_key] += not entry.person_checked
        if pays(before, entry.person_checked, terms):
            found.append(entry)
    return found
