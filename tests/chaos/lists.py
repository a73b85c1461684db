"""Rules of what markers see."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterator
from typing import Any, Final

from tests.chaos.case import SOON_SECONDS, Case
from tests.chaos.folding import Fold
from tests.chaos.lives import Heard

AFTER_DEATH_SECONDS: Final = 20.0  # contract: 6.13


def every_marker_gets_a_list(case: Case) -> Iterator[str]:
    """Within 5 s of the opening, and before anything else, where it is not refused."""
    lives = case.lives
    for life in lives.sockets_of("marking"):
        if life.opened_at is None:
            continue
        listed_at = next((heard.at for heard in life.heard if heard.name == "marking_list"), None)
        until = listed_at or life.ended_at or lives.until
        if case.is_too_long(life, life.opened_at, until):
            yield f"{life.person} waited for the list on socket {life.number}"
        elif life.heard and listed_at is None and life.heard[0].frame["result"] == "ok":
            yield f"{life.person} was told something and no list on socket {life.number}"


def lists_equal_the_store(case: Case) -> Iterator[str]:
    """What each marker folded, 5 s after the last fault and 20 s after the death of a process."""
    lives, limit = case.lives, due_at(case)
    last = case.last_looks
    for life in lives.sockets_of("marking"):
        fold, still_to_fold = Fold(), deque(life.heard)
        for look in lives.looks:
            if look.event != life.event or not life.was_open(look.at):
                continue
            while still_to_fold and still_to_fold[0].at <= look.at:
                _fold_next(fold, still_to_fold)
            is_last = look is last[life.event]
            is_due = fold.list_count or (life.opened_at or 0) < look.at - SOON_SECONDS
            if (look.at > limit or is_last) and is_due and not case.is_harmed(life, look.at):
                truth = expected(look.data, life.person)
                wrong = {each for each in fold.listed ^ truth if case.is_steady(life, look, each)}
                if wrong:
                    yield (
                        f"{life.person} sees {sorted(wrong - truth)} too many and misses "
                        f"{sorted(wrong & truth)} in {life.event}, {look.at - limit:.1f} s "
                        "after the limit"
                    )
        while still_to_fold:
            _fold_next(fold, still_to_fold)
        for what in fold.wrong:
            yield f"{life.person} was told on socket {life.number} what cannot be: {what}"


def due_at(case: Case) -> float:
    """Finds when everybody must know everything: 5 s after the last fault, 20 s after a death."""
    lives = case.lives
    limit = max(
        lives.last_fault_at + SOON_SECONDS,
        lives.last_death_at + AFTER_DEATH_SECONDS,
        lives.calm_at + SOON_SECONDS,
    )
    return limit + lives.lag(lives.calm_at, limit)


def expected(room: dict[str, Any], marker: int) -> set[int]:
    """Finds whom a marker sees: all who wait but themselves, and whom they hold."""
    waiting = {each for each in room["waiting"] if each != marker}
    return waiting | {int(person) for person, by in room["held"].items() if by == marker}


def _fold_next(fold: Fold, still_to_fold: deque[Heard]) -> None:
    heard = still_to_fold.popleft()
    fold.hears(heard.frame, heard.marked_person)
