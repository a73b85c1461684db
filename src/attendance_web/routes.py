"""Everything HTTP, for the composition root: handlers, what is added to answers, and refusals."""

from __future__ import annotations

from collections.abc import Mapping
from functools import partial
from typing import Final

from litestar.datastructures import MutableScopeHeaders
from litestar.types import Message, Scope

from attendance_web import (
    accounts,
    attendance,
    boards,
    event_page,
    event_qr_code,
    events,
    friends,
    health,
    oidc,
    oidc_redirects,
    organisers,
    page,
    pictures,
    profiles,
    recovery,
    review,
    scan_images,
    tokens,
)
from attendance_web.http import csrf, every_answer, openapi, page_redirect
from attendance_web.http.call import Call
from attendance_web.http.call_services import CallServices
from attendance_web.http.descriptions import description_route
from attendance_web.http.exception_handlers import EXCEPTION_HANDLERS
from attendance_web.http.pipeline import handler_of

__all__ = ["BEFORE_SEND", "CALLS", "EXCEPTION_HANDLERS", "ROUTES"]

CALLS: Final[tuple[Call, ...]] = (
    *accounts.CALLS,
    *recovery.CALLS,
    *tokens.CALLS,
    *oidc.CALLS,
    *profiles.CALLS,
    *review.CALLS,
    *friends.CALLS,
    *events.CALLS,
    *organisers.CALLS,
    *attendance.CALLS,
    *boards.CALLS,
)


def _encoded(headers: Mapping[str, str]) -> list[tuple[bytes, bytes]]:
    return [(name.encode(), value.encode()) for name, value in headers.items()]


ENCODED_GUARDS: Final = _encoded(every_answer.GUARD_HEADERS)


async def add_common_headers(message: Message, scope: Scope) -> None:
    """Adds what comes with every answer, where that has nothing of its own to say of it."""
    if message["type"] == "http.response.start":
        own = {name for name, _ in message["headers"]}
        added = [*ENCODED_GUARDS, *_encoded(every_answer.time_and_version())]
        message["headers"] = [*message["headers"], *(each for each in added if each[0] not in own)]


async def close_when_draining(message: Message, scope: Scope) -> None:
    """Closes each connection behind its answer, once we are asked to stop.

    A proxy would send the next call into one, after nobody new is let in.
    """
    if message["type"] == "http.response.start":
        services: CallServices = scope["litestar_app"].state.services
        if services.is_draining():
            MutableScopeHeaders.from_message(message)["connection"] = "close"


ROUTES: Final = [
    *map(handler_of, CALLS),
    *page_redirect.ROUTES,
    *oidc_redirects.ROUTES,
    *pictures.ROUTES,
    *scan_images.ROUTES,
    *health.ROUTES,
    description_route(openapi.PATHS, partial(openapi.document, CALLS)),
    *page.ROUTES,
    *event_page.ROUTES,
    *event_qr_code.ROUTES,
]
BEFORE_SEND: Final = [add_common_headers, csrf.give_token, close_when_draining]
