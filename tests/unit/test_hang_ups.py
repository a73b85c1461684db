"""Hang-ups while the store is away: few tries, one for many, and none for ever. Contract: 6.6."""

from __future__ import annotations

import asyncio
import itertools
import logging
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from typing import Any, TypeVar
from uuid import UUID, uuid4

import pytest

from attendance_core.errors import Unavailable
from attendance_core.marking.connections import Connection, Role
from attendance_core.marking.hang_ups import HangUp
from attendance_core.marking.terms import Terms
from attendance_core.vocabulary import ConnectionId, EventId, ProcessId, SessionId, UserId
from attendance_web.live import hang_ups as module
from attendance_web.live.hang_ups import MAX_FAILURES, MAX_PAUSE_SECONDS, MAX_TRIES_AT_ONCE, HangUps
from attendance_web.live.log_context import LOG_CONTEXT, logged_with
from tests.support.quick_loop import run

T = TypeVar("T")
FIRST, SECOND = ProcessId(UUID(int=1)), ProcessId(UUID(int=2))
BACK_AFTER_SECONDS = 10.0
USER_IDS = itertools.count(1)


@dataclass
class Rows:
    """The connections of a unit: what was lost, and who said goodbye, in which transaction."""

    lost: list[list[ConnectionId]] = field(default_factory=list)
    gone: list[ConnectionId] = field(default_factory=list)

    def lose(self, connection_ids: list[ConnectionId], _: float) -> None:
        self.lost.append(list(connection_ids))

    def lock_for_command(self, connection: Connection, *_: object) -> None:
        self.gone.append(connection.connection_id)


class Store:
    """Notes when something was tried; it takes a moment, and is away or broken where told so."""

    def __init__(self) -> None:
        self.connections = self.footings = Rows()
        self.tries: list[float] = []
        self.under_way_count = self.most_under_way = 0
        self.fails: Callable[[], Exception | None] = lambda: None

    def now(self) -> float:
        return 0.0

    async def transact(self, work: Callable[[Any], T]) -> T:
        self.tries.append(asyncio.get_running_loop().time())
        self.under_way_count += 1
        self.most_under_way = max(self.most_under_way, self.under_way_count)
        try:
            await asyncio.sleep(0.001)
        finally:
            self.under_way_count -= 1
        if (error := self.fails()) is not None:
            raise error
        return work(self)

    def go_away_until(self, at: float) -> None:
        self.fails = lambda: Unavailable() if asyncio.get_running_loop().time() < at else None

    def most_tries_in_a_second(self) -> int:
        return max(sum(at <= other < at + 1 for other in self.tries) for at in self.tries)


class Hall:
    """Hang-ups over such a store, of a process whose lease may be lost."""

    def __init__(self) -> None:
        self.store = Store()
        self.process_id = FIRST
        use_case = HangUp(self.store.transact, Terms())
        self.hang_ups = HangUps(use_case, lambda: self.process_id)

    def hang_up(self, number: int, *, goodbye: bool) -> list[asyncio.Future[None]]:
        return [
            self.hang_ups.begin(a_connection(self.process_id), goodbye=goodbye)
            for _ in range(number)
        ]


def a_connection(process_id: ProcessId, user_id: int | None = None) -> Connection:
    return Connection(
        ConnectionId(uuid4()),
        EventId(UUID(int=1)),
        UserId(user_id or next(USER_IDS)),
        Role.MARK_ME,
        process_id,
        SessionId("s"),
    )


class TestAnOutage:
    @pytest.mark.parametrize("goodbyes", [0, 1000, 2000])
    def test_of_ten_seconds_and_two_thousand_sockets_is_tried_seldom(self, goodbyes: int) -> None:
        async def outage() -> Store:
            hall = Hall()
            hall.store.go_away_until(BACK_AFTER_SECONDS)
            ends = hall.hang_up(goodbyes, goodbye=True) + hall.hang_up(
                2000 - goodbyes, goodbye=False
            )
            await asyncio.sleep(BACK_AFTER_SECONDS)
            assert not any(each.done() for each in ends)
            assert hall.store.most_tries_in_a_second() < 10
            assert len(hall.store.tries) < 30
            await hall.hang_ups.wait_until_stored()
            assert all(each.done() for each in ends)
            assert asyncio.get_running_loop().time() < BACK_AFTER_SECONDS + MAX_PAUSE_SECONDS + 1
            return hall.store

        store = run(outage())
        assert len(store.connections.gone) == goodbyes
        lost = store.connections.lost
        assert len({each for batch in lost for each in batch}) == 2000 - goodbyes
        assert len(lost) <= MAX_TRIES_AT_ONCE + 4  # transactions
        assert store.most_under_way <= MAX_TRIES_AT_ONCE

    def test_one_person_s_goodbyes_are_one_transaction(self) -> None:
        async def outage() -> Store:
            hall = Hall()
            hall.store.go_away_until(BACK_AFTER_SECONDS)
            for _ in range(500):
                hall.hang_ups.begin(a_connection(FIRST, user_id=1_000_000), goodbye=True)
            (other,) = hall.hang_up(1, goodbye=True)
            await asyncio.sleep(BACK_AFTER_SECONDS)
            try_count = len(hall.store.tries)
            await other
            assert len(hall.store.tries) <= try_count + 3
            await hall.hang_ups.wait_until_stored()
            return hall.store

        assert len(run(outage()).connections.gone) == 501

    def test_that_is_over_is_forgotten(self) -> None:
        async def outage() -> None:
            hall = Hall()
            hall.store.go_away_until(BACK_AFTER_SECONDS)
            hall.hang_up(5, goodbye=True)
            await hall.hang_ups.wait_until_stored()
            loop = asyncio.get_running_loop()
            for goodbye in (True, False):
                began_at = loop.time()
                await asyncio.wait(hall.hang_up(1, goodbye=goodbye))
                assert loop.time() - began_at < 0.01  # at once

        run(outage())

    def test_is_told_in_few_words(self, caplog: pytest.LogCaptureFixture) -> None:
        async def outage() -> None:
            hall = Hall()
            hall.store.go_away_until(BACK_AFTER_SECONDS)
            hall.hang_up(2000, goodbye=False)
            await hall.hang_ups.wait_until_stored()

        run(outage())
        assert set(caplog.messages) == {"hang-ups could not be stored yet"}
        assert len(caplog.messages) < 30


class TestLogs:
    def test_of_what_is_stored_for_many_tell_of_no_frame_of_one(self) -> None:
        """Whoever hung up when a try was begun is one of many that it is about."""

        async def outage() -> None:
            hall = Hall()
            contexts: list[object] = []

            def note_context() -> None:
                contexts.append(LOG_CONTEXT.get({}))

            hall.store.fails = note_context
            with logged_with(frame=7):
                hall.hang_up(2, goodbye=True)
                hall.hang_up(2, goodbye=False)
            await hall.hang_ups.wait_until_stored()
            assert contexts == [{}] * 4  # tries

        run(outage())


class TestTurns:
    def check_nobody_waits_behind(self, ended: list[Connection], *, by_event: bool) -> None:
        """Has all these end in one instant, and then two people say goodbye elsewhere."""

        async def end() -> None:
            hall = Hall()
            for each in ended:
                hall.hang_ups.begin(each, goodbye=True, by_event=by_event)
            await asyncio.wait(hall.hang_up(2, goodbye=True))
            gone = hall.store.connections.gone
            assert len(gone) <= 3 * module.GOODBYES_AT_ONCE
            await hall.hang_ups.wait_until_stored()
            assert len(gone) == len(ended) + 2

        run(end())

    def test_whoever_leaves_hundreds_of_events_keeps_nobody_waiting(self) -> None:
        hers = [a_connection(FIRST, user_id=1_000_000) for _ in range(500)]
        elsewhere = [replace(each, event_id=EventId(uuid4())) for each in hers]
        self.check_nobody_waits_behind(elsewhere, by_event=False)

    def test_an_event_that_ends_with_hundreds_in_it_keeps_nobody_elsewhere_waiting(self) -> None:
        there = [a_connection(FIRST) for _ in range(500)]
        self.check_nobody_waits_behind(there, by_event=True)

    def test_nor_do_hundreds_of_events_that_end_together(self) -> None:
        scattered = [replace(a_connection(FIRST), event_id=EventId(uuid4())) for _ in range(500)]
        self.check_nobody_waits_behind(scattered, by_event=True)


class TestALeaseThatIsLost:
    def test_takes_what_was_opened_under_it_with_it(self) -> None:
        async def loses() -> None:
            hall = Hall()
            hall.store.go_away_until(BACK_AFTER_SECONDS)
            old = hall.hang_up(50, goodbye=True) + hall.hang_up(50, goodbye=False)
            await asyncio.sleep(8)
            hall.process_id = SECOND
            new = hall.hang_up(1, goodbye=False)
            await asyncio.sleep(MAX_PAUSE_SECONDS)
            assert all(each.done() for each in old)
            try_count = len(hall.store.tries)
            late = hall.hang_ups.begin(a_connection(FIRST), goodbye=False)
            await hall.hang_ups.wait_until_stored()
            assert late.done() and new[0].done()
            assert hall.store.connections.gone == []
            assert [len(each) for each in hall.store.connections.lost] == [1]
            assert len(hall.store.tries) <= try_count + 2

        run(loses())


class TestABug:
    """What fails for no outage will fail again: it is not tried for ever."""

    def test_in_a_goodbye_makes_it_a_loss(self) -> None:
        async def fails() -> None:
            hall = Hall()
            hall.store.connections.lock_for_command = broken  # type: ignore[assignment]
            (end,) = hall.hang_up(1, goodbye=True)
            await end
            assert len(hall.store.tries) == MAX_FAILURES + 1
            assert [len(each) for each in hall.store.connections.lost] == [1]

        run(fails())

    def test_in_everything_is_told_and_dropped(self, caplog: pytest.LogCaptureFixture) -> None:
        async def fails() -> None:
            hall = Hall()
            hall.store.fails = lambda: ValueError("a bug")
            hall.hang_up(3, goodbye=True)
            await hall.hang_ups.wait_until_stored()
            try_count = len(hall.store.tries)
            assert try_count <= 3 * 2 * MAX_FAILURES
            await asyncio.sleep(60)
            assert len(hall.store.tries) == try_count

        run(fails())
        dropped = [each for each in caplog.records if "dropped" in each.message]
        assert len(dropped) == 3 and {each.levelno for each in dropped} == {logging.ERROR}

    def test_of_one_keeps_nobody_else_waiting(self) -> None:
        async def fails() -> None:
            hall = Hall()
            (bad,) = hall.hang_up(1, goodbye=True)
            bad_id = next(iter(hall.hang_ups._ends)).connection.connection_id

            def lock(connection: Connection, *_: object) -> None:
                if connection.connection_id == bad_id:
                    broken(connection)

            hall.store.connections.lock_for_command = lock  # type: ignore[method-assign]
            await asyncio.sleep(0.1)
            began_at = asyncio.get_running_loop().time()
            await asyncio.wait(hall.hang_up(20, goodbye=True))
            assert asyncio.get_running_loop().time() - began_at < 0.1
            assert not bad.done()
            await bad

        run(fails())


def broken(*_: object) -> None:
    raise ValueError("a bug")


class TestTheEnd:
    @pytest.mark.parametrize("error", [None, Unavailable(), ValueError("a bug")])
    def test_leaves_nothing_behind(self, error: Exception | None) -> None:
        async def closes() -> None:
            hall = Hall()
            hall.store.fails = lambda: error
            ends = hall.hang_up(20, goodbye=True) + hall.hang_up(20, goodbye=False)
            await asyncio.sleep(0 if error is None else 0.05)  # under way, or waiting
            hall.hang_ups.begin_after_abandoned_opening(a_connection(FIRST))
            await hall.hang_ups.close()
            assert all(each.done() for each in ends)
            try_count = len(hall.store.tries)
            assert hall.hang_ups.begin(a_connection(FIRST), goodbye=True).done()
            assert asyncio.all_tasks() == {asyncio.current_task()}
            await asyncio.sleep(60)
            assert len(hall.store.tries) == try_count

        run(closes())

    def test_an_opening_that_may_be_stored_later_is_lost_later(self) -> None:
        async def opens() -> None:
            hall = Hall()
            hall.hang_ups.begin_after_abandoned_opening(a_connection(FIRST))
            await asyncio.sleep(module.ABANDONED_OPENING_SECONDS - 0.1)
            assert hall.store.tries == []
            await asyncio.sleep(0.2)
            assert [len(each) for each in hall.store.connections.lost] == [1]

        run(opens())
