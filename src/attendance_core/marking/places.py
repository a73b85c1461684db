"""Every rule of marking, pure: who may do what to whom, and what becomes of their place.

    nobody  --ask-->  Waiting  --hold-->  Held  --mark-->  Marked
    Waiting --withdraw--> nobody          Held  --release--> Waiting, or nobody where they have gone
    Held    --withdraw--> nobody (they left the event)
    Marked  --annul--> nobody             any but Marked  --mark by hand--> Marked

Contract: 6.1, 6.2, 6.5, 6.7, 6.8, 6.19 and 8.2.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from math import ceil
from typing import NamedTuple

from attendance_core.errors import (
    AlreadyHolding,
    AlreadyMarked,
    HoldingSomebody,
    NobodyHeld,
    NotHeld,
    NotWaiting,
    Taken,
    YouAreWaiting,
    Yourself,
)
from attendance_core.marking.ledger import Origin
from attendance_core.vocabulary import EventId, Instant, Seconds, UserId

BARRED_SECONDS: Seconds = 10  # Contract: 6.19


@dataclass(frozen=True, slots=True)
class Waiting:
    """Asked to be marked, and listed."""

    since: Instant


@dataclass(frozen=True, slots=True)
class Held:
    """Chosen by one marker until an instant; keeps the old place in the order."""

    since: Instant
    marker: UserId
    until: Instant


@dataclass(frozen=True, slots=True)
class Marked:
    """Marked: the mark that stands."""

    marker: UserId
    at: Instant
    n: int = 1  # of its entry in the ledger
    origin: Origin = Origin.HOLD


State = Waiting | Held | Marked | None


@dataclass(frozen=True, slots=True)
class Barred:
    """Who held somebody last, without marking them, and until when they leave them to others."""

    marker: UserId
    until: Instant


class PlaceKey(NamedTuple):
    """Says whose place, or whose help, it is, and in which event."""

    event_id: EventId
    user_id: UserId


@dataclass(frozen=True, slots=True)
class Place:
    """One person in one event. The version grows by one at every change.

    ``last_n`` numbers their last entry in the ledger; 0 where there is none.
    """

    event_id: EventId
    user_id: UserId
    member: bool = False
    state: State = None
    version: int = 0
    barred: Barred | None = None
    last_n: int = 0

    def is_held_by(self, marker: UserId, now: Instant) -> bool:
        """Tells whether this marker may confirm them now."""
        return (
            isinstance(self.state, Held) and self.state.marker == marker and now < self.state.until
        )

    def hold_has_lapsed(self, now: Instant) -> bool:
        """Tells whether a hold on them has run out and was not ended yet."""
        return isinstance(self.state, Held) and now >= self.state.until

    def changed(self, *, member: bool | None = None, state: State) -> Place:
        """Makes the next version, with this state."""
        return replace(
            self,
            member=self.member if member is None else member,
            state=state,
            version=self.version + 1,
        )

    def joined(self) -> Place:
        """Puts them in the event, whatever else."""
        return self if self.member else self.changed(member=True, state=self.state)

    def left(self, now: Instant) -> Place:
        """Takes them out of the event: off the list, out of a hold; a mark stays."""
        return self._with_its_marker_barred(now).changed(
            member=False, state=self.state if isinstance(self.state, Marked) else None
        )

    def asked(self, now: Instant) -> Place:
        """Puts them at the end of the list; leaves them where they are, if they are on it."""
        if self.state is not None:
            return self.joined()
        return self.changed(member=True, state=Waiting(since=now))

    def withdrawn(self) -> Place:
        """Takes them off the list. One who is held stays held: the marker decides."""
        return self.changed(state=None) if isinstance(self.state, Waiting) else self

    def released(self, now: Instant, *, present: bool) -> Place:
        """Gives them back: to their old place in the order if still there, else off the list."""
        if not isinstance(self.state, Held):
            return self
        state = Waiting(since=self.state.since) if present else None
        return self._with_its_marker_barred(now).changed(state=state)

    def _with_its_marker_barred(self, now: Instant) -> Place:
        """Notes who has them now, or had until their time was up: that hold ends without a mark."""
        if not isinstance(self.state, Held):
            return self
        until = round(min(now, self.state.until) + BARRED_SECONDS, 6)
        return replace(self, barred=Barred(self.state.marker, until))

    def seconds_barred(self, marker: UserId, now: Instant) -> int:
        """Counts how long this marker has to leave them to others; 0: no more."""
        if self.barred is None or self.barred.marker != marker:
            return 0
        return max(0, ceil(round(self.barred.until - now, 6)))

    def held(self, marker: UserId, now: Instant, seconds: Seconds) -> Place:
        """Has a marker hold them. Raises AlreadyMarked, Taken, NotWaiting."""
        match self.state:
            case Waiting(since=since):
                until = round(now + seconds, 6)
                return self.changed(state=Held(since=since, marker=marker, until=until))
            case Marked():
                raise AlreadyMarked
            case Held():
                raise Taken
            case _:
                raise NotWaiting

    def marked(self, marker: UserId, now: Instant) -> Place:
        """Has the one who holds them mark them. Raises NobodyHeld."""
        if not self.is_held_by(marker, now):
            raise NobodyHeld
        return self._with_entry(Marked(marker, now, self.last_n + 1))

    def marked_by_hand(self, organiser: UserId, now: Instant) -> Place:
        """Has an organiser mark them, whoever holds them; it joins them. Raises AlreadyMarked."""
        if isinstance(self.state, Marked):
            raise AlreadyMarked
        mark = Marked(organiser, now, self.last_n + 1, Origin.HAND)
        return replace(self, member=True)._with_entry(mark)

    def annulled(self) -> Place:
        """Has their mark stand no more: they are nobody on the list."""
        return self._with_entry(None)

    def _with_entry(self, state: State) -> Place:
        """Makes the next version of one whose ledger gets an entry with it."""
        return replace(self, state=state, version=self.version + 1, last_n=self.last_n + 1)


def check_may_wait(*, holding: Place | None, marker: UserId, now: Instant) -> None:
    """Passes one who may wait: who holds nobody. Raises HoldingSomebody."""
    if holding is not None and holding.is_held_by(marker, now):
        raise HoldingSomebody


def check_not_waiting(mine: Place) -> None:
    """Passes one who does not wait, and so may mark as far as that goes. Raises YouAreWaiting."""
    if isinstance(mine.state, Waiting | Held):
        raise YouAreWaiting


def check_may_choose(target: UserId, *, mine: Place, holding: Place | None, now: Instant) -> None:
    """Passes one who may choose this person, or has chosen them already.

    Raises Yourself, YouAreWaiting, AlreadyHolding.
    """
    if target == mine.user_id:
        raise Yourself
    check_not_waiting(mine)
    if holding is None or not holding.is_held_by(mine.user_id, now):
        return
    if holding.user_id != target:
        raise AlreadyHolding


def get_held(
    marker: UserId, target: UserId | None, *, holding: Place | None, now: Instant
) -> Place:
    """Gets the place that a confirm or a refuse is about. Raises NobodyHeld, NotHeld."""
    if holding is None or not holding.is_held_by(marker, now):
        raise NobodyHeld
    if target is not None and target != holding.user_id:
        raise NotHeld
    return holding


def find_held(marker: UserId, places: Iterable[Place]) -> Place | None:
    """Finds the place this marker holds, be its time up or not."""
    return next(
        (each for each in places if isinstance(each.state, Held) and each.state.marker == marker),
        None,
    )
