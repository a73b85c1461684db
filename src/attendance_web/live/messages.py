"""What the two sockets are told, and how it is spelt. Contract: 6, the table of messages."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

import msgspec

from attendance_core.errors import Language, Refusal, TooSoon, Unavailable
from attendance_core.marking.frames import (
    Closing,
    Confirmed,
    EventUpdated,
    Frame,
    HeldBy,
    MarkingList,
    Prepared,
    ReservationExpired,
    UserJoined,
    UserLeft,
    WasMarked,
    YourPosition,
)
from attendance_core.profiles import ProfileSummary
from attendance_core.vocabulary import UserId
from attendance_web.live.service_frames import PONG_MESSAGE, SERVICE_FRAMES
from attendance_web.live.text_frame import TextFrame
from attendance_web.structs.people import PersonSummary
from attendance_web.wire.urls import picture_url

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

SpeltPerson = msgspec.Raw  # the JSON of a `PersonSummary`
People = Mapping[UserId, SpeltPerson]
NO_PEOPLE: Final[People] = {}

_encode = msgspec.json.Encoder().encode


def encode(frame: Frame, language: Language, people: People = NO_PEOPLE) -> TextFrame:
    """Spells a frame; only `Confirmed` depends on the language.

    ``people`` are those whose name and picture are known, as `spell_person` spells them; of others
    the frame has the id alone.
    """
    if isinstance(frame, Closing):
        raise TypeError("a closing is an error frame and a code, not a message")
    declared, params = SERVICE_FRAMES[type(frame)], _params_of(frame, language)
    match frame:
        case MarkingList(user_ids=user_ids):
            params["users"] = [people[user_id] for user_id in user_ids if user_id in people]
        case UserJoined(user_id) | HeldBy(user_id) if user_id in people:
            params["user"] = people[user_id]
    spelt: dict[str, object] = {"result": "ok", "message": declared.message}
    if declared.params is not None:
        spelt["params"] = params
    return TextFrame(_encode(spelt))


def spell_person(person: ProfileSummary) -> SpeltPerson:
    """Spells somebody once, for all the lists that they are in: there may be thousands in each."""
    summary = PersonSummary(
        person.user_id,
        person.display_name,
        picture_url(person.picture),
        person.confirmed,
        person.group,
    )
    return SpeltPerson(_encode(summary))


def _params_of(frame: Frame, language: Language) -> dict[str, object]:
    """Spells what goes with a frame, but for the people in it: see `service_frames`."""
    match frame:
        case MarkingList(listed):
            return {
                "marking_list": [each.user_id for each in listed],
                "asked_at": [each.asked_at for each in listed],
            }
        case UserJoined(user_id, asked_at):
            return {"user_id": user_id, "asked_at": asked_at}
        case Prepared(user_id, expires_in) | HeldBy(user_id, expires_in):
            return {"user_id": user_id, "expires_in": expires_in}
        case Confirmed(user_id, n, paid, again):
            text = MARKED_AGAIN_TEXT if again else MARKED_TEXT if paid else UNPAID_TEXT
            display_msg = text[language].format(paid=paid)
            return {"display_msg": display_msg, "user_id": user_id, "n": n, "paid": paid}
        case UserLeft(user_id) | ReservationExpired(user_id) | WasMarked(user_id):
            return {"user_id": user_id}
        case EventUpdated(name, starts_at, ends_at):
            return {"name": name, "time_from": int(starts_at), "time_to": int(ends_at)}
        case YourPosition(position, listed_count, marker_count):
            return {"place": position, "waiting": listed_count, "markers": marker_count}
    return {}


PONG = TextFrame(_encode({"result": "ok", "message": PONG_MESSAGE}))


def encode_error(error: Refusal | Unavailable, language: Language) -> TextFrame:
    """Spells a refusal as a frame: a text for the person, a code for the program.

    The text comes twice: clients of old look for it where calls have it. Contract: 6.15.
    """
    text = error.text(language)
    params: dict[str, object] = {"code": error.code}
    if isinstance(error, TooSoon):
        params |= error.words
    return TextFrame(
        _encode({"result": "error", "message": text, "error_msg": text, "params": params})
    )
