"""Whether everything that people were told, together with what is kept, is as promised.

Each rule yields what is against it. Contract: 6; a history of the present form.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any, Final

from tests.chaos.folding import Fold
from tests.chaos.history import Entry
from tests.chaos.holds import SLACK, overlaps, possible, sure
from tests.chaos.lives import Life, Lives
from tests.chaos.truth import Kept, Mark

SOON: Final = 5.0  # seconds; contract: 6.4, 6.10, and for an answer
AFTER_DEATH: Final = 20.0  # contract: 6.13
GONE: Final = 45.0  # for two pings to be missed, the grace, and a sweep
POINTS: Final = 50


@dataclass(frozen=True)
class Case:
    """What there is to judge."""

    lives: Lives
    kept: Kept
    hold_seconds: float

    def marks(self) -> dict[tuple[str, int], Mark]:
        """By event and person."""
        return {(mark.event, mark.person): mark for mark in self.kept.marks}


Rule = Callable[[Case], Iterator[str]]


def one_mark_each(case: Case) -> Iterator[str]:
    """No person is marked twice in an event."""
    counted = Counter((mark.event, mark.person) for mark in case.kept.marks)
    for (event, person), times in counted.items():
        if times > 1:
            yield f"{person} is marked {times} times in {event}"


def no_marked_without_a_mark(case: Case) -> Iterator[str]:
    """Who was told `marked` finds it in the ledger, as their own."""
    marks = case.marks()
    for life in case.lives.roles("marking"):
        for at, frame, _, confirmed in life.heard:
            if frame["result"] == "ok" and frame["message"] == "marked":
                mark = None if confirmed is None else marks.get((life.event, confirmed))
                if mark is None or mark.marker != life.person or mark.at > at + SLACK:
                    yield f"{life.person} was told that {confirmed} is marked: {mark}"


def only_the_marked_are_told(case: Case) -> Iterator[str]:
    """`was_marked` is heard by the person marked, and names the marker."""
    marks = case.marks()
    for life in case.lives.sockets.values():
        for at, frame, _, _ in life.heard:
            if frame["result"] == "ok" and frame["message"] == "was_marked":
                mark = marks.get((life.event, life.person))
                by = frame["params"]["user_id"]
                told = mark is not None and mark.marker == by and mark.at <= at + SLACK
                if life.role != "mark_me" or not told:
                    yield f"{life.person} was told that {by} marked them: {mark}"


def karma_is_what_marks_pay(case: Case) -> Iterator[str]:
    """50 for each mark, for everyone."""
    made = Counter(mark.marker for mark in case.kept.marks)
    for person, karma in case.kept.karma.items():
        if karma != POINTS * made[person]:
            yield f"{person} made {made[person]} marks and has {karma} karma"


def one_holder(case: Case) -> Iterator[str]:
    """Never two live holders of one person, nor two people held by one."""
    for one, other in overlaps(sure(case.lives, case.kept)):
        yield f"{one} and {other}"


def marks_come_from_live_holds(case: Case) -> Iterator[str]:
    """No confirm is accepted after its hold had ended, nor while another holds, nor at the end."""
    begun = min((life.asked_at for life in case.lives.sockets.values()), default=float("inf"))
    held = defaultdict(list)
    for hold in possible(case.lives, case.hold_seconds):
        held[hold.event, hold.person, hold.marker].append(hold)
    others = defaultdict(list)
    for hold in sure(case.lives, case.kept):
        others[hold.event, hold.person].append(hold)
    for mark in case.kept.marks:
        if mark.at < begun:
            continue  # of an earlier part
        theirs = held[mark.event, mark.person, mark.marker]
        if not any(hold.start - SLACK <= mark.at <= hold.end for hold in theirs):
            yield f"{mark} was made without a live hold: {theirs}"
        for hold in others[mark.event, mark.person]:
            if hold.marker != mark.marker and hold.start < mark.at < hold.end:
                yield f"{mark} was made while another held them: {hold}"
        if mark.at >= case.kept.ends_at.get(mark.event, 0):
            yield f"{mark} was made after the end of its event"


def nobody_is_lost(case: Case) -> Iterator[str]:
    """Who asked and never left is listed, held or marked once faults have stopped."""
    marks, lives = case.marks(), case.lives
    last = _last_looks(lives)
    for life in lives.roles("mark_me"):
        look = last.get(life.event)
        if look is None or life.opened_at is None or life.opened_at > look.at - 1:
            continue
        if life.was_open(look.at) and not lives.touched[life.link]:
            there = {*look.data["waiting"], *(int(each) for each in look.data["held"])}
            if life.person not in there and (life.event, life.person) not in marks:
                yield f"{life.person} waits in {life.event} and is on no list"


def nobody_stays_who_has_gone(case: Case) -> Iterator[str]:
    """Who waits has a socket, or has lost it lately; contract: 6.6, 6.13."""
    lives = case.lives
    seen: dict[tuple[str, int], float] = {}
    for life in lives.roles("mark_me"):
        ended_at = lives.until if life.ended_at is None else life.ended_at
        key = life.event, life.person
        seen[key] = max(seen.get(key, 0.0), ended_at)
    for look in _last_looks(lives).values():
        for person in look.data["waiting"]:
            gone_for = look.at - seen.get((look.event, person), look.at)
            if gone_for > GONE + lives.lag(look.at - gone_for, look.at):
                yield f"{person} is listed in {look.event} and went {gone_for:.1f} s ago"


def the_marked_learn_it(case: Case) -> Iterator[str]:
    """On a socket that is open, within 5 s; on one opened later, before anything else."""
    marks, lives = case.marks(), case.lives
    for life in lives.roles("mark_me"):
        mark = marks.get((life.event, life.person))
        if mark is None or life.opened_at is None:
            continue
        frames = [(at, _name(frame)) for at, frame, _, _ in life.heard]
        first = frames[0][1] if frames else ""
        if life.asked_at > mark.at + SLACK and first not in {"", "was_marked", "unavailable"}:
            yield f"{life.person} came back after {mark} and was told {first}"
        told_at = next((at for at, name in frames if name == "was_marked"), None)
        until = told_at or life.ended_at or lives.until
        since = max(life.opened_at, mark.at)
        for span in sorted(
            [*lives.away["postgres"], *lives.away["valkey"]], key=lambda span: span.start
        ):
            if span.meets(since, since + SOON):
                since = max(since, span.end)  # nothing could be read in that time
        if _too_long(lives, life, since, until):
            yield f"{life.person} was told after {until - since:.1f} s of {mark}"


def lists_equal_the_store(case: Case) -> Iterator[str]:
    """What each marker folded, 5 s after the last fault and 20 s after the death of a process."""
    lives = case.lives
    limit = max(lives.last_fault_at + SOON, lives.last_death_at + AFTER_DEATH, lives.calm_at + SOON)
    limit += lives.lag(lives.calm_at, limit)
    last = _last_looks(lives)
    for life in lives.roles("marking"):
        fold, heard = Fold(), iter(life.heard)
        frame = next(heard, None)
        for look in lives.looks:
            if look.event != life.event or not life.was_open(look.at):
                continue
            while frame is not None and frame[0] <= look.at:
                fold.hears(frame[1], frame[3])
                frame = next(heard, None)
            is_last = look is last[life.event]
            if (look.at > limit or is_last) and fold.lists and not lives.touched[life.link]:
                truth = expected(look.data, life.person)
                if fold.listed != truth:
                    yield (
                        f"{life.person} sees {sorted(fold.listed - truth)} too many and misses "
                        f"{sorted(truth - fold.listed)} in {life.event}, {look.at - limit:.1f} s "
                        "after the limit"
                    )
        while frame is not None:
            fold.hears(frame[1], frame[3])
            frame = next(heard, None)
        for wrong in fold.wrong:
            yield f"{life.person} was told on socket {life.number} what cannot be: {wrong}"


def only_503(case: Case) -> Iterator[str]:
    """No 5xx but 503."""
    for life in [*case.lives.calls.values(), *case.lives.sockets.values()]:
        if life.status >= 500 and life.status != 503:
            yield f"{life.person} was answered {life.status} at {life.asked_at}"


def nobody_waits_for_an_answer(case: Case) -> Iterator[str]:
    """More than 5 s, where neither their connection nor its process was touched."""
    lives = case.lives
    for life in lives.calls.values():
        if _too_long(lives, life, life.asked_at, life.ended_at or lives.until):
            yield f"{life.person} waited for the answer to a call: {life}"
    for life in lives.sockets.values():
        opened_at = life.opened_at or life.ended_at or lives.until
        if _too_long(lives, life, life.asked_at, opened_at):
            yield f"{life.person} waited for socket {life.number} to be opened"
        for sent in life.sent.values():
            until = sent.answered_at or life.ended_at or lives.until
            if _too_long(lives, life, sent.at, until):
                yield f"{life.person} waited on socket {life.number} for {sent}, until {until}"


RULES: Final[tuple[Rule, ...]] = (
    one_mark_each,
    no_marked_without_a_mark,
    only_the_marked_are_told,
    karma_is_what_marks_pay,
    one_holder,
    marks_come_from_live_holds,
    nobody_is_lost,
    nobody_stays_who_has_gone,
    the_marked_learn_it,
    lists_equal_the_store,
    only_503,
    nobody_waits_for_an_answer,
)


def violations(entries: Sequence[Entry], kept: Kept, hold_seconds: float) -> list[str]:
    """All that is against the rules, each with the name of its rule."""
    case = Case(Lives(entries), kept, hold_seconds)
    return [f"{rule.__name__}: {what}" for rule in RULES for what in rule(case)]


def lost(told: Iterable[tuple[str, int, int]], marks: Iterable[Mark]) -> list[str]:
    """Marks that somebody was told of, by event, person and marker, and that are kept no more."""
    kept = {(mark.event, mark.person, mark.marker) for mark in marks}
    return [f"a mark was lost: {each}" for each in sorted(set(told) - kept)]


def expected(room: dict[str, Any], marker: int) -> set[int]:
    """Whom a marker sees: all who wait but themselves, and whom they hold."""
    waiting = {each for each in room["waiting"] if each != marker}
    return waiting | {int(person) for person, by in room["held"].items() if by == marker}


def _last_looks(lives: Lives) -> dict[str, Entry]:
    return {look.event: look for look in lives.looks}


def _name(frame: dict[str, Any]) -> str:
    """A message, or the code of a refusal."""
    return str(frame["message"] if frame["result"] == "ok" else frame["params"]["code"])


def _too_long(lives: Lives, life: Life, since: float, until: float) -> bool:
    """More than 5 s, not counting those in which the machine held us up."""
    return (
        until - since > SOON
        and until - since > SOON + lives.lag(since, until)
        and lives.is_untouched(life, since, until)
    )
