"""What the calls of the review desk take and answer. Contract: 9.8."""

from __future__ import annotations

from typing import Annotated, Literal
from uuid import UUID

import msgspec
from msgspec import Meta

from attendance_core.vocabulary import UserId
from attendance_web.structs.arguments import ScanRef

Reason = Literal["unreadable", "not_a_record_book", "name_differs", "expired", "other"]


class OneScan(msgspec.Struct, frozen=True):
    """A scan, by id."""

    scan: ScanRef


class Judgement(msgspec.Struct, frozen=True):
    """What I think of a scan that I have taken: ``reason`` is needed where I reject it."""

    scan: ScanRef
    approve: bool
    reason: Reason | None = None
    note: Annotated[str, Meta(description="0-200 characters, which its owner sees")] = ""


class ScanPending(msgspec.Struct, frozen=True):
    """A scan that waits; ``taken_by`` is null where nobody has it just now.

    Times: UNIX seconds, UTC.
    """

    scan: UUID
    user_id: UserId
    display_name: str
    uploaded_at: int
    taken_by: UserId | None


class ScansPending(msgspec.Struct, frozen=True):
    """The oldest first; ``count`` is of all."""

    pending: list[ScanPending]
    count: int


class ScanInHand(msgspec.Struct, frozen=True):
    """``image`` opens to this session, for so many seconds; judged is this name."""

    image: Annotated[str, Meta(description="The path of its image, to be loaded as it is")]
    expires_in: float
    display_name: str


class ActShown(msgspec.Struct, frozen=True):
    """What was done with a scan of mine; ``actor_id`` is a moderator. Times: UNIX seconds, UTC."""

    scan: UUID
    at: int
    what: Literal["taken", "looked", "returned", "approved", "rejected"]
    by: Literal["moderator", "operator", "service"]
    actor_id: UserId | None
    reason: Reason | None


class ConfirmationLog(msgspec.Struct, frozen=True):
    """The latest first."""

    entries: list[ActShown]
