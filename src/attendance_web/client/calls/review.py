"""Calls of `attendance_web.review`. Printed by `make print` from what declares them."""

from __future__ import annotations

from attendance_web.client.calling import Calling
from attendance_web.structs.arguments import Offset, RowLimit, ScanRef
from attendance_web.structs.review import ConfirmationLog, Reason, ScanInHand, ScansPending


class ReviewCalls(Calling):
    """Makes the calls of `review`."""

    async def get_pending_confirmations(
        self,
        *,
        limit: RowLimit | None = None,
        offset: Offset = 0,
    ) -> ScansPending:
        """Scans that wait for a moderator.

        Needs log-in; no token may.
        """
        return await self.call(
            ScansPending,
            "GET",
            "/api/profile/GetPendingConfirmations",
            limit=limit,
            offset=offset,
        )

    async def take_confirmation(
        self,
        *,
        scan: ScanRef,
    ) -> ScanInHand:
        """Takes a scan for ten minutes, in which nobody else judges it; again, for ten more.

        Needs log-in; no token may.
        """
        return await self.call(
            ScanInHand,
            "POST",
            "/api/profile/TakeConfirmation",
            scan=scan,
        )

    async def return_confirmation(
        self,
        *,
        scan: ScanRef,
    ) -> None:
        """Gives a scan that I have taken back to the others.

        Needs log-in; no token may.
        """
        return await self.call_for_nothing(
            "POST",
            "/api/profile/ReturnConfirmation",
            scan=scan,
        )

    async def resolve_confirmation(
        self,
        *,
        scan: ScanRef,
        approve: bool,
        reason: Reason | None = None,
        note: str = "",
    ) -> None:
        """Gives the tick for a scan that I have taken, or says why not; its image is deleted.

        Needs log-in; no token may.
        """
        return await self.call_for_nothing(
            "POST",
            "/api/profile/ResolveConfirmation",
            scan=scan,
            approve=approve,
            reason=reason,
            note=note,
        )

    async def get_confirmation_log(
        self,
        *,
        limit: RowLimit | None = None,
        offset: Offset = 0,
    ) -> ConfirmationLog:
        """Who looked at scans of mine, and who judged them.

        Needs log-in; no token may.
        """
        return await self.call(
            ConfirmationLog,
            "GET",
            "/api/profile/GetConfirmationLog",
            limit=limit,
            offset=offset,
        )
