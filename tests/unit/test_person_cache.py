"""Who the people of a room are is looked up together, and kept."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Sequence

from attendance_core.errors import Unavailable
from attendance_core.profiles import ProfileSummary
from attendance_core.testing.machine.driving import drive
from attendance_core.vocabulary import UserId
from attendance_web.live.person_cache import MAX_READ_AT_ONCE, PersonCache

ANNA, BORIS = UserId(1), UserId(2)


class Register:
    """Tells who people are, and counts how often it was asked."""

    def __init__(self) -> None:
        self.asked: list[list[UserId]] = []
        self.suffix = ""
        self.is_away = False
        self.may_answer = asyncio.Event()
        self.may_answer.set()

    async def __call__(self, user_ids: Sequence[UserId]) -> Sequence[ProfileSummary]:
        self.asked.append(list(user_ids))
        await self.may_answer.wait()
        if self.is_away:
            raise Unavailable
        return [
            ProfileSummary(each, f"Person {each}{self.suffix}", None, confirmed=False)
            for each in user_ids
        ]


def name_of(user_id: UserId, people: PersonCache) -> str:
    name: str = json.loads(bytes(people.spelt[user_id]))["display_name"]
    return name


class TestPersonCache:
    def test_those_known_are_not_asked_for_again(self) -> None:
        register = Register()
        people = PersonCache(register)
        drive(people.load_missing([ANNA, BORIS]))
        drive(people.load_missing([BORIS, ANNA]))
        drive(people.load_missing([]))
        assert register.asked == [[ANNA, BORIS]]
        assert name_of(BORIS, people) == "Person 2"

    def test_a_lecture_is_one_look_and_a_stadium_a_few(self) -> None:
        register = Register()
        drive(PersonCache(register).load_missing(map(UserId, range(1, MAX_READ_AT_ONCE + 2))))
        assert [len(each) for each in register.asked] == [MAX_READ_AT_ONCE, 1]

    def test_who_comes_again_is_seen_as_they_are_now(self) -> None:
        register = Register()
        people = PersonCache(register)
        drive(people.load_missing([ANNA]))
        register.suffix = ", renamed"
        drive(people.reload([ANNA]))
        assert name_of(ANNA, people) == "Person 1, renamed"

    def test_a_store_that_is_away_takes_no_name_and_stops_nobody(self) -> None:
        register = Register()
        people = PersonCache(register)
        drive(people.load_missing([ANNA]))
        register.is_away = True
        drive(people.load_missing([ANNA, BORIS]))
        assert set(people.spelt) == {ANNA}


class TestManyAtOnce:
    async def test_share_the_look_that_follows_the_one_under_way(self) -> None:
        register = Register()
        people = PersonCache(register)
        register.may_answer.clear()
        asking = [asyncio.create_task(people.reload([UserId(each)])) for each in range(1, 6)]
        asking.append(asyncio.create_task(people.reload([ANNA])))  # again: from now on
        await asyncio.sleep(0)
        register.may_answer.set()
        await asyncio.gather(*asking)
        assert register.asked == [[ANNA], [2, 3, 4, 5, ANNA]]
        assert set(people.spelt) == set(range(1, 6))

    async def test_lose_nothing_when_the_one_who_asks_for_them_goes(self) -> None:
        register = Register()
        people = PersonCache(register)
        register.may_answer.clear()
        first, asks, waits = (
            asyncio.create_task(people.reload([UserId(each)])) for each in range(1, 4)
        )
        await asyncio.sleep(0)
        first_may_answer, register.may_answer = register.may_answer, asyncio.Event()
        first_may_answer.set()
        await first
        while len(register.asked) < 2:
            await asyncio.sleep(0)
        assert register.asked == [[1], [2, 3]]
        asks.cancel()
        register.may_answer.set()
        await waits
        assert 3 in people.spelt
