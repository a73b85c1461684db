"""The language of the two sockets, declared once: what is said, and how it is spelt.

Contract: 6, the table of messages.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

import msgspec

from attendance_core.errors import Language, Refusal, Unavailable
from attendance_core.marking.connections import Role
from attendance_core.marking.frames import (
    Closing,
    Confirmed,
    Frame,
    MarkingList,
    Prepared,
    Refused,
    ReservationExpired,
    UserJoined,
    UserLeft,
    WasMarked,
)
from attendance_core.profiles import ProfileSummary
from attendance_core.vocabulary import UserId
from attendance_web.wire.refusals import BadFrame, BadParams, UnknownMessage
from attendance_web.wire.urls import picture_url
from attendance_web.wire.values import MOST_ID, Wrong, too_much, whole_number

TAKEN = {
    Role.MARK_ME: frozenset({"ping"}),
    Role.MARKING: frozenset({"prepare_to_mark", "confirm_marking", "refuse_to_mark", "ping"}),
}
MARKED_TEXT = {
    "en": "Marked, thank you! You have earned {points} karma.",
    "ru": "Отмечено, спасибо! Вы заработали {points} кармы.",
}


class UserRef(msgspec.Struct, frozen=True):
    """Somebody; an id may come as a digit string."""

    user_id: int | str


class PerhapsUserRef(msgspec.Struct, frozen=True):
    """Somebody, or whoever it is about."""

    user_id: int | str | None = None


class PrepareToMark(msgspec.Struct, frozen=True):
    """I choose this person: nobody else can now."""

    user_id: UserId


class ConfirmMarking(msgspec.Struct, frozen=True):
    """Done, they are marked."""

    user_id: UserId | None


class RefuseToMark(msgspec.Struct, frozen=True):
    """I give them back."""

    user_id: UserId | None


class Ping(msgspec.Struct, frozen=True):
    """Are you there?"""


Command = PrepareToMark | ConfirmMarking | RefuseToMark | Ping


class _ClientFrame(msgspec.Struct, frozen=True):
    message: str
    params: msgspec.Raw = msgspec.Raw(b"null")


_decode_frame = msgspec.json.Decoder(_ClientFrame).decode
_decode_user = msgspec.json.Decoder(UserRef).decode
_decode_perhaps_user = msgspec.json.Decoder(PerhapsUserRef | None).decode
_encode = msgspec.json.Encoder().encode


def decode(text: str, role: Role) -> Command:
    """What a client of such a socket says. Raises BadFrame, UnknownMessage, BadParams."""
    encoded = text.encode()
    if too_much(encoded):
        raise BadFrame
    try:
        frame = _decode_frame(encoded)
    except msgspec.DecodeError:
        raise BadFrame from None
    if frame.message not in TAKEN[role]:
        raise UnknownMessage
    try:
        match frame.message:
            case "prepare_to_mark":
                return PrepareToMark(_user_id(_decode_user(frame.params).user_id))
            case "confirm_marking":
                return ConfirmMarking(_perhaps_user_id(frame.params))
            case "refuse_to_mark":
                return RefuseToMark(_perhaps_user_id(frame.params))
            case _:
                return Ping()
    except msgspec.DecodeError:
        raise BadParams from None


def _perhaps_user_id(params: msgspec.Raw) -> UserId | None:
    given = _decode_perhaps_user(params)
    return None if given is None or given.user_id is None else _user_id(given.user_id)


def _user_id(given: int | str) -> UserId:
    try:
        return UserId(whole_number(given, 1, MOST_ID))
    except Wrong:
        raise BadParams from None


People = Mapping[UserId, ProfileSummary]
NOBODY: Final[People] = {}


class PersonShown(msgspec.Struct, frozen=True):
    """Somebody in a list of people: the same for whoever looks."""

    user_id: UserId
    display_name: str
    pic: str
    confirmed: bool


def encode(frame: Frame, language: Language, people: People = NOBODY) -> str:
    """What a socket is told, as text; only `Confirmed` depends on the language.

    ``people`` are those whose name and picture are at hand; of others the frame has the id alone.
    """
    message, params = _spelt(frame, language)
    match frame:
        case MarkingList(user_ids):
            params["users"] = [_shown(people[each]) for each in user_ids if each in people]
        case UserJoined(user_id) if user_id in people:
            params["user"] = _shown(people[user_id])
    told: dict[str, object] = {"result": "ok", "message": message}
    if params:
        told["params"] = params
    return _encode(told).decode()


def _shown(person: ProfileSummary) -> PersonShown:
    return PersonShown(
        person.user_id, person.display_name, picture_url(person.picture), person.confirmed
    )


def _spelt(frame: Frame, language: Language) -> tuple[str, dict[str, object]]:
    match frame:
        case MarkingList(user_ids, asked_at):
            return "marking_list", {"marking_list": user_ids, "asked_at": asked_at}
        case UserJoined(user_id, asked_at):
            return "user_joined", {"user_id": user_id, "asked_at": asked_at}
        case UserLeft(user_id):
            return "user_left", {"user_id": user_id}
        case Prepared(user_id, expires_in):
            return "prepared", {"user_id": user_id, "expires_in": expires_in}
        case Confirmed(points):
            return "marked", {"display_msg": MARKED_TEXT[language].format(points=points)}
        case Refused():
            return "refused", {}
        case ReservationExpired(user_id):
            return "reservation_expired", {"user_id": user_id}
        case WasMarked(user_id):
            return "was_marked", {"user_id": user_id}
        case Closing():
            raise TypeError("a closing is an error frame and a code, not a message")


PONG = _encode({"result": "ok", "message": "pong"}).decode()


def encode_error(error: Refusal | Unavailable, language: Language) -> str:
    """A refusal as a frame: a text for the person, a code for the program."""
    return _encode(
        {"result": "error", "message": error.text(language), "params": {"code": error.code}}
    ).decode()
