"""Rules of what markers see."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, Final

from tests.chaos.case import SOON, Case, name_of
from tests.chaos.folding import Fold

AFTER_DEATH: Final = 20.0  # seconds; contract: 6.13


def every_marker_gets_a_list(case: Case) -> Iterator[str]:
    """Within 5 s of the opening, and before anything else, where it is not refused."""
    lives = case.lives
    for life in lives.sockets_of("marking"):
        if life.opened_at is None:
            continue
        listed_at = next(
            (at for at, frame, _, _ in life.heard if name_of(frame) == "marking_list"), None
        )
        until = listed_at or life.ended_at or lives.until
        if case.is_too_long(life, life.opened_at, until):
            yield f"{life.person} waited for the list on socket {life.number}"
        elif life.heard and listed_at is None and life.heard[0][1]["result"] == "ok":
            yield f"{life.person} was told something and no list on socket {life.number}"


def lists_equal_the_store(case: Case) -> Iterator[str]:
    """What each marker folded, 5 s after the last fault and 20 s after the death of a process."""
    lives, limit = case.lives, due_at(case)
    last = case.last_looks
    for life in lives.sockets_of("marking"):
        fold, heard = Fold(), iter(life.heard)
        frame = next(heard, None)
        for look in lives.looks:
            if look.event != life.event or not life.was_open(look.at):
                continue
            while frame is not None and frame[0] <= look.at:
                fold.hears(frame[1], frame[3])
                frame = next(heard, None)
            is_last = look is last[life.event]
            is_due = fold.lists or (life.opened_at or 0) < look.at - SOON
            if (look.at > limit or is_last) and is_due and not case.is_harmed(life, look.at):
                truth = expected(look.data, life.person)
                wrong = {each for each in fold.listed ^ truth if case.is_steady(life, look, each)}
                if wrong:
                    yield (
                        f"{life.person} sees {sorted(wrong - truth)} too many and misses "
                        f"{sorted(wrong & truth)} in {life.event}, {look.at - limit:.1f} s "
                        "after the limit"
                    )
        while frame is not None:
            fold.hears(frame[1], frame[3])
            frame = next(heard, None)
        for what in fold.wrong:
            yield f"{life.person} was told on socket {life.number} what cannot be: {what}"


def due_at(case: Case) -> float:
    """When everybody must know everything: 5 s after the last fault, 20 s after a death."""
    lives = case.lives
    limit = max(lives.last_fault_at + SOON, lives.last_death_at + AFTER_DEATH, lives.calm_at + SOON)
    return limit + lives.lag(lives.calm_at, limit)


def expected(room: dict[str, Any], marker: int) -> set[int]:
    """Whom a marker sees: all who wait but themselves, and whom they hold."""
    waiting = {each for each in room["waiting"] if each != marker}
    return waiting | {int(person) for person, by in room["held"].items() if by == marker}
