"""What clients say on the two sockets, declared once, and how that is read.

Contract: 6, the table of messages.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Any, Final

import msgspec

from attendance_core.arguments import MAX_ID
from attendance_core.marking.connections import Role
from attendance_core.marking.outcomes import Outcome
from attendance_core.use_cases import UseCases
from attendance_core.vocabulary import UserId
from attendance_web.wire.json_scanning import is_too_complex
from attendance_web.wire.refusals import BadFrame, BadParams, UnknownMessage
from attendance_web.wire.values import InvalidValue, whole_number


class UserRef(msgspec.Struct, frozen=True):
    """Somebody; an id may come as a digit string, or as 12.0."""

    user_id: int | float | str


class OptionalUserRef(msgspec.Struct, frozen=True):
    """Somebody, or whoever it is about."""

    user_id: int | float | str | None = None


ParamsType = type[UserRef] | type[OptionalUserRef] | None
UseCase = Callable[..., Awaitable[Outcome]]


@dataclass(frozen=True, slots=True)
class Command:
    """Declares a message that clients send: on which sockets, with what, and what it does."""

    message: str
    roles: frozenset[Role]
    params: ParamsType  # None: whatever comes is passed over
    use_case_of: Callable[[UseCases], UseCase] | None  # None: it is answered with a pong
    meaning: str  # for docs/wire.md, and for the description of the sockets


MARKERS: Final = frozenset({Role.MARKING})
EVERYBODY: Final = frozenset(Role)

# The whole language of clients: the decoder, the visits and docs/wire.md read it
COMMANDS: Final = {
    command.message: command
    for command in (
        Command(
            "prepare_to_mark",
            MARKERS,
            UserRef,
            lambda do: do.prepare_to_mark,
            "I choose this person: nobody else can now.",
        ),
        Command(
            "confirm_marking",
            MARKERS,
            OptionalUserRef,
            lambda do: do.confirm_marking,
            "Done, they are marked.",
        ),
        Command(
            "refuse_to_mark",
            MARKERS,
            OptionalUserRef,
            lambda do: do.refuse_to_mark,
            "I give them back.",
        ),
        Command("ping", EVERYBODY, None, None, "Are you there?"),
    )
}


@dataclass(frozen=True, slots=True)
class GivenCommand:
    """Holds a command as somebody gave it, and the person it names."""

    command: Command
    target: UserId | None = None


class _ClientFrame(msgspec.Struct, frozen=True):
    message: str
    params: msgspec.Raw = msgspec.Raw(b"null")


_decode_frame = msgspec.json.Decoder(_ClientFrame).decode
_decode_params: Final[dict[Any, Callable[[msgspec.Raw], Any]]] = {
    UserRef: msgspec.json.Decoder(UserRef).decode,
    OptionalUserRef: msgspec.json.Decoder(OptionalUserRef | None).decode,
}


def decode(text: str, role: Role) -> GivenCommand:
    """Reads a frame from a client of such a socket.

    Raises BadFrame, UnknownMessage, BadParams.
    """
    encoded = text.encode()
    if is_too_complex(encoded):
        raise BadFrame
    try:
        frame = _decode_frame(encoded)
    except msgspec.DecodeError:
        raise BadFrame from None
    command = COMMANDS.get(frame.message)
    if command is None or role not in command.roles:
        raise UnknownMessage
    return GivenCommand(command, _target_in(frame.params, command.params))


def _target_in(params: msgspec.Raw, kind: ParamsType) -> UserId | None:
    if kind is None:
        return None
    try:
        ref = _decode_params[kind](params)
        if ref is None or ref.user_id is None:
            return None
        return UserId(whole_number(ref.user_id, 1, MAX_ID))
    except (msgspec.DecodeError, InvalidValue):
        raise BadParams from None
