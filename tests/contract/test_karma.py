"""What marks pay, on every store, against the pure fold. Contract: 8.11, 8.12."""

from __future__ import annotations

import os
import random
from collections.abc import Sequence
from dataclasses import replace
from typing import Any, NamedTuple
from uuid import UUID

import pytest

from attendance_core.events import Event
from attendance_core.marking.karma import paying
from attendance_core.marking.ledger import AnnulReason, Entry, NewEntry, Origin
from attendance_core.marking.terms import Terms
from attendance_core.profiles import Confirmation, ConfirmationScan
from attendance_core.vocabulary import EventId, FileKey, UserId
from tests.support.random_ledgers import an_instant, random_ledger
from tests.support.stand_ins import NOON, numbered_code
from tests.support.stored_people import people

FEW = Terms(karma_per_mark=7, karma_pair_a_month=2, karma_unchecked_a_month=1)
PEOPLE, EVENTS, ENTRIES = 4, 8, 36
LEDGERS = int(os.environ.get("KARMA_LEDGERS", "200"))  # 1 000 take PostgreSQL two minutes
TOGETHER = 5  # ledgers in one transaction, which has its time


class Seat(NamedTuple):
    """One person in one event."""

    event_id: EventId
    user_id: UserId


def write_at_random(
    unit: Any, chance: random.Random, number: int, who: Sequence[UserId]
) -> list[Entry]:
    """Marks, annuls, marks again and gives ticks; each mark has to pay what the fold says."""
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
    return list(ledger.values())


@pytest.mark.parametrize(
    "ledgers", [20, pytest.param(LEDGERS, marks=[pytest.mark.slow, pytest.mark.timeout(600)])]
)
async def test_ledgers_made_by_chance_pay_what_the_fold_says(store: Any, ledgers: int) -> None:
    chance = random.Random(811)
    for first in range(0, ledgers, TOGETHER):
        everybody = await people(
            store, *(f"Person {number}" for number in range(TOGETHER * PEOPLE))
        )

        def work(unit: Any, first: int = first, everybody: Sequence[UserId] = everybody) -> None:
            for number in range(TOGETHER):
                who = everybody[number * PEOPLE : (number + 1) * PEOPLE]
                ledger = write_at_random(unit, chance, first + number, who)
                paid = paying(ledger, FEW)
                for person in who:
                    earned = 7 * sum(each.actor_id == person for each in paid)
                    assert unit.ledger.karma(person, FEW) == earned

        await store.transact(work)


def test_both_limits_are_met_by_chance() -> None:
    """So every fault of a count would be seen."""
    chance, met = random.Random(811), [0, 0]
    for _ in range(100):
        ledger = random_ledger(chance, entries=ENTRIES, people=PEOPLE, events=EVENTS)
        paid = len(paying(ledger, FEW))
        met[0] += paid < len(paying(ledger, replace(FEW, karma_pair_a_month=99)))
        met[1] += paid < len(paying(ledger, replace(FEW, karma_unchecked_a_month=99)))
    assert min(met) >= 10, met
