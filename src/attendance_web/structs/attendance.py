"""What the calls about what can be shown of marks take and answer. Contract: 7, 8."""

from __future__ import annotations

from typing import Annotated, Literal
from uuid import UUID

import msgspec
from msgspec import Meta

from attendance_core.attendance import SeenState
from attendance_core.marking.ledger import MAX_ENTRY_N
from attendance_core.vocabulary import UserId
from attendance_web.structs.arguments import EventRef, Page, PersonId

GradeName = Literal["organiser", "checked", "peer"]
OriginName = Literal["hold", "hand"]
ReasonName = Literal["wrong_person", "not_present", "duplicate", "not_me", "other"]


class AnnulledShown(msgspec.Struct, frozen=True):
    """Why somebody's mark does not stand, and since when: UNIX seconds, UTC."""

    at: int
    reason: ReasonName
    note: str | None


class ParticipantShown(msgspec.Struct, frozen=True):
    """``marked_by``, ``marked_at``, ``grade``, ``origin`` and ``n`` are null where they have no
    mark that stands.

    ``marked_as`` is the name they were marked under, where they have another now; ``group`` the
    first line of what they say of themselves; ``annulled`` is there where their last mark was.
    Times: UNIX seconds, UTC.
    """

    user_id: UserId
    display_name: str
    confirmed: bool
    state: SeenState
    marked_by: UserId | None
    marked_at: int | None
    grade: GradeName | None
    origin: OriginName | None
    n: int | None
    marked_as: str | None
    group: str
    annulled: AnnulledShown | None


class Attendance(msgspec.Struct, frozen=True):
    """By name, then id."""

    participants: list[ParticipantShown]


class MyAttendance(msgspec.Struct, frozen=True):
    """An event I joined; from ``marked_by`` on null where no mark of mine stands.

    ``annulled`` is there where the last one was annulled. Times: UNIX seconds, UTC.
    """

    event_id: UUID
    name: str
    time_from: int
    time_to: int
    marked_by: UserId | None
    marked_at: int | None
    grade: GradeName | None
    n: int | None
    annulled: AnnulledShown | None


class ByHand(msgspec.Struct, frozen=True):
    """Somebody, joined or not; the note is for them, too."""

    event_id: EventRef
    user_id: PersonId
    note: str = ""


class Annulment(msgspec.Struct, frozen=True):
    """The mark that stands, by its number; the note is for the person, too."""

    event_id: EventRef
    user_id: PersonId
    n: Annotated[int, Meta(ge=1, le=MAX_ENTRY_N, description="The number of the mark")]
    reason: ReasonName
    note: str = ""


class EntryNumber(msgspec.Struct, frozen=True):
    """Which entry of the person's it is."""

    n: int


class WhoseLedger(Page, frozen=True, kw_only=True):
    """All of an event, or of one person in it."""

    event_id: EventRef
    user_id: PersonId | None = None


class EntryShown(msgspec.Struct, frozen=True):
    """``origin`` and ``grade`` are a mark's, ``reason`` an annulment's.

    Times: UNIX seconds, UTC.
    """

    user_id: UserId
    n: int
    kind: Literal["marked", "annulled"]
    actor_id: UserId
    at: int
    origin: OriginName | None
    grade: GradeName | None
    marked_as: str | None
    reason: ReasonName | None
    note: str | None


class WhichFile(msgspec.Struct, frozen=True):
    """Of which event, as what, and with the times of which place, by its name at IANA."""

    event_id: EventRef
    format: Literal["xlsx", "csv", "json"]
    tz: str = "UTC"


class LedgerShown(msgspec.Struct, frozen=True):
    """The newest first."""

    entries: list[EntryShown]
