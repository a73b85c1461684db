"""Turns: who has one, in which order others wait, and who may not even wait."""

from __future__ import annotations

import asyncio
from collections.abc import Hashable

import pytest
from hypothesis import given
from hypothesis import strategies as st

from attendance_web.wire import client_gone
from attendance_web.wire.client_gone import GONE_EXTENSION, Departure
from attendance_web.wire.refusals import ClientLeft
from attendance_web.wire.rests import Rests
from attendance_web.wire.turns import FairQueue, FairTurns, NoTurn, Turn

LONG_SECONDS = 0.02


def rests(factor: float, max_seconds: float = 3600) -> Rests:
    """Has every turn rest, whoever has it."""
    return Rests(free_seconds=0, free_a_second=1e-9, factor=factor, max_seconds=max_seconds)


class RecordedTurns:
    """Turns, with the names of those that were given and of those that were lost, in order."""

    def __init__(
        self, at_once: int = 1, of_one: int = 1, waiting: int = 1000, waiting_of_one: int = 1000
    ) -> None:
        self.turns = FairQueue(
            at_once=at_once, of_one=of_one, waiting=waiting, waiting_of_one=waiting_of_one
        )
        self.given: list[str] = []
        self.lost: list[str] = []
        self.not_over: list[Turn] = []  # of those given

    def asks(self, whose: Hashable, name: str) -> Turn:
        def changed() -> None:
            if turn.is_given:
                self.given.append(name)
                self.not_over.append(turn)
            else:
                self.lost.append(name)

        turn = self.turns.ask(whose, changed)
        if turn.is_given:
            changed()
        return turn

    def all_take_theirs(self) -> None:
        while self.not_over:
            self.turns.end(self.not_over.pop(0))
        assert (self.turns.given_count, self.turns.waiting_count) == (0, 0)


class TestTheOrder:
    @pytest.mark.parametrize("whose", [None, 0, "", ("health", "a")])
    def test_everybody_is_given_a_turn_whatever_they_are_known_by(self, whose: Hashable) -> None:
        recorded = RecordedTurns()
        for name in "abc":
            recorded.asks(whose, name)
        recorded.all_take_theirs()
        assert recorded.given == ["a", "b", "c"]

    def test_a_hundred_of_one_wait_behind_everybody_s_first(self) -> None:
        recorded = RecordedTurns()
        for number in range(100):
            recorded.asks("anna", f"anna {number}")
        for number in range(30):
            recorded.asks(f"person {number}", f"person {number}")
        recorded.all_take_theirs()
        assert len(recorded.given) == 130
        assert recorded.given[:2] == ["anna 0", "anna 1"]  # nobody else was there
        assert recorded.given[2:32] == [f"person {number}" for number in range(30)]
        assert recorded.given[32:] == [f"anna {number}" for number in range(2, 100)]

    def test_two_with_many_take_turns(self) -> None:
        recorded = RecordedTurns()
        for whose in "ab":
            for number in range(3):
                recorded.asks(whose, f"{whose}{number}")
        recorded.all_take_theirs()
        assert recorded.given == ["a0", "a1", "b0", "a2", "b1", "b2"]

    def test_one_has_only_so_many_at_once_and_others_are_not_kept_waiting(self) -> None:
        recorded = RecordedTurns(at_once=4, of_one=2)
        for number in range(10):
            recorded.asks("anna", f"anna {number}")
        assert recorded.given == ["anna 0", "anna 1"]
        recorded.asks("boris", "boris")
        assert recorded.given[-1] == "boris"
        recorded.all_take_theirs()
        assert recorded.given[3:] == [f"anna {number}" for number in range(2, 10)]


class TestBounds:
    def test_only_so_many_turns_of_one_wait(self) -> None:
        recorded = RecordedTurns(waiting_of_one=2)
        for number in range(3):
            recorded.asks("anna", f"anna {number}")
        with pytest.raises(NoTurn):
            recorded.asks("anna", "anna 3")
        recorded.asks("boris", "boris")

    def test_a_newcomer_waits_instead_of_the_last_of_whoever_waits_most_often(self) -> None:
        recorded = RecordedTurns(waiting=4)
        for number in range(4):
            recorded.asks("anna", f"anna {number}")  # one has its turn
        recorded.asks("boris", "boris 0")
        assert recorded.lost == []
        recorded.asks("vera", "vera")
        assert recorded.lost == ["anna 3"]
        with pytest.raises(NoTurn):
            recorded.asks("boris", "boris 1")  # as many would wait of him as of her
        recorded.asks("gleb", "gleb")
        assert recorded.lost == ["anna 3", "anna 2"]
        with pytest.raises(NoTurn):
            recorded.asks("dina", "dina")  # one of each waits, so nobody has to make room
        recorded.all_take_theirs()
        assert recorded.given == ["anna 0", "anna 1", "boris 0", "vera", "gleb"]

    def test_one_that_is_given_up_waits_no_more_and_one_that_is_over_ends_once(self) -> None:
        recorded = RecordedTurns()
        first = recorded.asks("anna", "anna")
        second, _ = recorded.asks("boris", "boris"), recorded.asks("vera", "vera")
        for _ in range(2):
            recorded.turns.end(second)
            recorded.turns.end(first)
        assert (recorded.given, recorded.turns.given_count, recorded.turns.waiting_count) == (
            ["anna", "vera"],
            1,
            0,
        )

    def test_one_that_rests_is_somebody_else_s_and_still_counts(self) -> None:
        recorded = RecordedTurns()
        first = recorded.asks("anna", "anna 0")
        recorded.asks("anna", "anna 1")
        second = recorded.asks("boris", "boris")
        for _ in range(2):
            recorded.turns.rest(first)
            assert recorded.given == ["anna 0", "boris"]
        recorded.turns.end(second)
        assert recorded.given == ["anna 0", "boris"] and not recorded.turns.given_count
        recorded.turns.end(first)
        assert recorded.given == ["anna 0", "boris", "anna 1"]

    @given(
        st.lists(
            st.tuples(
                st.sampled_from(["ask", "rest", "end"]), st.integers(0, 4), st.integers(0, 30)
            ),
            max_size=80,
        )
    )
    def test_whatever_happens_no_bound_is_passed_and_no_turn_is_lost(
        self, acts: list[tuple[str, int, int]]
    ) -> None:
        recorded = RecordedTurns(at_once=3, of_one=2, waiting=6, waiting_of_one=3)
        turns = recorded.turns
        asked: list[Turn] = []
        for act, whose, which in acts:
            if act == "ask":
                try:
                    asked.append(recorded.asks(whose, str(whose)))
                except NoTurn:
                    assert turns.waiting_count
            elif asked:
                {"rest": turns.rest, "end": turns.end}[act](asked[which % len(asked)])
            given_now = [each for each in asked if each.is_given and not each.is_over]
            have = [each.whose for each in given_now if not each.is_resting]
            owned = [each.whose for each in given_now]
            waits = [each.whose for each in asked if not each.is_given and not each.is_over]
            assert (len(have), len(waits)) == (turns.given_count, turns.waiting_count)
            assert len(have) <= 3 and len(waits) <= 6
            assert all(owned.count(whose) <= 2 and waits.count(whose) <= 3 for whose in range(5))
            # Nobody waits for what they could have
            assert len(have) == 3 or all(owned.count(whose) == 2 for whose in waits)
        for each in asked:
            turns.end(each)
        assert (turns.given_count, turns.waiting_count) == (0, 0)


class TestWaiting:
    def fair(self, waiting: int = 9, rests: Rests | None = None) -> FairTurns:
        return FairTurns(at_once=1, of_one=1, waiting=waiting, waiting_of_one=9, rests=rests)

    async def test_who_gets_none_in_time_is_told(self) -> None:
        fair = self.fair()
        turns = fair._turns
        async with fair.turn("anna", 1):
            with pytest.raises(NoTurn):
                async with fair.turn("boris", 0.01):
                    raise AssertionError
        assert (turns.given_count, turns.waiting_count) == (0, 0)

    async def test_who_has_to_make_room_for_a_newcomer_is_told(self) -> None:
        fair = self.fair(waiting=2)

        async def waits(whose: str) -> None:
            async with fair.turn(whose, 9):
                pass

        async with fair.turn("anna", 9):
            tasks = [asyncio.create_task(waits(whose)) for whose in ("boris", "boris", "vera")]
            done, _ = await asyncio.wait(tasks, return_when=asyncio.FIRST_COMPLETED)
            assert done == {tasks[1]}
            assert isinstance(tasks[1].exception(), NoTurn)
        await asyncio.gather(tasks[0], tasks[2])

    @pytest.mark.parametrize("is_given", [False, True])
    async def test_who_goes_away_leaves_nothing_behind(self, is_given: bool) -> None:
        fair = self.fair()
        turns = fair._turns

        async def waits() -> None:
            async with fair.turn("boris", 9):
                raise AssertionError

        async with fair.turn("anna", 9) as end:
            task = asyncio.create_task(waits())
            await asyncio.sleep(0)
            assert turns.waiting_count == 1
            if is_given:
                end()  # it is theirs now, and they do not know yet
                assert (turns.given_count, turns.waiting_count) == (1, 0)
            task.cancel()
            await asyncio.wait([task])
            assert task.cancelled() and turns.waiting_count == 0
        assert turns.given_count == 0

    async def test_a_turn_ends_with_its_block_whatever_happens(self) -> None:
        fair = self.fair()
        turns = fair._turns
        for _ in range(3):
            with pytest.raises(ValueError, match="refused"):
                async with fair.turn("anna", 9):
                    raise ValueError("refused")
        async with fair.turn("anna", 9) as end:
            end()
            async with fair.turn("boris", 9):
                assert turns.given_count == 1
        assert turns.given_count == 0

    async def test_a_turn_rests_for_longer_than_it_took_and_others_have_it_meanwhile(self) -> None:
        fair = self.fair(rests=rests(3.0))
        async with fair.turn("anna", 9) as end:
            await asyncio.sleep(LONG_SECONDS)
            end()
            assert fair.may_have("boris") and not fair.may_have("anna")
        ended_at = asyncio.get_running_loop().time()
        async with fair.turn("boris", 0):
            pass
        async with fair.turn("anna", 9):
            assert asyncio.get_running_loop().time() - ended_at > 2 * LONG_SECONDS

    async def test_it_rests_no_longer_than_it_may(self) -> None:
        bounded_rests = rests(1e9, max_seconds=LONG_SECONDS)
        fair = self.fair(rests=bounded_rests)
        async with fair.turn("anna", 9):
            await asyncio.sleep(LONG_SECONDS)
        assert not fair.may_have("anna")
        async with fair.turn("anna", 9):
            pass

    async def test_one_that_was_not_had_does_not_rest(self) -> None:
        fair = self.fair(rests=rests(1e9))

        async def waits() -> None:
            async with fair.turn("boris", 9):
                raise AssertionError

        async with fair.turn("anna", 9) as end:
            task = asyncio.create_task(waits())
            await asyncio.sleep(0)
            end()  # it is theirs now, and they do not know yet
            task.cancel()
            await asyncio.wait([task])
        assert fair.may_have("boris")

    async def test_who_is_gone_while_they_wait_gets_no_turn(self) -> None:
        """Contract: 1.11."""
        fair = self.fair()
        turns = fair._turns
        boris_departure = Departure()
        begun: list[str] = []

        async def waits(whose: str, departure: Departure) -> None:
            client_gone.follow_client_of({"extensions": {GONE_EXTENSION: departure}})
            async with fair.turn(whose, 9):
                begun.append(whose)

        async with fair.turn("anna", 9):
            left = [asyncio.create_task(waits("boris", boris_departure)) for _ in range(3)]
            stays = asyncio.create_task(waits("vera", Departure()))
            await asyncio.sleep(0)
            assert turns.waiting_count == 4
            boris_departure.note()
            await asyncio.wait(left)
            assert [type(each.exception()) for each in left] == [ClientLeft] * 3
            assert turns.waiting_count == 1 and begun == []
        await stays
        assert begun == ["vera"] and turns.given_count == 0
