"""The vectors for clients in other languages: what the frames come to. Contract: 6.10, 8.9.

`tests/page/vectors.test.js` tries our page's own fold on them.
"""

from __future__ import annotations

import json
from typing import Any

import msgspec
import pytest

from attendance_core.marking.connections import Role
from attendance_web.client.frames import Frame
from attendance_web.client.mark_me import MarkMe
from attendance_web.client.marking import Marking
from attendance_web.client.reopening import Address
from attendance_web.live.asyncapi import document
from attendance_web.live.service_frames import SERVICE_FRAMES
from attendance_web.socket_descriptions import FOLDER, vectors
from tests.support.described_answers import fits
from tests.support.docs_scripts import script
from tests.support.right_folding import Asker, Client, Marker
from tests.support.wrong_folding import WRONG, InRows

VECTORS = vectors()
MESSAGES = document()["components"]["messages"]
NOWHERE = Address("ws://127.0.0.1:9", dict)
REPAIR = "docs/print_vectors.py writes them anew"
MARKING = [name for name, each in VECTORS.items() if each["socket"] == Role.MARKING.value]
MARK_ME = [name for name, each in VECTORS.items() if each["socket"] == Role.MARK_ME.value]


def first_wrong_step(client: Client, name: str) -> str | None:
    """Finds where a client comes to something else than what is true, if it does."""
    for step in VECTORS[name]["steps"]:
        if step["opens"]:
            client.opens()
        for frame in step["frames"]:
            client.hears(frame)
        if client.knows() != {key: step[key] for key in client.knows()}:
            return str(step["why"])
    return None


@pytest.mark.parametrize("name", WRONG)
def test_a_client_that_folds_wrongly_is_found_by_them(name: str) -> None:
    names = MARKING if isinstance(WRONG[name](), Marker) else MARK_ME
    assert any(first_wrong_step(WRONG[name](), each) for each in names)


def test_they_are_what_the_service_would_say_today() -> None:
    files = {each.name: each.read_text(encoding="utf-8") for each in FOLDER.iterdir()}
    assert files == dict(script("print_vectors").files()), REPAIR


@pytest.mark.parametrize("name", VECTORS)
def test_a_client_that_keeps_to_the_contract_sees_what_is_true(name: str) -> None:
    for client in [Marker(), InRows()] if name in MARKING else [Asker()]:
        assert first_wrong_step(client, name) is None


@pytest.mark.parametrize("name", MARKING)
async def test_so_does_the_client_that_programs_have(name: str) -> None:
    client = Marking(NOWHERE, patience=1.0, has_ever_answered=lambda: True)
    for step in VECTORS[name]["steps"]:
        for frame in step["frames"]:
            if frame["result"] == "ok":
                await client.hear(read_frame(frame))
        assert [each.user_id for each in client.waiting] == step["list"], step["why"]
        assert client.held == step["holds"], step["why"]


@pytest.mark.parametrize("name", MARK_ME)
async def test_so_does_that_of_one_who_waits(name: str) -> None:
    client = MarkMe(NOWHERE, patience=1.0, has_ever_answered=lambda: True)
    for step in VECTORS[name]["steps"]:
        if step["opens"]:
            client.opened()
        for frame in step["frames"]:
            if frame["result"] == "ok":
                await client.hear(read_frame(frame))
        status = client.status
        assert status.marked_by == step["marked_by"], step["why"]
        held_by = status.held_by
        assert (None if held_by is None else held_by.user_id) == step["held_by"], step["why"]
        place = status.place
        assert (None if place is None else msgspec.to_builtins(place)) == step["place"], step["why"]


def read_frame(frame: dict[str, Any]) -> Frame:
    """Reads a frame as it comes over a socket."""
    return msgspec.json.decode(json.dumps(frame), type=Frame)


@pytest.mark.parametrize(("role", "names"), [(Role.MARKING, MARKING), (Role.MARK_ME, MARK_ME)])
def test_whatever_a_client_can_be_told_of_people_is_in_them(role: Role, names: list[str]) -> None:
    in_vectors = {
        frame["message"] if frame["result"] == "ok" else "error"
        for name in names
        for step in VECTORS[name]["steps"]
        for frame in step["frames"]
    }
    of_this_role = {each.message for each in SERVICE_FRAMES.values() if role in each.roles}
    assert (of_this_role - {"event_changed"}) | {"error", "pong"} <= in_vectors


@pytest.mark.parametrize("name", VECTORS)
def test_their_frames_are_as_they_are_described(name: str) -> None:
    for step in VECTORS[name]["steps"]:
        for frame in step["frames"]:
            message = frame["message"] if frame["result"] == "ok" else "error"
            if message != "of_tomorrow":
                assert fits(frame, MESSAGES[message]["payload"], document()), json.dumps(frame)
