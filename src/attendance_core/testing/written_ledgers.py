"""Ledgers made by chance, written into a store entry by entry, against the pure fold."""

from __future__ import annotations

import random
from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from dataclasses import replace
from typing import Any
from uuid import UUID, uuid4

from attendance_core.events import Event
from attendance_core.marking.karma import paying_marks
from attendance_core.marking.ledger import AnnulReason, Entry, NewEntry, Origin, month_of
from attendance_core.marking.places import PlaceKey
from attendance_core.marking.terms import Terms
from attendance_core.profiles import Confirmation, ConfirmationScan
from attendance_core.testing.clock import NOON
from attendance_core.testing.random_ledgers import an_instant
from attendance_core.testing.stand_ins import numbered_code
from attendance_core.vocabulary import EventId, FileKey, ScanId, UserId

FEW_PAY = Terms(karma_per_mark=7, karma_pair_a_month=2, karma_unchecked_a_month=1)
PERSON_COUNT, EVENT_COUNT, ENTRY_COUNT, ENTRIES_AT_ONCE = 4, 8, 36, 2


class WrittenLedger:
    """A ledger as it comes to be: marks, annulments, marks anew, and ticks."""

    def __init__(self, chance: random.Random, number: int, who: Sequence[UserId]) -> None:
        self._chance, self._who = chance, who
        first = number * EVENT_COUNT + 1
        self._events = [EventId(UUID(int=first + each)) for each in range(EVENT_COUNT)]
        self._entries: dict[tuple[PlaceKey, int], Entry] = {}
        self._checked: set[UserId] = set()
        self._places: dict[PlaceKey, Any] = {}

    def begin(self, unit: Any) -> None:
        """Adds its events."""
        for event_id in self._events:
            code = numbered_code(event_id.int)
            unit.events.add(Event(event_id, event_id.hex, self._who[0], NOON, NOON + 60, code))

    def add_entry_and_list_all(self, unit: Any) -> list[Entry]:
        """Adds one, and answers all there are then.

        Raises AssertionError where the store has it otherwise, or pays what the fold does not.
        """
        chance = self._chance
        if chance.random() < 0.05:
            person_with_tick = chance.choice(self._who)
            unit.scans.put(
                ConfirmationScan(
                    person_with_tick,
                    FileKey("f"),
                    NOON,
                    Confirmation.APPROVED,
                    NOON,
                    scan_id=ScanId(uuid4()),
                )
            )
            self._checked.add(person_with_tick)
        marker, person = chance.sample(self._who, 2)
        key = PlaceKey(chance.choice(self._events), person)
        place = self._places.get(key) or lock_new_place(unit, key)
        n, at = place.last_n + 1, an_instant(chance)
        self._places[key] = place = replace(place, last_n=n)
        origin = Origin.HAND if chance.random() < 0.1 else Origin.HOLD
        checked = marker in self._checked, person in self._checked
        new = NewEntry(*key, n, marker, at, origin)
        kept = Entry(*key, n, marker, at, origin, *checked, None)
        if n % 2 == 0:
            new = replace(new, origin=None, reason=AnnulReason.OTHER)
            kept = replace(kept, origin=None, reason=AnnulReason.OTHER)
        self._entries[key, n] = kept
        if new.origin is Origin.HOLD:
            has_paid = unit.ledger.put_place_add_hold_mark_and_tell_if_it_pays(new, place, FEW_PAY)
            assert has_paid == (kept in paying_marks(self._entries.values(), FEW_PAY))
        else:
            unit.places.put(place)
            unit.ledger.add(new)
        assert unit.ledger.find(*key, n) == kept
        return list(self._entries.values())


def lock_new_place(unit: Any, key: PlaceKey) -> Any:
    """Makes a place where there is none, and locks it."""
    unit.places.make(*key)
    return unit.places.lock(key.event_id, [key.user_id])[key.user_id]


async def write_at_random(
    store: Any,
    chance: random.Random,
    number: int,
    who: Sequence[UserId],
    after_each_entry: Callable[[Any, list[Entry]], None] = lambda _, __: None,
) -> list[Entry]:
    """Writes a ledger into a store, a few entries in a transaction, which has its time."""
    written = WrittenLedger(chance, number, who)
    entries: list[Entry] = []

    def add_some(unit: Any) -> None:
        nonlocal entries
        for _ in range(ENTRIES_AT_ONCE):
            entries = written.add_entry_and_list_all(unit)
            after_each_entry(unit, entries)

    await store.transact(written.begin)
    for _ in range(ENTRY_COUNT // ENTRIES_AT_ONCE):
        await store.transact(add_some)
    return entries


def check_karma(unit: Any, who: Iterable[UserId], ledger: Iterable[Entry]) -> None:
    """Raises AssertionError where the karma of anybody is not what the fold says."""
    paid = Counter(each.actor_id for each in paying_marks(ledger, FEW_PAY))
    assert {each: unit.ledger.karma(each, FEW_PAY) for each in who} == {
        each: FEW_PAY.karma_per_mark * paid[each] for each in who
    }


def paying_counts_by_month(ledger: Iterable[Entry], terms: Terms) -> Counter[tuple[UserId, int]]:
    """Counts the marks that pay, by marker and month; where none does there is a 0."""
    hold_marks = [each for each in ledger if each.origin is Origin.HOLD]
    counts = Counter({(each.actor_id, month_of(each.at)): 0 for each in hold_marks})
    counts.update((each.actor_id, month_of(each.at)) for each in paying_marks(ledger, terms))
    return counts
