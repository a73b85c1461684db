"""Ledgers made by chance, written into a store entry by entry, against the pure fold."""

from __future__ import annotations

import random
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from typing import Any, NamedTuple
from uuid import UUID

from attendance_core.events import Event
from attendance_core.marking.karma import paying
from attendance_core.marking.ledger import AnnulReason, Entry, NewEntry, Origin, month_of
from attendance_core.marking.terms import Terms
from attendance_core.profiles import Confirmation, ConfirmationScan
from attendance_core.vocabulary import EventId, FileKey, UserId
from tests.support.random_ledgers import an_instant
from tests.support.stand_ins import NOON, numbered_code

FEW = Terms(karma_per_mark=7, karma_pair_a_month=2, karma_unchecked_a_month=1)
PEOPLE, EVENTS, ENTRIES = 4, 8, 36


class Seat(NamedTuple):
    """One person in one event."""

    event_id: EventId
    user_id: UserId


def write_at_random(
    unit: Any, chance: random.Random, number: int, who: Sequence[UserId]
) -> Iterator[list[Entry]]:
    """Marks, annuls, marks again and gives ticks; each mark has to pay what the fold says.

    Has the ledger after every entry.
    """
    events = [EventId(UUID(int=number * EVENTS + each)) for each in range(1, EVENTS + 1)]
    for event_id in events:
        unit.events.add(
            Event(event_id, event_id.hex, who[0], NOON, NOON + 60, numbered_code(event_id.int))
        )
    ledger: dict[tuple[Seat, int], Entry] = {}
    checked: set[UserId] = set()
    places: dict[Seat, Any] = {}
    for _ in range(ENTRIES):
        if chance.random() < 0.05:
            given = chance.choice(who)
            unit.scans.put(ConfirmationScan(given, FileKey("f"), NOON, Confirmation.APPROVED, NOON))
            checked.add(given)
        marker, person = chance.sample(who, 2)
        seat = Seat(chance.choice(events), person)
        if seat not in places:
            unit.places.make(*seat)
            places[seat] = unit.places.lock(seat.event_id, [person])[person]
        n, at = places[seat].last_n + 1, an_instant(chance)
        places[seat] = replace(places[seat], last_n=n)
        unit.places.put(places[seat])
        origin = Origin.HAND if chance.random() < 0.1 else Origin.HOLD
        new = NewEntry(*seat, n, marker, at, origin)
        kept = Entry(*seat, n, marker, at, origin, marker in checked, person in checked, None)
        if n % 2 == 0:
            new = replace(new, origin=None, reason=AnnulReason.OTHER)
            kept = replace(kept, origin=None, reason=AnnulReason.OTHER)
        ledger[seat, n] = kept
        if new.origin is Origin.HOLD:
            has_paid = unit.ledger.add_hold(new, FEW)
            assert has_paid == (kept in paying(ledger.values(), FEW))
        else:
            unit.ledger.add(new)
        assert unit.ledger.find(*seat, n) == kept
        yield list(ledger.values())


def karma_of(unit: Any, person: UserId, ledger: Iterable[Entry]) -> tuple[int, int]:
    """What a store says, and what the fold says."""
    paid = paying(ledger, FEW)
    return unit.ledger.karma(person, FEW), 7 * sum(each.actor_id == person for each in paid)


def months_of(ledger: Iterable[Entry], terms: Terms) -> Counter[tuple[UserId, int]]:
    """How many marks pay, by marker and month; where none does there is a 0."""
    held = [each for each in ledger if each.origin is Origin.HOLD]
    months = Counter({(each.actor_id, month_of(each.at)): 0 for each in held})
    months.update((each.actor_id, month_of(each.at)) for each in paying(ledger, terms))
    return months
