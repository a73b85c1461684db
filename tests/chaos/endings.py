"""Rules of how sockets and processes end, and of what processes log."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

from tests.chaos.case import SOON_SECONDS, Case
from tests.chaos.lives import OURS, Life

STOP_SECONDS: Final = 15.0  # for a process that is asked to end
INTERNAL_ERROR_CODE: Final = 1011
# What a socket of an event that is over may end with, that nobody harmed: a restart is one
OVER_CODES: Final = frozenset({4404, 4409, 4410, 1012, 1013})
LEFT_CODES: Final = OVER_CODES | {4403}
FAILURE_TEXTS: Final = frozenset(
    {"a command failed", "an opening failed", "a call failed", "a socket failed"}
)
# What is told of a database that is away, or that all of a process's connections are taken
WENT_AWAY: Final = (
    "nobody knows whether a transaction was committed: ",
    "a transaction or a look failed: ",
)
BUSY: Final = "a transaction or a look failed: NoConnectionFree"
LOCKED: Final = "a transaction or a look failed: LockNotAvailableError"
HELD_UP_SECONDS: Final = 1.0  # of 5 in which a machine may have held up whoever has the lock


@dataclass(frozen=True, slots=True)
class Over:
    """An event, or one person's part in it, that was over at an instant."""

    event: str
    at: float
    codes: frozenset[int]
    person: int = 0  # everybody
    asked_at: float = float("inf")  # sockets that were opened later are others


def the_ended_are_closed(case: Case) -> Iterator[str]:
    """Within 5 s, with the contract's code: events that end or are deleted, people who leave."""
    lives = case.lives
    for over in _ends_of_places(case):
        for life in lives.sockets.values():
            if life.event != over.event or over.person not in (0, life.person):
                continue
            if life.opened_at is None or life.opened_at >= over.asked_at:
                continue
            until = lives.until if life.ended_at is None else life.ended_at
            since = max(over.at, life.opened_at)
            if until < since:
                continue
            if case.is_too_long(life, since, until, lives.spans_away()):
                yield f"{life.person} was on socket {life.number} for {until - since:.1f} s: {over}"
            elif life.ended_at is not None and not _is_closed_well(case, life, over):
                yield f"{life.person} was closed {life.code} on socket {life.number}: {over}"


def no_socket_fails(case: Case) -> Iterator[str]:
    """1011 says that we do not know what we are doing."""
    for life in case.lives.sockets.values():
        if life.code == INTERNAL_ERROR_CODE:
            yield f"{life.person} was closed {life.code} on socket {life.number}"


def processes_end_as_asked(case: Case) -> Iterator[str]:
    """They start where there is a database, and end when and how they are told to."""
    lives = case.lives
    for item in lives.process_ends:
        data = item.data
        began_at = item.at - data["lived"]
        if data["how"] == "did not start":
            if not any(span.meets(began_at, item.at) for span in lives.away["postgres"]):
                yield f"process {data} did not start at {item.at}"
        elif data["how"] == "SIGTERM":
            patience = STOP_SECONDS + lives.lag(item.at - data["stopping"], item.at)
            if data["code"] != 0 or data["stopping"] > patience:
                yield f"process {data} did not stop as asked at {item.at}"
        elif data["how"].startswith("ended"):
            yield f"process {data} ended by itself at {item.at}"


def logs_tell_of_no_failure(case: Case) -> Iterator[str]:
    """No traceback; and no failing store, but while its database was away."""
    for item in case.lives.logged:
        data, text = item.data, item.data["text"]
        failed = text in FAILURE_TEXTS or "Traceback" in text or data["traceback"] != ""
        if text.startswith(WENT_AWAY) and not text.startswith(BUSY):
            failed |= not (
                _is_away(case, data["logged_at"])
                or (text.startswith(LOCKED) and _was_held_up(case, data["logged_at"]))
            )
        if failed:
            yield f"process {data['worker']} logged {text}: {data['traceback']}"


def _ends_of_places(case: Case) -> Iterator[Over]:
    for event, kept in case.kept.events.items():
        if case.begun_at < kept.ends_at < case.lives.until:
            yield Over(event, kept.ends_at, OVER_CODES)
    for call in case.lives.calls_that_end_holds:
        if call.was_done and call.ended_at is not None:
            if call.role == "DeleteEvent":
                yield Over(call.event, call.ended_at, OVER_CODES)
            elif call.role == "LeaveEvent":
                yield Over(call.event, call.ended_at, LEFT_CODES, call.person, call.asked_at)


def _is_closed_well(case: Case, life: Life, over: Over) -> bool:
    """Tells whether it has a right code, or its person, a network or its process ended it."""
    assert life.ended_at is not None
    if life.given_up_at is not None or life.code in over.codes:
        return True
    if any(heard.name == "was_marked" for heard in life.heard):
        return life.code == 1000
    return any(
        span.meets(over.at, life.ended_at) for span in case.lives.harms(life)
    ) or case.is_harmed(life, life.ended_at)


def _is_away(case: Case, at: float) -> bool:
    return any(span.meets(at - SOON_SECONDS, at) for span in case.lives.away["postgres"])


def _was_held_up(case: Case, at: float) -> bool:
    """Tells whether any process may have had no core, with a lock that others waited for."""
    workers = {OURS, *(each.worker for each in case.lives.sockets.values())}
    return any(case.lives.lag(at - SOON_SECONDS, at, each) > HELD_UP_SECONDS for each in workers)
