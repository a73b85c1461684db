"""What the calls about what people show of themselves take and answer. Contract: 3."""

from __future__ import annotations

from typing import Annotated, Literal

import msgspec
from msgspec import UNSET, Meta, UnsetType

from attendance_core.profiles import MAX_PEOPLE_FOUND
from attendance_core.vocabulary import UserId
from attendance_web.structs.arguments import Image, Offset, RowLimit


class NewPicture(msgspec.Struct, frozen=True):
    """A picture of oneself; ``name`` is the file's, with its extension."""

    image: Image
    name: str


class NewScan(msgspec.Struct, frozen=True):
    """A scan of one's student record book."""

    image: Image
    name: str | None = None


class NewInfo(msgspec.Struct, frozen=True):
    """At least one of them."""

    display_name: str | None = None
    bio: str | None = None


class NamePart(msgspec.Struct, frozen=True):
    """A part of a display name, at least 4 characters."""

    display_name_part: str
    limit: RowLimit = MAX_PEOPLE_FOUND
    offset: Offset = 0


class ProfileShown(msgspec.Struct, frozen=True):
    """``confirmation``, ``reason`` and ``note`` are told of oneself only, the last two where there
    is one; ``deleted`` of whoever has deleted their account, of whom there is nothing else.
    """

    user_id: UserId
    pic: Annotated[str, Meta(description="The address of a picture, to be loaded as it is")]
    display_name: str
    confirmed: bool
    bio: str
    karma: int
    confirmation: Literal["none", "pending", "approved", "rejected"] | UnsetType = UNSET
    reason: (
        Literal["renamed", "unreadable", "not_a_record_book", "name_differs", "expired", "other"]
        | UnsetType
    ) = UNSET
    note: str | UnsetType = UNSET
    deleted: bool | UnsetType = UNSET


class PersonNamed(msgspec.Struct, frozen=True):
    """Somebody, by id and name."""

    user_id: UserId
    display_name: str


class PeopleFound(msgspec.Struct, frozen=True):
    """By name, then id."""

    users: list[PersonNamed]
