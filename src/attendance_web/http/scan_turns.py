"""Turns at reading scans: of an image all is in memory until it is sent, up to 10 MiB.

Contract: 1.22. Decision 0015.
"""

from __future__ import annotations

from typing import Final

from attendance_core.vocabulary import Seconds
from attendance_web.wire.turns import FairTurns

MAX_OWN_AT_ONCE, MAX_TAKEN_AT_ONCE, MAX_OF_ONE = 8, 16, 1
MAX_WAITING, MAX_WAITING_OF_ONE = 4000, 1000
SEND_SECONDS: Final[Seconds] = 60.0  # for the whole of one


class ScanTurns:
    """Has the turns at reading scans, each of which lasts until the scan is sent.

    Nobody's own scan keeps a moderator from those that they judge.
    """

    def __init__(self) -> None:
        self.own = _turns(MAX_OWN_AT_ONCE)
        self.taken = _turns(MAX_TAKEN_AT_ONCE)


def _turns(at_once: int) -> FairTurns:
    return FairTurns(
        at_once=at_once,
        of_one=MAX_OF_ONE,
        waiting=MAX_WAITING,
        waiting_of_one=MAX_WAITING_OF_ONE,
    )
