"""Bounds how many calls and commands of one person are carried out at the same time."""

from __future__ import annotations

from typing import Final

from attendance_web.wire.turns import FairTurns

AT_ONCE: Final = 64  # more than a database does at once; beyond that everybody has their turn
OF_ONE: Final = 4  # of a pool of ten connections the others have six
WAITING: Final = 4_000
WAITING_OF_ONE: Final = 1_000  # Contract: 1.10, what one may call at once


def person_turns() -> FairTurns:
    """Makes the turns that the calls and commands of a process take."""
    return FairTurns(at_once=AT_ONCE, of_one=OF_ONE, waiting=WAITING, waiting_of_one=WAITING_OF_ONE)
