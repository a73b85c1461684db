"""The language of the two sockets, declared once: what is said, and how it is spelt.

Contract: 6, the table of messages.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from typing import Any, Final

import msgspec

from attendance_core.errors import Language, Refusal, TooSoon, Unavailable
from attendance_core.marking.connections import Role
from attendance_core.marking.frames import (
    Closing,
    Confirmed,
    EventUpdated,
    Frame,
    GivenBack,
    HeldBy,
    LetGo,
    MarkingList,
    Prepared,
    ReservationExpired,
    UserJoined,
    UserLeft,
    WasMarked,
    YourPlace,
)
from attendance_core.marking.outcomes import Outcome
from attendance_core.profiles import ProfileSummary
from attendance_core.use_cases import UseCases
from attendance_core.vocabulary import UserId
from attendance_web.wire.refusals import BadFrame, BadParams, UnknownMessage
from attendance_web.wire.urls import picture_url
from attendance_web.wire.values import MAX_ID, InvalidValue, too_complex, whole_number

MARKED_TEXT = {
    "en": "Marked, thank you! You have earned {paid} karma.",
    "ru": "Отмечено, спасибо! Вы заработали {paid} кармы.",
}
UNPAID_TEXT = {
    "en": "Marked, thank you! This mark counts like any other, only for karma it is one too many.",
    "ru": "Отмечено, спасибо! Отметка засчитана, только карму за неё уже не начислить.",
}
MARKED_AGAIN_TEXT = {
    "en": "You have marked this person already, thank you!",
    "ru": "Вы уже отметили этого человека, спасибо!",
}


class UserRef(msgspec.Struct, frozen=True):
    """Somebody; an id may come as a digit string, or as 12.0."""

    user_id: int | float | str


class OptionalUserRef(msgspec.Struct, frozen=True):
    """Somebody, or whoever it is about."""

    user_id: int | float | str | None = None


Params = type[UserRef] | type[OptionalUserRef] | None
UseCase = Callable[..., Awaitable[Outcome]]


@dataclass(frozen=True, slots=True)
class Command:
    """A message that clients send: on which sockets, with what, and what carries it out."""

    message: str
    roles: frozenset[Role]
    params: Params  # None: whatever comes is passed over
    use_case: Callable[[UseCases], UseCase] | None  # None: it is answered with a pong
    meaning: str


MARKERS: Final = frozenset({Role.MARKING})
EVERYBODY: Final = frozenset(Role)

# The whole language of clients: the decoder, the visits, the metrics and docs/wire.md read it
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
    """A command as somebody gave it, and the person it names."""

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
_encode = msgspec.json.Encoder().encode


def decode(text: str, role: Role) -> GivenCommand:
    """Reads a frame from a client of such a socket.

    Raises BadFrame, UnknownMessage, BadParams.
    """
    encoded = text.encode()
    if too_complex(encoded):
        raise BadFrame
    try:
        frame = _decode_frame(encoded)
    except msgspec.DecodeError:
        raise BadFrame from None
    command = COMMANDS.get(frame.message)
    if command is None or role not in command.roles:
        raise UnknownMessage
    return GivenCommand(command, _target(command.params, frame.params))


def _target(params: Params, given: msgspec.Raw) -> UserId | None:
    if params is None:
        return None
    try:
        named = _decode_params[params](given)
        if named is None or named.user_id is None:
            return None
        return UserId(whole_number(named.user_id, 1, MAX_ID))
    except (msgspec.DecodeError, InvalidValue):
        raise BadParams from None


People = Mapping[UserId, ProfileSummary]
NOBODY: Final[People] = {}


class PersonSummary(msgspec.Struct, frozen=True):
    """Somebody in a list of people: the same for whoever looks."""

    user_id: UserId
    display_name: str
    pic: str
    confirmed: bool
    group: str


def encode(frame: Frame, language: Language, people: People = NOBODY) -> str:
    """Spells a frame as text; only `Confirmed` depends on the language.

    ``people`` are those whose name and picture are known; of others the frame has the id alone.
    """
    message, params = _spelling(frame, language)
    match frame:
        case MarkingList(user_ids):
            params["users"] = [
                _summary(people[user_id]) for user_id in user_ids if user_id in people
            ]
        case UserJoined(user_id) | HeldBy(user_id) if user_id in people:
            params["user"] = _summary(people[user_id])
    spelt: dict[str, object] = {"result": "ok", "message": message}
    if params or isinstance(frame, LetGo):
        spelt["params"] = params
    return _encode(spelt).decode()


def _summary(person: ProfileSummary) -> PersonSummary:
    return PersonSummary(
        person.user_id,
        person.display_name,
        picture_url(person.picture),
        person.confirmed,
        person.group,
    )


def _spelling(frame: Frame, language: Language) -> tuple[str, dict[str, object]]:
    match frame:
        case MarkingList(user_ids, asked_at):
            return "marking_list", {"marking_list": user_ids, "asked_at": asked_at}
        case UserJoined(user_id, asked_at):
            return "user_joined", {"user_id": user_id, "asked_at": asked_at}
        case UserLeft(user_id):
            return "user_left", {"user_id": user_id}
        case Prepared(user_id, expires_in):
            return "prepared", {"user_id": user_id, "expires_in": expires_in}
        case Confirmed(user_id, n, paid, again):
            text = MARKED_AGAIN_TEXT if again else MARKED_TEXT if paid else UNPAID_TEXT
            display_msg = text[language].format(paid=paid)
            return "marked", {
                "display_msg": display_msg,
                "user_id": user_id,
                "n": n,
                "paid": paid,
            }
        case GivenBack():
            return "refused", {}
        case ReservationExpired(user_id):
            return "reservation_expired", {"user_id": user_id}
        case HeldBy(user_id, expires_in):
            return "held", {"user_id": user_id, "expires_in": expires_in}
        case LetGo():
            return "let_go", {}
        case EventUpdated(name, starts_at, ends_at):
            times = {"time_from": int(starts_at), "time_to": int(ends_at)}
            return "event_changed", {"name": name, **times}
        case YourPlace(number, waiting, markers):
            return "your_place", {"place": number, "waiting": waiting, "markers": markers}
        case WasMarked(user_id):
            return "was_marked", {"user_id": user_id}
        case Closing():
            raise TypeError("a closing is an error frame and a code, not a message")


PONG = _encode({"result": "ok", "message": "pong"}).decode()


def encode_error(error: Refusal | Unavailable, language: Language) -> str:
    """Spells a refusal as a frame: a text for the person, a code for the program.

    The text comes twice: clients of old look for it where calls have it. Contract: 6.15.
    """
    text = error.text(language)
    params: dict[str, object] = {"code": error.code}
    if isinstance(error, TooSoon):
        params |= error.words
    return _encode(
        {"result": "error", "message": text, "error_msg": text, "params": params}
    ).decode()
