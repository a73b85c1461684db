"""Prints docs/wire.md: the calls and the frames, from what declares them. Run by `make print`."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

import msgspec
import wire_codes
import wire_first_steps
import wire_limits
import wire_sockets
from msgspec import inspect as kinds
from wire_prose import first_line, paragraph

from attendance_core import errors
from attendance_core.marking.askers import YOUR_POSITION_EVERY
from attendance_core.marking.endings import ERRORS
from attendance_core.marking.frames import (
    Confirmed,
    EventUpdated,
    Frame,
    GivenBack,
    HeldBy,
    LetGo,
    Listed,
    MarkingList,
    Prepared,
    ReservationExpired,
    UserJoined,
    UserLeft,
    WasMarked,
    YourPosition,
)
from attendance_core.profiles import ProfileSummary
from attendance_core.vocabulary import FileKey, UserId
from attendance_web.http import openapi
from attendance_web.http.call import Call
from attendance_web.live import asyncapi, close_codes
from attendance_web.live.commands import COMMANDS
from attendance_web.live.messages import PONG, encode, encode_error, spell_person
from attendance_web.live.service_frames import SERVICE_FRAMES
from attendance_web.routes import CALLS
from attendance_web.socket_descriptions import VECTORS_PATH
from attendance_web.wire import refusals
from attendance_web.wire.refusal_codes import FRAME_ERRORS

ANNA, BORIS = UserId(7), UserId(12)
PEOPLE = {
    ANNA: spell_person(
        ProfileSummary(ANNA, "Анна", FileKey("aBcD.jpg"), confirmed=True, group="БПМИ-231")
    ),
    BORIS: spell_person(ProfileSummary(BORIS, "Борис", None, confirmed=False)),
}
EXAMPLE_FRAMES: tuple[Frame, ...] = (
    MarkingList((Listed(ANNA, 1800000000.25), Listed(BORIS, 1800000004.5))),
    UserJoined(ANNA, 1800000000.25),
    UserLeft(ANNA),
    Prepared(ANNA, 90.0),
    Confirmed(BORIS, 1, 50),
    Confirmed(BORIS, 1, 0, again=True),
    GivenBack(),
    ReservationExpired(ANNA),
    WasMarked(BORIS),
    HeldBy(BORIS, 90.0),
    LetGo(),
    YourPosition(3, 40, 5),
    EventUpdated("Физика", 1800000000.0, 1800005400.0),
)


def lines() -> Iterator[str]:
    """Yields the page line by line."""
    yield "# The wire"
    yield ""
    yield paragraph(
        "Printed by `make print` from what the service itself decodes and encodes with. What all "
        "of it means, rule by rule, is in [the contract](contract.md)."
    )
    yield ""
    yield paragraph(
        "A running service describes its calls to programs by OpenAPI 3.1 at "
        f"`{openapi.PATHS[0]}`, and its sockets by AsyncAPI 3 at `{asyncapi.PATH}`. "
        f"At `{VECTORS_PATH}` it has vectors: stories of a `socket`, step by step with the "
        "`frames` that come, on a new socket where it `opens`. On `marking` a step has the `list` "
        "that is to be seen then, by ids, and whom its marker `holds`; on `mark_me` one's `place`, "
        "and by whom one is `held_by` or `marked_by`. A client that folds the frames to the same "
        "has understood what is said [below](#what-a-markers-client-knows)."
    )
    yield ""
    yield from wire_first_steps.first_steps()
    yield ""
    yield "## Calls"
    yield ""
    yield paragraph(
        'Every answer is `{"error": 0, "error_msg": "", "response": ...}`; `error` is not 0 when '
        "the call was refused; `error_msg` is then for a person, and `code`, a name that never "
        "changes, for a program; where it is about one argument `field` names that. "
        "Arguments of a GET are in the "
        "query, those of a POST in a body of JSON, urlencoded or multipart. A field with `?` may "
        "be left out."
    )
    yield ""
    yield from wire_codes.numbers()
    yield ""
    yield from wire_codes.codes_of_calls()
    for call in CALLS:
        yield from _call(call)
    yield ""
    yield from wire_sockets.openings()
    yield ""
    yield "## Frames that a client sends"
    yield ""
    yield "socket | frame | meaning"
    yield "---|---|---"
    for command in COMMANDS.values():
        socket = "both" if len(command.roles) > 1 else next(iter(command.roles)).value
        example: dict[str, Any] = {"message": command.message}
        if command.params is not None:
            example["params"] = {"user_id": ANNA}
        yield f"{socket} | `{json.dumps(example, separators=(',', ':'))}` | {command.meaning}"
    yield ""
    yield paragraph(
        "`params.user_id` of a confirm or a refuse may be left out; ids may be strings of digits. "
        "A socket's commands are carried out one after another, and each has one answer, in their "
        "order: `prepared`, `marked`, `refused`, `pong`, or an error frame, neither of which last "
        "three names the person or the command. An error frame that ends the socket answers none, "
        "and a `prepared` right behind the list answers none either."
    )
    yield ""
    yield "## Frames that the service sends"
    yield ""
    yield "socket | frame | meaning"
    yield "---|---|---"
    for frame in EXAMPLE_FRAMES:
        spelt = encode(frame, "en", PEOPLE).text
        yield f"{_hearers(frame)} | `{spelt}` | {first_line(type(frame))}"
    yield f"both | `{PONG.text}` | The answer to a ping."
    yield f"both | `{encode_error(errors.Taken(), 'en').text}` | A refusal; see the codes below."
    yield ""
    yield paragraph(
        "What is marked `news` goes only to sockets that are opened with `&news=1`. A `held` "
        "takes the place of the one before, and may come again once the marker's name is known; "
        "`let_go` never comes before the `was_marked` of the same hold. `your_place` comes right "
        f"after opening, and when it has changed, at most once in {YOUR_POSITION_EVERY:g} s."
    )
    yield ""
    yield "Of somebody whose name is not at hand when a frame goes out, `users` has no entry, or"
    yield "the frame no `user`: a list is never late for a name. Names and pictures are read when a"
    yield "person opens `mark_me`; one changed while they wait is seen after their next opening."
    yield ""
    yield "## Codes of error frames"
    yield ""
    yield "code | text | closes an opening with | closes an open socket with"
    yield "---|---|---|---"
    for error in FRAME_ERRORS:
        refused = issubclass(error, tuple(close_codes.OPENING_CODES))
        opening_code = close_codes.refusal_code(error()) if refused else None
        open_code = next(
            (
                code
                for ending, code in close_codes.ENDING_CODES.items()
                if issubclass(ERRORS[ending], error)
            ),
            None,
        )
        if error is refusals.TooManyFrames:
            open_code = close_codes.TOO_MANY
        if error is errors.Unavailable:
            opening_code = close_codes.TRY_AGAIN
        yield f"`{error.code}` | {error.en} | {opening_code or ''} | {open_code or ''}"
    for part in (wire_sockets.endings, wire_sockets.coming_back, wire_sockets.folding):
        yield ""
        yield from part()
    yield ""
    yield from wire_limits.limits()


def _hearers(frame: Frame) -> str:
    """Says on which sockets a frame comes, from the table that names it."""
    declared = SERVICE_FRAMES[type(frame)]
    socket = "both" if len(declared.roles) > 1 else next(iter(declared.roles)).value
    return f"{socket}, news" if declared.is_news else socket


def _call(call: Call) -> Iterator[str]:
    yield ""
    yield f"### {call.name}"
    yield ""
    login = "needs log-in" if call.needs_login else "needs no log-in"
    login += ", or `Authorization: Board <secret>`" if call.takes_board else ""
    login += "; no token may" if call.scope is None else f"; tokens for `{call.scope.value}`"
    yield f"`{call.method} {call.path}`, {login}. {call.summary}"
    yield ""
    yield f"- takes: {_fields(call.arguments)}"
    yield f"- answers: {_answer(call)}"


def _answer(call: Call) -> str:
    answer = call.answer
    if call.media_types:
        return f"a file, with its name in `Content-Disposition`: {', '.join(call.media_types)}"
    if answer is None:
        return "nothing"
    if call.is_stream:
        events = f"each `counts` with {_fields(answer)}; behind the last, when it is over, `end`"
        return f"`text/event-stream`: {events}. A line `:` says only that the service is there"
    described = kinds.type_info(answer)
    if isinstance(described, kinds.ListType):
        assert isinstance(described.item_type, kinds.StructType)
        return f"an array of {_fields(described.item_type.cls)}"
    return _fields(answer)


def _fields(struct: type[msgspec.Struct]) -> str:
    described = kinds.type_info(struct)
    assert isinstance(described, kinds.StructType)
    return ", ".join(map(_field, described.fields)) or "nothing"


def _field(field: kinds.Field) -> str:
    """Writes a field with its kind; of an optional one null says nothing that is to be said."""
    if field.required:
        return f"`{field.encode_name}`: {_kind(field.type)}"
    return f"`{field.encode_name}?`: {_kind(field.type).removesuffix(' or none')}"


def _kind(kind: kinds.Type) -> str:
    match kind:
        case kinds.Metadata(inner):
            return _kind(inner)
        case kinds.UnionType(types):
            return " or ".join(_kind(each) for each in types)
        case kinds.ListType(item):
            return f"array of {_kind(item)}"
        case kinds.StructType(cls):
            return f"{{{_fields(cls)}}}"
        case kinds.BytesType():
            return "a file, or Base64"
        case kinds.EnumType(cls):
            return " or ".join(f'"{each.value}"' for each in cls)
        case kinds.LiteralType(values):
            return " or ".join(f'"{each}"' for each in values)
    return type(kind).__name__.removesuffix("Type").lower()


if __name__ == "__main__":
    print("\n".join(lines()))
