"""Programs with tokens may do what their scopes say, and no more. Contract: 9.3."""

from __future__ import annotations

from dataclasses import replace
from typing import Final

import httpx
import pytest

from attendance_core.bearer_tokens import TokenScope
from attendance_core.marking.connections import Role
from attendance_core.vocabulary import UserId
from attendance_web.http.call import Call
from attendance_web.routes import CALLS
from tests.support.eventually import eventually
from tests.support.houses import house_in_memory as house
from tests.support.live_house import House, Program
from tests.support.scenes import (
    ANSWERS_BY_ROLE,
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


# What a program of the creator shows: a token of one scope, of all, or one that is worth nothing
ALL: Final = "all"
WORTH_NOTHING: Final = ("expired", "revoked", "forged")
SHOWN: Final = (*(each.value for each in TokenScope), ALL, *WORTH_NOTHING)


async def program_of(house: House, scene: Scene, shown: str) -> Program:
    """A program of the creator that shows such a token."""
    creator = scene.people["creator"]
    scopes = [each for each in TokenScope if shown in (each.value, ALL, *WORTH_NOTHING)]
    program = await house.add_program(creator, scopes, lasts=0 if shown == "expired" else 3600)
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
    anonymous, creator = (
        ANSWERS_BY_ROLE[call.name][ROLES.index(each)] for each in ("anonymous", "creator")
    )
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
    program = await house.add_program(creator, others)
    cookie_headers = {"Cookie": f"csrftoken=t; sessionid={creator.token}", "X-CSRFToken": "t"}
    given = arguments_of(call, kept_scene, "creator")
    assert await told(client, call, given, program.headers | cookie_headers) == "missing_scope"


@in_one_loop
@pytest.mark.parametrize("role_of_socket", Role)
async def test_a_socket_is_for_tokens_that_mark(house: House, role_of_socket: Role) -> None:
    """Contract: 6.17, 9.3."""
    found: dict[str, tuple[str, int]] = {}
    scene = await scene_in(house)
    for shown in SHOWN:
        program = await program_of(house, scene, shown)
        cookie = {"Cookie": f"sessionid={scene.people['outsider'].token}"}  # which does not count
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
