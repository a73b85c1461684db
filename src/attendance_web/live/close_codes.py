"""Every code that we close a socket with. Contract: 6, Opening, and rules 6, 9, 11 and 12."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from attendance_core.errors import (
    EventNotFound,
    EventNotStarted,
    EventOver,
    HoldingSomebody,
    MayNotMark,
    MissingScope,
    NotLoggedIn,
    TooManySockets,
    YouAreWaiting,
)
from attendance_core.marking.endings import Ending
from attendance_web.wire.refusals import BadEventId, BadParams, ForeignOrigin, OtherPerson

MARKED: Final = 1000
LARGE: Final = 1009
FAILED: Final = 1011
RESTART: Final = 1012
TRY_AGAIN: Final = 1013
TOO_MANY: Final = 4429
SLOW: Final = 4508

# What refuses an opening; a refusal that is a kind of one of these has its code
OPENING_CODES: Final[Mapping[type[Exception], int]] = {
    ForeignOrigin: 4403,
    NotLoggedIn: 4401,
    BadParams: 4400,
    OtherPerson: 4401,
    MissingScope: 4403,
    BadEventId: 4400,
    EventNotFound: 4404,
    EventOver: 4410,
    EventNotStarted: 4425,
    MayNotMark: 4403,
    YouAreWaiting: 4409,
    HoldingSomebody: 4409,
    TooManySockets: TOO_MANY,
}
# What ends an open socket
ENDING_CODES: Final[Mapping[Ending, int]] = {
    Ending.DELETED: 4410,
    Ending.OVER: 4410,
    Ending.LEFT: 4403,
    Ending.LEFT_OUT: 4403,
    Ending.LOGGED_OUT: 4401,
    Ending.LEASE_LOST: RESTART,
}
# Those that end a place, or a hold, by themselves; every other close of ours is a loss
FINAL: Final = frozenset({MARKED, *ENDING_CODES.values()}) - {RESTART}


def refusal_code(error: Exception) -> int:
    """Finds the code that an opening is refused with, for this reason."""
    return next(
        (code for kind, code in OPENING_CODES.items() if isinstance(error, kind)), TRY_AGAIN
    )
