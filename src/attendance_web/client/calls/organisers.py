"""Calls of `attendance_web.organisers`. Printed by `make print` from what declares them."""

from __future__ import annotations

from attendance_web.client.calling import Calling
from attendance_web.structs.arguments import EventRef, PersonId
from attendance_web.structs.organisers import HelpersShown


class OrganiserCalls(Calling):
    """Makes the calls of `organisers`."""

    async def add_helper(
        self,
        *,
        event_id: EventRef,
        user_id: PersonId,
    ) -> None:
        """Somebody helps me in an event of mine; they need not have joined it.

        Needs log-in; tokens for `events`.
        """
        return await self.call_for_nothing(
            "POST",
            "/api/events/AddHelper",
            event_id=event_id,
            user_id=user_id,
        )

    async def remove_helper(
        self,
        *,
        event_id: EventRef,
        user_id: PersonId,
    ) -> None:
        """Somebody helps no more: by the creator's word, or their own.

        Needs log-in; tokens for `events`.
        """
        return await self.call_for_nothing(
            "POST",
            "/api/events/RemoveHelper",
            event_id=event_id,
            user_id=user_id,
        )

    async def get_helpers(
        self,
        *,
        event_id: EventRef,
    ) -> HelpersShown:
        """Who helps in an event that I organise.

        Needs log-in; tokens for `read`.
        """
        return await self.call(
            HelpersShown,
            "GET",
            "/api/events/GetHelpers",
            event_id=event_id,
        )
