"""Sockets that programs open with tokens, and how they end with these. Contract: 6.9, 9.3."""

from __future__ import annotations

import httpx
import pytest

from attendance_core.bearer_tokens import TokenScope
from attendance_core.marking.places import Waiting
from attendance_core.token_ends import end_and_remove_tokens_of
from attendance_core.vocabulary import EventId, UserId
from tests.support.eventually import eventually
from tests.support.houses import house_in_folder as house
from tests.support.live_house import House, Visitor

__all__ = ["house"]
pytestmark = pytest.mark.asyncio(loop_scope="module")


async def test_they_close_when_it_is_revoked_and_others_stay(house: House) -> None:
    anna, boris = await house.add_people(2)
    event_id = await house.create_event(anna)
    revoked, kept = await house.add_program(boris), await house.add_program(boris)
    ends, stays = await revoked.opens("marking", event_id), await kept.opens("marking", event_id)
    by_cookie = await boris.marking(event_id)
    for each in (ends, stays, by_cookie):
        await each.hears("marking_list", marking_list=[])
    await house.attendance.use_cases.revoke_token(
        actor=UserId(boris.user_id), token_id=revoked.token_id
    )
    assert await ends.turns_away() == ("not_logged_in", 4401)
    for each in (stays, by_cookie):
        await each.says("ping")
        await each.hears("pong")


async def test_they_close_when_it_expires(house: House) -> None:
    anna, boris = await house.add_people(2)
    event_id = await house.create_event(anna)
    program = await house.add_program(boris, [TokenScope.MARK], lasts=1.5)
    waits = await program.opens("mark_me", event_id)
    await eventually(lambda: has_begun_to_wait(house, event_id, boris))
    assert await waits.turns_away() == ("not_logged_in", 4401)
    assert await house.state_of(event_id, boris) is None  # without grace
    again = await program.opens("mark_me", event_id)
    assert await again.turns_away() == ("not_logged_in", 4401)


async def has_begun_to_wait(house: House, event_id: EventId, person: Visitor) -> bool:
    return isinstance(await house.state_of(event_id, person), Waiting)


async def test_whom_its_marker_held_is_given_back(house: House) -> None:
    anna, boris, vera = await house.add_people(3)
    event_id = await house.create_event(anna)
    waits = await vera.mark_me(event_id)
    await eventually(lambda: has_begun_to_wait(house, event_id, vera))
    sees = await anna.marking(event_id)
    await sees.hears("marking_list", marking_list=[vera.user_id])
    program = await house.add_program(boris)
    marks = await program.opens("marking", event_id)
    await marks.hears("marking_list", marking_list=[vera.user_id])
    await marks.says("prepare_to_mark", user_id=vera.user_id)
    await marks.hears("prepared")
    await sees.hears("user_left", user_id=vera.user_id)
    do = house.attendance.use_cases
    await end_and_remove_tokens_of(
        do.log_out.transact, UserId(boris.user_id), house.attendance.terms
    )
    await marks.hears("reservation_expired", user_id=vera.user_id)
    assert await marks.turns_away() == ("not_logged_in", 4401)
    await sees.hears("user_joined", user_id=vera.user_id)
    await waits.says("ping")
    await waits.hears("pong")


async def test_logging_out_leaves_them(house: House) -> None:
    """Contract: 9.3: a token is none of the sessions of its person."""
    anna, boris = await house.add_people(2)
    event_id = await house.create_event(anna)
    wire = await (await house.add_program(boris)).opens("marking", event_id)
    await wire.hears("marking_list", marking_list=[])
    await house.logs_out(boris)
    await wire.says("ping")
    await wire.hears("pong")


async def test_a_foreign_page_opens_none_with_a_token_either(house: House) -> None:
    """Contract: 6.17."""
    anna = await house.add_person()
    event_id = await house.create_event(anna)
    program = await house.add_program(anna)
    path, origin = f"/ws/marking?event_id={event_id}", "https://evil.example"
    wire = await house.opens(path, Origin=origin, **program.headers)
    assert await wire.turns_away() == ("foreign_origin", 4403)


async def test_it_is_told_before_the_event_is_looked_at_whose_it_is_and_what_it_may(
    house: House,
) -> None:
    """Contract: 1.8, 6.17, 9.3."""
    anna = await house.add_person()
    reads = await house.add_program(anna, [TokenScope.READ])
    for path, expected in (
        (f"/ws/marking?event_id=x&as={anna.user_id + 1}", ("other_person", 4401)),
        ("/ws/marking?event_id=x&as=x", ("bad_params", 4400)),
        (f"/ws/marking?event_id=x&as={anna.user_id}", ("missing_scope", 4403)),
    ):
        wire = await house.opens(path, **reads.headers)
        assert await wire.turns_away() == expected


async def test_whoever_watches_by_a_token_is_let_go_when_it_ends(house: House) -> None:
    """Contract: WatchAttendance, 9.3."""
    anna = await house.add_person()
    event_id = await house.create_event(anna)
    program = await house.add_program(anna, [TokenScope.READ])
    address = f"http://127.0.0.1:{house.port}/api/events/WatchAttendance"
    async with (
        httpx.AsyncClient(headers=program.headers, trust_env=False, timeout=20) as client,
        client.stream("GET", address, params={"event_id": str(event_id)}) as answer,
    ):
        lines = answer.aiter_lines()
        assert await anext(lines) == "event: counts"
        await house.attendance.use_cases.revoke_token(
            actor=UserId(anna.user_id), token_id=program.token_id
        )
        rest = [line async for line in lines]
    assert "event: end" not in rest
