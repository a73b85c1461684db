"""Who may do what: each call and each socket, asked by everybody there is. Contract: 1, 5, 6, 8.

A call that has no row here fails: whoever adds one says who may call it.
"""

from __future__ import annotations

from base64 import b64encode
from collections.abc import AsyncIterator
from contextlib import suppress
from typing import Any, Final, NamedTuple

import httpx
import pytest
import pytest_asyncio
from websockets.exceptions import ConnectionClosed

from attendance_core.marking.connections import Role
from attendance_core.marking.who_marks import WhoMarks
from attendance_core.vocabulary import EventId, UserId
from attendance_web.http.call import Call
from attendance_web.http.envelope import JSON
from attendance_web.routes import CALLS
from tests.support.live_house import House, Visitor, opened_house
from tests.support.pictures import picture

in_one_loop = pytest.mark.asyncio(loop_scope="module")
# Who asks. A participant has joined; the marker has marked one, who is the last of them
ROLES: Final = ("anonymous", "stranger", "participant", "marker", "helper", "creator", "marked")
MAY: Final = "may"
PICTURE: Final = {"image": b64encode(picture()).decode(), "name": "a.png"}
EVERYBODY: Final = (MAY,) * 7
LOGGED_IN: Final = ("not_logged_in", *(MAY,) * 6)
ORGANISERS: Final = (
    *("not_logged_in", *("not_an_organiser",) * 3, MAY, MAY),
    "not_an_organiser",
)
CREATOR: Final = ("not_logged_in", *("not_the_creator",) * 4, MAY, "not_the_creator")
JOINED: Final = "already_joined"
TABLE: Final = {
    "SignUp": EVERYBODY,
    "LogIn": EVERYBODY,
    "LogOut": EVERYBODY,
    "ChangePassword": ("not_logged_in", *("missing_argument",) * 6),  # nobody gives the old one
    "GetSessions": LOGGED_IN,
    "EndSession": LOGGED_IN,
    "MakeRecoveryCodes": ("not_logged_in", *("missing_argument",) * 6),  # nobody gives a password
    "UseRecoveryCode": ("wrong_recovery_code",) * 7,  # whoever has one
    "ResetPassword": ("wrong_reset_link",) * 7,  # whoever has one
    "GetCurrentUserId": EVERYBODY,
    "GetProfile": LOGGED_IN,
    "UpdateProfilePicture": LOGGED_IN,
    "UpdateProfileInfo": LOGGED_IN,
    "UploadProfileConfirmation": LOGGED_IN,
    "FindByName": LOGGED_IN,
    "GetFriendList": LOGGED_IN,
    "SendFriendRequest": LOGGED_IN,
    "GetFriendRequests": LOGGED_IN,
    "RemoveFriend": LOGGED_IN,
    "CreateEvent": LOGGED_IN,
    "GetEventByID": EVERYBODY,
    "GetEvents": EVERYBODY,
    "JoinEvent": ("not_logged_in", MAY, JOINED, JOINED, MAY, JOINED, JOINED),
    "LeaveEvent": ("not_logged_in", "not_joined", MAY, MAY, "not_joined", MAY, MAY),
    "DeleteEvent": (*CREATOR[:5], "somebody_was_marked", "not_the_creator"),
    "UpdateEvent": ORGANISERS,
    "GetCreatedEvents": LOGGED_IN,
    "GetJoinedEvents": LOGGED_IN,
    "AddHelper": CREATOR,
    "RemoveHelper": ("not_logged_in", *("not_the_creator",) * 3, MAY, MAY, "not_the_creator"),
    "GetHelpers": ORGANISERS,
    "GetAttendance": ORGANISERS,
    "GetMyAttendance": LOGGED_IN,
    "MarkParticipant": ORGANISERS,
    "AnnulMark": ("not_logged_in", *("may_not_annul",) * 2, MAY, MAY, MAY, "may_not_annul"),
    "GetLedger": (*ORGANISERS[:6], MAY),
    "ExportAttendance": ORGANISERS,
    "WatchAttendance": ORGANISERS,
    "MakeBoardLink": ORGANISERS,
    "RemoveBoardLink": ORGANISERS,
}
# Sockets of an event in which only its organisers mark
SOCKETS: Final = {
    Role.MARK_ME: LOGGED_IN,
    Role.MARKING: ("not_logged_in", *("may_not_mark",) * 3, MAY, MAY, "may_not_mark"),
}


class Scene(NamedTuple):
    """An event, and who has to do with it, by role."""

    event_id: EventId
    people: dict[str, Visitor]


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def house() -> AsyncIterator[House]:
    async with opened_house(None) as opened:
        yield opened


async def scene_in(house: House) -> Scene:
    """Makes one of people who have never done anything."""
    people = {role: await house.person() for role in ROLES[1:]}
    ids = {role: UserId(person.user_id) for role, person in people.items()}
    event_id = await house.event(people["creator"])
    do = house.attendance.use_cases
    await do.add_helper(actor=ids["creator"], event_id=event_id, user_id=ids["helper"])
    await do.join_event(actor=ids["participant"], event_id=event_id)
    waits = await people["marked"].mark_me(event_id)
    marks = await people["marker"].marks(event_id)
    await marks.asks("prepare_to_mark", user_id=ids["marked"])
    await marks.asks("confirm_marking")
    await waits.hears("was_marked")
    await marks.says_goodbye()
    return Scene(event_id, people)


def arguments_of(call: Call, scene: Scene, role: str) -> dict[str, Any]:
    """What is right for this call there, whoever asks."""
    event = {"event_id": str(scene.event_id)}
    marked = {"user_id": scene.people["marked"].user_id}
    other = {"user_id": scene.people["stranger" if role == "creator" else "creator"].user_id}
    name = f"{call.name} by {role}"
    of_calls: dict[str, dict[str, Any]] = {
        "SignUp": {"username": f"{call.name}.{role}", "password": "correct horse battery"},
        "LogIn": {"username": "SignUp.anonymous", "password": "correct horse battery"},
        "ChangePassword": {"new_password": "correct horse battery"},
        "EndSession": {"others": True},
        "UseRecoveryCode": {"username": "nobody", "code": "x", "new_password": "tea at five"},
        "ResetPassword": {"token": "x", "new_password": "tea at five"},
        "UpdateProfileInfo": {"bio": name},
        **dict.fromkeys(("UpdateProfilePicture", "UploadProfileConfirmation"), PICTURE),
        "FindByName": {"display_name_part": "person"},
        "GetProfile": marked,
        "SendFriendRequest": other,
        "CreateEvent": {"name": name, "time_from": 1, "time_to": 2**31},
        "UpdateEvent": {**event, "name": name},
        "AddHelper": {**event, **marked},
        "RemoveHelper": {**event, "user_id": scene.people["helper"].user_id},
        "MarkParticipant": {**event, **marked},
        "AnnulMark": {**event, **marked, "n": 1, "reason": "wrong_person"},
        **dict.fromkeys(("GetEventByID", "JoinEvent", "LeaveEvent", "DeleteEvent"), event),
        **dict.fromkeys(("GetHelpers", "GetAttendance", "WatchAttendance"), event),
        **dict.fromkeys(("MakeBoardLink", "RemoveBoardLink"), event),
        "GetLedger": {**event, **marked},
        "ExportAttendance": {**event, "format": "csv"},
        "RemoveFriend": other,
    }
    return of_calls.get(call.name, {})


def test_every_call_has_a_row() -> None:
    assert sorted(TABLE) == sorted(call.name for call in CALLS)
    assert set(SOCKETS) == set(Role)


@in_one_loop
@pytest.mark.parametrize("call", CALLS, ids=lambda call: call.name)
async def test_a_call_is_for_those_whom_the_table_names(house: House, call: Call) -> None:
    found: list[str] = []
    scene = await scene_in(house)
    for role in ROLES:
        is_of_events = call.method == "POST" and call.path.startswith("/api/events/")
        if is_of_events and found[-1:] == [MAY]:
            scene = await scene_in(house)  # whoever asked before has changed it
        headers = {"Cookie": "csrftoken=t", "X-CSRFToken": "t"}
        if role != "anonymous":
            headers["Cookie"] += f"; sessionid={scene.people[role].token}"
        given = arguments_of(call, scene, role)
        address = f"http://127.0.0.1:{house.port}{call.path}"
        async with httpx.AsyncClient(headers=headers, trust_env=False, verify=False) as client:
            if call.is_stream:
                async with client.stream("GET", address, params=given) as answer:
                    if not answer.headers["content-type"].startswith(JSON):
                        found.append(MAY)
                        continue
                    await answer.aread()
            elif call.method == "GET":
                answer = await client.get(address, params=given)
            else:
                answer = await client.post(address, json=given)
        is_file = "content-disposition" in answer.headers
        said: dict[str, Any] = {"error": 0} if is_file else answer.json()
        found.append(MAY if said["error"] == 0 else said["code"])
    assert dict(zip(ROLES, found, strict=True)) == dict(zip(ROLES, TABLE[call.name], strict=True))


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
    table = dict(zip(ROLES, SOCKETS[role_of_socket], strict=True))
    assert dict(zip(ROLES, found, strict=True)) == table
