"""The world of the kit, in memory."""

from __future__ import annotations

from attendance_adapters.in_memory import MemoryStore
from attendance_core.marking.terms import Terms
from attendance_core.testing.machine import world


class World(world.World):
    """An event that has begun, one process, and people 1, 2, 3... with a session each."""

    store: MemoryStore

    def __init__(self, person_count: int = 4, terms: Terms | None = None) -> None:
        super().__init__(MemoryStore, person_count, terms)
