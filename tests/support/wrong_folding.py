"""Clients that fold frames otherwise than the contract says."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from tests.support.right_folding import Asker, Client, Marker

# Tells a wrong client of a frame: before or after it, or in its place, it does something else
Wrongly = Callable[[Any, dict[str, Any]], None]


def planted(kind: type[Any], wrongly: Wrongly) -> Callable[[], Client]:
    """Makes a kind of client that hears so."""
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
    """Keeps rows, as a page does: rightly, where none of the three is set."""

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
