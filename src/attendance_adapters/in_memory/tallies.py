"""Tallies in a dict: how much of what is limited counts against whom."""

from __future__ import annotations

from attendance_adapters.in_memory.tables import Tables, TallyRow
from attendance_core.limits import Tally
from attendance_core.vocabulary import Instant, TallyKey


class Tallies:
    """Keeps tallies; `repositories.Tallies`."""

    def __init__(self, tables: Tables) -> None:
        self._tallies = tables.tallies

    def lock(self, key: TallyKey) -> Tally:
        if key not in self._tallies:
            self._tallies[key] = TallyRow(Tally(key), lapses_at=0.0)
        return self._tallies[key].tally

    def put(self, tally: Tally, lapses_at: Instant) -> None:
        self._tallies[tally.key] = TallyRow(tally, lapses_at)

    def remove_lapsed(self, now: Instant) -> None:
        for key, row in list(self._tallies.items()):
            if row.lapses_at <= now:
                del self._tallies[key]
