"""The part of docs/wire.md about how calls are refused: by which numbers, and by which codes."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from wire_prose import first_line, paragraph

from attendance_core import errors
from attendance_core.errors import RefusalKind
from attendance_web.http.envelope import RETRY_SECONDS
from attendance_web.http.wire_codes import BROKEN, BROKEN_CODE, UNAVAILABLE, WIRE_CODES
from attendance_web.wire.refusal_codes import refusals_of_calls

MEANINGS: Final = {
    RefusalKind.INVALID: (
        "An argument of the wrong type or form, or out of range; the text names it."
    ),
    RefusalKind.MISSING: "An argument that is needed is not there; the text names it.",
    RefusalKind.FORBIDDEN: "The rules of the product say no.",
    RefusalKind.NOT_FOUND: "A well-formed id that names nothing.",
    RefusalKind.TAKEN: "The name is taken.",
    RefusalKind.NOT_LOGGED_IN: "No session, or one that has ended.",
}


def numbers() -> Iterator[str]:
    """Yields a line for each `error` with its status, from the table that answers."""
    yield "`error` | HTTP status | meaning"
    yield "---|---|---"
    yield "0 | 200 | Done."
    for kind, number in WIRE_CODES.items():
        said = MEANINGS[kind] if isinstance(kind, RefusalKind) else first_line(kind)
        yield f"{number.error} | {number.status} | {said}"
    unsure = "We cannot answer now, and cannot say whether it was done."
    yield f"{UNAVAILABLE.error} | {UNAVAILABLE.status} | {unsure}"
    yield f"{BROKEN.error} | {BROKEN.status} | A fault of ours."
    yield ""
    yield paragraph(
        "A refused call has changed nothing. 429 says in `Retry-After` how many seconds to "
        f"wait; {UNAVAILABLE.status} does, too: {RETRY_SECONDS}."
    )


def codes_of_calls() -> Iterator[str]:
    """Yields what may be said again after no answer, and a line for each code with its number."""
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
        number = WIRE_CODES.get(error) or WIRE_CODES[error.kind]
        yield f"`{error.code}` | {number.error} | {first_line(error)}"
    yield f"`{errors.Unavailable.code}` | {UNAVAILABLE.error} | {first_line(errors.Unavailable)}"
    yield f"`{BROKEN_CODE}` | {BROKEN.error} | A fault of ours."
