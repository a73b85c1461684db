"""Whether holds were linearizable: what they surely were, and what they may have been.

A hold was surely there from the answer that said so until anything that may have ended it; it
may have been there from the question until it must have run out.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass

from tests.chaos.lives import Life, Lives, Span
from tests.chaos.truth import Kept

SLACK = 0.05  # seconds by which clocks of one machine and roundings may differ
LATE = 30.0  # seconds after which a command that was not answered is no longer under way
UNANSWERED = frozenset({"", "unavailable"})
UNSURE = frozenset({0, 503})  # statuses of calls that may yet be carried out
EVERYBODY = 0  # who deletes an event ends all holds in it
ENDS = frozenset({"confirm_marking", "refuse_to_mark"})


@dataclass(frozen=True, slots=True)
class Hold:
    """Of one person by one marker; ``told_on`` is the socket that heard of it."""

    event: str
    person: int
    marker: int
    start: float
    end: float
    told_on: int


def possible(lives: Lives, hold_seconds: float) -> list[Hold]:
    """Every hold that there may have been, for as long as it may have lasted."""
    holds = []
    for life in lives.roles("marking"):
        for sent in life.sent.values():
            if sent.message == "prepare_to_mark" and sent.answer in UNANSWERED:
                assert sent.user_id is not None
                last = sent.at + LATE + hold_seconds
                holds.append(_hold(life, sent.user_id, sent.at, last))
        for told in _told(life):
            end = min([told.at + told.seconds, *_heard_ends(life, told)])
            holds.append(_hold(life, told.person, told.asked_at, end + SLACK))
    return holds


def sure(lives: Lives, kept: Kept) -> list[Hold]:
    """Every hold that there was, for as long as nothing can have ended it."""
    disturbed, acts = _disturbances(lives), _acts(lives)
    holds = []
    for life in lives.roles("marking"):
        for told in _told(life):
            spans = [
                *acts[life.event, life.person],
                *acts[life.event, told.person],
                *acts[life.event, EVERYBODY],
                *lives.away["postgres"],
            ]
            if any(span.meets(told.asked_at, told.at) for span in spans):
                continue  # what ends it may be carried out at any moment
            ends = [*disturbed[life.event, life.person], *(span.start for span in spans)]
            ends += [kept.ends_at.get(life.event, told.at)]
            end = min([told.asked_at + told.seconds, *(at for at in ends if at > told.asked_at)])
            if end - SLACK > told.at:
                holds.append(_hold(life, told.person, told.at, end - SLACK))
    return holds


def overlaps(holds: list[Hold]) -> Iterator[tuple[Hold, Hold]]:
    """Two at once: of one person by two markers, or of two people by one marker."""
    for by_person in (True, False):
        grouped = defaultdict(list)
        for hold in holds:
            grouped[hold.event, hold.person if by_person else hold.marker].append(hold)
        for theirs in grouped.values():
            going: list[Hold] = []
            for hold in sorted(theirs, key=lambda each: each.start):
                going = [each for each in going if each.end > hold.start]
                for other in going:
                    if (other.marker, other.person) != (hold.marker, hold.person):
                        yield other, hold
                going.append(hold)


def _hold(life: Life, person: int, start: float, end: float) -> Hold:
    return Hold(life.event, person, life.person, start, end, life.number)


@dataclass(frozen=True, slots=True)
class Told:
    """A hold as a socket heard of it; it was so at some instant since ``asked_at``."""

    asked_at: float
    at: float
    person: int
    seconds: float


def _told(life: Life) -> Iterator[Told]:
    for at, frame, answers, _ in life.heard:
        if frame["result"] == "ok" and frame["message"] == "prepared":
            asked_at = life.asked_at if answers is None else life.sent[answers].at
            yield Told(asked_at, at, frame["params"]["user_id"], frame["params"]["expires_in"])


def _heard_ends(life: Life, told: Told) -> Iterator[float]:
    """When the same socket was told afterwards that the hold had ended."""
    for at, frame, answers, _ in life.heard:
        if at <= told.at or frame["result"] != "ok":
            continue
        if frame["message"] == "refused" and answers is not None:
            if life.sent[answers].at > told.at:
                yield at
        elif (
            frame["message"] == "reservation_expired" and frame["params"]["user_id"] == told.person
        ):
            yield at


def _acts(lives: Lives) -> dict[tuple[str, int], list[Span]]:
    """What people ask for that may end a hold of theirs: from the question to its answer."""
    found: dict[tuple[str, int], list[Span]] = defaultdict(list)
    for life in lives.roles("marking"):
        for sent in life.sent.values():
            if sent.message in ENDS:
                answered_at = None if sent.answer in UNANSWERED else sent.answered_at
                found[life.event, life.person].append(_span(sent.at, answered_at))
    for call in lives.endings:
        answered_at = None if call.status in UNSURE else call.ended_at
        person = EVERYBODY if call.role == "DeleteEvent" else call.person
        found[call.event, person].append(_span(call.asked_at, answered_at))
    return found


def _span(asked_at: float, answered_at: float | None) -> Span:
    return Span(asked_at, asked_at + LATE if answered_at is None else answered_at)


def _disturbances(lives: Lives) -> dict[tuple[str, int], list[float]]:
    """When a marker may have lost a socket in an event, and the hold with it."""
    found: dict[tuple[str, int], list[float]] = defaultdict(list)
    for life in lives.roles("marking"):
        key = life.event, life.person
        ended_at = lives.until if life.ended_at is None else life.ended_at
        found[key] += [at for at in lives.touched[life.link] if life.asked_at <= at <= ended_at]
        found[key] += [
            max(span.start, life.asked_at)
            for span in lives.troubled[life.worker]
            if span.meets(life.asked_at, ended_at)
        ]
        found[key] += [at for at in (life.last_act_at, life.ended_at) if at is not None]
    return found
