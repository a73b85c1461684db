"""Whether everything that people were told, together with what is kept, is as promised.

Each rule yields what is against it. Contract: 6; a history of the present form.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Sequence
from typing import Final

from tests.chaos.case import Case, Rule, name_of
from tests.chaos.endings import (
    logs_tell_of_no_failure,
    no_socket_fails,
    processes_end_as_asked,
    the_ended_are_closed,
)
from tests.chaos.history import Entry
from tests.chaos.holds import LATE, SLACK, UNANSWERED, overlaps
from tests.chaos.lists import every_marker_gets_a_list, lists_equal_the_store
from tests.chaos.lives import Lives
from tests.chaos.refusals import prepared_is_true, refusals_are_true
from tests.chaos.truth import Kept, Mark

GONE: Final = 45.0  # for two pings to be missed, the grace, and a sweep
POINTS: Final = 50


def one_mark_each(case: Case) -> Iterator[str]:
    """No person is marked twice in an event."""
    counted = Counter((mark.event, mark.person) for mark in case.kept.marks)
    for (event, person), times in counted.items():
        if times > 1:
            yield f"{person} is marked {times} times in {event}"


def no_marked_without_a_mark(case: Case) -> Iterator[str]:
    """Who was told `marked` finds it in the ledger, as their own."""
    marks = case.marks
    for life in case.lives.roles("marking"):
        for at, frame, _, confirmed in life.heard:
            if frame["result"] == "ok" and frame["message"] == "marked":
                mark = None if confirmed is None else marks.get((life.event, confirmed))
                if mark is None or mark.marker != life.person or mark.at > at + SLACK:
                    yield f"{life.person} was told that {confirmed} is marked: {mark}"


def only_the_marked_are_told(case: Case) -> Iterator[str]:
    """`was_marked` is heard by the person marked, and names the marker."""
    marks = case.marks
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
    for one, other in overlaps(case.sure):
        yield f"{one} and {other}"


def marks_come_from_live_holds(case: Case) -> Iterator[str]:
    """No confirm is accepted after its hold had ended, nor while another holds, nor at the end."""
    held = defaultdict(list)
    for hold in case.possible:
        held[hold.event, hold.person, hold.marker].append(hold)
    others = defaultdict(list)
    for hold in case.sure:
        others[hold.event, hold.person].append(hold)
    asked = _confirms(case)
    for mark in case.kept.marks:
        if mark.at < case.begun_at:
            continue  # of an earlier part
        theirs = held[_key(mark)]
        if not any(hold.start - SLACK <= mark.at <= hold.end for hold in theirs):
            yield f"{mark} was made without a live hold: {theirs}"
        for hold in others[mark.event, mark.person]:
            if hold.marker != mark.marker and hold.start < mark.at < hold.end:
                yield f"{mark} was made while another held them: {hold}"
        if mark.at >= case.kept.ends_at.get(mark.event, 0):
            yield f"{mark} was made after the end of its event"
        if not any(start <= mark.at <= end for start, end in asked[_key(mark)]):
            yield f"{mark} was made though nobody had asked for it"


def nobody_marks_themselves(case: Case) -> Iterator[str]:
    """Contract: 6.2."""
    for mark in case.kept.marks:
        if mark.person == mark.marker:
            yield f"{mark} is of its marker"


def nobody_is_lost(case: Case) -> Iterator[str]:
    """Who asked and never left is listed, held or marked once faults have stopped."""
    marks, lives = case.marks, case.lives
    last = case.last_looks
    for life in lives.roles("mark_me"):
        look = last.get(life.event)
        if look is None or life.opened_at is None or life.opened_at > look.at - 1:
            continue
        if life.was_open(look.at) and not case.is_harmed(life, look.at):
            there = {*look.data["waiting"], *(int(each) for each in look.data["held"])}
            is_there = life.person in there or (life.event, life.person) in marks
            if not is_there and case.is_steady(life, look, life.person):
                yield f"{life.person} waits in {life.event} and is on no list"


def nobody_stays_who_has_gone(case: Case) -> Iterator[str]:
    """Who waits has a socket, or has lost it lately; contract: 6.6, 6.13."""
    lives = case.lives
    seen: dict[tuple[str, int], float] = {}
    for life in lives.roles("mark_me"):
        ended_at = lives.until if life.ended_at is None else life.ended_at
        key = life.event, life.person
        seen[key] = max(seen.get(key, 0.0), ended_at)
    for look in case.last_looks.values():
        for person in look.data["waiting"]:
            gone_for = look.at - seen.get((look.event, person), look.at)
            if gone_for > GONE + lives.lag(look.at - gone_for, look.at):
                yield f"{person} is listed in {look.event} and went {gone_for:.1f} s ago"


def the_marked_learn_it(case: Case) -> Iterator[str]:
    """On a socket that is open, within 5 s; on one opened later, before anything else."""
    marks, lives = case.marks, case.lives
    for life in lives.roles("mark_me"):
        mark = marks.get((life.event, life.person))
        if mark is None or life.opened_at is None:
            continue
        frames = [(at, name_of(frame)) for at, frame, _, _ in life.heard]
        first = frames[0][1] if frames else ""
        if life.asked_at > mark.at + SLACK and first not in {"", "was_marked", "unavailable"}:
            yield f"{life.person} came back after {mark} and was told {first}"
        told_at = next((at for at, name in frames if name == "was_marked"), None)
        until = told_at or life.ended_at or lives.until
        since = max(life.opened_at, mark.at)
        if case.is_too_long(life, since, until, lives.spans_away()):
            yield f"{life.person} was told after {until - since:.1f} s of {mark}"


def everybody_can_be_told(case: Case) -> Iterator[str]:
    """At the roll call, after all harm: who was marked comes back and hears it."""
    called_at = case.lives.called_at
    if called_at is None:
        return
    told = {
        (life.event, life.person)
        for life in case.lives.roles("mark_me")
        for at, frame, _, _ in life.heard
        if at > called_at and name_of(frame) == "was_marked"
    }
    for mark in case.kept.marks:
        if case.begun_at <= mark.at < called_at and (mark.event, mark.person) not in told:
            yield f"{mark.person} came back and was not told of {mark}"


def only_503(case: Case) -> Iterator[str]:
    """No 5xx but 503."""
    for life in [*case.lives.calls.values(), *case.lives.sockets.values()]:
        if life.status >= 500 and life.status != 503:
            yield f"{life.person} was answered {life.status} at {life.asked_at}"


def nobody_waits_for_an_answer(case: Case) -> Iterator[str]:
    """More than 5 s, where neither their connection nor its process was touched."""
    lives = case.lives
    for life in lives.calls.values():
        if case.is_too_long(life, life.asked_at, life.ended_at or lives.until):
            yield f"{life.person} waited for the answer to a call: {life}"
    for life in lives.sockets.values():
        opened_at = life.opened_at or life.ended_at or lives.until
        if case.is_too_long(life, life.asked_at, opened_at):
            yield f"{life.person} waited for socket {life.number} to be opened"
        for sent in life.sent.values():
            until = sent.answered_at or life.ended_at or lives.until
            if case.is_too_long(life, sent.at, until):
                yield f"{life.person} waited on socket {life.number} for {sent}, until {until}"


RULES: Final[tuple[Rule, ...]] = (
    one_mark_each,
    no_marked_without_a_mark,
    only_the_marked_are_told,
    karma_is_what_marks_pay,
    one_holder,
    marks_come_from_live_holds,
    nobody_marks_themselves,
    prepared_is_true,
    refusals_are_true,
    nobody_is_lost,
    nobody_stays_who_has_gone,
    the_marked_learn_it,
    everybody_can_be_told,
    every_marker_gets_a_list,
    lists_equal_the_store,
    only_503,
    nobody_waits_for_an_answer,
    the_ended_are_closed,
    no_socket_fails,
    processes_end_as_asked,
    logs_tell_of_no_failure,
)


def violations(entries: Sequence[Entry], kept: Kept, hold_seconds: float) -> list[str]:
    """All that is against the rules, each with the name of its rule."""
    case = Case(Lives(entries), kept, hold_seconds)
    return [f"{rule.__name__}: {what}" for rule in RULES for what in rule(case)]


def lost(told: Iterable[tuple[str, int, int]], marks: Iterable[Mark]) -> list[str]:
    """Marks that somebody was told of, by event, person and marker, and that are kept no more."""
    kept = {(mark.event, mark.person, mark.marker) for mark in marks}
    return [f"a mark was lost: {each}" for each in sorted(set(told) - kept)]


def _key(mark: Mark) -> tuple[str, int, int]:
    return mark.event, mark.person, mark.marker


def _confirms(case: Case) -> dict[tuple[str, int, int], list[tuple[float, float]]]:
    """From when until when each may have been carried out, by event, person and marker."""
    found = defaultdict(list)
    for life in case.lives.roles("marking"):
        for sent in life.sent.values():
            if sent.message == "confirm_marking" and sent.user_id is not None:
                done_at = sent.at + LATE
                if sent.answer not in UNANSWERED and sent.answered_at is not None:
                    done_at = sent.answered_at
                span = sent.at - SLACK, done_at + SLACK
                found[life.event, sent.user_id, life.person].append(span)
    return found
