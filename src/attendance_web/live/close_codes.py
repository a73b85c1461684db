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
    Refusal,
    RefusalKind,
    TooManyRequests,
    TooManySockets,
    YouAreWaiting,
)
from attendance_core.marking.connections import Role
from attendance_core.marking.endings import Ending
from attendance_web.wire.refusals import BadEventId, BadParams, ForeignOrigin, OtherPerson

MARKED: Final = 1000
BROKEN: Final = 1002  # this and the next two are said by the server below us
NOT_TEXT: Final = 1007
LARGE: Final = 1009
FAILED: Final = 1011
RESTART: Final = 1012
TRY_AGAIN: Final = 1013
TOO_MANY: Final = 4429
SLOW: Final = 4508

# What refuses an opening of ours; a refusal that is a kind of one of these has its code
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
# What else a host refuses somebody by. Contract: 10.5
CODES_OF_KINDS: Final[Mapping[RefusalKind, int]] = {
    RefusalKind.INVALID: 4400,
    RefusalKind.MISSING: 4400,
    RefusalKind.NOT_LOGGED_IN: 4401,
    RefusalKind.FORBIDDEN: 4403,
    RefusalKind.NOT_FOUND: 4404,
    RefusalKind.TAKEN: 4409,
}
# What is said on one of the sockets alone, whether it refuses an opening or ends an open one
ONLY_ON: Final[Mapping[type[Exception], Role]] = {
    EventNotStarted: Role.MARKING,
    MayNotMark: Role.MARKING,
    YouAreWaiting: Role.MARKING,
    HoldingSomebody: Role.MARK_ME,
}
# What ends an open socket
ENDING_CODES: Final[Mapping[Ending, int]] = {
    Ending.DELETED: 4410,
    Ending.OVER: 4410,
    Ending.LEFT: 4403,
    Ending.LEFT_OUT: 4403,
    Ending.LOGGED_OUT: 4401,
    Ending.FORGOTTEN: RESTART,
}
# Those that end a place, or a hold, by themselves; every other close of ours is a loss
PLACE_ENDING: Final = frozenset({MARKED, *ENDING_CODES.values()}) - {RESTART}
# Those that end many places of an event together, when it ends or is for other markers
EVENT_ENDING: Final = frozenset(
    ENDING_CODES[each] for each in (Ending.DELETED, Ending.OVER, Ending.LEFT_OUT)
)
# After these whoever comes back by themselves meets the same
IN_VAIN: Final = PLACE_ENDING | {*OPENING_CODES.values()} - {TOO_MANY}


def is_said_on(role: Role, error: type[Exception]) -> bool:
    """Tells whether a socket of this kind can be refused, or ended, so."""
    return all(role is each for kind, each in ONLY_ON.items() if issubclass(error, kind))


def refusal_code(error: Exception) -> int:
    """Finds the code that an opening is refused with, for this reason.

    `TRY_AGAIN` is of what may be another answer after a pause, and of nothing else: clients come
    back then, by themselves and for ever.
    """
    for kind, code in OPENING_CODES.items():
        if isinstance(error, kind):
            return code
    if isinstance(error, Refusal) and not isinstance(error, TooManyRequests):
        return CODES_OF_KINDS[error.kind]
    return TRY_AGAIN
