"""What there is to judge, and what every rule has to know of time."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Final

from tests.chaos.history import HistoryItem
from tests.chaos.holds import SLACK_SECONDS, Hold, possible_holds, sure_holds
from tests.chaos.kept import FOREVER, Kept, Mark, marks_of
from tests.chaos.lives import Life, Lives, Span

SOON_SECONDS: Final = 5.0  # contract: 6.4, 6.9, 6.10, and for an answer


@dataclass(frozen=True)
class Case:
    """The history of one part, and what is kept after it."""

    lives: Lives
    kept: Kept
    hold_seconds: float

    @cached_property
    def marks(self) -> list[Mark]:
        """All there ever were, also those of earlier parts."""
        return marks_of(self.kept.ledger)

    def marks_of(self, event: str, person: int) -> Sequence[Mark]:
        """Finds those of one person in one event."""
        return self._marks_of_person.get((event, person), ())

    def may_have_stood(
        self, event: str, person: int, since: float, until: float, marker: int | None = None
    ) -> bool:
        """Tells whether a mark, of this marker, may have stood at an instant of these."""
        return any(
            mark.stood(since - SLACK_SECONDS, until + SLACK_SECONDS)
            and marker in (None, mark.marker)
            for mark in self.marks_of(event, person)
        )

    @cached_property
    def _marks_of_person(self) -> dict[tuple[str, int], list[Mark]]:
        found = defaultdict(list)
        for mark in self.marks:
            found[mark.event, mark.person].append(mark)
        return found

    def ends_at(self, event: str) -> float | None:
        """Tells when it ends or has ended; None of one that was deleted."""
        found = self.kept.events.get(event)
        return None if found is None else found.ends_at

    @cached_property
    def possible_holds(self) -> list[Hold]:
        """Every hold that there may have been."""
        return possible_holds(self.lives, self.kept, self.hold_seconds)

    @cached_property
    def sure_holds(self) -> list[Hold]:
        """Every hold that there was."""
        return sure_holds(self.lives, self.kept)

    @cached_property
    def begun_at(self) -> float:
        """What is older belongs to an earlier part."""
        lives = [*self.lives.sockets.values(), *self.lives.calls.values()]
        return min((life.asked_at for life in lives), default=FOREVER)

    @cached_property
    def last_looks(self) -> dict[str, HistoryItem]:
        """The last one at each event."""
        return {look.event: look for look in self.lives.looks}

    def is_steady(self, life: Life, look: HistoryItem, person: int) -> bool:
        """Tells whether what is kept of one was the same for 5 s, so all must have heard of it."""
        return self.is_settled(life, look, SOON_SECONDS, lambda earlier: _kept_of(earlier, person))

    def is_settled(
        self,
        life: Life,
        look: HistoryItem,
        seconds: float,
        aspect_of: Callable[[HistoryItem], object],
    ) -> bool:
        """Tells whether something had been the same for so long, by all looks until this one."""
        since = look.at
        for earlier in reversed(self._looks[look.event]):
            if earlier.at <= look.at:
                if aspect_of(earlier) != aspect_of(look):
                    break
                since = earlier.at
        lives = self.lives
        lag = lives.lag(since, look.at) + lives.lag(since, look.at, life.worker)
        return look.at - since >= seconds + lag

    @cached_property
    def _looks(self) -> dict[str, list[HistoryItem]]:
        found = defaultdict(list)
        for look in self.lives.looks:
            found[look.event].append(look)
        return found

    def is_harmed(self, life: Life, at: float) -> bool:
        """Tells whether its connection is harmed, or was mended so lately that not all has come."""
        return any(
            touch.start <= at <= touch.end + SOON_SECONDS + self.lives.lag(touch.end, at)
            for touch in self.lives.touches(life)
        )

    def is_too_long(
        self,
        life: Life,
        since: float,
        until: float,
        excuses: Iterable[Span] = (),
        seconds: float = SOON_SECONDS,
    ) -> bool:
        """Tells whether it was more than so many seconds, but for those of no core for us or it.

        They begin anew after whatever harmed the connection or its process while they ran, and
        after each of the ``excuses``.
        """
        if until - since <= seconds:
            return False
        lives = self.lives
        patience = seconds + lives.lag(since, until) + lives.lag(since, until, life.worker)
        for span in sorted([*lives.harms(life), *excuses], key=lambda each: each.start):
            if span.meets(since, since + patience):
                since = max(since, span.end)
        return until - since > patience


def _kept_of(look: HistoryItem, person: int) -> tuple[bool, int | None]:
    """Tells whether they wait, and who holds them."""
    return person in look.data["waiting"], look.data["held"].get(str(person))


Rule = Callable[[Case], Iterator[str]]
