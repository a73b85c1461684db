"""Calls of `attendance_web.boards`. Printed by `make print` from what declares them."""

from __future__ import annotations

from collections.abc import AsyncGenerator

from attendance_web.client.calling import Calling
from attendance_web.structs.arguments import EventRef
from attendance_web.structs.boards import BoardLink
from attendance_web.wire.counts import CountsShown


class BoardCalls(Calling):
    """Makes the calls of `boards`."""

    def watch_attendance(
        self,
        *,
        event_id: EventRef | None = None,
    ) -> AsyncGenerator[CountsShown, None]:
        """How many are there, wait, are held and are marked, told on opening and on every change.

        Needs log-in, or the secret of a board; tokens for `read`.
        """
        return self.call_for_stream(
            CountsShown,
            "GET",
            "/api/events/WatchAttendance",
            event_id=event_id,
        )

    async def make_board_link(
        self,
        *,
        event_id: EventRef,
    ) -> BoardLink:
        """A link to the board of an event that I organise, for whoever has it; the one before ends.

        Needs log-in; tokens for `events`.
        """
        return await self.call(
            BoardLink,
            "POST",
            "/api/events/MakeBoardLink",
            event_id=event_id,
        )

    async def remove_board_link(
        self,
        *,
        event_id: EventRef,
    ) -> None:
        """The link to the board of an event that I organise leads nowhere any more.

        Needs log-in; tokens for `events`.
        """
        return await self.call_for_nothing(
            "POST",
            "/api/events/RemoveBoardLink",
            event_id=event_id,
        )
