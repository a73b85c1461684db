"""Every code that we close a socket with. Contract: 6, Opening, and rules 6, 9, 11 and 12."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from attendance_core.errors import (
    EventNotFound,
    EventNotStarted,
    EventOver,
    HoldingSomebody,
    LeaseLost,
    LeftEvent,
    NotLoggedIn,
    YouAreWaiting,
)
from attendance_web.wire.refusals import BadEventId, ForeignOrigin

MARKED: Final = 1000
FAILED: Final = 1011
RESTART: Final = 1012
TRY_AGAIN: Final = 1013
TOO_MANY: Final = 4429
SLOW: Final = 4508

# What refuses an opening
OPENING: Final[Mapping[type[Exception], int]] = {
    ForeignOrigin: 4403,
    NotLoggedIn: 4401,
    BadEventId: 4400,
    EventNotFound: 4404,
    EventOver: 4410,
    EventNotStarted: 4425,
    YouAreWaiting: 4409,
    HoldingSomebody: 4409,
}
# What ends an open socket
OPEN: Final[Mapping[type[Exception], int]] = {
    EventOver: 4410,
    LeftEvent: 4403,
    NotLoggedIn: 4401,
    LeaseLost: RESTART,
}
# Those that end a place, or a hold, by themselves; every other close of ours is a loss
FINAL: Final = frozenset({MARKED, *OPEN.values()}) - {RESTART}


def code_of(codes: Mapping[type[Exception], int], why: type[Exception]) -> int | None:
    """The code for this reason, or for one it is a kind of."""
    return next((code for each, code in codes.items() if issubclass(why, each)), None)
