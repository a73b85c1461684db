"""What a marker's client knows, folded from its frames. Contract: 6.10."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any


class Fold:
    """One marking socket's list."""

    def __init__(self) -> None:
        self.listed: set[int] = set()
        self.lists = 0  # how many it was sent: one
        self.holding: int | None = None
        self.wrong: list[str] = []  # what could not be true of the list it had

    def hears(self, frame: Mapping[str, Any], confirmed: int | None = None) -> None:
        """``confirmed`` is whom a `marked` is about."""
        params = frame.get("params") or {}
        user_id: int = params.get("user_id", 0)  # of the frames that are about somebody
        match frame["message"] if frame["result"] == "ok" else "":
            case "marking_list":
                self.lists += 1
                self.listed = set(params["marking_list"])
                if self.lists > 1 or len(self.listed) < len(params["marking_list"]):
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
                self.listed.discard(confirmed)
                if confirmed == self.holding:
                    self.holding = None
            case "refused" | "reservation_expired":
                self.holding = None
