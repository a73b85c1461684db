"""Organisers who correct at one of two services what people do at the other, at the same time."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Awaitable, Callable
from contextlib import AsyncExitStack, suppress
from typing import Any, Final

from websockets.exceptions import ConnectionClosed

from tests.support.gathering import gathering
from tests.support.http_browser import CallFailed, HttpBrowser
from tests.support.people import Person, chooses
from tests.support.two_services import (
    READ_AGAIN_SECONDS,
    Pair,
    at,
    heard_until_closed,
    stalled,
)
from tests.support.wires import MOMENT_SECONDS, Wire

ROUNDS: Final = 4
OVER: Final = 4410  # Contract: 6, close codes
Meeting = Callable[[Pair], Awaitable[None]]


async def a_crowd(pair: Pair, count: int) -> tuple[str, list[Person]]:
    """Adds an event that is on, and so many people at the first service, one of whom created it."""
    made = await gathering(pair.settings["ATTENDANCE_DATABASE_URL"], count)
    found = []
    for each in made.people:
        browser = HttpBrowser(pair.one.url, "en", sessionid=each.token, csrftoken="chaos")
        found.append(Person(browser, each.user_id))
    return made.event_id, found


async def calls(person: Person, call: str, **given: Any) -> Any:
    """Makes a call; answers its response. Raises CallFailed."""
    return await asyncio.to_thread(person.browser.post, f"/api/events/{call}", **given)


async def by_hand(organiser: Person, event_id: str, person: Person) -> int:
    """Marks somebody by hand; answers the number of the mark."""
    answer = await calls(organiser, "MarkParticipant", event_id=event_id, user_id=person.user_id)
    return int(answer["n"])


async def annul(organiser: Person, event_id: str, person: Person, n: int) -> int:
    """Annuls a mark; answers the number of the annulment."""
    whom = {"event_id": event_id, "user_id": person.user_id}
    answer = await calls(organiser, "AnnulMark", **whom, n=n, reason="other")
    return int(answer["n"])


async def at_once(*doing: Awaitable[Any]) -> list[Any]:
    """Does all of it at once; answers of each its answer, or that it was refused."""
    told = await asyncio.gather(*doing, return_exceptions=True)
    for each in told:
        if isinstance(each, BaseException):
            assert isinstance(each, CallFailed) and "(error 3)" in str(each), each
    return told


async def entries(creator: Person, event_id: str, person: Person | None = None) -> list[Any]:
    """Reads entries of the ledger, the first one first; those of one person have no gap."""
    whom = {} if person is None else {"user_id": person.user_id}
    get, path = creator.browser.get, "/api/events/GetLedger"
    found = (await asyncio.to_thread(get, path, event_id=event_id, **whom))["entries"][::-1]
    if person is not None:
        assert [each["n"] for each in found] == list(range(1, len(found) + 1))
    return list(found)


async def lists_so_many(wire: Wire, number: int) -> None:
    """Waits until a marker's client lists so many, at least one."""
    while len(wire.listed) != number:
        await wire.heard()


async def confirms(wire: Wire, person: Person) -> str:
    """Has a marker confirm; answers `marked`, or the code of the refusal."""
    frame = await wire.asks("confirm_marking", user_id=person.user_id)
    while frame["message"] != "marked":
        if frame["result"] == "error":
            return str(frame["params"]["code"])
        frame = await wire.heard()
    return "marked"


async def two_organisers(pair: Pair) -> None:
    event_id, (creator, helper, person) = await a_crowd(pair, 3)
    other = at(helper, pair.two)
    await calls(creator, "AddHelper", event_id=event_id, user_id=helper.user_id)
    for round_ in range(ROUNDS):
        n = 2 * round_ + 1
        hands = by_hand(creator, event_id, person), by_hand(other, event_id, person)
        assert await at_once(*hands) == [n, n]
        told = await at_once(*(annul(each, event_id, person, n) for each in (creator, other)))
        assert [each for each in told if not isinstance(each, CallFailed)] == [n + 1]
        assert len(await entries(creator, event_id, person)) == n + 1


async def an_organiser_and_a_confirm(pair: Pair) -> None:
    event_id, (creator, marker, *waiting) = await a_crowd(pair, 2 + ROUNDS)
    paid = 0
    async with AsyncExitStack() as sockets:
        opens = sockets.enter_async_context
        wires = [await opens(at(each, pair.two).opens("mark_me", event_id)) for each in waiting]
        marking = await opens(at(marker, pair.two).opens("marking", event_id))
        await lists_so_many(marking, ROUNDS)
        for person, wire in zip(waiting, wires, strict=True):
            await chooses(marking, person)
            n, answer = await at_once(by_hand(creator, event_id, person), confirms(marking, person))
            assert (n, answer in {"marked", "nobody_held"}) == (1, True)
            (entry,) = await entries(creator, event_id, person)
            by = marker if answer == "marked" else creator
            assert entry["actor_id"] == by.user_id
            await wire.hears("was_marked", user_id=by.user_id)
            assert await wire.close_code() == 1000
            while person.user_id in marking.listed:
                assert (await marking.heard())["message"] in {"reservation_expired", "user_left"}
            paid += 50 * (by is marker)
    assert (marker.karma(), creator.karma()) == (paid, 0)


async def an_annulment_and_a_repeated_confirm(pair: Pair) -> None:
    event_id, (creator, marker, *waiting) = await a_crowd(pair, 2 + ROUNDS)
    async with AsyncExitStack() as sockets:
        opens = sockets.enter_async_context
        for each in waiting:
            await opens(at(each, pair.two).opens("mark_me", event_id))
        marking = await opens(at(marker, pair.two).opens("marking", event_id))
        await lists_so_many(marking, ROUNDS)
        for person in waiting:
            await chooses(marking, person)
            assert await confirms(marking, person) == "marked"
            n, answer = await at_once(
                annul(creator, event_id, person, 1), confirms(marking, person)
            )
            assert (n, answer in {"marked", "nobody_held"}) == (2, True)
            assert len(await entries(creator, event_id, person)) == 2
            assert await confirms(marking, person) == "nobody_held"
    assert marker.karma() == 0


async def an_annulment_and_a_phone_that_comes_back(pair: Pair) -> None:
    """It is told of the mark that stood, or to come back, or it waits anew."""
    event_id, (creator, person) = await a_crowd(pair, 2)
    other = at(person, pair.two)
    for number in range(ROUNDS):
        n = await by_hand(creator, event_id, person)
        async with AsyncExitStack() as sockets:
            opening = sockets.enter_async_context(other.opens("mark_me", event_id))
            annulled, wire = await at_once(annul(creator, event_id, person, n), opening)
            assert annulled == n + 1 == 2 * number + 2
            try:
                async with asyncio.timeout(MOMENT_SECONDS):
                    assert await heard_until_closed(wire) in [(["was_marked"], 1000), ([], 1012)]
            except TimeoutError:
                assert person.state(event_id, creator) == "waiting"
        async with other.opens("mark_me", event_id) as again:
            await again.hears_nothing()


async def a_process_that_slept_and_a_mark_that_was_annulled_meanwhile(pair: Pair) -> None:
    """Contract: 8.7; it hears of the mark before it hears of its annulment."""
    event_id, (creator, marker, person) = await a_crowd(pair, 3)
    async with marker.opens("marking", event_id) as marking:
        async with at(person, pair.two).opens("mark_me", event_id) as waiting:
            await lists_so_many(marking, 1)
            await chooses(marking, person)
            with stalled(pair.two):
                assert await confirms(marking, person) == "marked"
                assert await annul(creator, event_id, person, 1) == 2
            assert await heard_until_closed(waiting) == ([], 1012)
        async with at(person, pair.two).opens("mark_me", event_id) as waiting:
            while person.user_id not in marking.listed:
                await marking.heard()
            await chooses(marking, person)
            assert await confirms(marking, person) == "marked"
            await waiting.hears("was_marked", user_id=marker.user_id)
    assert marker.karma() == 50


async def chooses_if_let(wire: Wire, person: Person) -> None:
    with suppress(ConnectionClosed):
        await wire.says("prepare_to_mark", user_id=person.user_id)


async def who_is_left_out_and_a_choice(pair: Pair) -> None:
    """Nobody who may not mark holds anybody, whichever of both was first."""
    event_id, (creator, helper, *waiting) = await a_crowd(pair, 2 + ROUNDS)
    helper_in_event = {"event_id": event_id, "user_id": helper.user_id}
    async with AsyncExitStack() as sockets:
        for each in waiting:
            await sockets.enter_async_context(each.opens("mark_me", event_id))
        for number, person in enumerate(waiting):
            await calls(creator, "UpdateEvent", event_id=event_id, who_marks="everybody")
            leaves_out = calls(creator, "UpdateEvent", event_id=event_id, who_marks="organisers")
            if number % 2:
                await leaves_out
                await calls(creator, "AddHelper", **helper_in_event)
                leaves_out = calls(creator, "RemoveHelper", **helper_in_event)
            async with at(helper, pair.two).opens("marking", event_id) as marking:
                await lists_so_many(marking, ROUNDS)
                await at_once(leaves_out, chooses_if_let(marking, person))
                assert (await heard_until_closed(marking))[1] == 4403
            assert person.state(event_id, creator) == "waiting"


async def a_helper_who_is_removed_while_they_mark(pair: Pair) -> None:
    event_id, (creator, helper, person) = await a_crowd(pair, 3)
    helper_in_event = {"event_id": event_id, "user_id": helper.user_id}
    other, count = at(helper, pair.two), 0
    for _ in range(2 * ROUNDS):
        marked = count % 2 == 1
        await calls(creator, "AddHelper", **helper_in_event)
        corrects = (
            annul(other, event_id, person, count) if marked else by_hand(other, event_id, person)
        )
        told, _ = await at_once(corrects, calls(creator, "RemoveHelper", **helper_in_event))
        count += not isinstance(told, CallFailed)
        assert len(await entries(creator, event_id, person)) == count


async def an_event_that_ends_sooner_and_confirms(pair: Pair) -> None:
    """Contract: 6.9, no mark is behind the end, though that was in the future a moment before."""
    event_id, (creator, *people) = await a_crowd(pair, 1 + 2 * ROUNDS)
    waiting, markers = people[:ROUNDS], people[ROUNDS:]
    async with AsyncExitStack() as sockets:
        opens = sockets.enter_async_context
        wires = [await opens(each.opens("mark_me", event_id)) for each in waiting]
        marking = []
        for marker, person in zip(markers, waiting, strict=True):
            marking.append(await opens(at(marker, pair.two).opens("marking", event_id)))
            await lists_so_many(marking[-1], ROUNDS - len(marking) + 1)
            await chooses(marking[-1], person)
        ends_at = int(time.time()) + 1

        async def confirms_at(nth: int) -> str:
            await asyncio.sleep(ends_at + 0.03 * (nth - ROUNDS // 2) - time.time())
            try:
                return await confirms(marking[nth], waiting[nth])
            except ConnectionClosed as closed:  # behind the end, of which it has heard by then
                assert closed.rcvd and closed.rcvd.code == OVER
                return "event_over"

        async def ends_sooner() -> bool:
            await asyncio.sleep(ends_at - 0.1 - time.time())
            try:
                await calls(creator, "UpdateEvent", event_id=event_id, time_to=ends_at)
            except CallFailed as refused:  # a busy machine was too late
                assert "(error 1)" in str(refused)
                return False
            return True

        is_shorter, *told = await asyncio.gather(ends_sooner(), *map(confirms_at, range(ROUNDS)))
        marks = await entries(creator, event_id)
        assert len(marks) == told.count("marked")
        if is_shorter:
            assert set(told) <= {"marked", "event_over"}
            assert all(each["at"] < ends_at for each in marks)
            closed = await asyncio.gather(*map(heard_until_closed, wires))
            assert {code for _, code in closed} <= {1000, OVER}
            assert time.time() - ends_at < READ_AGAIN_SECONDS
    assert sum(each.karma() for each in markers) == 50 * len(marks)


MEETINGS: Final[list[Meeting]] = [
    two_organisers,
    an_organiser_and_a_confirm,
    an_annulment_and_a_repeated_confirm,
    an_annulment_and_a_phone_that_comes_back,
    a_process_that_slept_and_a_mark_that_was_annulled_meanwhile,
    who_is_left_out_and_a_choice,
    a_helper_who_is_removed_while_they_mark,
    an_event_that_ends_sooner_and_confirms,
]
