"""What ends sockets without a grace: the end, deletion, leaving, log-out: rule 9. Contract: 6."""

from __future__ import annotations

import asyncio
import time
from dataclasses import replace
from typing import Any
from unittest.mock import Mock
from uuid import uuid4

import pytest

from attendance_core.accounts import LONGEST_SESSION_SECONDS, session_id_of
from attendance_core.marking.places import Marked, Waiting
from attendance_core.vocabulary import EventId, UserId
from tests.support.eventually import eventually
from tests.support.houses import asker_and_marker
from tests.support.houses import house_in_folder as house
from tests.support.live_house import House, Visitor
from tests.support.wires import Ended

__all__ = ["house"]
pytestmark = pytest.mark.asyncio(loop_scope="module")


class TestRule9TheEnd:
    async def test_all_sockets_close_and_holds_end_unconfirmed(self, house: House) -> None:
        event_id, asker, marker, waiting, marking = await asker_and_marker(house, lasts=61.5)
        target = await house.add_person()
        await target.mark_me(event_id)
        await marking.hears("user_joined")
        await marking.asks("prepare_to_mark", user_id=target.user_id)
        assert await waiting.turns_away() == ("event_over", 4410)
        while (frame := await marking.heard())["result"] == "ok":
            pass  # the hold of a second may have ended first
        assert frame["params"]["code"] == "event_over"
        assert await marking.close_code() == 4410
        for person in (asker, target):
            await eventually(lambda person=person: has_no_state(house, event_id, person))
        assert await house.karma(marker) == 0

    async def test_after_it_every_command_is_refused_by_the_clock_of_its_transaction(
        self, house: House
    ) -> None:
        event_id, asker, _, _, marking = await asker_and_marker(house, lasts=61)
        seen = await house.attendance.use_cases.get_event_by_id(event_id=event_id)
        await marking.asks("prepare_to_mark", user_id=asker.user_id)
        while time.time() < seen.event.ends_at:
            await asyncio.sleep(0)
        await marking.says("confirm_marking")
        while (frame := await marking.heard())["result"] == "ok":
            assert frame["message"] != "marked"
        assert frame["params"]["code"] == "event_over"
        assert await marking.close_code() == 4410


class TestRule9Deletion:
    async def test_all_sockets_close(self, house: House) -> None:
        event_id, _, marker, waiting, marking = await asker_and_marker(house)
        await house.attendance.use_cases.delete_event(
            actor=UserId(marker.user_id), event_id=event_id
        )
        for wire in (waiting, marking):
            assert await wire.turns_away() == ("event_over", 4410)

    async def test_those_who_are_closed_by_it_have_turns_beside_those_who_leave(
        self, house: House, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        """Else whoever says goodbye elsewhere waits behind each of them."""
        hang_ups = house.app.live.sockets.hang_ups
        began = Mock(wraps=hang_ups.begin)
        monkeypatch.setattr(hang_ups, "begin", began)
        event_id, _, marker, *_ = await asker_and_marker(house)
        another = await marker.marking(event_id)
        await another.says_goodbye()
        await eventually(lambda: began.call_count == 1)
        await house.attendance.use_cases.delete_event(
            actor=UserId(marker.user_id), event_id=event_id
        )
        await eventually(lambda: began.call_count == 3)
        assert [each.kwargs for each in began.call_args_list] == [
            {"goodbye": True, "by_event": False},
            {"goodbye": True, "by_event": True},
            {"goodbye": True, "by_event": True},
        ]


class TestRule9Leaving:
    async def test_all_sockets_of_the_person_there_close_and_no_others(self, house: House) -> None:
        event_id, asker, marker, waiting, marking = await asker_and_marker(house)
        second = await asker.mark_me(event_id)
        elsewhere_id = await house.create_event(marker)
        elsewhere = await asker.mark_me(elsewhere_id)
        await house.leaves(asker, event_id)
        for wire in (waiting, second):
            assert await wire.turns_away() == ("left_event", 4403)
        await marking.hears("user_left", user_id=asker.user_id)
        await elsewhere.hears_nothing()

    async def test_it_ends_a_hold_on_one(self, house: House) -> None:
        event_id, asker, _, _, marking = await asker_and_marker(house)
        await marking.asks("prepare_to_mark", user_id=asker.user_id)
        await house.leaves(asker, event_id)
        await marking.hears("reservation_expired", user_id=asker.user_id)
        await marking.hears("user_left", user_id=asker.user_id)
        await marking.asks_and_is_refused("nobody_held", "confirm_marking")

    async def test_a_marker_who_leaves_gives_back_at_once(self, house: House) -> None:
        event_id, asker, marker, _, marking = await asker_and_marker(house)
        other = await (await house.add_person()).comes_to_mark(event_id)
        await marking.asks("prepare_to_mark", user_id=asker.user_id)
        await other.hears("user_left")
        await house.leaves(marker, event_id)
        await other.hears("user_joined", user_id=asker.user_id)
        while (frame := await marking.heard())["result"] == "ok":
            assert frame["message"] == "reservation_expired"
        assert frame["params"]["code"] == "left_event"
        assert await marking.close_code() == 4403

    async def test_a_mark_stays(self, house: House) -> None:
        event_id, asker, _, waiting, marking = await asker_and_marker(house)
        await marking.asks("prepare_to_mark", user_id=asker.user_id)
        await marking.asks("confirm_marking")
        await waiting.hears("was_marked")
        await house.leaves(asker, event_id)
        assert isinstance(await house.state_of(event_id, asker), Marked)


class TestRule9LogOut:
    async def test_the_sockets_of_that_session_close_in_every_event(self, house: House) -> None:
        event_id, asker, marker, waiting, marking = await asker_and_marker(house)
        elsewhere = await asker.mark_me(await house.create_event(marker))
        other = await house.add_session(asker)
        kept = await other.mark_me(event_id)
        await house.logs_out(asker)
        for wire in (waiting, elsewhere):
            assert await wire.turns_away() == ("not_logged_in", 4401)
        await kept.hears_nothing()
        await marking.hears_nothing()
        await house.logs_out(other)
        assert await kept.turns_away() == ("not_logged_in", 4401)
        await marking.hears("user_left", user_id=asker.user_id)

    async def test_another_log_in_of_the_same_browser_ends_them_too(self, house: House) -> None:
        _, asker, _, waiting, marking = await asker_and_marker(house)
        await house.attendance.use_cases.sign_up(
            username="somebody-else",
            password="another at this keyboard",
            replacing=session_id_of(asker.token),
        )
        assert await waiting.turns_away() == ("not_logged_in", 4401)
        await marking.hears("user_left", user_id=asker.user_id)

    async def test_a_session_ends_180_days_after_its_log_in_with_its_sockets(
        self, house: House
    ) -> None:
        """Contract: 9.2."""
        _, asker, _, waiting, marking = await asker_and_marker(house)
        session_id = session_id_of(asker.token)

        def time_passes(unit: Any) -> None:
            session = unit.sessions.find(session_id)
            unit.sessions.remove([session_id])
            unit.sessions.add(replace(session, created_at=unit.now() - LONGEST_SESSION_SECONDS))

        await house.attendance.use_cases.log_out.transact(time_passes)
        assert await waiting.turns_away() == ("not_logged_in", 4401)
        await marking.hears("user_left", user_id=asker.user_id)

    async def test_a_changed_password_ends_the_sockets_of_all_other_sessions(
        self, house: House
    ) -> None:
        """Contract: 9.1, 6.9."""
        do = house.attendance.use_cases
        name, password = f"changes{uuid4().hex}", "tea at five"
        here = await do.sign_up(username=name, password=password)
        there = await do.log_in(username=name, password=password)
        marker = await house.add_person()
        event_id = await house.create_event(marker)
        visitors = (Visitor(house, each.user_id, each.token) for each in (here, there))
        kept, ended = [await each.mark_me(event_id) for each in visitors]
        await do.change_password(
            actor=here.user_id,
            session_id=session_id_of(here.token),
            old_password=password,
            new_password="coffee at six",
        )
        assert await ended.turns_away() == ("not_logged_in", 4401)
        assert (await kept.asks("ping"))["message"] == "pong"

    async def test_a_marker_gives_back_at_once(self, house: House) -> None:
        event_id, asker, marker, _, marking = await asker_and_marker(house)
        other = await (await house.add_person()).comes_to_mark(event_id)
        await marking.asks("prepare_to_mark", user_id=asker.user_id)
        await other.hears("user_left")
        await house.logs_out(marker)
        await other.hears("user_joined", user_id=asker.user_id)

    async def test_no_command_is_carried_out_meanwhile(self, house: House) -> None:
        event_id, asker, marker, _, marking = await asker_and_marker(house)
        await marking.asks("prepare_to_mark", user_id=asker.user_id)
        logging_out = asyncio.create_task(house.logs_out(marker))
        await asyncio.sleep(0)
        for _ in range(5):
            await marking.says("confirm_marking")
        await logging_out
        codes_and_messages = []
        try:
            while True:
                frame = await marking.heard()
                params = frame.get("params", {})
                codes_and_messages.append(params.get("code", frame["message"]))
        except Ended as ended:
            assert ended.code == 4401
        assert codes_and_messages[-1] == "not_logged_in"
        assert "marked" not in codes_and_messages
        assert isinstance(await house.state_of(event_id, asker), Waiting)

    async def test_a_lost_announcement_is_made_good_by_reading_again(
        self, house: House, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        _, asker, _, waiting, marking = await asker_and_marker(house)
        monkeypatch.setattr(house.attendance.notifier, "publish", lambda _: None)
        await house.logs_out(asker)
        assert await waiting.turns_away() == ("not_logged_in", 4401)
        await marking.hears("user_left", user_id=asker.user_id)


async def has_no_state(house: House, event_id: EventId, visitor: Visitor) -> bool:
    return await house.state_of(event_id, visitor) is None
