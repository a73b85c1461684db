"""How a token ends, and what ends with it. Contract: 9.3."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any
from uuid import uuid4

import pytest

from attendance_core.bearer_tokens import DAY_SECONDS
from attendance_core.errors import NotLoggedIn
from attendance_core.marking.announcements import ConnectionsEnded
from attendance_core.marking.endings import Ending
from attendance_core.testing.lectures import session_of
from attendance_core.testing.machine.driving import drive
from attendance_core.token_ends import end_and_remove_tokens_of, expire_tokens
from attendance_core.tokens import RevokeToken
from attendance_core.vocabulary import TokenId
from tests.support.token_office import ANNA, BORIS, Office, T, office

__all__ = ["office"]


class TestItsEnd:
    """Contract: 6.9, 9.3, RevokeToken."""

    def test_a_revoked_one_is_gone_with_its_sockets(self, office: Office) -> None:
        made, other = office.create(), office.create()
        sockets = [office.opens(each.secret) for each in (made, other)]
        office.world.announcements.clear()
        office.revoke(made.token_id)
        assert office.who(made.secret) is None and office.who(other.secret) is not None
        assert [office.is_open(each) for each in sockets] == [False, True]
        with pytest.raises(NotLoggedIn):
            office.opens(made.secret)
        assert [each.token_id for each in office.tokens()] == [other.token_id]
        (ended,) = (
            each for each in office.world.announcements if isinstance(each, ConnectionsEnded)
        )
        assert ended.why is Ending.LOGGED_OUT
        assert ended.connection_ids == frozenset({sockets[0].connection_id})

    def test_revoking_again_or_what_there_is_not_does_nothing(self, office: Office) -> None:
        made = office.create()
        for _ in range(2):
            office.revoke(made.token_id)
        office.revoke(TokenId(uuid4()))

    def test_nobody_revokes_somebody_else_s(self, office: Office) -> None:
        made = office.create()
        office.revoke(made.token_id, BORIS)
        assert office.who(made.secret) is not None

    def test_an_expired_one_may_be_revoked_so_that_it_is_not_listed(self, office: Office) -> None:
        made = office.create(days=1)
        office.world.clock.pass_(DAY_SECONDS)
        office.end_expired()
        office.revoke(made.token_id)
        assert office.row_count() == 0

    def test_the_sockets_of_one_that_expires_are_ended_later(self, office: Office) -> None:
        made, other = office.create(days=1), office.create()
        sockets = [office.opens(each.secret) for each in (made, other)]
        office.world.clock.pass_(DAY_SECONDS - 1)
        assert office.end_expired() == 0
        office.world.clock.pass_(1)
        assert office.end_expired() == 1
        assert [office.is_open(each) for each in sockets] == [False, True]
        assert office.end_expired() == 0

    @pytest.mark.parametrize("dies", [False, True])
    def test_all_of_somebody_end_at_once(self, office: Office, dies: bool) -> None:
        """As a recovery, a reset and a deletion need it; what a death has left is done later."""
        mine = [office.create() for _ in range(3)]
        theirs = office.create(BORIS)
        sockets = [office.opens(each.secret) for each in mine]
        if dies:
            office.transact(lambda unit: expire_tokens(unit, ANNA))
            assert [office.who(each.secret) for each in mine] == [None] * 3
            assert office.end_expired() == 3
        else:
            drive(end_and_remove_tokens_of(office.world.store.transact, ANNA, office.world.terms))
            assert office.tokens() == []
        assert [office.who(each.secret) for each in mine] == [None] * 3
        assert not any(office.is_open(each) for each in sockets)
        assert office.who(theirs.secret) is not None
        found = drive(office.world.store.observe(lambda u: u.sessions.find(session_of(ANNA))))
        assert found is not None  # who is logged in stays so

    def test_a_death_amid_a_revocation_leaves_nobody_let_in(self, office: Office) -> None:
        made = office.create()
        socket = office.opens(made.secret)
        transact, count = office.world.store.transact, 0

        async def dies(work: Callable[[Any], T]) -> T:
            nonlocal count
            count += 1
            if count == 2:
                raise ConnectionError
            return await transact(work)

        with pytest.raises(ConnectionError):
            drive(RevokeToken(dies, office.world.terms)(actor=ANNA, token_id=made.token_id))
        assert office.who(made.secret) is None
        assert office.end_expired() == 1 and not office.is_open(socket)
