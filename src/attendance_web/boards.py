"""The calls about an event's board, and whoever watches its counts. Contract: 8.5."""

from __future__ import annotations

from attendance_core.bearer_tokens import TokenScope
from attendance_core.errors import MissingArgument
from attendance_core.vocabulary import EventId
from attendance_web.http.call import get, post
from attendance_web.http.call_context import CallContext
from attendance_web.http.event_streams import EventStream
from attendance_web.structs.arguments import OneEvent
from attendance_web.structs.boards import BoardLink, WatchedEvent
from attendance_web.wire.counts import CountsShown


@get("/api/events/WatchAttendance", takes_board=True)
async def watch_attendance(call: CallContext[WatchedEvent]) -> EventStream[CountsShown]:
    """How many are there, wait, are held and are marked, told on opening and on every change."""
    watch = call.use_cases.watch_attendance
    if call.board_secret is not None:
        return EventStream(await watch.by_link(call.board_secret))
    actor, event_id = call.logged_in_actor, call.arguments.event_id
    if event_id is None:
        raise MissingArgument(field="event_id")
    return EventStream(
        await watch(actor=actor.user_id, session_id=actor.session_id, event_id=EventId(event_id))
    )


@post("/api/events/MakeBoardLink", scope=TokenScope.EVENTS)
async def make_board_link(call: CallContext[OneEvent]) -> BoardLink:
    """A link to the board of an event that I organise, for whoever has it; the one before ends."""
    event_id = EventId(call.arguments.event_id)
    secret = await call.use_cases.make_board_link(actor=call.actor_id, event_id=event_id)
    return BoardLink(f"/board/{event_id}#{secret}")


@post("/api/events/RemoveBoardLink", scope=TokenScope.EVENTS)
async def remove_board_link(call: CallContext[OneEvent]) -> None:
    """The link to the board of an event that I organise leads nowhere any more."""
    event_id = EventId(call.arguments.event_id)
    await call.use_cases.remove_board_link(actor=call.actor_id, event_id=event_id)


CALLS = (watch_attendance, make_board_link, remove_board_link)
