"""What the client's sockets do when the service is silent, or says something odd.

The service is a stand-in that says what a test has it say.
"""

from __future__ import annotations

import asyncio
import re
from pathlib import Path
from typing import Any

import pytest

from attendance_core.errors import Unavailable
from attendance_core.marking import frames as core
from attendance_core.marking.endings import ERRORS
from attendance_core.vocabulary import UserId
from attendance_web.client import NotAnswered, Refused, reopening
from attendance_web.client.answers import decoded
from attendance_web.client.frames import Frame, HeldBy, read_params
from attendance_web.client.marking import CODES_THAT_MAY_CLOSE, FRAMES_A_SECOND, FRAMES_AT_ONCE
from attendance_web.live import messages
from attendance_web.live.close_codes import ENDING_CODES
from attendance_web.structs.frames import EventTimes, YourPlace
from tests.support.scripted_service import (
    ANNA,
    BORIS,
    ServiceSide,
    lists_both,
    marking_at,
    quick,
    refusal_with,
)

__all__ = ["quick"]
SOCKET_SCRIPT = (
    Path(__file__).resolve().parents[2] / "src/attendance_web/static/socket.js"
).read_text("utf-8")


class TestWhatIsSaid:
    def test_the_numbers_are_those_of_the_page(self) -> None:
        (final,) = re.findall(r"const FINAL = new Set\(\[([0-9, ]+)\]\)", SOCKET_SCRIPT)
        assert set(map(int, final.split(", "))) == reopening.FINAL_CODES

        def seconds(name: str) -> float:
            (found,) = re.findall(rf"const {name} = ([0-9_]+);", SOCKET_SCRIPT)
            return int(found.replace("_", "")) / 1000

        assert seconds("BEAT_EVERY_MS") == reopening.BEAT_EVERY
        assert seconds("ANSWER_WITHIN_MS") == reopening.ANSWER_SECONDS
        assert seconds("OPEN_WITHIN_MS") == reopening.OPEN_SECONDS

    def test_what_may_close_a_socket_is_what_does(self) -> None:
        codes = {getattr(ERRORS[each], "code", "too_many_frames") for each in ENDING_CODES}
        assert (
            codes | {"too_many_frames"} == CODES_THAT_MAY_CLOSE
        )  # a lease that is lost says nothing

    def test_it_says_less_than_what_a_socket_is_closed_for(self) -> None:
        wire_page = (Path(__file__).resolve().parents[2] / "docs" / "wire.md").read_text("utf-8")
        (limit,) = re.findall(
            r"frames of a socket, .*? \| (\d+) at once, then (\d+) a second", wire_page
        )
        assert int(limit[0]) > FRAMES_AT_ONCE and int(limit[1]) > FRAMES_A_SECOND

    @pytest.mark.parametrize(
        ("frame", "kind"),
        [
            (core.HeldBy(BORIS, 9.5), HeldBy),
            (core.YourPosition(3, 40, 5), YourPlace),
            (core.EventUpdated("Физика", 5.0, 9.0), EventTimes),
        ],
    )
    def test_what_one_who_waits_is_told_is_read(self, frame: core.Frame, kind: type[Any]) -> None:
        spelt = decoded(Frame, messages.encode(frame, "ru").text, "")
        assert isinstance(read_params(kind, spelt), kind)


class TestTheList:
    async def test_it_is_folded(self) -> None:
        go_on = asyncio.Event()

        async def script(side: ServiceSide) -> None:
            await side.lists(ANNA)
            await go_on.wait()
            await side.says(core.UserJoined(BORIS, 5.0))
            await side.says(core.UserLeft(ANNA))
            await side.listens()

        async with marking_at(script) as (_, marking):
            assert [each.user_id for each in await anext(marking)] == [ANNA]
            go_on.set()
            async for listed in marking:
                if [each.user_id for each in listed] == [BORIS]:
                    break
            assert marking.waiting[0].asked_at == 5.0

    async def test_what_nobody_read_in_time_is_passed_over(self) -> None:
        async def script(side: ServiceSide) -> None:
            await side.lists()
            for number in range(1000):
                await side.says(core.UserJoined(UserId(number + 1), float(number)))
            await side.listens()

        async with marking_at(script) as (_, marking):
            while len(marking.waiting) < 1000:
                await asyncio.sleep(0.01)
            assert len(await anext(marking)) == 1000

    async def test_each_socket_has_a_list_of_its_own(self) -> None:
        async def first(side: ServiceSide) -> None:
            await side.lists(ANNA, BORIS)
            side.cut()

        async def second(side: ServiceSide) -> None:
            await side.lists(BORIS)
            await side.listens()

        async with marking_at(first, second) as (service, marking):
            async for listed in marking:
                if [each.user_id for each in listed] == [BORIS]:
                    break
            assert len(service.opened) == 2


class TestCommands:
    async def test_a_confirm_is_said_again_where_the_answer_was_lost(self) -> None:
        commands: list[str] = []

        async def first(side: ServiceSide) -> None:
            await side.lists(ANNA)
            commands.append(await side.hears())
            side.cut()

        async def second(side: ServiceSide) -> None:
            await side.lists()
            commands.append(await side.hears())
            await side.says(core.Confirmed(ANNA, 3, 0, again=True))
            await side.listens()

        async with marking_at(first, second) as (_, marking):
            mark = await marking.confirm(ANNA)
            assert (mark.n, mark.paid) == (3, 0)
            assert commands == ["confirm_marking 7"] * 2

    async def test_a_hold_that_is_told_unasked_is_known(self) -> None:
        async def script(side: ServiceSide) -> None:
            await side.lists(ANNA)
            await side.says(core.Prepared(ANNA, 40.0))
            assert await side.hears() == "refuse_to_mark 7"
            await side.says(core.GivenBack())
            await side.listens()

        async with marking_at(script) as (_, marking):
            while marking.held is None:
                await anext(marking)
            assert marking.held == ANNA
            await marking.refuse()
            assert marking.held is None

    async def test_one_that_was_given_back_before_the_loss_is_given_back(self) -> None:
        async def first(side: ServiceSide) -> None:
            await side.lists(ANNA)
            await side.hears()
            side.cut()

        async def second(side: ServiceSide) -> None:
            await side.lists(ANNA)
            await side.hears()
            await side.says_no(refusal_with("nobody_held"))
            await side.listens()

        async with marking_at(first, second) as (_, marking):
            await marking.refuse(ANNA)
        async with marking_at(second) as (_, marking):
            with pytest.raises(Refused):
                await marking.refuse(ANNA)  # which it never held

    async def test_what_was_unavailable_is_said_again(self) -> None:
        async def script(side: ServiceSide) -> None:
            await side.lists(ANNA)
            for _ in range(2):
                assert await side.hears() == "prepare_to_mark 7"
                await side.says_no(Unavailable())
            assert await side.hears() == "prepare_to_mark 7"
            await side.says(core.Prepared(ANNA, 90.0))
            await side.listens()

        async with marking_at(script) as (_, marking):
            assert (await marking.prepare(ANNA)).expires_in == 90

    async def test_but_not_for_ever(self) -> None:
        async def script(side: ServiceSide) -> None:
            await side.lists(ANNA)
            while True:
                await side.hears()
                await side.says_no(Unavailable())

        async with marking_at(script, patience=0.1) as (_, marking):
            with pytest.raises(Refused) as refused:
                await marking.confirm(ANNA)
            assert refused.value.code == "unavailable"

    async def test_a_hold_that_has_ended_is_told(self) -> None:
        async def script(side: ServiceSide) -> None:
            await side.lists(ANNA)
            await side.hears()
            await side.says(core.Prepared(ANNA, 1.0))
            await side.says(core.ReservationExpired(ANNA))
            await side.listens()

        async with marking_at(script) as (_, marking):
            await marking.prepare(ANNA)
            while marking.held is not None:
                await anext(marking)

    async def test_whatever_refuses_a_command_of_a_socket_that_stays_is_its_answer(self) -> None:
        async def script(side: ServiceSide) -> None:
            await side.lists(ANNA)
            await side.hears()
            await side.says_no(refusal_with("event_over"))
            await side.listens()

        async with marking_at(script) as (_, marking):
            with pytest.raises(Refused) as refused:
                await marking.confirm(ANNA)
            assert refused.value.code == "event_over"

    async def test_of_one_that_is_closed_nobody_knows_what_came_of_a_confirm(self) -> None:
        async def script(side: ServiceSide) -> None:
            await side.lists(ANNA)
            await side.hears()
            await side.says_no(refusal_with("event_over"))
            await side.connection.close(4410)

        async with marking_at(script) as (_, marking):
            with pytest.raises(NotAnswered) as failed:
                await marking.confirm(ANNA)
            assert failed.value.may_be_done
            cause = failed.value.__cause__
            assert isinstance(cause, Refused) and cause.number == 4410

    async def test_whoever_leaves_while_a_command_is_under_way_is_told_so(self) -> None:
        async with marking_at(lists_both) as (_, marking):
            confirmed = asyncio.create_task(marking.confirm(ANNA))
            await asyncio.sleep(0.01)
        with pytest.raises(NotAnswered):
            await confirmed
