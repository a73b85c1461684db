"""A clock that is as late as a test says."""

from __future__ import annotations

from dataclasses import dataclass

from attendance_core.vocabulary import Instant, Seconds

NOON: Instant = 1_800_000_000.0  # 2027-01-15 08:00 UTC, noon where clocks are 4 hours ahead


@dataclass
class TestClock:
    """Stands until a test moves it; a `ports.Clock`."""

    __test__ = False  # pytest collects what is called so, unless told
    at: Instant = NOON

    def now(self) -> Instant:
        """Tells the time that was set."""
        return self.at

    def pass_(self, seconds: Seconds) -> None:
        """Moves it on, and nothing else: see `advance`."""
        self.at = round(self.at + seconds, 6)
