"""Who may do what: each call and each socket, asked by everybody there is.

Contract: 1, 5, 6, 8.
A call that has no row in `tests.support.scenes` fails: whoever adds one says who may call it.
"""

from __future__ import annotations

from contextlib import suppress
from typing import Final

import httpx
import pytest
from websockets.exceptions import ConnectionClosed

from attendance_core.marking.connections import Role
from attendance_core.marking.who_marks import WhoMarks
from attendance_core.vocabulary import UserId
from attendance_web.http.call import Call
from attendance_web.routes import CALLS
from tests.support.houses import house_in_memory as house
from tests.support.live_house import House
from tests.support.scenes import (
    ANSWERS_BY_ROLE,
    LOGGED_IN,
    MAY,
    ROLES,
    Scene,
    arguments_of,
    client,
    in_one_loop,
    kept_scene,
    scene_in,
    told,
)
from tests.support.scopes import SCOPES

__all__ = ["client", "house", "kept_scene"]


# Sockets of an event in which only its organisers mark
SOCKET_ANSWERS_BY_ROLE: Final = {
    Role.MARK_ME: LOGGED_IN,
    Role.MARKING: ("not_logged_in", *("may_not_mark",) * 3, MAY, MAY, "may_not_mark"),
}


def test_every_call_has_a_row() -> None:
    assert sorted(ANSWERS_BY_ROLE) == sorted(SCOPES) == sorted(call.name for call in CALLS)
    assert set(SOCKET_ANSWERS_BY_ROLE) == set(Role)


@in_one_loop
@pytest.mark.parametrize("call", CALLS, ids=lambda call: call.name)
async def test_a_call_is_for_those_whom_the_table_names(
    house: House, client: httpx.AsyncClient, kept_scene: Scene, call: Call
) -> None:
    found: list[str] = []
    scene = kept_scene if call.method == "GET" else await scene_in(house)
    for role in ROLES:
        is_of_events = call.method == "POST" and call.path.startswith("/api/events/")
        if is_of_events and found[-1:] == [MAY]:
            scene = await scene_in(house)  # whoever asked before has changed it
        headers = {"Cookie": "csrftoken=t", "X-CSRFToken": "t"}
        if role != "anonymous":
            headers["Cookie"] += f"; sessionid={scene.people[role].token}"
        found.append(await told(client, call, arguments_of(call, scene, role), headers))
    assert dict(zip(ROLES, found, strict=True)) == dict(
        zip(ROLES, ANSWERS_BY_ROLE[call.name], strict=True)
    )


@in_one_loop
@pytest.mark.parametrize("role_of_socket", Role)
async def test_a_socket_is_for_those_whom_the_table_names(
    house: House, role_of_socket: Role
) -> None:
    found = []
    scene = await scene_in(house)
    creator = UserId(scene.people["creator"].user_id)
    await house.attendance.use_cases.update_event(
        actor=creator, event_id=scene.event_id, who_marks=WhoMarks.ORGANISERS
    )
    for role in ROLES:
        cookie = {} if role == "anonymous" else {"Cookie": f"sessionid={scene.people[role].token}"}
        path = f"/ws/{role_of_socket.value}?event_id={scene.event_id}"
        wire = await house.opens(path, **cookie)
        with suppress(ConnectionClosed):  # it was turned away already
            await wire.says("ping")
        frame = await wire.heard()
        found.append(MAY if frame["result"] == "ok" else frame["params"]["code"])
    table = dict(zip(ROLES, SOCKET_ANSWERS_BY_ROLE[role_of_socket], strict=True))
    assert dict(zip(ROLES, found, strict=True)) == table
