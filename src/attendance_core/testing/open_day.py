"""An event of people with every kind of history, by chance, in any store."""

from __future__ import annotations

import random
from dataclasses import replace
from typing import Any

from attendance_core.marking.ledger import AnnulReason, NewEntry
from attendance_core.testing.clock import NOON
from attendance_core.testing.lectures import EVENT
from attendance_core.testing.people import add_people, an_event, mark
from attendance_core.vocabulary import UserId

NAMES = ("вера", "Вера", "анна", "Глеб", "ё", "שרה", "-Минус", "😀 Ёж")
OTHER_COUNT = 24
REASONS = tuple(AnnulReason)


async def add_open_day(store: Any, chance: random.Random) -> list[UserId]:
    """Adds an event with people who joined or have a history; the first one organises it."""
    ids = await add_people(store, *(chance.choice(NAMES) for _ in range(OTHER_COUNT + 1)))

    def work(unit: Any) -> None:
        unit.events.add(an_event())
        for person in ids[1:]:
            actor = chance.choice([each for each in ids if each != person])
            for number in range(chance.choice((0, 0, 1, 1, 2, 3, 4, 14))):
                at = NOON + chance.randint(0, 3)
                if number % 2 == 0:
                    mark(unit, person, actor, at)
                    continue
                annulled = unit.places.lock(EVENT, [person])[person].annulled()
                unit.places.put(annulled)
                unit.ledger.add(
                    NewEntry(
                        EVENT,
                        person,
                        annulled.last_n,
                        actor,
                        at,
                        reason=chance.choice(REASONS),
                        note=chance.choice(("", "=1+1")),
                    )
                )
            if chance.random() < 0.6:
                unit.places.make(EVENT, person)
                place = unit.places.lock(EVENT, [person])[person]
                if not place.member:
                    unit.places.put(place.joined())
            if chance.random() < 0.3:
                unit.profiles.put(replace(unit.profiles.get(person), display_name="Другое имя"))

    await store.transact(work)
    return ids
