"""The calls about who organises an event. Contract: 8.5."""

from __future__ import annotations

from attendance_core.bearer_tokens import TokenScope
from attendance_core.vocabulary import EventId, UserId
from attendance_web.http.call import get, post
from attendance_web.http.call_context import CallContext
from attendance_web.structs.arguments import OneEvent
from attendance_web.structs.organisers import HelperShown, HelpersShown, OneHelper


@post("/api/events/AddHelper", scope=TokenScope.EVENTS)
async def add_helper(call: CallContext[OneHelper]) -> None:
    """Somebody helps me in an event of mine; they need not have joined it."""
    event_id, user_id = EventId(call.arguments.event_id), UserId(call.arguments.user_id)
    await call.use_cases.add_helper(actor=call.actor_id, event_id=event_id, user_id=user_id)


@post("/api/events/RemoveHelper", scope=TokenScope.EVENTS)
async def remove_helper(call: CallContext[OneHelper]) -> None:
    """Somebody helps no more: by the creator's word, or their own."""
    event_id, user_id = EventId(call.arguments.event_id), UserId(call.arguments.user_id)
    await call.use_cases.remove_helper(actor=call.actor_id, event_id=event_id, user_id=user_id)


@get("/api/events/GetHelpers")
async def get_helpers(call: CallContext[OneEvent]) -> HelpersShown:
    """Who helps in an event that I organise."""
    helpers = await call.use_cases.get_helpers(
        actor=call.actor_id, event_id=EventId(call.arguments.event_id)
    )
    return HelpersShown([HelperShown(each.user_id, each.display_name) for each in helpers])


CALLS = (add_helper, remove_helper, get_helpers)
