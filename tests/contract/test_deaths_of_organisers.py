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
    confirms_and_is_refused,
    gather,
    lists,
)
from tests.support.people import Person, chooses
from tests.support.two_services import READ_AGAIN_SECONDS, heard_until_closed
from tests.support.wires import Wire

__all__ = ["a_class"]
pytestmark = [pytest.mark.long, pytest.mark.timeout(600)]  # it starts eight services


@pytest.mark.parametrize("point", ["before_commit", "after_commit"])
async def test_repeated_it_is_answered_and_the_ledger_tells_all_of_it(
    a_class: Callable[[str], Class], point: str
) -> None:
    the_class = a_class(point)
    creator, helper, marker, slip, held, late = await gather(the_class, 6)
    the_class.begins("AnnulMark")
    await a_slip_is_annulled(the_class, creator, marker, slip)
    await it_is_prolonged_while_one_waits(the_class, creator, held)
    await one_is_marked_by_hand_while_held(the_class, creator, marker, held)
    await a_helper_is_named(the_class, creator, helper)
    await it_is_restricted_while_one_holds(the_class, creator, marker, helper, late)
    await the_helper_is_removed_while_they_hold(the_class, creator, helper, late)
    await it_is_shortened_while_one_is_held(the_class, creator, late)
    by_hold, by_hand = (marker.user_id, "hold", None), (creator.user_id, "hand", None)
    assert await the_class.ledger(creator) == [
        (slip.user_id, 1, *by_hold),
        (slip.user_id, 2, creator.user_id, None, "wrong_person"),
        (slip.user_id, 3, *by_hold),
        (held.user_id, 1, *by_hand),
    ]
    everybody = (creator, helper, marker, slip, held, late)
    assert [await the_class.karma(each) for each in everybody] == [0, 0, 50, 0, 0, 0]


async def a_slip_is_annulled(
    the_class: Class, creator: Person, marker: Person, slip: Person
) -> None:
    """Plays it: they are marked again, and told once of each mark."""
    async with (
        the_class.opens(slip, "mark_me") as waiting,
        the_class.opens(marker, "marking") as marking,
    ):
        await lists(marking, slip)
        await chooses(marking, slip)
        await marking.says("confirm_marking")
        await waiting.hears("was_marked", user_id=marker.user_id)
    wrong: dict[str, Any] = {"user_id": slip.user_id, "n": 1, "reason": "wrong_person"}
    await the_class.dies_in(creator, "AnnulMark", "UpdateEvent", **wrong)
    assert (await the_class.calls(creator, "AnnulMark", **wrong)) == {"n": 2}
    assert [n for _, n, *_ in await the_class.ledger(creator, slip)] == [1, 2]
    assert await the_class.karma(marker) == 0
    async with (
        the_class.opens(marker, "marking") as marking,
        the_class.opens(slip, "mark_me") as waiting,
    ):
        await confirms_and_is_refused(marking, "nobody_held", slip)
        await waiting.hears_nothing()
        await lists(marking, slip)
        await chooses(marking, slip)
        await marking.says("confirm_marking")
        await waiting.hears("was_marked", user_id=marker.user_id)
    assert await the_class.karma(marker) == 50


async def it_is_prolonged_while_one_waits(the_class: Class, creator: Person, asker: Person) -> None:
    ends_at = int(time.time()) + 7200
    async with the_class.opens(asker, "mark_me") as waiting:
        await the_class.dies_in(creator, "UpdateEvent", "MarkParticipant", time_to=ends_at)
        await the_class.calls(creator, "UpdateEvent", time_to=ends_at)
        assert (await the_class.event())["time_to"] == ends_at
        if the_class.another_lives:
            await waiting.hears_nothing()
        assert the_class.state(asker, creator) == "waiting"


async def one_is_marked_by_hand_while_held(
    the_class: Class, creator: Person, marker: Person, held: Person
) -> None:
    async with AsyncExitStack() as sockets:
        opens = sockets.enter_async_context
        waiting = await opens(the_class.opens(held, "mark_me"))
        marking = await opens(the_class.opens(marker, "marking"))
        await lists(marking, held)
        await chooses(marking, held)
        whom = {"user_id": held.user_id}
        await the_class.dies_in(creator, "MarkParticipant", "AddHelper", **whom)
        assert await the_class.calls(creator, "MarkParticipant", **whom) == {"n": 1}
        if not the_class.another_lives:
            waiting = await opens(the_class.opens(held, "mark_me"))
            marking = await opens(the_class.opens(marker, "marking"))
        await waiting.hears("was_marked", user_id=creator.user_id)
        assert await waiting.close_code() == 1000
        await confirms_and_is_refused(marking, "nobody_held", held)
    assert len(await the_class.ledger(creator, held)) == 1


async def a_helper_is_named(the_class: Class, creator: Person, helper: Person) -> None:
    await the_class.dies_in(creator, "AddHelper", "UpdateEvent", user_id=helper.user_id)
    await the_class.calls(creator, "AddHelper", user_id=helper.user_id)
    (found,) = (await the_class.calls(creator, "GetHelpers"))["helpers"]
    assert found["user_id"] == helper.user_id


async def check_is_left_out(the_class: Class, person: Person, marking: Wire) -> None:
    """Checks that they are told so at once, or when they come back."""
    if the_class.another_lives:
        _, code = await asyncio.wait_for(heard_until_closed(marking), READ_AGAIN_SECONDS)
        assert code == 4403
    async with the_class.opens(person, "marking") as again:
        assert await again.turns_away() == ("may_not_mark", 4403)


async def it_is_restricted_while_one_holds(
    the_class: Class, creator: Person, marker: Person, helper: Person, late: Person
) -> None:
    async with the_class.opens(late, "mark_me"), the_class.opens(marker, "marking") as marking:
        await lists(marking, late)
        await chooses(marking, late)
        await the_class.dies_in(creator, "UpdateEvent", "RemoveHelper", who_marks="organisers")
        await the_class.calls(creator, "UpdateEvent", who_marks="organisers")
        assert the_class.state(late, creator) == "waiting"
        await check_is_left_out(the_class, marker, marking)
    assert (await the_class.event())["who_marks"] == "organisers"


async def the_helper_is_removed_while_they_hold(
    the_class: Class, creator: Person, helper: Person, late: Person
) -> None:
    async with the_class.opens(late, "mark_me"), the_class.opens(helper, "marking") as marking:
        await lists(marking, late)
        await chooses(marking, late)
        await the_class.dies_in(creator, "RemoveHelper", "UpdateEvent", user_id=helper.user_id)
        await the_class.calls(creator, "RemoveHelper", user_id=helper.user_id)
        assert the_class.state(late, creator) == "waiting"
        await check_is_left_out(the_class, helper, marking)
    assert (await the_class.calls(creator, "GetHelpers")) == {"helpers": []}


async def it_is_shortened_while_one_is_held(
    the_class: Class, creator: Person, late: Person
) -> None:
    """Plays it: a service that comes too late for the end is told another."""
    async with AsyncExitStack() as sockets:
        opens = sockets.enter_async_context
        waiting = await opens(the_class.opens(late, "mark_me"))
        marking = await opens(the_class.opens(creator, "marking"))
        await lists(marking, late)
        await chooses(marking, late)
        ends_at = int(time.time()) + 4
        await the_class.dies_in(creator, "UpdateEvent", None, time_to=ends_at)
        while (await the_class.event())["time_to"] != ends_at:
            ends_at = max(ends_at, int(time.time()) + 2)
            with suppress(CallFailed):
                await the_class.calls(creator, "UpdateEvent", time_to=ends_at)
        came_at = time.time()
        if not the_class.another_lives:
            waiting = await opens(the_class.opens(late, "mark_me"))
            marking = await opens(the_class.opens(creator, "marking"))
        for wire in (waiting, marking):
            _, code = await heard_until_closed(wire)
            assert code == 4410
        assert time.time() - ends_at >= 0
        assert time.time() - max(ends_at, came_at) < READ_AGAIN_SECONDS
        async with the_class.opens(creator, "marking") as again:
            assert await again.turns_away() == ("event_over", 4410)
