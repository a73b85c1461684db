"""Bounds how many calls and commands of one person are carried out at the same time."""

from __future__ import annotations

from typing import Final

from attendance_web.wire.turns import FairTurns

MAX_AT_ONCE: Final = 64  # more than a database does at once; beyond that everybody has their turn
MAX_OF_ONE: Final = 4  # of a pool of ten connections the others have six
MAX_WAITING: Final = 4_000
MAX_WAITING_OF_ONE: Final = 1_000  # Contract: 1.10, what one may call at once


def person_turns() -> FairTurns:
    """Makes the turns that the calls and commands of a process take."""
    return FairTurns(
        at_once=MAX_AT_ONCE,
        of_one=MAX_OF_ONE,
        waiting=MAX_WAITING,
        waiting_of_one=MAX_WAITING_OF_ONE,
    )
