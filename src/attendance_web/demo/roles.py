"""Who does what in the lecture: most ask and are marked, and some of all else happens, too."""

from __future__ import annotations

import random
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from attendance_web.demo.people import Person

MIN_NOT_MARKING: Final = 9  # people: one of each other role, and two who come late
ONE_IN: Final = 20  # people has each of the roles that several have


@dataclass(frozen=True)
class Roles:
    """Tells who plays what: everybody one of the first seven, and some askers one of the others."""

    markers: Sequence[Person]  # the first of whom made the event
    asking: Sequence[Person]
    helper: Person  # who never asks
    outside: Sequence[Person]  # have not joined, and are marked by hand
    without_phone: Sequence[Person]  # have joined, and are marked by hand
    late_held: Person  # at the end
    late_waiting: Person  # at the end
    slips: Sequence[Person]  # are marked for somebody else, and ask again
    disputing: Sequence[Person]  # say that their mark is not theirs
    marked_absent: Sequence[Person]  # are marked, and were not there
    renamed: Sequence[Person]  # have another name afterwards

    @property
    def creator(self) -> Person:
        """Who made the event."""
        return self.markers[0]


def can_give_roles(people: int, markers: int) -> bool:
    """Tells whether there is somebody for each role."""
    return markers * 2 <= people and people - markers >= MIN_NOT_MARKING


def give_roles(people: Sequence[Person], markers: int, chance: random.Random) -> Roles:
    """Gives everybody their role."""
    free = chance.sample(people[markers:], len(people) - markers)
    per_role = max(1, len(people) // ONE_IN)

    def take(count: int, of: list[Person]) -> list[Person]:
        taken = of[:count]
        del of[:count]
        return taken

    helper, late_held, late_waiting = take(3, free)
    outside, without_phone = take(per_role, free), take(per_role, free)
    asking = list(free)
    return Roles(
        markers=people[:markers],
        asking=asking,
        helper=helper,
        outside=outside,
        without_phone=without_phone,
        late_held=late_held,
        late_waiting=late_waiting,
        slips=take(per_role, free),
        disputing=take(per_role, free),
        marked_absent=take(per_role, free),
        renamed=take(2, free),
    )
