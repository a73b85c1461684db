"""What the calls about who organises an event take and answer. Contract: 8.5."""

from __future__ import annotations

import msgspec

from attendance_core.vocabulary import UserId
from attendance_web.structs.arguments import EventRef, PersonId


class OneHelper(msgspec.Struct, frozen=True):
    """An event, and somebody who helps in it."""

    event_id: EventRef
    user_id: PersonId


class HelperShown(msgspec.Struct, frozen=True):
    """Somebody who helps, by id and name."""

    user_id: UserId
    display_name: str


class HelpersShown(msgspec.Struct, frozen=True):
    """In the order they were added."""

    helpers: list[HelperShown]
