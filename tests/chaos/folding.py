"""What clients know, folded from their frames. Contract: 6.10, 8.9."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any


class Fold:
    """One marking socket's list."""

    def __init__(self) -> None:
        self.listed: set[int] = set()
        self.list_count = 0  # how many it was sent: one
        self.holding: int | None = None
        self.wrong: list[str] = []  # what could not be true of the list it had

    def hears(self, frame: Mapping[str, Any], marked_person: int | None = None) -> None:
        """Folds a frame; ``marked_person`` is whom a `marked` is about."""
        params = frame.get("params") or {}
        user_id: int = params.get("user_id", 0)  # of the frames that are about somebody
        match frame["message"] if frame["result"] == "ok" else "":
            case "marking_list":
                self.list_count += 1
                self.listed = set(params["marking_list"])
                if self.list_count > 1 or len(self.listed) < len(params["marking_list"]):
                    self.wrong.append("its list came twice, or with somebody in it twice")
            case "user_joined":
                if user_id in self.listed:
                    self.wrong.append(f"user_joined of {user_id}, who was listed")
                self.listed.add(user_id)
            case "user_left":
                if user_id not in self.listed:
                    self.wrong.append(f"user_left of {user_id}, who was not listed")
                self.listed.discard(user_id)
            case "prepared":
                self.holding = user_id
            case "marked":
                self.listed.discard(marked_person)
                if marked_person == self.holding:
                    self.holding = None
            case "refused" | "reservation_expired":
                self.holding = None


class NewsFold:
    """What one who hears news knows: who has them, their position, and the event as it was told."""

    def __init__(self) -> None:
        self.held_by: int | None = None
        self.position: dict[str, int] | None = None
        self.event: dict[str, Any] | None = None  # None: as it was when the socket was opened
        self.wrong: list[str] = []

    def hears(self, frame: Mapping[str, Any]) -> None:
        """Folds one."""
        params = frame.get("params") or {}
        match frame["message"] if frame["result"] == "ok" else "":
            case "held":
                self.held_by = params["user_id"]
            case "let_go":
                if self.held_by is None:
                    self.wrong.append("let_go of one whom nobody held")
                self.held_by = None
            case "your_place":
                if params == self.position:
                    self.wrong.append(f"the same position twice: {params}")
                if not (1 <= params["place"] <= params["waiting"] and params["markers"] >= 0):
                    self.wrong.append(f"a position that is none: {params}")
                self.position = params
            case "event_changed":
                if params == self.event:
                    self.wrong.append(f"the same event twice: {params}")
                self.event = params
