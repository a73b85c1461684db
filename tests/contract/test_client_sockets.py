"""The client's sockets at a real service: what a program knows, says, and is told, losses and all.

Contract: 6.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any, NamedTuple
from uuid import UUID, uuid4

import pytest
import pytest_asyncio

from attendance_core.marking.places import Held, Marked, Waiting
from attendance_core.marking.terms import Terms
from attendance_core.vocabulary import EventId
from attendance_web.client import Client, Marking, MarkMe, Refused, pauses
from tests.support.eventually import eventually
from tests.support.live_house import House, Visitor, opened_house

pytestmark = pytest.mark.asyncio(loop_scope="module")

PATIENCE_SECONDS = 30.0


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def house() -> AsyncIterator[House]:
    async with opened_house(None, Terms()) as opened:
        yield opened


@pytest.fixture(autouse=True)
def quick(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(pauses, "FIRST_PAUSE_SECONDS", 0.01)


async def client_of(house: House, person: Visitor) -> Client:
    program = await house.add_program(person)
    return Client(f"http://127.0.0.1:{house.port}", token=program.secret)


class Class(NamedTuple):
    """An event, its creator who marks, and one who waits."""

    event_id: EventId
    anna: Visitor
    boris: Visitor
    marking: Marking
    me: MarkMe


@asynccontextmanager
async def a_class(house: House) -> AsyncIterator[Class]:
    anna, boris = await house.add_people(2)
    event_id = await house.create_event(anna)
    laptop, phone = await client_of(house, anna), await client_of(house, boris)
    async with laptop, phone, phone.mark_me(event_id) as me, laptop.marking(event_id) as marking:
        yield Class(event_id, anna, boris, marking, me)


async def until_listed(marking: Marking, *people: int) -> None:
    async with asyncio.timeout(PATIENCE_SECONDS):
        if [each.user_id for each in marking.waiting] == list(people):
            return
        async for listed in marking:
            if [each.user_id for each in listed] == list(people):
                return


class TestMarking:
    async def test_one_is_marked_and_told_by_whom(self, house: House) -> None:
        async with (
            a_class(house) as (event_id, anna, boris, marking, me),
            asyncio.timeout(PATIENCE_SECONDS),
        ):
            await until_listed(marking, boris.user_id)
            (asker,) = marking.waiting
            assert asker.person is None or asker.person.user_id == boris.user_id
            hold = await marking.prepare(boris.user_id)
            assert (hold.user_id, marking.held) == (boris.user_id, boris.user_id)
            assert 0 < hold.expires_in <= 90
            assert [each.user_id for each in marking.waiting] == [boris.user_id]
            async for status in me:
                if status.held_by is not None:
                    break
            assert me.status.held_by is not None
            assert me.status.held_by.user_id == anna.user_id
            mark = await marking.confirm(boris.user_id)
            assert (mark.user_id, mark.n, mark.paid) == (boris.user_id, 1, 50)
            assert "50" in mark.display_msg
            assert (marking.waiting, marking.held) == ((), None)
            told = [each async for each in me]
            assert (told[-1].marked_by, told[-1].held_by) == (anna.user_id, None)
            assert isinstance(await house.state_of(event_id, boris), Marked)

    async def test_who_is_given_back_waits_again(self, house: House) -> None:
        async with (
            a_class(house) as (event_id, _, boris, marking, _),
            asyncio.timeout(PATIENCE_SECONDS),
        ):
            await until_listed(marking, boris.user_id)
            await marking.prepare(boris.user_id)
            await marking.refuse()
            assert marking.held is None
            assert isinstance(await house.state_of(event_id, boris), Waiting)

    async def test_a_refusal_has_its_code_and_the_socket_stays(self, house: House) -> None:
        async with (
            a_class(house) as (_, anna, boris, marking, _),
            asyncio.timeout(PATIENCE_SECONDS),
        ):
            for user_id, code in ((anna.user_id, "yourself"), (2**40, "not_waiting")):
                with pytest.raises(Refused) as refused:
                    await marking.prepare(user_id)
                assert (refused.value.code, refused.value.number) == (code, None)
            with pytest.raises(Refused) as refused:
                await marking.confirm(boris.user_id)
            assert refused.value.code == "nobody_held"
            await until_listed(marking, boris.user_id)
            assert marking.is_connected

    async def test_commands_said_at_once_are_answered_each_by_its_own(self, house: House) -> None:
        async with (
            a_class(house) as (_, anna, boris, marking, _),
            asyncio.timeout(PATIENCE_SECONDS),
        ):
            await until_listed(marking, boris.user_id)
            answers: Any = await asyncio.gather(
                marking.prepare(boris.user_id),
                marking.prepare(anna.user_id),
                marking.confirm(boris.user_id),
                marking.refuse(),
                return_exceptions=True,
            )
            assert answers[0].user_id == answers[2].user_id == boris.user_id
            assert [answers[n].code for n in (1, 3)] == ["yourself", "nobody_held"]

    async def test_who_is_cancelled_takes_nobody_elses_answer(self, house: House) -> None:
        async with (
            a_class(house) as (_, anna, boris, marking, _),
            asyncio.timeout(PATIENCE_SECONDS),
        ):
            await until_listed(marking, boris.user_id)
            given_up = asyncio.create_task(marking.prepare(anna.user_id))
            await asyncio.sleep(0)
            given_up.cancel()
            assert (await marking.prepare(boris.user_id)).user_id == boris.user_id


class TestComingAndGoing:
    async def test_whoever_leaves_the_block_waits_no_more(self, house: House) -> None:
        anna = await house.add_person()
        event_id = await house.create_event(anna)
        async with (await client_of(house, anna)).mark_me(event_id):
            assert isinstance(await house.state_of(event_id, anna), Waiting)
        await eventually(lambda: house.has_no_socket(event_id, anna), PATIENCE_SECONDS)
        assert await house.state_of(event_id, anna) is None

    async def test_a_place_is_kept_over_a_loss(self, house: House) -> None:
        async with (
            a_class(house) as (_, anna, boris, marking, me),
            asyncio.timeout(PATIENCE_SECONDS),
        ):
            await until_listed(marking, boris.user_id)
            asked_at = marking.waiting[0].asked_at
            me.lose_connection()
            assert not me.is_connected
            await eventually(lambda: me.is_connected, PATIENCE_SECONDS)
            assert [each.asked_at for each in marking.waiting] == [asked_at]
            await marking.prepare(boris.user_id)
            await marking.confirm(boris.user_id)
            told = [each async for each in me]
            assert told[-1].marked_by == anna.user_id

    async def test_who_was_marked_meanwhile_is_told_on_coming_back(self, house: House) -> None:
        async with (
            a_class(house) as (event_id, anna, boris, marking, me),
            asyncio.timeout(PATIENCE_SECONDS),
        ):
            await until_listed(marking, boris.user_id)
            await marking.prepare(boris.user_id)
            me.lose_connection()
            await marking.confirm(boris.user_id)
            assert [each async for each in me][-1].marked_by == anna.user_id
            async with (await client_of(house, boris)).mark_me(event_id) as again:
                assert [each.marked_by async for each in again] == [anna.user_id]

    async def test_a_hold_and_the_list_are_true_again_after_a_loss(self, house: House) -> None:
        async with (
            a_class(house) as (event_id, _, boris, marking, _),
            asyncio.timeout(PATIENCE_SECONDS),
        ):
            await until_listed(marking, boris.user_id)
            await marking.prepare(boris.user_id)
            marking.lose_connection()
            vera = await house.add_person()
            async with (await client_of(house, vera)).mark_me(event_id):
                await until_listed(marking, boris.user_id, vera.user_id)
                await eventually(lambda: marking.held == boris.user_id, PATIENCE_SECONDS)
                assert isinstance(await house.state_of(event_id, boris), Held)
                await marking.confirm(boris.user_id)
                assert [each.user_id for each in marking.waiting] == [vera.user_id]

    async def test_a_confirm_that_a_loss_may_have_swallowed_marks_once(self, house: House) -> None:
        """Wherever the connection is lost, before, while and after it is carried out."""
        for steps in range(12):
            async with (
                a_class(house) as (_, anna, boris, marking, _),
                asyncio.timeout(PATIENCE_SECONDS),
            ):
                before = await house.karma(anna)
                await until_listed(marking, boris.user_id)
                await marking.prepare(boris.user_id)
                confirmed = asyncio.create_task(marking.confirm(boris.user_id))
                for _ in range(steps):
                    await asyncio.sleep(0)
                marking.lose_connection()
                mark = await confirmed
                assert (mark.user_id, mark.n) == (boris.user_id, 1)
                assert await house.karma(anna) == before + 50
                assert marking.waiting == ()

    async def test_one_who_is_refused_at_the_door_is_told_why(self, house: House) -> None:
        anna = await house.add_person()
        early = await house.create_event(anna, starts=1000)
        laptop = await client_of(house, anna)
        for event_id, said in (
            (early, ("event_not_started", 4425)),
            (uuid4(), ("event_not_found", 4404)),
        ):
            with pytest.raises(Refused) as refused:
                async with laptop.marking(event_id):
                    pass
            assert (refused.value.code, refused.value.number) == said
            assert refused.value.text

    async def test_what_ends_it_is_raised_by_whatever_waits(self, house: House) -> None:
        async with (
            a_class(house) as (event_id, anna, boris, marking, me),
            asyncio.timeout(PATIENCE_SECONDS),
        ):
            await until_listed(marking, boris.user_id)
            await house.leaves(anna, event_id)
            with pytest.raises(Refused) as refused:
                async for _ in marking:
                    pass
            assert (refused.value.code, refused.value.number) == ("left_event", 4403)
            with pytest.raises(Refused, match="left"):
                await marking.prepare(boris.user_id)
            await house.leaves(boris, event_id)
            with pytest.raises(Refused, match="left"):
                async for _ in me:
                    pass

    async def test_a_person_who_has_logged_in_opens_sockets_by_cookie(self, house: House) -> None:
        async with Client(f"http://127.0.0.1:{house.port}") as anna:
            await anna.sign_up(username=f"anna{uuid4().hex}", password="correct horse battery")
            now = int(time.time())
            made = await anna.create_event(name=uuid4().hex, time_from=now - 60, time_to=now + 600)
            assert isinstance(made.event_id, UUID)
            async with anna.marking(made.event_id) as marking:
                assert await anext(marking) == ()
