"""The part of docs/wire.md about the codes that calls are refused with."""

from __future__ import annotations

import inspect
from collections.abc import Iterator
from typing import Final

from wire_prose import first_line, paragraph

from attendance_core import errors
from attendance_web.http.wire_codes import BROKEN, BROKEN_CODE, UNAVAILABLE, WIRE
from attendance_web.wire import refusals

# What no call is refused with: only a socket, or a command line
OF_NO_CALL: Final = (
    errors.Refusal,
    errors.AlreadyHolding,
    errors.AlreadyMarked,
    errors.HoldingSomebody,
    errors.LeftEvent,
    errors.MayNotMark,
    errors.NobodyHeld,
    errors.NotHeld,
    errors.NotWaiting,
    errors.Taken,
    errors.TooManySockets,
    errors.TooSoon,
    errors.YouAreWaiting,
    refusals.BadEventId,
    refusals.BadFrame,
    refusals.BadParams,
    refusals.TooManyFrames,
    refusals.UnknownMessage,
)
# Said in the words of another with the same code
SAID_ALREADY: Final = (errors.EventDeleted, errors.NoLongerMarks)


def codes_of_calls() -> Iterator[str]:
    """Each code with its number; what may be said again after no answer."""
    yield paragraph(
        "Where no answer came, or -1, a call may have been done. Whoever says it again then is "
        "answered as the first time by MarkParticipant and AnnulMark (with the `n` there is), "
        "UpdateEvent, AddHelper and RemoveHelper. Of others `event_name_taken`, `already_joined`, "
        "`not_joined`, `event_not_found` or `username_taken` may tell that it was."
    )
    yield ""
    yield "`code` of a refused call | `error` | meaning"
    yield "---|---|---"
    for error in _refusals():
        number = WIRE.get(error) or WIRE[error.kind]
        yield f"`{error.code}` | {number.error} | {first_line(error)}"
    yield f"`{errors.Unavailable.code}` | {UNAVAILABLE.error} | {first_line(errors.Unavailable)}"
    yield f"`{BROKEN_CODE}` | {BROKEN.error} | A fault of ours."


def _refusals() -> list[type[errors.Refusal]]:
    found = {
        each
        for module in (errors, refusals)
        for each in vars(module).values()
        if inspect.isclass(each) and issubclass(each, errors.Refusal)
    }
    return sorted(
        found.difference(OF_NO_CALL, SAID_ALREADY), key=lambda each: (each.code, each.__name__)
    )
