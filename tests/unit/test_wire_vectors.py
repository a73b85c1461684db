"""The vectors for clients in other languages: what the frames come to. Contract: 6.10.

`tests/page/vectors.test.js` tries our page's own fold on them.
"""

from __future__ import annotations

import json
import runpy
from pathlib import Path
from typing import Any

import msgspec
import pytest

from attendance_core.marking.connections import Role
from attendance_web.client.frames import Frame
from attendance_web.client.link import Address
from attendance_web.client.marking import Marking
from attendance_web.live.asyncapi import document
from attendance_web.live.service_frames import SERVICE_FRAMES
from attendance_web.socket_descriptions import FOLDER, vectors
from tests.support.fuzz import fits

WRITER = runpy.run_path(str(Path(__file__).parents[2] / "docs" / "print_vectors.py"))
VECTORS = vectors()
MESSAGES = document()["components"]["messages"]
REPAIR = "docs/print_vectors.py writes them anew"


class Client:
    """A marker's client, by the letter of the contract and nothing of ours."""

    def __init__(self) -> None:
        self.asked: dict[int, float] = {}
        self.holds: int | None = None

    def hears(self, frame: dict[str, Any]) -> None:
        params = frame.get("params", {})
        if frame["result"] == "error":
            return
        match frame["message"]:
            case "marking_list":
                self.asked = dict(zip(params["marking_list"], params["asked_at"], strict=True))
                self.holds = None
            case "user_joined":
                self.asked[params["user_id"]] = params["asked_at"]
            case "user_left":
                del self.asked[params["user_id"]]
            case "prepared":
                self.holds = params["user_id"]
            case "marked":
                self.asked.pop(params["user_id"], None)
                self.holds = None
            case "refused" | "reservation_expired":
                self.holds = None

    @property
    def seen(self) -> list[int]:
        return sorted(self.asked, key=lambda user_id: (self.asked[user_id], user_id))


def test_they_are_what_the_service_would_say_today() -> None:
    files = {each.name: each.read_text(encoding="utf-8") for each in FOLDER.iterdir()}
    assert files == dict(WRITER["written"]()), REPAIR


@pytest.mark.parametrize("name", VECTORS)
def test_a_client_that_keeps_to_the_contract_sees_what_is_true(name: str) -> None:
    client = Client()
    for step in VECTORS[name]["steps"]:
        for frame in step["frames"]:
            client.hears(frame)
        assert client.seen == step["list"], step["why"]
        assert client.holds == step["holds"], step["why"]


@pytest.mark.parametrize("name", VECTORS)
async def test_so_does_the_client_that_programs_have(name: str) -> None:
    nowhere = Address("ws://127.0.0.1:9", dict)
    client = Marking(nowhere, patience=1.0, is_known=lambda: True)
    for step in VECTORS[name]["steps"]:
        for frame in step["frames"]:
            if frame["result"] == "ok":
                await client.hear(read_frame(frame))
        assert [each.user_id for each in client.waiting] == step["list"], step["why"]
        assert client.held == step["holds"], step["why"]


def read_frame(frame: dict[str, Any]) -> Frame:
    """A frame as it comes over a socket."""
    return msgspec.json.decode(json.dumps(frame), type=Frame)


def test_whatever_a_marker_can_be_told_is_in_them() -> None:
    told = {
        frame["message"] if frame["result"] == "ok" else "error"
        for vector in VECTORS.values()
        for step in vector["steps"]
        for frame in step["frames"]
    }
    marking = {
        each.message
        for each in SERVICE_FRAMES.values()
        if Role.MARKING in each.roles and not each.is_news
    }
    assert marking | {"error", "pong"} <= told


@pytest.mark.parametrize("name", VECTORS)
def test_their_frames_are_as_they_are_described(name: str) -> None:
    for step in VECTORS[name]["steps"]:
        for frame in step["frames"]:
            message = frame["message"] if frame["result"] == "ok" else "error"
            if message != "of_tomorrow":
                assert fits(frame, MESSAGES[message]["payload"], document()), json.dumps(frame)
