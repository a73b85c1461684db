"""Who comes for me, and when: news for sockets that ask for them. Contract: 6.16, 8.9."""

from __future__ import annotations

import asyncio
import json
import time
from collections.abc import AsyncIterator
from dataclasses import replace
from itertools import pairwise
from typing import Any

import pytest
import pytest_asyncio

from attendance_core.vocabulary import EventId
from tests.support.eventually import PATIENCE_SECONDS
from tests.support.live_house import QUICK, House, Visitor, opened_house
from tests.support.wires import Wire

pytestmark = pytest.mark.asyncio(loop_scope="module")


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def house() -> AsyncIterator[House]:
    async with opened_house(None, replace(QUICK, hold_seconds=60.0)) as opened:
        yield opened


def with_news(event_id: EventId) -> str:
    """Spells what stands in the address of a socket that asks for them."""
    return f"{event_id}&news=1"


async def asker_and_marker(house: House) -> tuple[EventId, Visitor, Visitor, Wire, Wire]:
    asker, marker = await house.add_people(2)
    event_id = await house.create_event(marker)
    waiting = await asker.mark_me(with_news(event_id))
    marking = await marker.comes_to_mark(event_id)
    return event_id, asker, marker, waiting, marking


async def test_held_and_let_go_byte_for_byte(house: House) -> None:
    _, asker, marker, waiting, marking = await asker_and_marker(house)
    await marking.asks("prepare_to_mark", user_id=asker.user_id)
    frame = await next_text(waiting, "held")
    expires_in = frame.partition('"expires_in":')[2].partition(",")[0]
    assert 0 < float(expires_in) <= 60
    person_shown = (
        f'{{"user_id":{marker.user_id},"display_name":"person{marker.user_id}",'
        '"pic":"/pictures/default.svg","confirmed":false,"group":""}'
    )
    assert frame == (
        f'{{"result":"ok","message":"held","params":{{"user_id":{marker.user_id},'
        f'"expires_in":{expires_in},"user":{person_shown}}}}}'
    )
    await marking.asks("refuse_to_mark")
    assert await next_text(waiting, "let_go") == '{"result":"ok","message":"let_go","params":{}}'


async def next_text(wire: Wire, message: str) -> str:
    """Waits for the next frame of this name; answers its text."""
    while True:
        text = str(await asyncio.wait_for(wire.connection.recv(), PATIENCE_SECONDS))
        if f'"message":"{message}"' in text:
            return text


async def test_every_socket_of_a_person_hears_it_and_one_that_comes_back(house: House) -> None:
    event_id, asker, marker, phone, marking = await asker_and_marker(house)
    laptop = await asker.mark_me(with_news(event_id))
    without_news = await asker.mark_me(event_id)
    await marking.asks("prepare_to_mark", user_id=asker.user_id)
    for wire in (phone, laptop):
        await next_text(wire, "held")
    laptop.cut()
    back = await asker.mark_me(with_news(event_id))
    assert '"user":{' in await next_text(back, "held")
    await marking.asks("confirm_marking")
    for wire in (phone, back):
        assert "let_go" not in await next_text(wire, "was_marked")
    await without_news.hears("was_marked", user_id=marker.user_id)


async def test_it_ends_where_the_marker_has_gone(house: House) -> None:
    _, asker, _, waiting, marking = await asker_and_marker(house)
    await marking.asks("prepare_to_mark", user_id=asker.user_id)
    await next_text(waiting, "held")
    await marking.says_goodbye()
    await next_text(waiting, "let_go")


@pytest.mark.parametrize("query", ["", "&news", "&news=0", "&news=1&news=1", "&news=yes"])
async def test_whoever_does_not_ask_for_news_hears_none(house: House, query: str) -> None:
    asker, marker = await house.add_people(2)
    event_id = await house.create_event(marker)
    waiting = await asker.mark_me(f"{event_id}{query}")
    marking = await marker.comes_to_mark(event_id)
    await marking.asks("prepare_to_mark", user_id=asker.user_id)
    await waiting.hears_nothing()


class TestYourPlace:
    async def test_byte_for_byte_right_after_opening(self, house: House) -> None:
        first, asker, marker = await house.add_people(3)
        event_id = await house.create_event(marker)
        await first.mark_me(event_id)
        await marker.comes_to_mark(event_id)
        waiting = await asker.mark_me(with_news(event_id))
        assert str(await waiting.connection.recv()) == (
            '{"result":"ok","message":"your_place","params":{"place":2,"waiting":2,"markers":1}}'
        )

    async def test_when_it_changed_but_not_twice_within_three_seconds(self, house: House) -> None:
        *others, asker, marker = await house.add_people(5)
        event_id = await house.create_event(marker)
        early = [await each.mark_me(event_id) for each in others]
        waiting = await asker.mark_me(with_news(event_id))
        told_at = [asyncio.get_running_loop().time()]
        assert await next_your_place(waiting) == (4, 4, 0)
        await early[0].says_goodbye()
        await marker.comes_to_mark(event_id)
        assert await next_your_place(waiting) == (3, 3, 1)
        told_at.append(asyncio.get_running_loop().time())
        for each in early[1:]:
            await each.says_goodbye()
        late = await (await house.add_person()).mark_me(with_news(event_id))
        assert await next_your_place(late) == (2, 2, 1)
        assert await next_your_place(waiting) == (1, 2, 1)
        told_at.append(asyncio.get_running_loop().time())
        for before, after in pairwise(told_at):
            assert 2.9 < after - before < 7

    async def test_who_is_held_keeps_their_position(self, house: House) -> None:
        event_id, asker, _, waiting, marking = await asker_and_marker(house)
        await next_your_place(waiting)
        late = await (await house.add_person()).mark_me(with_news(event_id))
        assert await next_your_place(late) == (2, 2, 1)
        await marking.says("prepare_to_mark", user_id=asker.user_id)
        await next_text(waiting, "held")
        assert await next_your_place(waiting) == (1, 2, 1)
        await late.hears_nothing()

    async def test_of_a_room_that_nobody_changes_nothing_is_told(
        self, house: House, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr("attendance_core.marking.askers.YOUR_POSITION_EVERY", 0)
        _, _, _, waiting, _ = await asker_and_marker(house)
        await next_your_place(waiting)
        assert await next_your_place(waiting) == (1, 1, 1)  # its marker came
        await asyncio.sleep(0.6)
        await waiting.hears_nothing()


class TestEventChanged:
    async def test_byte_for_byte_on_both_sockets(self, house: House) -> None:
        event_id, asker, marker, waiting, without_news = await asker_and_marker(house)
        marking = await marker.marking(with_news(event_id))
        now = int(time.time())

        def work(unit: Any) -> None:
            tables = unit.events._tables
            event = tables.events[event_id]
            tables.events[event_id] = replace(
                event, name="Физика", starts_at=now - 90.0, ends_at=now + 60.0
            )

        await house._transact(work)
        for wire in (waiting, marking):
            assert await next_text(wire, "event_changed") == (
                '{"result":"ok","message":"event_changed","params":{"name":"Физика",'
                f'"time_from":{now - 90},"time_to":{now + 60}}}}}'
            )
        await without_news.hears_nothing()
        late = await asker.mark_me(with_news(event_id))
        assert await next_your_place(late) == (1, 1, 1)
        await late.hears_nothing()


async def next_your_place(wire: Wire) -> tuple[int, int, int]:
    """Waits for the next they are told: which, of how many, and how many are there to mark."""
    params = json.loads(await next_text(wire, "your_place"))["params"]
    return params["place"], params["waiting"], params["markers"]
