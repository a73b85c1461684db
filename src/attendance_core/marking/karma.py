"""What marks pay those who made them: a fold over the ledger. Contract: 8.11."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass

from attendance_core.marking.ledger import Entry, Origin, month_of
from attendance_core.marking.terms import Terms
from attendance_core.vocabulary import EventId, UserId


@dataclass(frozen=True, slots=True)
class MarksBefore:
    """How many standing hold marks of the same month come before one, as far as it matters."""

    of_pair: int  # between the same two people, whichever of them marked
    of_unchecked: int  # by the same marker, of people who had never had a tick by then


def pays(before: MarksBefore, person_checked: bool, terms: Terms) -> bool:
    """Tells whether a standing hold mark pays: the two are counted independently."""
    return before.of_pair < terms.karma_pair_a_month and (
        person_checked or before.of_unchecked < terms.karma_unchecked_a_month
    )


def standing_holds(entries: Iterable[Entry]) -> list[Entry]:
    """Finds the standing marks of origin hold, in the order in which they are counted."""
    last: dict[tuple[EventId, UserId], Entry] = {}
    for entry in entries:
        key = (entry.event_id, entry.user_id)
        if key not in last or last[key].n < entry.n:
            last[key] = entry
    holds = [each for each in last.values() if each.origin is Origin.HOLD]
    return sorted(holds, key=lambda each: (each.at, each.event_id, each.user_id))


def paying(entries: Iterable[Entry], terms: Terms) -> list[Entry]:
    """Finds the marks that pay, of a whole ledger, read in whatever order."""
    of_pair: Counter[tuple[int, frozenset[UserId]]] = Counter()
    of_unchecked: Counter[tuple[int, UserId]] = Counter()
    found = []
    for entry in standing_holds(entries):
        month = month_of(entry.at)
        pair = (month, frozenset((entry.actor_id, entry.user_id)))
        unchecked = (month, entry.actor_id)
        before = MarksBefore(of_pair[pair], of_unchecked[unchecked])
        of_pair[pair] += 1
        of_unchecked[unchecked] += not entry.person_checked
        if pays(before, entry.person_checked, terms):
            found.append(entry)
    return found
