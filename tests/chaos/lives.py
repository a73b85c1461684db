"""A history, seen socket by socket, with what was done to each and to its process."""

from __future__ import annotations

from bisect import bisect_left
from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import Any

from tests.chaos.history import Entry

ENDINGS = frozenset({"LeaveEvent", "DeleteEvent"})


@dataclass
class Sent:
    """A command, and how it was answered."""

    at: float
    message: str
    user_id: int | None
    answered_at: float | None = None
    answer: str = ""  # a message, or the code of a refusal


@dataclass
class Life:
    """One socket, or one call."""

    number: int
    person: int
    event: str
    role: str  # of a call: its name
    worker: int
    link: int
    asked_at: float  # for it to be opened, or to be answered
    opened_at: float | None = None
    ended_at: float | None = None
    status: int = 0
    code: int | None = None
    last_act_at: float | None = None  # when its person let go of it
    sent: dict[int, Sent] = field(default_factory=dict)
    heard: list[tuple[float, dict[str, Any], int | None, int | None]] = field(default_factory=list)

    def was_open(self, at: float) -> bool:
        """Whether its person could say and hear something on it."""
        return (
            self.opened_at is not None
            and self.opened_at <= at
            and (self.ended_at is None or at < self.ended_at)
        )


@dataclass(frozen=True, slots=True)
class Span:
    """From an instant to another, in UNIX seconds."""

    start: float
    end: float

    def meets(self, start: float, end: float) -> bool:
        """Whether they have an instant in common."""
        return self.start <= end and start <= self.end


class Lives:
    """Everything of one part of a run."""

    def __init__(self, entries: Sequence[Entry]) -> None:
        self.sockets: dict[int, Life] = {}
        self.calls: dict[int, Life] = {}
        self.touched: dict[int, list[float]] = defaultdict(list)  # connections, by their port
        self.troubled: dict[int, list[Span]] = defaultdict(list)  # processes, until they serve
        self.away: dict[str, list[Span]] = defaultdict(list)  # PostgreSQL, Valkey
        self.looks: list[Entry] = []
        self.endings: list[Life] = []  # the calls that may end holds
        self.last_fault_at = self.last_death_at = self.calm_at = 0.0
        self.until = entries[-1].at if entries else 0.0
        self._lags: list[tuple[float, float]] = []
        for entry in entries:
            reads = getattr(self, f"_{entry.what}", None)
            if reads is not None:
                reads(entry)
        self._lagged_at = [at for at, _ in self._lags]

    def lag(self, start: float, end: float) -> float:
        """For how many seconds of these the machine did not let us go on."""
        first = bisect_left(self._lagged_at, start)
        return sum(lag for at, lag in self._lags[first:] if at - lag <= end)

    def is_untouched(self, life: Life, start: float, end: float) -> bool:
        """Whether nobody had harmed the connection, nor its process in this time."""
        return not any(life.asked_at <= at <= end for at in self.touched[life.link]) and not any(
            span.meets(start, end) for span in self.troubled[life.worker]
        )

    def roles(self, role: str) -> Iterable[Life]:
        """The sockets of one sort."""
        return (life for life in self.sockets.values() if life.role == role)

    def _opening(self, entry: Entry) -> None:
        data = entry.data
        self.sockets[entry.socket] = Life(
            entry.socket,
            entry.person,
            entry.event,
            data["role"],
            data["worker"],
            data["link"],
            entry.at,
        )

    def _opened(self, entry: Entry) -> None:
        self.sockets[entry.socket].opened_at = entry.at

    def _turned_away(self, entry: Entry) -> None:
        life = self.sockets[entry.socket]
        life.ended_at, life.status = entry.at, entry.data["status"]

    def _sent(self, entry: Entry) -> None:
        data = entry.data
        sent = Sent(entry.at, data["message"], data["user_id"])
        self.sockets[entry.socket].sent[data["number"]] = sent

    def _heard(self, entry: Entry) -> None:
        life, data = self.sockets[entry.socket], entry.data
        frame = data["frame"]
        life.heard.append((entry.at, frame, data["answers"], data["confirmed"]))
        if data["answers"] is not None:
            sent = life.sent[data["answers"]]
            sent.answered_at = entry.at
            is_ok = frame["result"] == "ok"
            sent.answer = frame["message"] if is_ok else frame["params"]["code"]

    def _goodbye(self, entry: Entry) -> None:
        life = self.sockets[entry.socket]
        life.last_act_at = life.last_act_at or entry.at

    _given_up = _goodbye

    def _closed(self, entry: Entry) -> None:
        life = self.sockets[entry.socket]
        life.ended_at, life.code = entry.at, entry.data["code"]

    def _called(self, entry: Entry) -> None:
        name = entry.data["call"].rpartition("/")[2]
        life = Life(
            entry.socket, entry.person, entry.event, name, entry.data["worker"], 0, entry.at
        )
        self.calls[entry.socket] = life
        if name in ENDINGS:
            self.endings.append(life)

    def _answered(self, entry: Entry) -> None:
        life = self.calls[entry.socket]
        life.ended_at, life.status = entry.at, entry.data["status"]
        life.link = entry.data["link"]

    def _fault(self, entry: Entry) -> None:
        data = entry.data
        if data["kind"] != "clock":
            self.last_fault_at = entry.at
        if "link" in data:
            self.touched[data["link"]].append(entry.at)
        elif "phase" in data:
            spans = self.away[data["kind"]]
            if data["phase"] == "away":
                spans.append(Span(entry.at, float("inf")))
            elif spans:
                spans[-1] = Span(spans[-1].start, entry.at)
        elif "worker" in data and data["kind"] != "clock":
            self.last_death_at = entry.at
            spans = self.troubled[data["worker"]]
            if not spans or spans[-1].end < entry.at:
                spans.append(Span(entry.at - 1.0, float("inf")))  # it may have been dead already

    def _serves(self, entry: Entry) -> None:
        spans = self.troubled[entry.data["worker"]]
        if spans:
            spans[-1] = Span(spans[-1].start, entry.at)

    def _lag(self, entry: Entry) -> None:
        self._lags.append((entry.at, entry.data["seconds"]))

    def _calm(self, entry: Entry) -> None:
        self.calm_at = entry.at

    def _look(self, entry: Entry) -> None:
        self.looks.append(entry)
