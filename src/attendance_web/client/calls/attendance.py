"""Calls of `attendance_web.attendance`. Printed by `make print` from what declares them."""

from __future__ import annotations

from typing import Literal

from attendance_web.client.answers import File
from attendance_web.client.calling import Calling
from attendance_web.structs.arguments import EventRef, Offset, PersonId, RowLimit
from attendance_web.structs.attendance import (
    Attendance,
    EntryNumber,
    LedgerShown,
    MyAttendance,
    ReasonName,
)


class AttendanceCalls(Calling):
    """Makes the calls of `attendance`."""

    async def get_attendance(
        self,
        *,
        event_id: EventRef,
    ) -> Attendance:
        """Who is in an event that I organise, and who was marked by whom.

        Needs log-in; tokens for `read`.
        """
        return await self.call(
            Attendance,
            "GET",
            "/api/events/GetAttendance",
            event_id=event_id,
        )

    async def get_my_attendance(
        self,
        *,
        limit: RowLimit | None = None,
        offset: Offset = 0,
    ) -> list[MyAttendance]:
        """The events I joined and who marked me there, newest first.

        Needs log-in; tokens for `read`.
        """
        return await self.call(
            list[MyAttendance],
            "GET",
            "/api/profile/GetMyAttendance",
            limit=limit,
            offset=offset,
        )

    async def mark_participant(
        self,
        *,
        event_id: EventRef,
        user_id: PersonId,
        note: str = "",
    ) -> EntryNumber:
        """Marks somebody by hand, in an event that I organise.

        Needs log-in; tokens for `mark`.
        """
        return await self.call(
            EntryNumber,
            "POST",
            "/api/events/MarkParticipant",
            event_id=event_id,
            user_id=user_id,
            note=note,
        )

    async def annul_mark(
        self,
        *,
        event_id: EventRef,
        user_id: PersonId,
        n: int,
        reason: ReasonName,
        note: str = "",
    ) -> EntryNumber:
        """Has a mark stand no more: as an organiser, as who made it, or as who was marked.

        Needs log-in; tokens for `mark`.
        """
        return await self.call(
            EntryNumber,
            "POST",
            "/api/events/AnnulMark",
            event_id=event_id,
            user_id=user_id,
            n=n,
            reason=reason,
            note=note,
        )

    async def get_ledger(
        self,
        *,
        limit: RowLimit | None = None,
        offset: Offset = 0,
        event_id: EventRef,
        user_id: PersonId | None = None,
    ) -> LedgerShown:
        """Every mark and annulment of an event that I organise; of another one my own.

        Needs log-in; tokens for `read`.
        """
        return await self.call(
            LedgerShown,
            "GET",
            "/api/events/GetLedger",
            limit=limit,
            offset=offset,
            event_id=event_id,
            user_id=user_id,
        )

    async def export_attendance(
        self,
        *,
        event_id: EventRef,
        format: Literal["xlsx", "csv", "json"],
        tz: str = "UTC",
    ) -> File:
        """A file with a row for whoever is in an event that I organise.

        Needs log-in; tokens for `export`.
        """
        return await self.call_for_file(
            "GET",
            "/api/events/ExportAttendance",
            event_id=event_id,
            format=format,
            tz=tz,
        )
