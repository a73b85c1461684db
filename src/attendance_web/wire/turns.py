"""Turns at what costs much, fair among those who come: whoever asks a hundred times waits behind
everybody else's first.

`FairQueue` is who has one and who waits, without I/O; `FairTurns` has its callers wait in it.
"""

from __future__ import annotations

import asyncio
from collections import Counter, OrderedDict, deque
from collections.abc import AsyncIterator, Callable, Hashable
from contextlib import asynccontextmanager

from attendance_core.vocabulary import Seconds
from attendance_web.wire.client_gone import call_when_gone, has_gone
from attendance_web.wire.refusals import ClientLeft
from attendance_web.wire.rests import Rests


class NoTurn(Exception):
    """Too many wait already, or it took too long: try again."""


class Turn:
    """One that was asked for: it waits, then is given, then may rest, then is over."""

    __slots__ = ("changed", "is_given", "is_over", "is_resting", "whose")

    def __init__(self, whose: Hashable, changed: Callable[[], None]) -> None:
        self.whose = whose
        self.changed = changed
        self.is_given = False
        self.is_resting = False
        self.is_over = False


class FairQueue:
    """Gives out ``at_once`` turns, ``of_one`` of them to the same one, round and round.

    Of those who find none ``waiting`` wait, ``waiting_of_one`` of them of the same one. When all
    these places are taken, a newcomer gets that of the last of whoever waits most often.
    """

    def __init__(self, *, at_once: int, of_one: int, waiting: int, waiting_of_one: int) -> None:
        self._at_once = at_once
        self._of_one = of_one
        self._max_waiting = waiting
        self._max_waiting_of_one = waiting_of_one
        self._given: Counter[Hashable] = Counter()  # turns, by whose they are
        self._given_count = 0
        self._lines: OrderedDict[Hashable, deque[Turn]] = OrderedDict()  # the next line first
        self._waiting_count = 0

    def ask(self, whose: Hashable, changed: Callable[[], None]) -> Turn:
        """Asks for a turn, which may be given at once.

        If it has to wait, ``changed`` is called once: when it is given, or when a newcomer has got
        its place in the line. Raises NoTurn.
        """
        turn = Turn(whose, changed)
        if self.may_have(whose):
            self._begin(turn)
            return turn
        waiting_of_one = len(self._lines.get(whose, ()))
        if waiting_of_one >= self._max_waiting_of_one:
            raise NoTurn
        if self._waiting_count >= self._max_waiting:
            self._push_one_out(waiting_of_one)
        self._lines.setdefault(whose, deque()).append(turn)
        self._waiting_count += 1
        return turn

    def end(self, turn: Turn) -> None:
        """Ends a turn, or gives up waiting for it; whoever is next has theirs. Idempotent."""
        if turn.is_over:
            return
        turn.is_over = True
        if not turn.is_given:
            self._lines[turn.whose].remove(turn)
            self._waiting_count -= 1
            self._forget_if_empty(turn.whose)
            return
        if not turn.is_resting:
            self._given_count -= 1
        self._given[turn.whose] -= 1
        if not self._given[turn.whose]:
            del self._given[turn.whose]
        self._begin_next()

    def rest(self, turn: Turn) -> None:
        """Lets somebody else have a turn that is given, while it still counts as its owner's.

        It rests until it is ended. Idempotent.
        """
        if turn.is_given and not turn.is_resting and not turn.is_over:
            turn.is_resting = True
            self._given_count -= 1
            self._begin_next()

    @property
    def given_count(self) -> int:
        """How many turns are given now."""
        return self._given_count

    @property
    def waiting_count(self) -> int:
        """How many turns are waited for."""
        return self._waiting_count

    def may_have(self, whose: Hashable) -> bool:
        """Tells whether they need not wait: who waits meanwhile has as many as one may have."""
        return self._given_count < self._at_once and self._given[whose] < self._of_one

    def _begin(self, turn: Turn) -> None:
        turn.is_given = True
        self._given[turn.whose] += 1
        self._given_count += 1

    def _begin_next(self) -> None:
        try:
            whose = next(filter(self.may_have, self._lines))
        except StopIteration:
            return
        turn = self._lines[whose].popleft()
        self._waiting_count -= 1
        self._lines.move_to_end(whose)
        self._forget_if_empty(whose)
        self._begin(turn)
        turn.changed()

    def _push_one_out(self, waiting_of_one: int) -> None:
        """Makes a place for one who has so many waiting. Raises NoTurn where nobody has more."""
        longest = max(self._lines.values(), key=len)
        if len(longest) <= waiting_of_one + 1:
            raise NoTurn
        turn = longest[-1]
        self.end(turn)
        turn.changed()

    def _forget_if_empty(self, whose: Hashable) -> None:
        if not self._lines[whose]:
            del self._lines[whose]


class FairTurns:
    """Has its callers wait for turns, within the same bounds as `FairQueue`.

    Where there are `Rests`, a turn that is over is somebody else's at once, but its owner's only
    after it has rested.
    """

    def __init__(
        self,
        *,
        at_once: int,
        of_one: int,
        waiting: int,
        waiting_of_one: int,
        rests: Rests | None = None,
    ) -> None:
        self._turns = FairQueue(
            at_once=at_once, of_one=of_one, waiting=waiting, waiting_of_one=waiting_of_one
        )
        self._rests = rests

    @property
    def given_count(self) -> int:
        """How many turns are given now."""
        return self._turns.given_count

    def may_have(self, whose: Hashable) -> bool:
        """Tells whether they need not wait for a turn that they ask for in this step."""
        return self._turns.may_have(whose)

    @asynccontextmanager
    async def turn(
        self, whose: Hashable, within: Seconds, *, may_rest: bool = True
    ) -> AsyncIterator[Callable[[], None]]:
        """Waits for a turn as `begin` does, and yields what ends it early; it ends with the block
        in any case.
        """
        end = await self.begin(whose, within, may_rest=may_rest)
        try:
            yield end
        finally:
            end()

    async def begin(
        self, whose: Hashable, within: Seconds, *, may_rest: bool = True
    ) -> Callable[[], None]:
        """Waits for a turn and answers what ends it, which is to be called in any case, once or
        more often.

        One that is said not to rest is theirs again as soon as it ends. Raises NoTurn; ClientLeft
        where the client of this request goes while it waits.
        """
        loop = asyncio.get_running_loop()
        given = loop.create_future()

        def wake() -> None:
            if not given.done():
                given.set_result(None)

        turn = self._turns.ask(whose, wake)
        if not turn.is_given:
            timer = loop.call_later(within, wake)
            try:
                with call_when_gone(wake):
                    await given
                if has_gone():
                    raise ClientLeft
                if not turn.is_given:
                    raise NoTurn  # in time, or a newcomer has its place
            except BaseException:
                self._turns.end(turn)
                raise
            finally:
                timer.cancel()
        began = loop.time()

        def end() -> None:
            if turn.is_over or turn.is_resting:
                return
            seconds = 0.0
            if may_rest and self._rests is not None:
                seconds = self._rests.seconds_after(whose, loop.time() - began)
            if seconds:
                self._turns.rest(turn)
                loop.call_later(seconds, self._turns.end, turn)
            else:
                self._turns.end(turn)

        return end
