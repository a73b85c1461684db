"""Marks somebody by the client that openapi-python-client has made of our description.

It is run where that and its generator are installed, with the address of a service.
"""

from __future__ import annotations

import sys
import time
from http.cookies import SimpleCookie
from uuid import UUID

import httpx
from attendance_client import AuthenticatedClient, Client
from attendance_client.api.accounts import (
    create_token,
    get_current_user_id,
    log_in,
    log_out,
    sign_up,
)
from attendance_client.api.events import (
    create_event,
    get_attendance,
    join_event,
    mark_participant,
)
from attendance_client.models import (
    ByHand,
    ErrorEnvelope,
    NewAccount,
    NewEvent,
    NewToken,
    NewTokenScopesItem,
    OneEvent,
    UsernameAndPassword,
)

PASSWORD = "like tea at five"
UNKNOWN_USER_ID = 10**9


def repeat_csrf(request: httpx.Request) -> None:
    """Says in a header what the cookie says, as a page of ours does."""
    cookie = SimpleCookie(request.headers.get("Cookie", "")).get("csrftoken")
    if cookie is not None:
        request.headers["X-CSRFToken"] = cookie.value


def somebody(address: str, name: str) -> tuple[Client, int]:
    """Signs somebody up, and logs them out and in again; answers their client and their id."""
    client = Client(
        base_url=address,
        headers={"Accept-Language": "en"},
        httpx_args={"event_hooks": {"request": [repeat_csrf]}},
    )
    current = get_current_user_id.sync(client=client)
    assert current.response.user_id is None
    signed_up = sign_up.sync(
        client=client, body=NewAccount(name, PASSWORD, display_name=name.title())
    )
    log_out.sync(client=client)
    logged_in = log_in.sync(client=client, body=UsernameAndPassword(name, PASSWORD))
    assert logged_in.response.user_id == signed_up.response.user_id
    return client, logged_in.response.user_id


def main(address: str) -> None:
    """Has an organiser, by token, mark somebody who has joined, and then nobody there is."""
    anna, anna_id = somebody(address, "anna.python")
    boris, boris_id = somebody(address, "boris.python")
    now = int(time.time())
    event = create_event.sync(client=boris, body=NewEvent("Snakes", now - 60, now + 3600))
    event_id = UUID(str(event.response.event_id))
    join_event.sync(client=anna, body=OneEvent(event_id))
    scopes = [NewTokenScopesItem.MARK, NewTokenScopesItem.READ]
    token = create_token.sync(client=boris, body=NewToken("A script", scopes, password=PASSWORD))
    program = AuthenticatedClient(base_url=address, token=token.response.token)
    marked = mark_participant.sync(client=program, body=ByHand(event_id, anna_id, note="late"))
    assert marked.response.n == 1
    sheet = get_attendance.sync(client=program, event_id=event_id)
    (row,) = [each for each in sheet.response.participants if each.user_id == anna_id]
    assert (row.state, row.marked_by, row.origin) == ("marked", boris_id, "hand"), row
    refusal = mark_participant.sync(client=program, body=ByHand(event_id, UNKNOWN_USER_ID))
    assert isinstance(refusal, ErrorEnvelope)
    print(refusal.code)


if __name__ == "__main__":
    main(sys.argv[1])
