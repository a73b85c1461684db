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
from tests.support.recovery_office import OLD, Office, office

__all__ = ["office"]


class TestEndSessionsOf:
    def test_all_end_with_their_sockets_and_the_password_stays(self, office: Office) -> None:
        phone = office.log_in_anna()
        boris = office.sign_up("boris", OLD)
        socket = office.opens(phone.user_id, phone.token)
        drive(office.end(username="ANNA"))
        assert [office.is_in(each) for each in (office.anna, phone, boris)] == [False, False, True]
        ended = office.world.announcements[-1]
        assert ended == ConnectionsEnded(
            office.world.event_id, Ending.LOGGED_OUT, frozenset({socket.connection_id})
        )
        assert office.log_in_anna(OLD).user_id == office.anna.user_id
        drive(office.end(username="anna"))

    def test_so_do_their_tokens_and_nobody_else_s(self, office: Office) -> None:
        """Contract: 9.3. Whoever took the account over may have made one."""
        transact, observe = office.world.store.transact, office.world.store.observe
        boris = office.sign_up("boris", OLD)
        for person in (office.anna, boris):
            make = partial(add_token, user_id=person.user_id, secret=f"token {person.user_id}")
            drive(transact(make))
        drive(office.end(username="anna"))

        def count_of(user_id: int, unit: ports.Unit) -> tuple[int, bool]:
            session = unit.sessions.find(bearer_id(f"token {user_id}"))
            return len(unit.tokens.of(UserId(user_id))), session is not None

        assert drive(observe(partial(count_of, office.anna.user_id))) == (0, False)
        assert drive(observe(partial(count_of, boris.user_id))) == (1, True)

    def test_an_unknown_person_is_not_found(self, office: Office) -> None:
        with pytest.raises(PersonNotFound):
            drive(office.end(username="nobody"))
