"""Which codes calls are refused with, and which error frames have. Contract: 1.15, 6.15."""

from __future__ import annotations

import inspect
from typing import Final

from attendance_core import errors
from attendance_web.wire import refusals

# Those that error frames have, in the order of the contract
FRAME_ERRORS: Final[tuple[type[errors.Refusal | errors.Unavailable], ...]] = (
    refusals.BadFrame,
    refusals.UnknownMessage,
    refusals.BadParams,
    errors.NotWaiting,
    errors.Taken,
    errors.AlreadyMarked,
    errors.Yourself,
    errors.AlreadyHolding,
    errors.YouAreWaiting,
    errors.NobodyHeld,
    errors.NotHeld,
    refusals.TooManyFrames,
    errors.EventOver,
    errors.EventNotStarted,
    errors.EventNotFound,
    refusals.BadEventId,
    errors.NotLoggedIn,
    refusals.ForeignOrigin,
    errors.LeftEvent,
    errors.HoldingSomebody,
    errors.TooManySockets,
    errors.Unavailable,
    refusals.OtherPerson,
    errors.MissingScope,
    errors.MayNotMark,
    errors.TooSoon,
)
# Of those, the ones that calls are refused with as well
_OF_CALLS_TOO: Final = frozenset(
    {
        errors.EventNotFound,
        errors.EventNotStarted,
        errors.EventOver,
        errors.MissingScope,
        errors.NotLoggedIn,
        errors.Yourself,
        refusals.ForeignOrigin,
        refusals.OtherPerson,
    }
)
# Left out: another with the same code says the same
_SAID_BY_ANOTHER: Final = (
    errors.Refusal,
    errors.NotATime,
    errors.EventDeleted,
    errors.NoLongerMarks,
    errors.NothingGiven,
    errors.OutOfRange,
    refusals.BadAddress,
)


def refusals_of_calls() -> list[type[errors.Refusal]]:
    """Lists every refusal that a call may be answered with, sorted by its code."""
    found = {
        each
        for module in (errors, refusals)
        for each in vars(module).values()
        if inspect.isclass(each) and issubclass(each, errors.Refusal)
    }
    of_no_call = {*FRAME_ERRORS} - _OF_CALLS_TOO
    return sorted(
        found.difference(of_no_call, _SAID_BY_ANOTHER), key=lambda each: (each.code, each.__name__)
    )
