"""Has whoever goes away before they are answered, over and over, wait with what they ask next.

What is asked and left costs nearly as much as what is answered, and of those who wait for no answer
one has as many requests as they open connections: 800 a second. Whoever leaves while they wait
here has cost little, and owes no more than before: so of those who go on as many are let through
as their allowance has. Contract: 1.11. Decision 0016.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Hashable
from typing import Final, Generic, TypeVar

from attendance_core.vocabulary import Seconds
from attendance_web.wire.allowance import Allowances

K = TypeVar("K", bound=Hashable)

# Contract: 1.11. A page that is loaded anew, a few times, leaves dozens of its files
MAX_OF_PERSON, OF_PERSON_A_SECOND = 100, 20.0
MAX_OF_NETWORK, OF_NETWORK_A_SECOND = 1000, 50.0  # a hall is one, until it is logged in
MAX_WAIT_SECONDS: Final[Seconds] = 3.0


class LeavingPace(Generic[K]):
    """Tells how long what comes next waits, of those who have left too much."""

    def __init__(
        self,
        max_at_once: float,
        a_second: float,
        stopwatch: Callable[[], Seconds] = time.monotonic,
    ) -> None:
        self._allowances = Allowances[K](max_at_once, a_second, stopwatch)
        self._max_owed = MAX_WAIT_SECONDS * a_second

    def note(self, whose: K) -> bool:
        """Counts one that was left; tells whether it is one too many."""
        return self._allowances.take_on_credit(whose, self._max_owed) > 0

    def wait_of(self, whose: K) -> Seconds:
        """Tells how long the next of theirs waits; mostly 0."""
        return self._allowances.owed_seconds(whose)
