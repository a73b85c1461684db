"""How often something may be done, counted in the store: for all processes. Contract: 1, limits."""

from __future__ import annotations

import hashlib
import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from enum import Enum
from typing import Generic, NamedTuple, TypeVar

from attendance_core import ports
from attendance_core.errors import TooManyRequests
from attendance_core.vocabulary import Instant, Seconds, TallyKey

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Limit:
    """At most ``most`` within any ``within`` seconds."""

    name: str  # part of the key of its tallies: another name forgives everybody
    most: int
    within: Seconds


FAILED_LOG_INS = Limit("failed log-ins", 10, 900)  # Contract: 1, for an account from one address
PROVIDER_LOG_INS = Limit("log-ins by the provider", 20, 900)  # Contract: 9.5, for an account
SIGN_UPS = Limit("sign-ups", 600, 60)  # for an address
UPLOADS = Limit("uploads", 60, 3600)  # for a person
FRIEND_REQUESTS = Limit("friend requests", 60, 3600)  # for a person
CREATED_EVENTS = Limit("created events", 600, 3600)  # for a person
TAKEN_SCANS = Limit("taken scans", 600, 3600)  # Contract: 9.12, for a moderator
SCAN_LOOKS = Limit("looks at scans", 600, 3600)  # Contract: 9.12, for a moderator
DATA_DOWNLOADS = Limit("data downloads", 1, 60)  # Contract: POST /accounts/data/, for a person
JOINED_BY_HAND = Limit("joined by hand", 300, 3600)  # Contract: MarkParticipant, for an organiser
# Contract: AnnulMark. Whether a mark pays goes by those of its two people in the month before it,
# and annulled ones are passed over one by one: a pair that marks and annuls over and over would
# make each of its marks cost the store more than the one before
ANNULMENTS = Limit("annulments", 300, 3600)  # for whoever annuls
ANNULMENTS_OF_ONE = Limit("annulments of one person", 20, 86400)  # made by holds
# Contract: UpdateEvent, AddHelper, for an event. Whoever is left out has their sockets ended and
# those they hold given back, and may come again. Removals are as few as what is added before
CHANGES_OF_WHO_MARKS = Limit("changes of who marks", 30, 300)
ADDED_HELPERS = Limit("added helpers", 100, 3600)
# How long a try counts that nobody has ended: its process has died, or it would have been given
# up long before
TRY_SECONDS: Seconds = 90


def key_of(limit: Limit, subject: str) -> TallyKey:
    """Makes the key of a tally: who looks at the table reads neither names nor addresses."""
    spelt = f"{limit.name}: {subject}".encode("utf-8", "surrogatepass")
    return TallyKey(hashlib.blake2b(spelt, digest_size=16).hexdigest())


@dataclass(frozen=True, slots=True)
class Tally:
    """What counts against somebody of one limit: when each was done, the oldest first.

    A try ``under_way`` counts, too, until it is ended.
    """

    key: TallyKey
    taken: tuple[Instant, ...] = ()
    under_way: tuple[Instant, ...] = ()

    def without_lapsed(self, limit: Limit, now: Instant) -> Tally:
        """Leaves out what counts no more by now.

        What was noted before a clock was set back, and so lies ahead, counts as if noted now.
        """
        return replace(
            self,
            taken=_still_counting(now - limit.within, self.taken, now),
            under_way=_still_counting(now - TRY_SECONDS, self.under_way, now),
        )

    def seconds_to_next(self, limit: Limit, now: Instant) -> int:
        """Tells in how many whole seconds one more may be done; 0 where it may be now."""
        if len(self.taken) < limit.most:
            return 0
        return max(1, math.ceil(round(self.taken[-limit.most] + limit.within - now, 6)))

    def has_room(self, limit: Limit) -> bool:
        """Tells whether one more try could fail, if all that are under way do."""
        return len(self.taken) + len(self.under_way) < limit.most

    def with_one_more(self, limit: Limit, now: Instant) -> Tally:
        """Adds one that counts; of more than the most the latest are enough."""
        return replace(self, taken=(*self.taken, now)[-limit.most :])

    def with_try(self, now: Instant) -> Tally:
        """Adds a try under way, which is known by this instant."""
        return replace(self, under_way=(*self.under_way, now))

    def without_try(self, began: Instant) -> Tally:
        """Removes this try; one that a clock set back has moved stays until it lapses."""
        if began not in self.under_way:
            return self
        others = list(self.under_way)
        others.remove(began)
        return replace(self, under_way=tuple(others))

    def forgiven(self) -> Tally:
        """Leaves out all that counts but what is under way."""
        return replace(self, taken=())

    def lapses_at(self, limit: Limit) -> Instant:
        """Tells from when on nothing of it counts."""
        taken_lapse_at = self.taken[-1] + limit.within if self.taken else 0.0
        if not self.under_way:
            return taken_lapse_at
        return max(taken_lapse_at, self.under_way[-1] + TRY_SECONDS)


def _still_counting(since: Instant, noted: Sequence[Instant], now: Instant) -> tuple[Instant, ...]:
    return tuple(min(each, now) for each in noted if each > since)


class TryResult(Enum):
    """How a try came out: only a failure counts, and success forgives those before it."""

    FAILED = "failed"
    SUCCEEDED = "succeeded"
    RELEASED = "released"  # we could not look at it


class _Changed(NamedTuple, Generic[T]):
    """Holds a tally as it is to be kept, and what is answered."""

    tally: Tally
    answer: T


class _BegunTry(NamedTuple):
    """Holds when a try has begun, if it has; else in how many seconds one may, or 0."""

    at: Instant | None
    seconds: int


def _change_tally(
    unit: ports.Unit,
    limit: Limit,
    subject: str,
    change: Callable[[Tally, Instant], _Changed[T]],
) -> T:
    """Has ``change`` make another tally of the one that counts now; answers what it answers."""
    kept = unit.tallies.lock(key_of(limit, subject))
    now = unit.now()
    tally, answer = change(kept.without_lapsed(limit, now), now)
    if tally != kept:
        unit.tallies.put(tally, tally.lapses_at(limit))
    return answer


def count_or_wait(unit: ports.Unit, limit: Limit, subject: str) -> int:
    """Counts one more and answers 0, or, where it is one too many, in how many seconds one may."""

    def change(tally: Tally, now: Instant) -> _Changed[int]:
        seconds = tally.seconds_to_next(limit, now)
        return _Changed(tally if seconds else tally.with_one_more(limit, now), seconds)

    return _change_tally(unit, limit, subject, change)


def count_or_raise(unit: ports.Unit, limit: Limit, subject: str) -> None:
    """Counts one more. Raises TooManyRequests where it is one too many, which does not count."""
    if seconds := count_or_wait(unit, limit, subject):
        raise TooManyRequests(seconds=seconds)


@dataclass(frozen=True, slots=True)
class CountOne:
    """Counts one more of what is limited; ``subject`` names whom it counts against."""

    transact: ports.Transact

    async def __call__(self, *, limit: Limit, subject: str) -> None:
        """Raises TooManyRequests: then it was one too many, and does not count."""
        # What refuses is kept, too: a clock that was set back is put right once
        seconds = await self.transact(lambda unit: count_or_wait(unit, limit, subject))
        if seconds:
            raise TooManyRequests(seconds=seconds)


@dataclass(frozen=True, slots=True)
class BeginTry:
    """Begins a try at what somebody may fail at only so often."""

    transact: ports.Transact

    async def __call__(self, *, limit: Limit, subject: str) -> Instant | None:
        """Tells when it began, for `EndTry`; None where those under way might all fail: ask again.

        Raises TooManyRequests where the most have failed.
        """

        def change(tally: Tally, now: Instant) -> _Changed[_BegunTry]:
            if tally.has_room(limit):
                return _Changed(tally.with_try(now), _BegunTry(now, 0))
            return _Changed(tally, _BegunTry(None, tally.seconds_to_next(limit, now)))

        begun = await self.transact(lambda unit: _change_tally(unit, limit, subject, change))
        if begun.seconds:
            raise TooManyRequests(seconds=begun.seconds)
        return begun.at


@dataclass(frozen=True, slots=True)
class EndTry:
    """Ends a try, and notes how it came out."""

    transact: ports.Transact

    async def __call__(
        self, *, limit: Limit, subject: str, began: Instant, result: TryResult
    ) -> None:
        """Ends it; to be called once for each that was begun."""

        def change(tally: Tally, now: Instant) -> _Changed[None]:
            tally = tally.without_try(began)
            if result is TryResult.FAILED:
                return _Changed(tally.with_one_more(limit, now), None)
            return _Changed(tally.forgiven() if result is TryResult.SUCCEEDED else tally, None)

        await self.transact(lambda unit: _change_tally(unit, limit, subject, change))


@dataclass(frozen=True, slots=True)
class ForgetTallies:
    """Forgets whom nothing counts against any more."""

    transact: ports.Transact

    async def __call__(self) -> None:
        """Removes tallies in which nothing counts any more."""
        await self.transact(lambda unit: unit.tallies.remove_lapsed(unit.now()))
