"""The part of docs/wire.md about the codes that calls are refused with."""

from __future__ import annotations

from collections.abc import Iterator

from wire_prose import first_line, paragraph

from attendance_core import errors
from attendance_web.http.wire_codes import BROKEN, BROKEN_CODE, UNAVAILABLE, WIRE
from attendance_web.wire.refusal_codes import refusals_of_calls


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
    for error in refusals_of_calls():
        number = WIRE.get(error) or WIRE[error.kind]
        yield f"`{error.code}` | {number.error} | {first_line(error)}"
    yield f"`{errors.Unavailable.code}` | {UNAVAILABLE.error} | {first_line(errors.Unavailable)}"
    yield f"`{BROKEN_CODE}` | {BROKEN.error} | A fault of ours."
