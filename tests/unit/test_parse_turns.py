"""What comes on connections is parsed for a while in each step, in turns. Contract: 1.11."""

from __future__ import annotations

import asyncio
from contextvars import ContextVar
from typing import Any

import pytest

from attendance_core.vocabulary import Seconds
from attendance_web.serving.parse_turns import (
    MAX_HEADS,
    STEP_SECONDS,
    ParseTurns,
    parse_turns_of,
)
from attendance_web.serving.server import config_of

MANY = 30
FLOOD, OTHER = "192.0.2.1", "192.0.2.2"


class Parsed:
    """Portions that note their numbers when they are parsed, each of which takes a third of a
    step's time, but heads none.
    """

    def __init__(self) -> None:
        self.seconds: Seconds = 0.0
        self.turns = ParseTurns(lambda: self.seconds)
        self.numbers: list[int] = []

    def comes(
        self, number: int, network: str = FLOOD, *, more: int = 0, is_head: bool = False
    ) -> None:
        """Asks for one more, which asks for so many more behind it."""

        def parse() -> bool:
            if not is_head:
                self.seconds += STEP_SECONDS / 3
            self.numbers.append(number)
            if more:
                self.comes(number, network, more=more - 1)
            return is_head

        self.turns.ask(network, parse)


request_of: ContextVar[str | None] = ContextVar("request_of", default=None)


@pytest.fixture
def parsed() -> Parsed:
    return Parsed()


async def test_one_that_comes_alone_waits_for_no_step(parsed: Parsed) -> None:
    for number in range(3):
        parsed.comes(number)
        assert parsed.numbers[-1] == number
        await asyncio.sleep(0)


async def test_a_few_are_parsed_in_a_step_and_none_is_lost(parsed: Parsed) -> None:
    for number in range(MANY):
        parsed.comes(number)
    assert len(parsed.numbers) <= 4
    while len(parsed.numbers) < MANY:
        before = len(parsed.numbers)
        await asyncio.sleep(0)
        assert before < len(parsed.numbers) <= before + 4
    assert parsed.numbers == [*range(MANY)]


async def test_a_few_heads_are_parsed_in_a_step_however_quickly(parsed: Parsed) -> None:
    for number in range(MANY):
        parsed.comes(number, is_head=True)
    assert len(parsed.numbers) == MAX_HEADS
    while len(parsed.numbers) < MANY:
        before = len(parsed.numbers)
        await asyncio.sleep(0)
        assert len(parsed.numbers) <= before + MAX_HEADS
    assert parsed.numbers == [*range(MANY)]


async def test_nobody_waits_behind_all_of_another_network(parsed: Parsed) -> None:
    for number in range(MANY):
        parsed.comes(number)
    parsed.comes(MANY, OTHER)
    while MANY not in parsed.numbers:
        await asyncio.sleep(0)
    assert parsed.numbers.index(MANY) <= 6


async def test_what_goes_on_comes_behind_those_who_wait(parsed: Parsed) -> None:
    parsed.comes(0, more=MANY)
    parsed.comes(1)
    while len(parsed.numbers) < MANY + 2:
        before = len(parsed.numbers)
        await asyncio.sleep(0)
        assert len(parsed.numbers) <= before + 4
    assert parsed.numbers.index(1) <= 6


async def test_what_is_asked_for_later_is_not_parsed_before_its_caller_goes_on(
    parsed: Parsed,
) -> None:
    def parse() -> bool:
        parsed.numbers.append(7)
        return False

    parsed.turns.ask_soon(FLOOD, parse)
    assert parsed.numbers == []
    await asyncio.sleep(0)
    assert parsed.numbers == [7]


async def test_a_bug_ends_nobody_elses_turn(parsed: Parsed) -> None:
    told: list[dict[str, Any]] = []
    asyncio.get_running_loop().set_exception_handler(lambda _, context: told.append(context))
    error = ValueError("a bug")

    def fails() -> bool:
        raise error

    parsed.turns.ask(FLOOD, fails)
    parsed.comes(1)
    assert parsed.numbers == [1]
    assert [each["exception"] for each in told] == [error]


def test_each_server_has_its_own() -> None:
    async def application(scope: Any, receive: Any, send: Any) -> None:
        raise AssertionError

    one, another = config_of(application), config_of(application)
    assert parse_turns_of(one) is parse_turns_of(one) is not parse_turns_of(another)


async def test_what_is_parsed_later_begins_in_nobodys_context() -> None:
    """Or a request that begins then would follow the client of another one, and log its id."""
    turns, seen = ParseTurns(), list[str | None]()

    def parse() -> bool:
        seen.append(request_of.get())
        return True

    request_of.set("the one that has just ended")
    turns.ask_soon(FLOOD, parse)
    await asyncio.sleep(0)
    assert seen == [None]
