"""A history, seen socket by socket, with what was done to each and to its process."""

from __future__ import annotations

from bisect import bisect_left
from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace
from typing import Any, NamedTuple

from tests.chaos.history import HistoryItem
from tests.chaos.kept import FOREVER

MAY_END_HOLDS = frozenset({"LeaveEvent", "DeleteEvent", "RemoveHelper"})
NARROW = frozenset({"confirmed", "organisers"})
MENDS = {"thaw": "freeze", "heal": "delay"}  # a cut and a reset are for good
OURS = -1  # not a process of the service, but the one that plays all people
LATE_SECONDS = 30.0  # after which what was not answered is no longer under way
UNSURE = frozenset({0, 503})  # statuses of calls that may yet be carried out


@dataclass
class Sent:
    """A command, and how it was answered."""

    at: float
    message: str
    user_id: int | None
    answered_at: float | None = None
    answer: str = ""  # a message, or the code of a refusal


class Heard(NamedTuple):
    """A frame that a socket heard, and when."""

    at: float
    frame: dict[str, Any]
    answers: int | None  # the number of the command that it answers
    marked_person: int | None  # whom a `marked` is about

    @property
    def name(self) -> str:
        """The message, or the code of a refusal."""
        is_ok = self.frame["result"] == "ok"
        return str(self.frame["message"] if is_ok else self.frame["params"]["code"])


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
    error: int | None = 0  # of a call; 0: it was carried out
    refusal: str = ""  # of a call, by its code
    given: dict[str, Any] = field(default_factory=dict)  # with a call
    n: int | None = None  # the entry of the ledger that a call was answered with
    news: bool = False  # whether a socket was opened to hear them
    code: int | None = None
    given_up_at: float | None = None  # when its person let go of it
    goodbye_at: float | None = None
    sent: dict[int, Sent] = field(default_factory=dict)
    heard: list[Heard] = field(default_factory=list)

    @property
    def was_done(self) -> bool:
        """Whether it is a call that was surely carried out."""
        return self.status == 200 and self.error == 0

    @property
    def may_be_done(self) -> bool:
        """Whether it is a call that may have been carried out, or may be yet."""
        return self.was_done or self.status in UNSURE

    @property
    def done_by(self) -> float:
        """When a call was carried out at the latest, if it was."""
        if self.status in UNSURE or self.ended_at is None:
            return self.asked_at + LATE_SECONDS
        return self.ended_at

    def was_open(self, at: float) -> bool:
        """Tells whether its person could say and hear something on it."""
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
        """Tells whether they have an instant in common."""
        return self.start <= end and start <= self.end


@dataclass(frozen=True, slots=True)
class Touch(Span):
    """What was done to a connection, until it was mended."""

    kind: str


class Lives:
    """Everything of one part of a run."""

    def __init__(self, items: Sequence[HistoryItem]) -> None:
        self.sockets: dict[int, Life] = {}
        self.calls: dict[int, Life] = {}
        self.touched: dict[int, list[Touch]] = defaultdict(list)  # connections, by their port
        self.troubled: dict[int, list[Span]] = defaultdict(list)  # processes, until they serve
        self.away: dict[str, list[Span]] = defaultdict(list)  # PostgreSQL, Valkey
        self.looks: list[HistoryItem] = []
        self.calls_that_end_holds: list[Life] = []
        self.process_ends: list[HistoryItem] = []  # or where one did not start
        self.logged: list[HistoryItem] = []
        self.roll_called_at: float | None = None
        self.last_fault_at = self.last_death_at = self.calm_at = 0.0
        self.until = items[-1].at if items else 0.0
        self._lags: dict[int, list[tuple[float, float]]] = defaultdict(list)
        for item in items:
            handle = getattr(self, f"_{item.what}", None)
            if handle is not None:
                handle(item)

    def lag(self, start: float, end: float, worker: int = OURS) -> float:
        """Counts the seconds of these in which the machine did not let us, or a process, go on."""
        lags = self._lags[worker]
        first = bisect_left(lags, (start, 0.0))
        return sum(min(lag, end - start) for at, lag in lags[first:] if at - lag <= end)

    def touches(self, life: Life) -> list[Touch]:
        """Lists what was done to this connection: another may have had its port before."""
        ended_at = self.until if life.ended_at is None else life.ended_at
        return [each for each in self.touched[life.link] if life.asked_at <= each.start <= ended_at]

    def harms(self, life: Life) -> list[Span]:
        """Lists when somebody harmed the connection, or its process."""
        return [*self.touches(life), *self.troubled[life.worker]]

    def spans_away(self) -> list[Span]:
        """Lists when PostgreSQL or Valkey was away."""
        return [*self.away["postgres"], *self.away["valkey"]]

    def sockets_of(self, role: str) -> Iterable[Life]:
        """Finds the sockets of one role."""
        return (life for life in self.sockets.values() if life.role == role)

    def calls_named(self, name: str) -> Iterable[Life]:
        """Finds the calls of one name."""
        return (life for life in self.calls.values() if life.role == name)

    def _opening(self, item: HistoryItem) -> None:
        data = item.data
        self.sockets[item.socket] = Life(
            item.socket,
            item.person,
            item.event,
            data["role"],
            data["worker"],
            data["link"],
            item.at,
            news=data.get("news", False),
        )

    def _opened(self, item: HistoryItem) -> None:
        self.sockets[item.socket].opened_at = item.at

    def _turned_away(self, item: HistoryItem) -> None:
        life = self.sockets[item.socket]
        life.ended_at, life.status = item.at, item.data["status"]

    def _sent(self, item: HistoryItem) -> None:
        data = item.data
        sent = Sent(item.at, data["message"], data["user_id"])
        self.sockets[item.socket].sent[data["number"]] = sent

    def _heard(self, item: HistoryItem) -> None:
        life, data = self.sockets[item.socket], item.data
        heard = Heard(item.at, data["frame"], data["answers"], data["marked_person"])
        life.heard.append(heard)
        if heard.answers is not None:
            sent = life.sent[heard.answers]
            sent.answered_at, sent.answer = heard.at, heard.name

    def _goodbye(self, item: HistoryItem) -> None:
        self._given_up(item)
        self.sockets[item.socket].goodbye_at = item.at

    def _given_up(self, item: HistoryItem) -> None:
        life = self.sockets[item.socket]
        life.given_up_at = life.given_up_at or item.at

    def _closed(self, item: HistoryItem) -> None:
        life = self.sockets[item.socket]
        life.ended_at, life.code = item.at, item.data["code"]

    def _called(self, item: HistoryItem) -> None:
        name = item.data["call"].rpartition("/")[2]
        life = Life(item.socket, item.person, item.event, name, item.data["worker"], 0, item.at)
        life.given = item.data.get("given", {})
        self.calls[item.socket] = life
        if name in MAY_END_HOLDS or life.given.get("who_marks") in NARROW:
            self.calls_that_end_holds.append(life)

    def _answered(self, item: HistoryItem) -> None:
        life = self.calls[item.socket]
        life.ended_at, life.status = item.at, item.data["status"]
        life.link, life.error = item.data["link"], item.data.get("error", 0)
        life.refusal, life.n = item.data.get("refusal", ""), item.data.get("n")

    def _fault(self, item: HistoryItem) -> None:
        data = item.data
        if data["kind"] != "clock":
            self.last_fault_at = item.at
        if "link" in data:
            self._touch(data["link"], data["kind"], item.at)
        elif "phase" in data:
            spans = self.away[data["kind"]]
            if data["phase"] == "away":
                spans.append(Span(item.at, FOREVER))
            elif spans:
                spans[-1] = Span(spans[-1].start, item.at)
        elif "worker" in data and data["kind"] != "clock":
            self.last_death_at = item.at
            spans = self.troubled[data["worker"]]
            if not spans or spans[-1].end < item.at:
                spans.append(Span(item.at - 1.0, FOREVER))  # it may have been dead already

    def _touch(self, link: int, kind: str, at: float) -> None:
        mended = MENDS.get(kind)
        if mended is None:
            self.touched[link].append(Touch(at, FOREVER, kind))
            return
        self.touched[link] = [
            replace(each, end=at) if each.kind == mended and each.end == FOREVER else each
            for each in self.touched[link]
        ]

    def _serves(self, item: HistoryItem) -> None:
        spans = self.troubled[item.data["worker"]]
        if spans:
            spans[-1] = Span(spans[-1].start, item.at)

    def _lag(self, item: HistoryItem) -> None:
        self._lags[item.data.get("worker", OURS)].append((item.at, item.data["seconds"]))

    def _calm(self, item: HistoryItem) -> None:
        self.calm_at = item.at

    def _ended(self, item: HistoryItem) -> None:
        self.process_ends.append(item)

    def _logged(self, item: HistoryItem) -> None:
        self.logged.append(item)

    def _roll_call(self, item: HistoryItem) -> None:
        self.roll_called_at = item.at

    def _look(self, item: HistoryItem) -> None:
        self.looks.append(item)
