"""As a program would: it is given a token, marks over the socket, and can do nothing else.

A real service in a process of its own, over each database. Contract: 9.3, CreateToken.
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from typing import Any
from uuid import uuid4

import httpx
import pytest
from sqlalchemy import URL
from websockets.asyncio.client import connect

from attendance_web.http.call import Call
from attendance_web.routes import CALLS
from tests.support.people import Person, create_event, marks, sign_up_people
from tests.support.pictures import picture
from tests.support.scopes import SCOPES
from tests.support.service_process import Service, running
from tests.support.wires import Wire

pytestmark = pytest.mark.long


@pytest.fixture(scope="module", params=["sqlite", "postgres"])
def service(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Service]:
    settings = {}
    if request.param == "postgres":
        database: URL = request.getfixturevalue("postgres_database")
        address = database.set(drivername="postgresql").render_as_string(hide_password=False)
        settings["ATTENDANCE_DATABASE_URL"] = address
    with running(tmp_path_factory.mktemp("service"), settings) as started:
        yield started


def create_token(person: Person, *scopes: str, **more: Any) -> dict[str, Any]:
    """Creates one that they give to a program."""
    given = {"name": "a program", "scopes": scopes, "password": "correct horse battery", **more}
    made: dict[str, Any] = person.browser.post("/api/auth/CreateToken", **given)
    return made


def program(service: Service, token: str) -> httpx.Client:
    headers = {"Authorization": f"Bearer {token}"}
    return httpx.Client(base_url=service.url, headers=headers, trust_env=False)


@asynccontextmanager
async def socket(service: Service, token: str, role: str, event_id: str) -> AsyncIterator[Wire]:
    headers = {"Authorization": f"Bearer {token}"}
    address = f"{service.ws_url}/ws/{role}?event_id={event_id}"
    async with connect(address, additional_headers=headers, proxy=None) as opened:
        yield Wire(opened)


def arguments_of(call: Call, event_id: str, other: Person) -> dict[str, Any]:
    """What fits the call, as far as it can."""
    event = {"event_id": event_id, "user_id": other.user_id, "n": 1, "reason": "other"}
    texts = {"name": uuid4().hex, "display_name_part": "person", "bio": "bio", "format": "json"}
    return {**event, **texts, "time_from": 1, "time_to": 2**31, "token_id": str(uuid4())}


def code_of_refusal(client: httpx.Client, call: Call, given: dict[str, Any]) -> str:
    """The code that it is refused with; "" where it is done."""
    if call.is_stream:
        with client.stream("GET", call.path, params=given) as answer:
            is_refused = answer.headers["content-type"] == "application/json"
            return str(answer.read() and answer.json()["code"]) if is_refused else ""
    if call.method == "GET":
        answer = client.get(call.path, params=given)
    elif call.is_upload:
        answer = client.post(call.path, files={"image": ("a.png", picture(), "image/png")})
    else:
        answer = client.post(call.path, json=given)
    if "content-disposition" in answer.headers:
        return ""
    return str(answer.json().get("code", ""))


async def test_a_program_that_reads_and_marks_does_so_and_nothing_else(service: Service) -> None:
    anna, boris = sign_up_people(service, 2)
    event_id = create_event(anna)
    made = create_token(anna, "read", "mark")
    async with (
        boris.opens("mark_me", event_id) as asks,
        socket(service, made["token"], "marking", event_id) as marker,
    ):
        await marker.hears("marking_list", marking_list=[boris.user_id])
        await marks(marker, asks, boris.user_id)
    assert boris.state(event_id, anna) == "marked"
    with program(service, made["token"]) as client:
        sheet = client.get("/api/events/GetAttendance", params={"event_id": event_id}).json()
        (marked,) = (each for each in sheet["response"]["participants"] if each["marked_by"])
        assert (marked["user_id"], marked["marked_by"]) == (boris.user_id, anna.user_id)
        for call in CALLS:
            code = code_of_refusal(client, call, arguments_of(call, event_id, boris))
            may = SCOPES[call.name] in ("read", "mark")
            assert (code == "missing_scope") is not may, (call.name, code)
    # None of it was done
    assert anna.browser.get("/api/auth/GetTokens")["tokens"][0]["token_id"] == made["token_id"]
    assert anna.browser.get("/api/friends/GetFriendList")["friends"] == []
    assert [each["event_id"] for each in anna.browser.get("/api/events/GetCreatedEvents")] == [
        event_id
    ]


async def test_when_it_is_revoked_it_can_do_nothing_and_its_socket_closes(
    service: Service,
) -> None:
    anna, boris = sign_up_people(service, 2)
    event_id = create_event(anna)
    made = create_token(anna, "read", "mark", "events", "export")
    async with socket(service, made["token"], "marking", event_id) as marker:
        await marker.hears("marking_list", marking_list=[])
        anna.browser.post("/api/auth/RevokeToken", token_id=made["token_id"])
        assert await marker.turns_away() == ("not_logged_in", 4401)
    with program(service, made["token"]) as client:
        for call in CALLS:
            if call.needs_login:
                code = code_of_refusal(client, call, arguments_of(call, event_id, boris))
                assert code == "not_logged_in", call.name
    assert "att_" not in service.said() and made["token"].removeprefix("att_") not in service.said()
