"""How many small bodies are on their way, and how slowly. Contract: 1.17."""

from __future__ import annotations

import asyncio
from collections import Counter
from contextlib import ExitStack

import pytest

from attendance_web.http import body_capacity, incoming_bodies
from attendance_web.http.incoming_bodies import COUNTED_AT_LEAST_BYTES, SMALL_CAPACITY_BYTES, Bodies
from attendance_web.http.incoming_body import Body
from attendance_web.wire.callers import Caller
from attendance_web.wire.refusals import BodyTooSlow
from tests.support.body_senders import ANNA, HALL_ADDRESS, OTHER_ADDRESS, Sender, settled


def reading_small(bodies: Bodies, caller: Caller, sender: Sender, size: int) -> asyncio.Task[bytes]:
    """Reads any other body, which says that it has this size."""

    async def read() -> bytes:
        with bodies.small(caller, size) as body:
            return await body.read(sender.receive, size)

    return asyncio.create_task(read())


class TestSmallBodies:
    """Contract: 1.17."""

    async def test_where_too_much_is_unfinished_the_oldest_of_who_has_most_is_given_up(
        self,
    ) -> None:
        bodies, silent, size = Bodies(), Sender(), 16 * 1024
        annas = reading_small(bodies, ANNA, silent, size)
        room_for = SMALL_CAPACITY_BYTES // size
        many = [reading_small(bodies, HALL_ADDRESS, silent, size) for _ in range(room_for - 1)]
        await asyncio.sleep(0)
        assert bodies._small.size == SMALL_CAPACITY_BYTES
        more = [reading_small(bodies, who, silent, size) for who in (HALL_ADDRESS, OTHER_ADDRESS)]
        await asyncio.sleep(0.01)
        assert [each.done() for each in many] == [True, True] + [False] * (len(many) - 2)
        assert all(isinstance(each.exception(), BodyTooSlow) for each in many[:2])
        quick = Sender()
        quick.sends(b"a", more=True)
        quick.sends(b"b", more=False)
        assert await reading_small(bodies, HALL_ADDRESS, quick, 2) == b"ab"
        await asyncio.sleep(0.01)
        assert isinstance(many[2].exception(), BodyTooSlow)  # for the quick one
        for each in [annas, *many[3:], *more]:
            assert not each.done()
            each.cancel()
        await asyncio.wait([annas, *many, *more])
        assert (bodies._small.size, bodies._small._bodies) == (0, {})

    async def test_one_whose_time_is_up_at_that_moment_is_given_up_all_the_same(self) -> None:
        loop, raised = asyncio.get_running_loop(), []
        with Bodies().small(HALL_ADDRESS, 100) as body:
            read = asyncio.create_task(body.read(Sender().receive, 100))
            await settled()

            def give_up() -> None:
                try:
                    body.give_up()
                except RuntimeError as error:  # whoever needs the room would be told of it
                    raised.append(error)

            assert body._timeout is not None
            body._timeout.reschedule(loop.time())
            loop.call_soon(give_up)
            with pytest.raises(BodyTooSlow):
                await read
        assert not raised

    async def test_many_that_come_into_a_full_room_cost_few_looks_at_all_of_it(
        self, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        """A flood of them is what keeps it full."""
        room_for = SMALL_CAPACITY_BYTES // COUNTED_AT_LEAST_BYTES // 16
        looks, is_slow = Counter[str](), Body.is_slow
        monkeypatch.setattr(
            incoming_bodies, "SMALL_CAPACITY_BYTES", room_for * COUNTED_AT_LEAST_BYTES
        )
        monkeypatch.setattr(body_capacity, "LOOK_EVERY", 3600.0)

        def counted(body: Body, now: float) -> bool:
            looks["at one"] += 1
            return is_slow(body, now)

        monkeypatch.setattr(Body, "is_slow", counted)
        bodies, given_up = Bodies(), list[int]()
        monkeypatch.setattr(Body, "give_up", lambda body: given_up.append(numbers[body]))
        numbers: dict[Body, int] = {}
        with ExitStack() as several:
            for number in range(2 * room_for):
                numbers[several.enter_context(bodies.small(HALL_ADDRESS, 1))] = number
        assert given_up == list(range(room_for)), "the oldest before the others"
        assert looks["at one"] <= 2 * room_for, "not once for each that came"

    async def test_each_counts_for_what_a_connection_takes(self) -> None:
        bodies, sender = Bodies(), Sender()
        task = reading_small(bodies, HALL_ADDRESS, sender, 1)
        await asyncio.sleep(0)
        assert bodies._small.size == COUNTED_AT_LEAST_BYTES
        sender.sends(b"", more=False)
        await task
        assert bodies._small.size == 0
