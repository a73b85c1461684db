"""Clients that fold frames as the contract says."""

from __future__ import annotations

from typing import Any


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
