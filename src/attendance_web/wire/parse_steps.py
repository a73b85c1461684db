"""How much is parsed in one go, and what is between that and the next.

One call of the interpreter's own code keeps all other threads, and the event loop, waiting. A
thread that takes up the next at once has the interpreter again before they have woken: of a
command each statement of SQLite waited for such a call. Decision 0015.
"""

from __future__ import annotations

import time
from typing import Final

from attendance_core.vocabulary import Seconds

STEP_BYTES: Final = 32 * 1024  # looked through in some 0.1 ms, in 0.4 where it is all escapes
NAP_SECONDS: Final[Seconds] = 20e-6  # the system makes some 70 us of it; a thread wakes in as many


def let_others_run() -> None:
    """Gives the interpreter up between two steps, long enough for whoever waits to have it."""
    time.sleep(NAP_SECONDS)
