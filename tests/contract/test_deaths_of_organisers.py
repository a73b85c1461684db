"""A class whose service is killed in the middle of every call of an organiser. Contract: 6.13, 8.

Over PostgreSQL another process lives on, with everybody's sockets; over SQLite another one comes.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable
from contextlib import AsyncExitStack, suppress
from typing import Any

import pytest

from tests.support.http_browser import CallFailed
from tests.support.killed_class import (
    Class,
    a_class,
    chooses,
    confirms_and_is_refused,
    gather,
    lists,
)
from tests.support.people import Person
from tests.support.two_services import READ_AGAIN_SECONDS, heard_until_closed
from tests.support.wires import Wire

__all__ = ["a_class"]
pytestmark = [pytest.mark.long, pytest.mark.timeout(600)]  # it starts eight services


@pytest.mark.parametrize("point", ["before_commit", "after_commit"])
async def test_repeated_it_is_answered_and_the_ledger_tells_all_of_it(
    a_class: Callable[[str], Class], point: str
) -> None:
    it = a_class(point)
    creator, helper, marker, slip, held, late = await gather(it, 6)
    it.begins("AnnulMark")
    await a_slip_is_annulled(it, creator, marker, slip)
    await it_is_prolonged_while_one_waits(it, creator, held)
    await one_is_marked_by_hand_while_held(it, creator, marker, held)
    await a_helper_is_named(it, creator, helper)
    await it_is_restricted_while_one_holds(it, creator, marker, helper, late)
    await the_helper_is_removed_while_they_hold(it, creator, helper, late)
    await it_is_shortened_while_one_is_held(it, creator, late)
    by_hold, by_hand = (marker.user_id, "hold", None), (creator.user_id, "hand", None)
    assert await it.ledger(creator) == [
        (slip.user_id, 1, *by_hold),
        (slip.user_id, 2, creator.user_id, None, "wrong_person"),
        (slip.user_id, 3, *by_hold),
        (held.user_id, 1, *by_hand),
    ]
    everybody = (creator, helper, marker, slip, held, late)
    assert [await it.karma(each) for each in everybody] == [0, 0, 50, 0, 0, 0]


async def a_slip_is_annulled(it: Class, creator: Person, marker: Person, slip: Person) -> None:
    """And they are marked again, and told once of each mark."""
    async with it.opens(slip, "mark_me") as waits, it.opens(marker, "marking") as marking:
        await lists(marking, slip)
        await chooses(marking, slip)
        await marking.says("confirm_marking")
        await waits.hears("was_marked", user_id=marker.user_id)
    wrong: dict[str, Any] = {"user_id": slip.user_id, "n": 1, "reason": "wrong_person"}
    await it.dies_in(creator, "AnnulMark", "UpdateEvent", **wrong)
    assert (await it.calls(creator, "AnnulMark", **wrong)) == {"n": 2}
    assert [n for _, n, *_ in await it.ledger(creator, slip)] == [1, 2]
    assert await it.karma(marker) == 0
    async with it.opens(marker, "marking") as marking, it.opens(slip, "mark_me") as waits:
        await confirms_and_is_refused(marking, "nobody_held", slip)
        await waits.hears_nothing()
        await lists(marking, slip)
        await chooses(marking, slip)
        await marking.says("confirm_marking")
        await waits.hears("was_marked", user_id=marker.user_id)
    assert await it.karma(marker) == 50


async def it_is_prolonged_while_one_waits(it: Class, creator: Person, waiting: Person) -> None:
    ends_at = int(time.time()) + 7200
    async with it.opens(waiting, "mark_me") as waits:
        await it.dies_in(creator, "UpdateEvent", "MarkParticipant", time_to=ends_at)
        await it.calls(creator, "UpdateEvent", time_to=ends_at)
        assert (await it.event())["time_to"] == ends_at
        if it.another_lives:
            await waits.hears_nothing()
        assert it.state(waiting, creator) == "waiting"


async def one_is_marked_by_hand_while_held(
    it: Class, creator: Person, marker: Person, held: Person
) -> None:
    async with AsyncExitStack() as sockets:
        opens = sockets.enter_async_context
        waits = await opens(it.opens(held, "mark_me"))
        marking = await opens(it.opens(marker, "marking"))
        await lists(marking, held)
        await chooses(marking, held)
        whom = {"user_id": held.user_id}
        await it.dies_in(creator, "MarkParticipant", "AddHelper", **whom)
        assert await it.calls(creator, "MarkParticipant", **whom) == {"n": 1}
        if not it.another_lives:
            waits = await opens(it.opens(held, "mark_me"))
            marking = await opens(it.opens(marker, "marking"))
        await waits.hears("was_marked", user_id=creator.user_id)
        assert await waits.close_code() == 1000
        await confirms_and_is_refused(marking, "nobody_held", held)
    assert len(await it.ledger(creator, held)) == 1


async def a_helper_is_named(it: Class, creator: Person, helper: Person) -> None:
    await it.dies_in(creator, "AddHelper", "UpdateEvent", user_id=helper.user_id)
    await it.calls(creator, "AddHelper", user_id=helper.user_id)
    (found,) = (await it.calls(creator, "GetHelpers"))["helpers"]
    assert found["user_id"] == helper.user_id


async def left_out(it: Class, person: Person, marking: Wire) -> None:
    """They are told so at once, or when they come back."""
    if it.another_lives:
        _, code = await asyncio.wait_for(heard_until_closed(marking), READ_AGAIN_SECONDS)
        assert code == 4403
    async with it.opens(person, "marking") as again:
        assert await again.turns_away() == ("may_not_mark", 4403)


async def it_is_restricted_while_one_holds(
    it: Class, creator: Person, marker: Person, helper: Person, late: Person
) -> None:
    async with it.opens(late, "mark_me"), it.opens(marker, "marking") as marking:
        await lists(marking, late)
        await chooses(marking, late)
        await it.dies_in(creator, "UpdateEvent", "RemoveHelper", who_marks="organisers")
        await it.calls(creator, "UpdateEvent", who_marks="organisers")
        assert it.state(late, creator) == "waiting"
        await left_out(it, marker, marking)
    assert (await it.event())["who_marks"] == "organisers"


async def the_helper_is_removed_while_they_hold(
    it: Class, creator: Person, helper: Person, late: Person
) -> None:
    async with it.opens(late, "mark_me"), it.opens(helper, "marking") as marking:
        await lists(marking, late)
        await chooses(marking, late)
        await it.dies_in(creator, "RemoveHelper", "UpdateEvent", user_id=helper.user_id)
        await it.calls(creator, "RemoveHelper", user_id=helper.user_id)
        assert it.state(late, creator) == "waiting"
        await left_out(it, helper, marking)
    assert (await it.calls(creator, "GetHelpers")) == {"helpers": []}


async def it_is_shortened_while_one_is_held(it: Class, creator: Person, late: Person) -> None:
    """A service that comes too late for the end is told another."""
    async with AsyncExitStack() as sockets:
        opens = sockets.enter_async_context
        waits = await opens(it.opens(late, "mark_me"))
        marking = await opens(it.opens(creator, "marking"))
        await lists(marking, late)
        await chooses(marking, late)
        ends_at = int(time.time()) + 4
        await it.dies_in(creator, "UpdateEvent", None, time_to=ends_at)
        while (await it.event())["time_to"] != ends_at:
            ends_at = max(ends_at, int(time.time()) + 2)
            with suppress(CallFailed):
                await it.calls(creator, "UpdateEvent", time_to=ends_at)
        came_at = time.time()
        if not it.another_lives:
            waits = await opens(it.opens(late, "mark_me"))
            marking = await opens(it.opens(creator, "marking"))
        for wire in (waits, marking):
            _, code = await heard_until_closed(wire)
            assert code == 4410
        assert time.time() - ends_at >= 0
        assert time.time() - max(ends_at, came_at) < READ_AGAIN_SECONDS
        async with it.opens(creator, "marking") as again:
            assert await again.turns_away() == ("event_over", 4410)
