"""What sockets hear of programs that mark, and of hosts that dismiss. Contract: 6.21, 10.3."""

from __future__ import annotations

import pytest

from attendance_core.accounts import CredentialKind, Session, session_id_of
from attendance_core.ports import Unit
from attendance_core.vocabulary import UserId
from tests.support.houses import house_in_memory as house
from tests.support.live_house import House

__all__ = ["house"]
pytestmark = pytest.mark.asyncio(loop_scope="module")


async def test_a_mark_by_a_program_is_told_as_any_other(house: House) -> None:
    anna, boris, vera = await house.add_people(3)
    event_id = await house.create_event(anna)
    waiting = await vera.mark_me(event_id)
    other, own = await boris.comes_to_mark(event_id), await anna.comes_to_mark(event_id)
    outcome = await house.attendance.use_cases.mark_at_once(
        actor=UserId(anna.user_id), event_id=event_id, user_id=UserId(vera.user_id)
    )
    await waiting.hears("was_marked", user_id=anna.user_id)
    assert await waiting.close_code() == 1000
    for each in (other, own):
        await each.hears("user_left", user_id=vera.user_id)
        await each.hears_nothing()
    assert outcome.paid == 50 == await house.karma(anna)
    await own.says("confirm_marking", user_id=vera.user_id)
    await own.hears("marked", user_id=vera.user_id, n=1, paid=0)


async def test_who_holds_by_a_socket_hears_that_the_hold_has_ended(house: House) -> None:
    """Contract: 6.8. That socket did not ask for it."""
    anna, boris = await house.add_people(2)
    event_id = await house.create_event(anna)
    waiting, marking = await boris.mark_me(event_id), await anna.comes_to_mark(event_id)
    await marking.asks("prepare_to_mark", user_id=boris.user_id)
    await house.attendance.use_cases.mark_at_once(
        actor=UserId(anna.user_id), event_id=event_id, user_id=UserId(boris.user_id)
    )
    await waiting.hears("was_marked", user_id=anna.user_id)
    await marking.hears("reservation_expired", user_id=boris.user_id)
    await marking.hears("user_left", user_id=boris.user_id)


async def test_sockets_of_whom_a_host_dismisses_close(house: House) -> None:
    """Contract: 6.9. Whoever opened their sessions: this one was by a cookie."""
    do = house.attendance.use_cases
    anna, boris = await house.add_people(2)
    event_id = await house.create_event(anna)
    theirs = await do.admit(issuer="host", subject="7", display_name="Vera")

    def logs_in(unit: Unit) -> None:
        now = unit.now()
        session_id = session_id_of("a-cookie-of-theirs")
        unit.sessions.add(Session(session_id, theirs.user_id, CredentialKind.COOKIE, now, now))

    await do.sign_up.transact(logs_in)
    path = f"/ws/marking?event_id={event_id}"
    closing = await house.opens(path, Cookie="sessionid=a-cookie-of-theirs")
    staying = await boris.comes_to_mark(event_id)
    await closing.hears("marking_list")
    await do.dismiss(issuer="host", subject="7")
    assert await closing.turns_away() == ("not_logged_in", 4401)
    await staying.hears_nothing()
