"""Whether holds were linearizable: what they surely were, and what they may have been.

A hold was surely there from the answer that said so until anything that may have ended it; it
may have been there from the question until it must have run out.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass

from tests.chaos.kept import FOREVER, Kept
from tests.chaos.lives import LATE_SECONDS, UNSURE, Life, Lives, Span

SLACK_SECONDS = 0.05  # by which clocks of one machine and roundings may differ
UNANSWERED = frozenset({"", "unavailable"})
EVERYBODY = 0  # who deletes an event ends all holds in it, or whoever leaves people out of marking
FAREWELL_SECONDS = 1.8  # a goodbye is answered when it counts, or after 2 s: contract: 6.6
ENDING_COMMANDS = frozenset({"confirm_marking", "refuse_to_mark"})
CARRIED_OUT = frozenset({"marked", "refused"})
LONG_GONE_SECONDS = 60.0  # after which no lost socket keeps a hold


@dataclass(frozen=True, slots=True)
class Hold:
    """Of one person by one marker; ``told_on`` is the socket that heard of it."""

    event: str
    person: int
    marker: int
    start: float
    end: float
    told_on: int


def possible_holds(lives: Lives, kept: Kept, hold_seconds: float) -> list[Hold]:
    """Lists every hold that there may have been, for as long as it may have lasted."""
    holds = []
    left_at = _left_at(lives)
    written = _written(kept)
    for life in lives.sockets_of("marking"):
        for sent in life.sent.values():
            if sent.message == "prepare_to_mark" and sent.answer in UNANSWERED:
                assert sent.user_id is not None
                last = min(sent.at + LATE_SECONDS + hold_seconds, left_at.get(life.number, FOREVER))
                holds.append(_hold(life, sent.user_id, sent.at, last))
        for told in holds_told_on(life):
            ends = [*_heard_ends(life, told), left_at.get(life.number, FOREVER)]
            ends += [at for at in written[life.event, told.person] if at > told.at]
            end = min([told.at + told.seconds, *ends])
            holds.append(_hold(life, told.person, told.asked_at, end + SLACK_SECONDS))
    return holds


def sure_holds(lives: Lives, kept: Kept) -> list[Hold]:
    """Lists every hold that there was, for as long as nothing can have ended it."""
    disturbed, acts, written = _disturbances(lives), _acts(lives), _written(kept)
    holds = []
    for life in lives.sockets_of("marking"):
        for told in holds_told_on(life):
            spans = [
                *acts[life.event, life.person],
                *acts[life.event, told.person],
                *acts[life.event, EVERYBODY],
                *lives.away["postgres"],
            ]
            if any(span.meets(told.asked_at, told.at) for span in spans):
                continue  # what ends it may be carried out at any moment
            ends = [*disturbed[life.event, life.person], *(span.start for span in spans)]
            ends += [at - SLACK_SECONDS for at in written[life.event, told.person]]
            event = kept.events.get(life.event)
            ends += [told.at if event is None else event.ends_at]
            end = min([told.asked_at + told.seconds, *(at for at in ends if at > told.asked_at)])
            if end - SLACK_SECONDS > told.at:
                holds.append(_hold(life, told.person, told.at, end - SLACK_SECONDS))
    return holds


def overlaps(holds: list[Hold]) -> Iterator[tuple[Hold, Hold]]:
    """Finds pairs that were at once: of one person by two, or of two people by one marker."""
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


def _written(kept: Kept) -> dict[tuple[str, int], list[float]]:
    """Finds when the ledger got entries of somebody: with each a hold of them ends."""
    found: dict[tuple[str, int], list[float]] = defaultdict(list)
    for each in kept.ledger:
        found[each.event, each.person].append(each.at)
    return found


def _hold(life: Life, person: int, start: float, end: float) -> Hold:
    return Hold(life.event, person, life.person, start, end, life.number)


@dataclass(frozen=True, slots=True)
class ToldHold:
    """A hold as a socket heard of it; it was so at some instant since ``asked_at``."""

    asked_at: float
    at: float
    person: int
    seconds: float
    is_old: bool  # told at an opening: it was chosen before


def holds_told_on(life: Life) -> Iterator[ToldHold]:
    """Finds each `prepared` of a socket, also the one of its opening."""
    for heard in life.heard:
        if heard.name == "prepared":
            is_old = heard.answers is None
            asked_at = life.asked_at if heard.answers is None else life.sent[heard.answers].at
            params = heard.frame["params"]
            yield ToldHold(asked_at, heard.at, params["user_id"], params["expires_in"], is_old)


def _heard_ends(life: Life, told: ToldHold) -> Iterator[float]:
    """Finds when the same socket was told afterwards that the hold had ended."""
    for heard in life.heard:
        if heard.at <= told.at:
            continue
        if heard.name == "refused" and heard.answers is not None:
            is_end = life.sent[heard.answers].at > told.at
        else:
            is_end = (
                heard.name == "reservation_expired"
                and heard.frame["params"]["user_id"] == told.person
            )
        if is_end:
            yield heard.at


def _left_at(lives: Lives) -> dict[int, float]:
    """Finds when each socket ended that was its marker's last in the event, by a goodbye."""
    found: dict[int, float] = {}
    grouped = defaultdict(list)
    for life in lives.sockets_of("marking"):
        grouped[life.event, life.person].append(life)
    for theirs in grouped.values():
        for life in theirs:
            at = _goodbye_done_at(life)
            others = [each for each in theirs if each is not life and each.asked_at <= at]
            if at < FOREVER and all(_is_gone(each, at) for each in others):
                for each in [life, *others]:
                    found[each.number] = min(at, found.get(each.number, FOREVER))
    return found


def _goodbye_done_at(life: Life) -> float:
    """Finds when its goodbye was surely carried out."""
    if life.goodbye_at is None or life.ended_at is None or life.code != 1000:
        return FOREVER
    return life.ended_at if life.ended_at - life.goodbye_at < FAREWELL_SECONDS else FOREVER


def _is_gone(life: Life, at: float) -> bool:
    """Tells whether it cannot keep a hold any more."""
    gone_at = FOREVER if life.ended_at is None else life.ended_at + LONG_GONE_SECONDS
    return min(_goodbye_done_at(life), gone_at) < at


def _acts(lives: Lives) -> dict[tuple[str, int], list[Span]]:
    """Finds what people ask for that may end a hold of theirs, from the question to its answer."""
    found: dict[tuple[str, int], list[Span]] = defaultdict(list)
    for life in lives.sockets_of("marking"):
        for sent in life.sent.values():
            if sent.message in ENDING_COMMANDS and sent.answer in CARRIED_OUT | UNANSWERED:
                answered_at = None if sent.answer in UNANSWERED else sent.answered_at
                found[life.event, life.person].append(_span(sent.at, answered_at))
    for call in lives.calls_that_end_holds:
        if call.status not in UNSURE and call.error:
            continue  # refused
        answered_at = None if call.status in UNSURE else call.ended_at
        found[call.event, _whose(call)].append(_span(call.asked_at, answered_at))
    return found


def _whose(call: Life) -> int:
    """Finds whose holds in the event a call may end."""
    if call.role in {"DeleteEvent", "UpdateEvent"}:
        return EVERYBODY
    return call.given["user_id"] if call.role == "RemoveHelper" else call.person


def _span(asked_at: float, answered_at: float | None) -> Span:
    return Span(asked_at, asked_at + LATE_SECONDS if answered_at is None else answered_at)


def _disturbances(lives: Lives) -> dict[tuple[str, int], list[float]]:
    """Finds when a marker may have lost a socket in an event, and the hold with it."""
    found: dict[tuple[str, int], list[float]] = defaultdict(list)
    for life in lives.sockets_of("marking"):
        key = life.event, life.person
        ended_at = lives.until if life.ended_at is None else life.ended_at
        found[key] += [touch.start for touch in lives.touches(life)]
        found[key] += [
            max(span.start, life.asked_at)
            for span in lives.troubled[life.worker]
            if span.meets(life.asked_at, ended_at)
        ]
        found[key] += [at for at in (life.given_up_at, life.ended_at) if at is not None]
    return found
