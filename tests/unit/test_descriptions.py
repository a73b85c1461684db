"""Descriptions for programs are made, and packed, when somebody first asks for them."""

from __future__ import annotations

import asyncio
import gzip
import threading
from contextlib import suppress
from types import SimpleNamespace
from typing import Any, Final

import pytest
from litestar import Response

from attendance_web.http.descriptions import description_route
from tests.support.eventually import eventually

ASKS_PACKED: Final = SimpleNamespace(scope={"headers": [(b"accept-encoding", b"gzip")]})
ASKS_PLAIN: Final = SimpleNamespace(scope={"headers": []})


async def test_one_is_made_when_it_is_first_asked_for_and_then_never_again() -> None:
    made: list[dict[str, str]] = []

    def describe() -> dict[str, str]:
        made.append({"openapi": "3.1.0"})
        return made[0]

    route: Any = description_route(["/schema"], describe)
    assert not made
    answers: list[Response[bytes]] = [
        await route.fn(each) for each in (ASKS_PACKED, ASKS_PLAIN, ASKS_PACKED)
    ]
    assert len(made) == 1
    written = b'{"openapi":"3.1.0"}'
    assert [gzip.decompress(answers[0].content), answers[1].content] == [written, written]
    assert answers[2].content is answers[0].content


class Description:
    """One that is made when a test lets it, or fails."""

    def __init__(self) -> None:
        self.made_count = 0
        self.event_loop = threading.current_thread()
        self.may_be_made = threading.Event()
        self.error: Exception | None = None
        self.route: Any = description_route(["/schema"], self.describe)

    def describe(self) -> dict[str, str]:
        self.made_count += 1
        assert threading.current_thread() is not self.event_loop
        assert self.may_be_made.wait(10)
        if self.error is not None:
            raise self.error
        return {}

    def asked_for(self) -> asyncio.Task[Response[bytes]]:
        return asyncio.create_task(self.route.fn(ASKS_PLAIN))


@pytest.fixture
def description() -> Description:
    return Description()


async def test_it_is_made_beside_the_event_loop_once_for_all_who_ask(
    description: Description,
) -> None:
    """Contract: 1.11."""
    asked = [description.asked_for() for _ in range(20)]
    for _ in range(20):  # the event loop goes on meanwhile
        await asyncio.sleep(0)
    description.may_be_made.set()
    assert {answer.content for answer in await asyncio.gather(*asked)} == {b"{}"}
    assert description.made_count == 1


async def test_the_others_have_it_though_whoever_first_asked_has_gone(
    description: Description,
) -> None:
    first, second = description.asked_for(), description.asked_for()
    await asyncio.sleep(0)
    first.cancel()
    with suppress(asyncio.CancelledError):
        await first
    description.may_be_made.set()
    assert (await second).content == b"{}"
    assert description.made_count == 1


async def test_one_that_is_made_for_nobody_any_more_is_kept(description: Description) -> None:
    description.may_be_made.set()
    asked = description.asked_for()
    await asyncio.sleep(0)
    asked.cancel()
    with suppress(asyncio.CancelledError):
        await asked
    await eventually(lambda: description.made_count == 1)
    assert (await description.asked_for()).content == b"{}"
    assert description.made_count == 1


async def test_one_that_could_not_be_made_is_made_again(description: Description) -> None:
    description.may_be_made.set()
    description.error = MemoryError()
    with pytest.raises(MemoryError):
        await description.asked_for()
    description.error = None
    assert (await description.asked_for()).content == b"{}"
