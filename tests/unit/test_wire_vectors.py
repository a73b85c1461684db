"""The vectors for clients in other languages: what the frames come to. Contract: 6.10, 8.9.

`tests/page/vectors.test.js` tries our page's own fold on them.
"""

from __future__ import annotations

import json
import runpy
from collections.abc import Callable
from pathlib import Path
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
from tests.support.fuzz import fits

WRITER = runpy.run_path(str(Path(__file__).parents[2] / "docs" / "print_vectors.py"))
VECTORS = vectors()
MESSAGES = document()["components"]["messages"]
NOWHERE = Address("ws://127.0.0.1:9", dict)
REPAIR = "docs/print_vectors.py writes them anew"


MARKING = [name for name, each in VECTORS.items() if each["socket"] == Role.MARKING.value]
MARK_ME = [name for name, each in VECTORS.items() if each["socket"] == Role.MARK_ME.value]


class Marker:
    """A marker's client, by the letter of the contract and nothing of ours."""

    def __init__(self) -> None:
        self.asked: dict[int, float] = {}
        self.holds: int | None = None

    def opens(self) -> None:
        """Has nothing to do: the list says it all."""

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
                self.asked.pop(params["user_id"], None)
            case "prepared":
                self.holds = params["user_id"]
            case "marked":
                self.asked.pop(params["user_id"], None)
                self.lets_go(params["user_id"])
            case "reservation_expired":
                self.lets_go(params["user_id"])
            case "refused":
                self.holds = None

    def lets_go(self, user_id: int) -> None:
        if self.holds == user_id:
            self.holds = None

    @property
    def seen(self) -> list[int]:
        return sorted(self.asked, key=lambda user_id: (self.asked[user_id], user_id))

    def knows(self) -> dict[str, Any]:
        return {"list": self.seen, "holds": self.holds}


class Asker:
    """The client of one who waits, by the letter of the contract and nothing of ours."""

    def __init__(self) -> None:
        self.place: dict[str, int] | None = None
        self.held_by: int | None = None
        self.marked_by: int | None = None

    def opens(self) -> None:
        self.place = self.held_by = None

    def hears(self, frame: dict[str, Any]) -> None:
        params = frame.get("params", {})
        if frame["result"] == "error":
            return
        match frame["message"]:
            case "your_place":
                self.place = params
            case "held":
                self.held_by = params["user_id"]
            case "let_go":
                self.held_by = None
            case "was_marked":
                self.place, self.held_by, self.marked_by = None, None, params["user_id"]

    def knows(self) -> dict[str, Any]:
        return {"place": self.place, "held_by": self.held_by, "marked_by": self.marked_by}


Client = Marker | Asker
# Tells a wrong client of a frame: before or after it, or in its place, it does something else
Wrongly = Callable[[Any, dict[str, Any]], None]


def first_wrong_step(client: Client, name: str) -> str | None:
    """Where a client comes to something else than what is true, if it does."""
    for step in VECTORS[name]["steps"]:
        if step["opens"]:
            client.opens()
        for frame in step["frames"]:
            client.hears(frame)
        if client.knows() != {key: step[key] for key in client.knows()}:
            return str(step["why"])
    return None


def planted(kind: type[Any], wrongly: Wrongly) -> Callable[[], Client]:
    """A client that hears so."""
    return type("Wrong", (kind,), {"hears": wrongly})


def is_called(frame: dict[str, Any], *names: str) -> bool:
    return frame["result"] == "ok" and frame["message"] in names


def keeps_the_hold_over_a_list(self: Marker, frame: dict[str, Any]) -> None:
    before = self.holds
    Marker.hears(self, frame)
    if is_called(frame, "marking_list"):
        self.holds = before


def ends_any_hold_by(message: str) -> Wrongly:
    def hears(self: Marker, frame: dict[str, Any]) -> None:
        Marker.hears(self, frame)
        if is_called(frame, message):
            self.holds = None

    return hears


def adds_a_list_to_the_one_before(self: Marker, frame: dict[str, Any]) -> None:
    before = self.asked
    Marker.hears(self, frame)
    if is_called(frame, "marking_list"):
        self.asked = before | self.asked


class InRows(Marker):
    """Keeps rows, as a page does."""

    lists_by_id = False
    joins_at_the_end = False
    joins_twice = False

    def __init__(self) -> None:
        super().__init__()
        self.rows: list[int] = []

    def hears(self, frame: dict[str, Any]) -> None:
        super().hears(frame)
        self.rows = [each for each in self.rows if each in self.asked]
        if is_called(frame, "marking_list"):
            self.rows = sorted(self.asked) if self.lists_by_id else list(self.asked)
        elif is_called(frame, "user_joined"):
            if self.joins_twice or frame_user(frame) not in self.rows:
                self.rows.append(frame_user(frame))
            if not self.joins_at_the_end:
                self.rows.sort(key=lambda each: (self.asked[each], each))

    @property
    def seen(self) -> list[int]:
        return self.rows


def in_rows(**wrong: bool) -> Callable[[], Client]:
    return type("Wrong", (InRows,), wrong)


def frame_user(frame: dict[str, Any]) -> int:
    return int(frame["params"]["user_id"])


def passes_over_the_nameless(self: Marker, frame: dict[str, Any]) -> None:
    if not is_called(frame, "user_joined") or "user" in frame["params"]:
        Marker.hears(self, frame)


def keeps_the_old_time(self: Marker, frame: dict[str, Any]) -> None:
    if not is_called(frame, "user_joined") or frame_user(frame) not in self.asked:
        Marker.hears(self, frame)


def does_not_look_at_the_result(kind: type[Any]) -> Wrongly:
    return lambda self, frame: kind.hears(self, {**frame, "result": "ok"})


def passes_over(kind: type[Any], *messages: str) -> Wrongly:
    def hears(self: Any, frame: dict[str, Any]) -> None:
        if not is_called(frame, *messages):
            kind.hears(self, frame)

    return hears


def keeps_the_first(message: str, field: str) -> Wrongly:
    def hears(self: Asker, frame: dict[str, Any]) -> None:
        if not is_called(frame, message) or getattr(self, field) is None:
            Asker.hears(self, frame)

    return hears


class KeepsTheHoldOverAnOpening(Asker):
    def opens(self) -> None:
        self.place = None


def keeps_place_and_hold_of_the_marked(self: Asker, frame: dict[str, Any]) -> None:
    before = self.place, self.held_by
    Asker.hears(self, frame)
    if is_called(frame, "was_marked"):
        self.place, self.held_by = before


WRONG: dict[str, Callable[[], Client]] = {
    "a list keeps the hold": planted(Marker, keeps_the_hold_over_a_list),
    "any mark ends the hold": planted(Marker, ends_any_hold_by("marked")),
    "any end of a hold ends it": planted(Marker, ends_any_hold_by("reservation_expired")),
    "a list is added to the one before": planted(Marker, adds_a_list_to_the_one_before),
    "a list is sorted by id": in_rows(lists_by_id=True),
    "who joins is last": in_rows(joins_at_the_end=True),
    "who joins again is there twice": in_rows(joins_twice=True),
    "who joins again keeps the old time": planted(Marker, keeps_the_old_time),
    "who joins without a name is passed over": planted(Marker, passes_over_the_nameless),
    "of a marker the result is ignored": planted(Marker, does_not_look_at_the_result(Marker)),
    **{
        f"a marker passes over {message}": planted(Marker, passes_over(Marker, message))
        for message in (
            *("marking_list", "user_joined", "user_left", "prepared"),
            *("marked", "refused", "reservation_expired"),
        )
    },
    "the first hold stays": planted(Asker, keeps_the_first("held", "held_by")),
    "the first place stays": planted(Asker, keeps_the_first("your_place", "place")),
    "a new socket keeps the hold": KeepsTheHoldOverAnOpening,
    "who is marked stays held": planted(Asker, keeps_place_and_hold_of_the_marked),
    "of an asker the result is ignored": planted(Asker, does_not_look_at_the_result(Asker)),
    **{
        f"an asker passes over {message}": planted(Asker, passes_over(Asker, message))
        for message in ("your_place", "held", "let_go", "was_marked")
    },
}


@pytest.mark.parametrize("name", WRONG)
def test_a_client_that_folds_wrongly_is_found_by_them(name: str) -> None:
    names = MARKING if isinstance(WRONG[name](), Marker) else MARK_ME
    assert any(first_wrong_step(WRONG[name](), each) for each in names)


def test_they_are_what_the_service_would_say_today() -> None:
    files = {each.name: each.read_text(encoding="utf-8") for each in FOLDER.iterdir()}
    assert files == dict(WRITER["written"]()), REPAIR


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
    """A frame as it comes over a socket."""
    return msgspec.json.decode(json.dumps(frame), type=Frame)


@pytest.mark.parametrize(("role", "names"), [(Role.MARKING, MARKING), (Role.MARK_ME, MARK_ME)])
def test_whatever_a_client_can_be_told_of_people_is_in_them(role: Role, names: list[str]) -> None:
    told = {
        frame["message"] if frame["result"] == "ok" else "error"
        for name in names
        for step in VECTORS[name]["steps"]
        for frame in step["frames"]
    }
    said = {each.message for each in SERVICE_FRAMES.values() if role in each.roles}
    assert (said - {"event_changed"}) | {"error", "pong"} <= told


@pytest.mark.parametrize("name", VECTORS)
def test_their_frames_are_as_they_are_described(name: str) -> None:
    for step in VECTORS[name]["steps"]:
        for frame in step["frames"]:
            message = frame["message"] if frame["result"] == "ok" else "error"
            if message != "of_tomorrow":
                assert fits(frame, MESSAGES[message]["payload"], document()), json.dumps(frame)
