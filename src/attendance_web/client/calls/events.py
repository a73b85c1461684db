"""Calls of `attendance_web.events`. Printed by `make print` from what declares them."""

from __future__ import annotations

from attendance_web.client.calling import Calling
from attendance_web.structs.arguments import EventRef, Offset, RowLimit, UnixTime
from attendance_web.structs.events import (
    CreatedEvent,
    EventCreated,
    EventShown,
    JoinedEvent,
    OneEventShown,
    WhoMarksName,
)


class EventCalls(Calling):
    """Makes the calls of `events`."""

    async def create_event(
        self,
        *,
        name: str,
        time_from: UnixTime,
        time_to: UnixTime,
        who_marks: WhoMarksName = "everybody",
    ) -> EventCreated:
        """Makes an event, which I join.

        Needs log-in; tokens for `events`.
        """
        return await self.call(
            EventCreated,
            "POST",
            "/api/events/CreateEvent",
            name=name,
            time_from=time_from,
            time_to=time_to,
            who_marks=who_marks,
        )

    async def get_event_by_id(
        self,
        *,
        event_id: EventRef,
    ) -> OneEventShown:
        """One event, and what I may do in it.

        Needs no log-in; tokens for `read`.
        """
        return await self.call(
            OneEventShown,
            "GET",
            "/api/events/GetEventByID",
            event_id=event_id,
        )

    async def get_events(
        self,
        *,
        limit: RowLimit | None = None,
        offset: Offset = 0,
        ends_after: UnixTime | None = None,
        starts_before: UnixTime | None = None,
        newest_first: bool = False,
        name: str | None = None,
    ) -> list[EventShown]:
        """Events by a part of their name, in whatever case; by start, then name.

        Needs no log-in; tokens for `read`.
        """
        return await self.call(
            list[EventShown],
            "GET",
            "/api/events/GetEvents",
            limit=limit,
            offset=offset,
            ends_after=ends_after,
            starts_before=starts_before,
            newest_first=newest_first,
            name=name,
        )

    async def join_event(
        self,
        *,
        event_id: EventRef,
    ) -> None:
        """I take part.

        Needs log-in; tokens for `events`.
        """
        return await self.call_for_nothing(
            "POST",
            "/api/events/JoinEvent",
            event_id=event_id,
        )

    async def leave_event(
        self,
        *,
        event_id: EventRef,
    ) -> None:
        """I no longer take part; marks stay.

        Needs log-in; tokens for `events`.
        """
        return await self.call_for_nothing(
            "POST",
            "/api/events/LeaveEvent",
            event_id=event_id,
        )

    async def delete_event(
        self,
        *,
        event_id: EventRef,
    ) -> None:
        """Deletes an event of mine in which nobody has been marked.

        Needs log-in; tokens for `events`.
        """
        return await self.call_for_nothing(
            "POST",
            "/api/events/DeleteEvent",
            event_id=event_id,
        )

    async def update_event(
        self,
        *,
        event_id: EventRef,
        name: str | None = None,
        time_from: UnixTime | None = None,
        time_to: UnixTime | None = None,
        who_marks: WhoMarksName | None = None,
    ) -> None:
        """Changes an event that I organise, until it ends; its start only before that.

        Needs log-in; tokens for `events`.
        """
        return await self.call_for_nothing(
            "POST",
            "/api/events/UpdateEvent",
            event_id=event_id,
            name=name,
            time_from=time_from,
            time_to=time_to,
            who_marks=who_marks,
        )

    async def get_created_events(
        self,
        *,
        limit: RowLimit | None = None,
        offset: Offset = 0,
        ends_after: UnixTime | None = None,
        starts_before: UnixTime | None = None,
        newest_first: bool = False,
        helping: bool = False,
    ) -> list[CreatedEvent]:
        """The events I made; by start, then name.

        Needs log-in; tokens for `read`.
        """
        return await self.call(
            list[CreatedEvent],
            "GET",
            "/api/events/GetCreatedEvents",
            limit=limit,
            offset=offset,
            ends_after=ends_after,
            starts_before=starts_before,
            newest_first=newest_first,
            helping=helping,
        )

    async def get_joined_events(
        self,
        *,
        limit: RowLimit | None = None,
        offset: Offset = 0,
        ends_after: UnixTime | None = None,
        starts_before: UnixTime | None = None,
        newest_first: bool = False,
    ) -> list[JoinedEvent]:
        """The events I am in; by start, then name.

        Needs log-in; tokens for `read`.
        """
        return await self.call(
            list[JoinedEvent],
            "GET",
            "/api/events/GetJoinedEvents",
            limit=limit,
            offset=offset,
            ends_after=ends_after,
            starts_before=starts_before,
            newest_first=newest_first,
        )
