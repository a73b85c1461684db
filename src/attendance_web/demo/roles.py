"""Who does what in the lecture: most ask and are marked, and some of all else happens, too."""

from __future__ import annotations

import random
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from attendance_web.demo.cast import Person

LEAST_FREE: Final = 9  # who do not mark: one of each, and two who come late
PART: Final = 20  # of each kind there is one in so many


@dataclass(frozen=True)
class Roles:
    """Everybody has one of the first seven; the others are picked of those who ask."""

    markers: Sequence[Person]  # the first of whom made the event
    asking: Sequence[Person]
    helper: Person  # who never asks
    outside: Sequence[Person]  # have not joined, and are marked by hand
    without_phone: Sequence[Person]  # have joined, and are marked by hand
    late_held: Person  # at the end
    late_waiting: Person  # at the end
    slips: Sequence[Person]  # are marked for somebody else, and ask again
    strangers: Sequence[Person]  # say that their mark is not theirs
    absent: Sequence[Person]  # are marked, and were not there
    renamed: Sequence[Person]  # have another name afterwards

    @property
    def creator(self) -> Person:
        """Who made the event."""
        return self.markers[0]


def can_be_cast(people: int, markers: int) -> bool:
    """Tells whether there is somebody for each role."""
    return markers * 2 <= people and people - markers >= LEAST_FREE


def cast(people: Sequence[Person], markers: int, chance: random.Random) -> Roles:
    """Gives everybody their role."""
    free = chance.sample(people[markers:], len(people) - markers)
    each = max(1, len(people) // PART)

    def taken(count: int, of: list[Person]) -> list[Person]:
        some = of[:count]
        del of[:count]
        return some

    (helper, held, waits) = taken(3, free)
    outside, without_phone = taken(each, free), taken(each, free)
    among = list(free)
    slips, strangers, absent = taken(each, among), taken(each, among), taken(each, among)
    return Roles(
        people[:markers],
        free,
        helper,
        outside,
        without_phone,
        held,
        waits,
        slips,
        strangers,
        absent,
        taken(2, among),
    )
