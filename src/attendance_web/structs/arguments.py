"""Arguments that several calls take, and what arguments are declared with. Contract: 1."""

from __future__ import annotations

from typing import Annotated
from uuid import UUID

import msgspec
from msgspec import Meta

from attendance_core.arguments import MAX_ID, MAX_OFFSET, MAX_ROWS
from attendance_core.vocabulary import LATEST_INSTANT

PersonId = Annotated[int, Meta(ge=1, le=MAX_ID, description="Somebody's id")]
UnixTime = Annotated[int, Meta(ge=0, le=int(LATEST_INSTANT), description="UNIX seconds, UTC")]
RowLimit = Annotated[int, Meta(ge=1, le=MAX_ROWS, description="At most so many rows")]
Offset = Annotated[int, Meta(ge=0, le=MAX_OFFSET, description="Rows to pass over")]
EventRef = Annotated[UUID, Meta(description="An event's id, 36 characters in either case")]
ScanRef = Annotated[UUID, Meta(description="A scan's id, 36 characters in either case")]
Image = Annotated[bytes, Meta(description="A JPEG, PNG or WebP file of at most 10 MiB")]


class Nothing(msgspec.Struct, frozen=True):
    """No arguments."""


class OnePerson(msgspec.Struct, frozen=True):
    """Somebody, by id."""

    user_id: PersonId


class OneEvent(msgspec.Struct, frozen=True):
    """An event, by id."""

    event_id: EventRef


class Page(msgspec.Struct, frozen=True):
    """Which rows of a list; all without a limit."""

    limit: RowLimit | None = None
    offset: Offset = 0
