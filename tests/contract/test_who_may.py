"""Who may do what: each call and each socket, asked by everybody there is, and by programs.

Contract: 1, 5, 6, 8, 9.3.
A call that has no row here fails: whoever adds one says who may call it.
"""

from __future__ import annotations

from base64 import b64encode
from collections.abc import AsyncIterator
from contextlib import suppress
from dataclasses import replace
from typing import Any, Final, NamedTuple
from uuid import UUID, uuid4

import httpx
import pytest
import pytest_asyncio
from websockets.exceptions import ConnectionClosed

from attendance_core.accounts import Actor, session_id_of
from attendance_core.bearer_tokens import TokenScope
from attendance_core.marking.connections import Role
from attendance_core.marking.who_marks import WhoMarks
from attendance_core.vocabulary import EventId, UserId
from attendance_web.http.call import Call
from attendance_web.http.envelope import JSON
from attendance_web.routes import CALLS
from tests.support.eventually import eventually
from tests.support.houses import house_in_memory as house
from tests.support.live_house import House, Program, Visitor
from tests.support.pictures import picture
from tests.support.scopes import SCOPES

__all__ = ["house"]

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
# None of them is one: `test_calls_review` asks as a moderator
MODERATORS: Final = ("not_logged_in", *("not_a_moderator",) * 6)
SCAN: Final = {"scan": str(UUID(int=1))}
JOINED: Final = "already_joined"
TABLE: Final = {
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
# What a program of the creator shows: a token of one scope, of all, or one that is worth nothing
ALL: Final = "all"
WORTH_NOTHING: Final = ("expired", "revoked", "forged")
SHOWN: Final = (*(each.value for each in TokenScope), ALL, *WORTH_NOTHING)
# Sockets of an event in which only its organisers mark
SOCKETS: Final = {
    Role.MARK_ME: LOGGED_IN,
    Role.MARKING: ("not_logged_in", *("may_not_mark",) * 3, MAY, MAY, "may_not_mark"),
}


class Scene(NamedTuple):
    """An event, and who has to do with it, by role."""

    event_id: EventId
    people: dict[str, Visitor]


async def scene_in(house: House) -> Scene:
    """Makes one of people who have never done anything."""
    people = {role: await house.person() for role in ROLES[1:]}
    ids = {role: UserId(person.user_id) for role, person in people.items()}
    event_id = await house.event(people["creator"])
    do = house.attendance.use_cases
    await do.add_helper(actor=ids["creator"], event_id=event_id, user_id=ids["helper"])
    await do.join_event(actor=ids["participant"], event_id=event_id)
    waits, marks = (
        house.attendance.connection(
            Actor(ids[role], session_id_of(people[role].token)), event_id, role_of_socket
        )
        for role, role_of_socket in (("marked", Role.MARK_ME), ("marker", Role.MARKING))
    )
    await do.mark_me(connection=waits)
    await do.ready_to_mark(connection=marks)
    await do.prepare_to_mark(connection=marks, target=ids["marked"])
    await do.confirm_marking(connection=marks, target=None)
    await do.hang_up(connections=[waits, marks], goodbye=True)
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
    """What is right for this call there, whoever asks."""
    event = {"event_id": str(scene.event_id)}
    marked = {"user_id": scene.people["marked"].user_id}
    other = {"user_id": scene.people["stranger" if role == "creator" else "creator"].user_id}
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


def test_every_call_has_a_row() -> None:
    assert sorted(TABLE) == sorted(SCOPES) == sorted(call.name for call in CALLS)
    assert set(SOCKETS) == set(Role)


async def told(
    client: httpx.AsyncClient, call: Call, given: dict[str, Any], headers: dict[str, str]
) -> str:
    """What this call is answered: that one may, or the code of a refusal."""
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


async def program_of(house: House, scene: Scene, shown: str) -> Program:
    """A program of the creator that shows such a token."""
    creator = scene.people["creator"]
    scopes = [each for each in TokenScope if shown in (each.value, ALL, *WORTH_NOTHING)]
    program = await house.program(creator, scopes, lasts=0 if shown == "expired" else 3600)
    if shown == "revoked":
        await house.attendance.use_cases.revoke_token(
            actor=UserId(creator.user_id), token_id=program.token_id
        )
    return replace(program, secret=f"{program.secret}x") if shown == "forged" else program


@in_one_loop
@pytest.mark.parametrize("call", CALLS, ids=lambda call: call.name)
async def test_a_token_makes_the_calls_of_its_scopes_and_no_other(
    house: House, client: httpx.AsyncClient, kept_scene: Scene, call: Call
) -> None:
    """Contract: 9.3."""
    anonymous, creator = (TABLE[call.name][ROLES.index(each)] for each in ("anonymous", "creator"))
    expected: dict[str, str] = {}
    found: dict[str, str] = {}
    scene = kept_scene if call.method == "GET" else await scene_in(house)
    for shown in SHOWN:
        if MAY in found.values() and call.method == "POST":
            scene = await scene_in(house)
        program = await program_of(house, scene, shown)
        given = arguments_of(call, scene, "creator")
        if "name" in given and not call.is_upload:
            given["name"] += f" by {shown}"
        found[shown] = await told(client, call, given, program.headers)
        if shown in WORTH_NOTHING and anonymous == "not_logged_in":
            expected[shown] = anonymous
        elif SCOPES[call.name] is None:
            expected[shown] = "missing_scope"
        elif shown in WORTH_NOTHING:
            expected[shown] = anonymous
        else:
            expected[shown] = creator if shown in (ALL, SCOPES[call.name]) else "missing_scope"
    assert found == expected


@in_one_loop
@pytest.mark.parametrize("call", CALLS, ids=lambda call: call.name)
async def test_beside_a_cookie_a_token_wins(
    house: House, client: httpx.AsyncClient, kept_scene: Scene, call: Call
) -> None:
    """Contract: 9.3: so a program never does by somebody's cookie what its token may not."""
    creator, needed = kept_scene.people["creator"], SCOPES[call.name]
    others = [each for each in TokenScope if each.value != needed]
    program = await house.program(creator, others)
    cookies = {"Cookie": f"csrftoken=t; sessionid={creator.token}", "X-CSRFToken": "t"}
    given = arguments_of(call, kept_scene, "creator")
    assert await told(client, call, given, program.headers | cookies) == "missing_scope"


@in_one_loop
@pytest.mark.parametrize("role_of_socket", Role)
async def test_a_socket_is_for_tokens_that_mark(house: House, role_of_socket: Role) -> None:
    """Contract: 6.17, 9.3."""
    found: dict[str, tuple[str, int]] = {}
    scene = await scene_in(house)
    for shown in SHOWN:
        program = await program_of(house, scene, shown)
        cookie = {"Cookie": f"sessionid={scene.people['stranger'].token}"}  # which does not count
        path = f"/ws/{role_of_socket.value}?event_id={scene.event_id}"
        wire = await house.opens(path, **program.headers, **cookie)
        if shown in (ALL, "mark"):
            await wire.says("ping")
            found[shown] = (await wire.heard())["result"], 0
            await wire.says_goodbye()
            await eventually(lambda: house.has_no_socket(scene.event_id, scene.people["creator"]))
        else:
            found[shown] = await wire.turns_away()
    assert found == {
        **dict.fromkeys(SHOWN, ("missing_scope", 4403)),
        **dict.fromkeys((ALL, "mark"), ("ok", 0)),
        **dict.fromkeys(WORTH_NOTHING, ("not_logged_in", 4401)),
    }
