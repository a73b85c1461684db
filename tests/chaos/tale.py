"""Histories that are made up, for tests of the checker."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import Any

from tests.chaos.checker import violations
from tests.chaos.history import HistoryItem
from tests.chaos.kept import (
    BY_HAND,
    BY_HOLD,
    EntryKey,
    KarmaTerms,
    Kept,
    KeptEvent,
    LedgerRow,
    OldMark,
    ShownEntry,
    karma_of,
)

ANNA, BORIS, VERA, GLEB = 1, 2, 3, 4  # two who wait, two who mark
CREATOR, HELPER = 8, 9
CHECKED = (VERA,)  # who has the tick
EVENT = "lecture"
HOLD_SECONDS = 90.0
START, END = 1000.0, 5000.0
ANNA_SOCKET, VERA_SOCKET, GLEB_SOCKET = 11, 12, 13
BORIS_SOCKET, EXTRA_SOCKET = 14, 15  # which a test opens
KARMA_TERMS = KarmaTerms(pair=4, unchecked=100)
LECTURE = KeptEvent("Lecture", START - 60, END, CREATOR)
LINKS = {ANNA_SOCKET: 111, VERA_SOCKET: 112, GLEB_SOCKET: 113}


@dataclass
class Tale:
    """A history being made up; a second passes with each thing that happens."""

    now: float = START
    items: list[HistoryItem] = field(default_factory=list)
    ledger: list[LedgerRow] = field(default_factory=list)
    karma: dict[int, int] | None = None  # None: what the ledger pays
    karma_terms: KarmaTerms = KARMA_TERMS
    kept_event: KeptEvent = LECTURE
    last_entries: list[EntryKey] | None = None  # None: as the ledger has it
    old_marks: list[OldMark] | None = None
    shown_entries: list[ShownEntry] | None = None
    sent_count: int = 0
    call_count: int = 0

    @property
    def ends_at(self) -> float:
        """When the event ends."""
        return self.kept_event.ends_at

    @ends_at.setter
    def ends_at(self, at: float) -> None:
        self.kept_event = replace(self.kept_event, ends_at=at)

    def add(self, what: str, person: int = 0, socket: int = 0, **data: Any) -> None:
        self.now += 1
        self.items.append(HistoryItem(self.now, what, person, EVENT, socket, data))

    def opens(
        self, person: int, role: str, socket: int, worker: int = 0, *, news: bool = False
    ) -> None:
        link = LINKS.get(socket, 0)
        self.add("opening", person, socket, role=role, worker=worker, link=link, news=news)
        self.add("opened", person, socket)

    def hears(
        self,
        person: int,
        socket: int,
        message: str,
        answers: int | None = None,
        marked_person: int | None = None,
        **params: Any,
    ) -> None:
        frame = {"result": "ok", "message": message, "params": params}
        self.add("heard", person, socket, frame=frame, answers=answers, marked_person=marked_person)

    def says(self, person: int, socket: int, message: str, user_id: int | None = None) -> int:
        self.sent_count += 1
        self.add("sent", person, socket, number=self.sent_count, message=message, user_id=user_id)
        return self.sent_count

    def prepares(self, marker: int, socket: int, person: int) -> None:
        number = self.says(marker, socket, "prepare_to_mark", person)
        self.hears(marker, socket, "prepared", number, user_id=person, expires_in=HOLD_SECONDS)

    def confirms(self, marker: int, socket: int, person: int) -> None:
        number = self.says(marker, socket, "confirm_marking", person)
        n = self.keeps_mark(marker, person, self.now + 0.5)
        self.hears(marker, socket, "marked", number, marked_person=person, user_id=person, n=n)

    def keeps_mark(self, marker: int, person: int, at: float, origin: str = BY_HOLD) -> int:
        """Writes a mark into the ledger; answers its number."""
        return self.writes(person, marker, at, origin)

    def writes(
        self, person: int, actor: int, at: float, origin: str | None, reason: str | None = None
    ) -> int:
        """Writes an entry into the ledger; answers its number."""
        n = 1 + max((each.n for each in self.ledger if each.person == person), default=0)
        self.ledger.append(LedgerRow(EVENT, person, n, actor, at, origin, False, reason))
        return n

    def marks_by_hand(self, organiser: int, person: int) -> int:
        """Calls, and writes what that has done; answers the number of the entry."""
        n = self.writes(person, organiser, self.now + 1.5, BY_HAND)
        self.calls(organiser, "MarkParticipant", n=n, user_id=person)
        return n

    def annuls(self, actor: int, person: int, n: int, reason: str = "other") -> None:
        """Calls and is answered, and writes what that has done."""
        written = self.writes(person, actor, self.now + 1.5, None, reason)
        self.calls(actor, "AnnulMark", n=written, user_id=person, given_n=n, reason=reason)

    def changes(self, organiser: int, *, status: int = 200, **fields: Any) -> None:
        """Calls, and has the event be another."""
        self.calls(organiser, "UpdateEvent", status=status, **fields)
        names = {"time_from": "starts_at", "time_to": "ends_at"}
        self.kept_event = replace(
            self.kept_event, **{names.get(each, each): fields[each] for each in fields}
        )

    def learns_of_mark(self, person: int, socket: int, marker: int) -> None:
        """Is told `was_marked`, and closed."""
        self.hears(person, socket, "was_marked", user_id=marker)
        self.add("closed", person, socket, code=1000)

    def calm(
        self,
        waiting: list[int],
        held: dict[str, int] | None = None,
        markers: tuple[int, ...] = (VERA, GLEB),
    ) -> None:
        self.add("calm")
        self.now += 30
        for _ in range(2):
            self.look(waiting, held, markers)
            self.now += 7

    def look(
        self,
        waiting: list[int],
        held: dict[str, int] | None = None,
        markers: tuple[int, ...] = (VERA, GLEB),
    ) -> None:
        """Reads the store, which says this."""
        order = sorted([*waiting, *map(int, held or {})])
        event = self.kept_event
        times = {"time_from": int(event.starts_at), "time_to": int(event.ends_at)}
        data: dict[str, Any] = {"order": order, "markers": list(markers)}
        data["is"] = {"name": event.name, **times}
        self.add("look", waiting=waiting, held=held or {}, **data)

    def begins(self) -> None:
        """Has Anna and Boris wait, and Vera and Gleb sit by the sheet."""
        self.opens(ANNA, "mark_me", ANNA_SOCKET)
        self.opens(BORIS, "mark_me", BORIS_SOCKET)
        for marker, socket in ((VERA, VERA_SOCKET), (GLEB, GLEB_SOCKET)):
            self.opens(marker, "marking", socket)
            self.hears(marker, socket, "marking_list", marking_list=[ANNA, BORIS])

    def refuses(self, marker: int, socket: int, number: int, code: str) -> None:
        """Answers a command with an error frame."""
        frame = {"result": "error", "message": "no", "params": {"code": code}}
        self.add("heard", marker, socket, frame=frame, answers=number, marked_person=None)

    def calls(
        self,
        person: int,
        call: str,
        /,
        *,
        error: int = 0,
        status: int = 200,
        refusal: str = "",
        n: int | None = None,
        given_n: int | None = None,
        **given: Any,
    ) -> None:
        """Calls and is answered with the entry ``n``; ``given_n`` is the mark that it names."""
        self.call_count += 1
        socket = 1000 + self.call_count
        if given_n is not None:
            given["n"] = given_n
        path = f"/api/events/{call}"
        self.add("called", person, socket, call=path, worker=0, given={"event_id": EVENT, **given})
        answer = {"status": status, "error": error if status else None, "refusal": refusal, "n": n}
        self.add("answered", person, socket, link=0, **answer)

    def broken_rules(self) -> set[str]:
        """Judges it; answers the names of the rules that it breaks."""
        karma = karma_of(self.ledger, self.karma_terms) if self.karma is None else self.karma
        last = {each.person: each for each in sorted(self.ledger, key=lambda each: each.n)}
        standing = [
            OldMark(EVENT, each.person, each.actor) for each in last.values() if each.origin
        ]
        entry_keys = [EntryKey(EVENT, each.person, each.n) for each in last.values()]
        kept = Kept(
            self.ledger,
            {EVENT: self.kept_event},
            karma,
            self.karma_terms,
            CHECKED,
            entry_keys if self.last_entries is None else self.last_entries,
            standing if self.old_marks is None else self.old_marks,
            {} if self.shown_entries is None else {EVENT: self.shown_entries},
        )
        return {each.partition(":")[0] for each in violations(self.items, kept, HOLD_SECONDS)}
