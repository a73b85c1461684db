"""What counts against whom, in a dict."""

from __future__ import annotations

from attendance_adapters.memory.state import State
from attendance_core.limits import Tally
from attendance_core.vocabulary import Instant, TallyKey


class Tallies:
    """`repositories.Tallies`."""

    def __init__(self, state: State) -> None:
        self._tallies = state.tallies

    def lock(self, key: TallyKey) -> Tally:
        tally, _ = self._tallies.setdefault(key, (Tally(key), 0.0))
        return tally

    def put(self, tally: Tally, lapses_at: Instant) -> None:
        self._tallies[tally.key] = tally, lapses_at

    def remove_lapsed(self, now: Instant) -> None:
        for key, (_, lapses_at) in list(self._tallies.items()):
            if lapses_at <= now:
                del self._tallies[key]
