"""Histories that are made up, for tests of the checker."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from tests.chaos.checker import violations
from tests.chaos.history import Entry
from tests.chaos.truth import Kept, Mark

ANNA, BORIS, VERA, GLEB = 1, 2, 3, 4  # two who wait, two who mark
EVENT = "lecture"
HOLD = 90.0
START, END = 1000.0, 5000.0
WAITS, MARKS, MARKS_TOO = 11, 12, 13  # sockets of Anna, Vera and Gleb
LINKS = {WAITS: 111, MARKS: 112, MARKS_TOO: 113}


@dataclass
class Tale:
    """A history being made up; a second passes with each thing that happens."""

    now: float = START
    entries: list[Entry] = field(default_factory=list)
    marks: list[Mark] = field(default_factory=list)
    karma: dict[int, int] = field(default_factory=dict)
    ends_at: float = END
    sent: int = 0
    calls_made: int = 0

    def add(self, what: str, person: int = 0, socket: int = 0, **data: Any) -> None:
        self.now += 1
        self.entries.append(Entry(self.now, what, person, EVENT, socket, data))

    def opens(self, person: int, role: str, socket: int, worker: int = 0) -> None:
        self.add("opening", person, socket, role=role, worker=worker, link=LINKS.get(socket, 0))
        self.add("opened", person, socket)

    def hears(
        self,
        person: int,
        socket: int,
        message: str,
        answers: int | None = None,
        confirmed: int | None = None,
        **params: Any,
    ) -> None:
        frame = {"result": "ok", "message": message, "params": params}
        self.add("heard", person, socket, frame=frame, answers=answers, confirmed=confirmed)

    def says(self, person: int, socket: int, message: str, user_id: int | None = None) -> int:
        self.sent += 1
        self.add("sent", person, socket, number=self.sent, message=message, user_id=user_id)
        return self.sent

    def prepares(self, marker: int, socket: int, person: int) -> None:
        number = self.says(marker, socket, "prepare_to_mark", person)
        self.hears(marker, socket, "prepared", number, user_id=person, expires_in=HOLD)

    def confirms(self, marker: int, socket: int, person: int) -> None:
        number = self.says(marker, socket, "confirm_marking", person)
        self.keeps_mark(marker, person, self.now + 0.5)
        self.hears(marker, socket, "marked", number, confirmed=person)

    def keeps_mark(self, marker: int, person: int, at: float) -> None:
        self.marks.append(Mark(EVENT, person, marker, at))
        self.karma[marker] = self.karma.get(marker, 0) + 50

    def was_marked(self, person: int, socket: int, marker: int) -> None:
        self.hears(person, socket, "was_marked", user_id=marker)
        self.add("closed", person, socket, code=1000)

    def calm(self, waiting: list[int], held: dict[str, int] | None = None) -> None:
        self.add("calm")
        self.now += 30
        for _ in range(2):
            self.add("look", waiting=waiting, held=held or {})
            self.now += 5

    def begins(self) -> None:
        """Anna and Boris wait; Vera and Gleb sit by the sheet."""
        self.opens(ANNA, "mark_me", WAITS)
        self.opens(BORIS, "mark_me", 14)
        for marker, socket in ((VERA, MARKS), (GLEB, MARKS_TOO)):
            self.opens(marker, "marking", socket)
            self.hears(marker, socket, "marking_list", marking_list=[ANNA, BORIS])

    def refuses(self, marker: int, socket: int, number: int, code: str) -> None:
        """A command is answered with an error frame."""
        frame = {"result": "error", "message": "no", "params": {"code": code}}
        self.add("heard", marker, socket, frame=frame, answers=number, confirmed=None)

    def calls(self, person: int, name: str, *, error: int = 0) -> None:
        """A call that is answered."""
        self.calls_made += 1
        socket = 1000 + self.calls_made
        self.add("called", person, socket, call=f"/api/events/{name}", worker=0)
        self.add("answered", person, socket, status=200, link=0, error=error)

    def judged(self) -> set[str]:
        """The rules that it breaks."""
        kept = Kept(self.marks, {EVENT: self.ends_at}, self.karma)
        return {each.partition(":")[0] for each in violations(self.entries, kept, HOLD)}
