"""Ledgers made by chance, about the borders of months."""

from __future__ import annotations

import random
from dataclasses import replace
from uuid import UUID

from attendance_core.marking.ledger import AnnulReason, Entry, Origin
from attendance_core.vocabulary import EventId, Instant, UserId

MONTHS = (1_777_593_600.0, 1_780_272_000.0, 1_782_864_000.0)  # the first seconds of three


def an_instant(chance: random.Random) -> Instant:
    """Picks an instant, often at a border, or a microsecond before it."""
    first = chance.choice(MONTHS)
    return chance.choice(
        (first, round(first - 0.000001, 6), first + 1, first + chance.randint(0, 2_000_000))
    )


def random_ledger(
    chance: random.Random,
    *,
    entry_count: int,
    person_count: int = 4,
    event_count: int = 12,
    all_unchecked: bool = False,
) -> list[Entry]:
    """Makes marks of people who annul and mark again, in events of one and the same name."""
    last: dict[tuple[EventId, UserId], Entry] = {}
    ledger: list[Entry] = []
    for _ in range(entry_count):
        marker, person = (UserId(each) for each in chance.sample(range(1, person_count + 1), 2))
        event_id = EventId(UUID(int=chance.randint(1, event_count)))
        before = last.get((event_id, person))
        checked = not all_unchecked and chance.random() < 0.3
        origin = Origin.HAND if chance.random() < 0.1 else Origin.HOLD
        at = an_instant(chance)
        entry = Entry(event_id, person, 1, marker, at, origin, False, checked, None)
        if before is not None:
            entry = replace(entry, n=before.n + 1)
            if before.origin is not None:
                why = chance.choice(list(AnnulReason))
                entry = replace(entry, origin=None, reason=why)
        last[event_id, person] = entry
        ledger.append(entry)
    return ledger
