"""Rules of news: who comes for whom, what position one has, what an event is now. Contract: 8.9."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from itertools import pairwise
from typing import Any, Final

from tests.chaos.case import SOON_SECONDS, Case
from tests.chaos.folding import NewsFold
from tests.chaos.history import HistoryItem
from tests.chaos.holds import SLACK_SECONDS
from tests.chaos.lists import due_at
from tests.chaos.lives import Life

POSITION_SOON_SECONDS: Final = 7.0  # contract: 6.16, a position is right within these
POSITION_EVERY: Final = 3.0  # contract: 6.16, at most once in so long
JITTER_SECONDS: Final = 0.5  # by which one frame may come sooner or later than another
NEWS: Final = {
    "mark_me": frozenset({"held", "let_go", "your_place", "event_changed"}),
    "marking": frozenset({"event_changed"}),
}


def only_who_asked_hears_news(case: Case) -> Iterator[str]:
    """On a socket of its kind, opened with ``news=1``; and nothing of it can be wrong by itself."""
    every = NEWS["mark_me"]
    for life in case.lives.sockets.values():
        fold = NewsFold()
        for heard in life.heard:
            if heard.name in every - (NEWS[life.role] if life.news else frozenset()):
                yield f"{life.person} heard {heard.frame} on {life.role} {life.number}"
            fold.hears(heard.frame)
        for what in fold.wrong:
            yield f"{life.person} was told on socket {life.number} what cannot be: {what}"


def news_equal_the_store(case: Case) -> Iterator[str]:
    """What each client folded, once what it is about has been the same for long enough."""
    due = due_at(case)
    for life in case.lives.sockets.values():
        look = case.last_looks.get(life.event)
        if not life.news or look is None or not life.was_open(look.at):
            continue
        if case.is_harmed(life, look.at) or look.at < due:
            continue
        fold = NewsFold()
        for heard in life.heard:
            if heard.at <= look.at:
                fold.hears(heard.frame)
        for what in wrong_news(case, life, look, fold):
            yield f"{life.person} believes on socket {life.number} of {life.event} {what}"


def wrong_news(case: Case, life: Life, look: HistoryItem, fold: NewsFold) -> Iterator[str]:
    """Finds what one believes and is not so."""
    data, person = look.data, life.person

    def is_settled(seconds: float, aspect_of: Any) -> bool:
        opened_at = life.opened_at or look.at
        return opened_at + seconds < look.at and case.is_settled(
            life, look, seconds, lambda each: aspect_of(each.data)
        )

    if life.role == "mark_me":
        if fold.held_by != holder_of(data, person) and is_settled(
            SOON_SECONDS, lambda each: (holder_of(each, person), person in each["order"])
        ):
            yield f"that {fold.held_by} holds them: {holder_of(data, person)}"
        position = position_of(data, person)
        if position not in (None, fold.position) and is_settled(
            POSITION_SOON_SECONDS, lambda each: position_of(each, person)
        ):
            yield f"to be {fold.position}: {position}"
    is_news = fold.event is not None or _changed_since(case, life)
    if is_news and fold.event != data["is"] and is_settled(SOON_SECONDS, lambda each: each["is"]):
        yield f"that the event is {fold.event}: {data['is']}"


def held_is_by_one_who_holds(case: Case) -> Iterator[str]:
    """`held` names somebody who may have had them then, or 5 s ago; and nobody who was marked."""
    holds = defaultdict(list)
    for hold in case.possible_holds:
        holds[hold.event, hold.person, hold.marker].append(hold)
    for life in case.lives.sockets_of("mark_me"):
        for heard in life.heard:
            if heard.name != "held":
                continue
            at, by = heard.at, heard.frame["params"]["user_id"]
            late = SOON_SECONDS + case.lives.lag(at - SOON_SECONDS, at) + SLACK_SECONDS
            if not any(
                hold.start - SLACK_SECONDS <= at
                and (at <= hold.end + late or case.is_harmed(life, at))
                for hold in holds[life.event, life.person, by]
            ):
                yield f"{life.person} was told at {at} that {by} holds them in {life.event}"


def positions_are_told_seldom(case: Case) -> Iterator[str]:
    """At most once in 3 s a socket."""
    for life in case.lives.sockets_of("mark_me"):
        told = [heard.at for heard in life.heard if heard.name == "your_place"]
        for one, next_one in pairwise(told):
            lag = case.lives.lag(one - SOON_SECONDS, next_one)
            lag += case.lives.lag(one - SOON_SECONDS, next_one, life.worker)
            if next_one - one < POSITION_EVERY - JITTER_SECONDS - lag and not _was_held_up(
                case, life, one
            ):
                yield f"{life.person} was told their position after {next_one - one:.2f} s"


def holder_of(room: dict[str, Any], person: int) -> int | None:
    """Finds who has somebody."""
    found: int | None = room["held"].get(str(person))
    return found


def position_of(room: dict[str, Any], person: int) -> dict[str, int] | None:
    """Finds what `your_place` says of them; None where they are not on the list."""
    if person not in room["order"]:
        return None
    return {
        "place": room["order"].index(person) + 1,
        "waiting": len(room["order"]),
        "markers": len(set(room["markers"]) - {person}),
    }


def agrees(fold: NewsFold, room: dict[str, Any], person: int) -> bool:
    """Tells whether one who waits believes what is so."""
    return (
        fold.held_by == holder_of(room, person)
        and position_of(room, person) in (None, fold.position)
        and fold.event in (None, room["is"])
    )


def _was_held_up(case: Case, life: Life, at: float) -> bool:
    """Tells whether what was sent then may have come later than what was sent afterwards."""
    return case.is_harmed(life, at) or any(
        touch.kind == "delay" for touch in case.lives.touches(life)
    )


def _changed_since(case: Case, life: Life) -> bool:
    """Tells whether its event was surely renamed or moved while it was open."""
    return any(
        call.event == life.event
        and call.was_done
        and not call.given.keys().isdisjoint({"name", "time_to"})
        and call.asked_at > (life.opened_at or 0.0)
        for call in case.lives.calls_named("UpdateEvent")
    )
