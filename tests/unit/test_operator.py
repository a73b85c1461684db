"""Sessions that an operator ends. Contract: 9.3."""

from __future__ import annotations

from functools import partial

import pytest

from attendance_core import ports
from attendance_core.errors import PersonNotFound
from attendance_core.marking.announcements import ConnectionsEnded
from attendance_core.marking.endings import Ending
from attendance_core.testing.machine.driving import drive
from attendance_core.testing.tokens import add_token, bearer_id
from attendance_core.vocabulary import UserId
from tests.support.recovery_desk import OLD, Desk, desk

__all__ = ["desk"]


class TestEndSessionsOf:
    def test_all_end_with_their_sockets_and_the_password_stays(self, desk: Desk) -> None:
        phone = desk.log_in()
        boris = drive(desk._sign_up(username="boris", password=OLD))
        socket = desk.opens(phone)
        drive(desk.end(username="ANNA"))
        assert [desk.is_in(each) for each in (desk.anna, phone, boris)] == [False, False, True]
        ended = desk.world.announcements[-1]
        assert ended == ConnectionsEnded(
            desk.world.event_id, Ending.LOGGED_OUT, frozenset({socket.connection_id})
        )
        assert desk.log_in(OLD).user_id == desk.anna.user_id
        drive(desk.end(username="anna"))

    def test_so_do_their_tokens_and_nobody_else_s(self, desk: Desk) -> None:
        """Contract: 9.3. Whoever took the account over may have made one."""
        transact, observe = desk.world.store.transact, desk.world.store.observe
        boris = drive(desk._sign_up(username="boris", password=OLD))
        for person in (desk.anna, boris):
            make = partial(add_token, user_id=person.user_id, secret=f"token {person.user_id}")
            drive(transact(make))
        drive(desk.end(username="anna"))

        def count_of(user_id: int, unit: ports.Unit) -> tuple[int, bool]:
            session = unit.sessions.find(bearer_id(f"token {user_id}"))
            return len(unit.tokens.of(UserId(user_id))), session is not None

        assert drive(observe(partial(count_of, desk.anna.user_id))) == (0, False)
        assert drive(observe(partial(count_of, boris.user_id))) == (1, True)

    def test_an_unknown_person_is_not_found(self, desk: Desk) -> None:
        with pytest.raises(PersonNotFound):
            drive(desk.end(username="nobody"))
