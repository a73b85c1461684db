"""Everybody there is in an event, whom each call and each socket is for."""

from __future__ import annotations

from base64 import b64encode
from collections.abc import AsyncIterator
from typing import Any, Final, NamedTuple
from uuid import UUID, uuid4

import httpx
import pytest
import pytest_asyncio

from attendance_core.accounts import Actor, session_id_of
from attendance_core.marking.connections import Role
from attendance_core.vocabulary import EventId, UserId
from attendance_web.http.call import Call
from attendance_web.http.envelope import JSON
from tests.support.live_house import House, Visitor
from tests.support.pictures import picture

in_one_loop = pytest.mark.asyncio(loop_scope="module")
# Who asks. A participant has joined; the marker has marked one, who is the last of them
ROLES: Final = ("anonymous", "outsider", "participant", "marker", "helper", "creator", "marked")
MAY: Final = "may"
PICTURE: Final = {"image": b64encode(picture()).decode(), "name": "a.png"}
EVERYBODY: Final = (MAY,) * 7
LOGGED_IN: Final = ("not_logged_in", *(MAY,) * 6)
ORGANISERS: Final = (
    *("not_logged_in", *("not_an_organiser",) * 3, MAY, MAY),
    "not_an_organiser",
)
CREATOR: Final = ("not_logged_in", *("not_the_creator",) * 4, MAY, "not_the_creator")
# None of them is one: `test_calls_review` asks as a moderator
MODERATORS: Final = ("not_logged_in", *("not_a_moderator",) * 6)
SCAN: Final = {"scan": str(UUID(int=1))}
JOINED: Final = "already_joined"
ANSWERS_BY_ROLE: Final = {
    "SignUp": EVERYBODY,
    "LogIn": EVERYBODY,
    "LogOut": EVERYBODY,
    "ChangePassword": ("not_logged_in", *("missing_argument",) * 6),  # nobody gives the old one
    "DeleteAccount": ("not_logged_in", *("missing_argument",) * 6),  # nobody gives their password
    "DownloadData": ("not_logged_in", *("missing_argument",) * 6),
    "GetSessions": LOGGED_IN,
    "EndSession": LOGGED_IN,
    "MakeRecoveryCodes": ("not_logged_in", *("missing_argument",) * 6),  # nobody gives a password
    "UseRecoveryCode": ("wrong_recovery_code",) * 7,  # whoever has one
    "ResetPassword": ("wrong_reset_link",) * 7,  # whoever has one
    "GetCurrentUserId": EVERYBODY,
    "CreateToken": ("not_logged_in", *("missing_argument",) * 6),  # nobody gives a password
    "GetTokens": LOGGED_IN,
    "RevokeToken": LOGGED_IN,
    "LinkProvider": ("not_logged_in", *("no_provider",) * 6),  # here there is none
    "UnlinkProvider": LOGGED_IN,
    "GetProfile": LOGGED_IN,
    "UpdateProfilePicture": LOGGED_IN,
    "UpdateProfileInfo": LOGGED_IN,
    "UploadProfileConfirmation": LOGGED_IN,
    "GetPendingConfirmations": MODERATORS,
    "TakeConfirmation": MODERATORS,
    "ReturnConfirmation": MODERATORS,
    "ResolveConfirmation": MODERATORS,
    "GetConfirmationLog": LOGGED_IN,
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


class Scene(NamedTuple):
    """An event, and who has to do with it, by role."""

    event_id: EventId
    people: dict[str, Visitor]


async def scene_in(house: House) -> Scene:
    """Makes one of people who have never done anything."""
    people = {role: await house.add_person() for role in ROLES[1:]}
    ids = {role: UserId(person.user_id) for role, person in people.items()}
    event_id = await house.create_event(people["creator"])
    do = house.attendance.use_cases
    await do.add_helper(actor=ids["creator"], event_id=event_id, user_id=ids["helper"])
    await do.join_event(actor=ids["participant"], event_id=event_id)
    waiting, marking = (
        house.attendance.connection(
            Actor(ids[role], session_id_of(people[role].token)), event_id, role_of_socket
        )
        for role, role_of_socket in (("marked", Role.MARK_ME), ("marker", Role.MARKING))
    )
    await do.mark_me(connection=waiting)
    await do.ready_to_mark(connection=marking)
    await do.prepare_to_mark(connection=marking, target=ids["marked"])
    await do.confirm_marking(connection=marking, target=None)
    await do.hang_up(connections=[waiting, marking], goodbye=True)
    return Scene(event_id, people)


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def kept_scene(house: House) -> Scene:
    """One for all who change nothing, or are refused."""
    return await scene_in(house)


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def client(house: House) -> AsyncIterator[httpx.AsyncClient]:
    address = f"http://127.0.0.1:{house.port}"
    async with httpx.AsyncClient(base_url=address, trust_env=False, verify=False) as opened:
        yield opened


def arguments_of(call: Call, scene: Scene, role: str) -> dict[str, Any]:
    """Makes what is right for this call there, whoever asks."""
    event = {"event_id": str(scene.event_id)}
    marked = {"user_id": scene.people["marked"].user_id}
    other = {"user_id": scene.people["outsider" if role == "creator" else "creator"].user_id}
    name = f"{call.name} by {role}"
    of_calls: dict[str, dict[str, Any]] = {
        "CreateToken": {"name": "a program", "scopes": ["read"]},
        "RevokeToken": {"token_id": str(uuid4())},
        "UnlinkProvider": {"link": "0" * 32},
        "SignUp": {"username": f"{call.name}.{role}", "password": "correct horse battery"},
        "LogIn": {"username": "SignUp.anonymous", "password": "correct horse battery"},
        "ChangePassword": {"new_password": "correct horse battery"},
        "EndSession": {"others": True},
        "UseRecoveryCode": {"username": "nobody", "code": "x", "new_password": "tea at five"},
        "ResetPassword": {"token": "x", "new_password": "tea at five"},
        "UpdateProfileInfo": {"bio": name},
        **dict.fromkeys(("UpdateProfilePicture", "UploadProfileConfirmation"), PICTURE),
        **dict.fromkeys(("TakeConfirmation", "ReturnConfirmation"), SCAN),
        "ResolveConfirmation": {**SCAN, "approve": True},
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


async def told(
    client: httpx.AsyncClient, call: Call, given: dict[str, Any], headers: dict[str, str]
) -> str:
    """Asks; answers that one may, or the code of a refusal."""
    client.cookies.clear()  # nobody is who asked before
    if call.is_stream:
        async with client.stream("GET", call.path, params=given, headers=headers) as answer:
            if not answer.headers["content-type"].startswith(JSON):
                return MAY
            await answer.aread()
    elif call.method == "GET":
        answer = await client.get(call.path, params=given, headers=headers)
    else:
        answer = await client.post(call.path, json=given, headers=headers)
    is_file = "content-disposition" in answer.headers
    said: dict[str, Any] = {"error": 0} if is_file else answer.json()
    return MAY if said["error"] == 0 else str(said["code"])
