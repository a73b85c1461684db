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
from tests.support.token_desk import ANNA, BORIS, Desk, T, desk

__all__ = ["desk"]


class TestItsEnd:
    """Contract: 6.9, 9.3, RevokeToken."""

    def test_a_revoked_one_is_gone_with_its_sockets(self, desk: Desk) -> None:
        made, other = desk.create(), desk.create()
        sockets = [desk.opens(each.secret) for each in (made, other)]
        desk.world.announcements.clear()
        desk.revoke(made.token_id)
        assert desk.who(made.secret) is None and desk.who(other.secret) is not None
        assert [desk.is_open(each) for each in sockets] == [False, True]
        with pytest.raises(NotLoggedIn):
            desk.opens(made.secret)
        assert [each.token_id for each in desk.tokens()] == [other.token_id]
        (ended,) = (each for each in desk.world.announcements if isinstance(each, ConnectionsEnded))
        assert ended.why is Ending.LOGGED_OUT
        assert ended.connection_ids == frozenset({sockets[0].connection_id})

    def test_revoking_again_or_what_there_is_not_does_nothing(self, desk: Desk) -> None:
        made = desk.create()
        for _ in range(2):
            desk.revoke(made.token_id)
        desk.revoke(TokenId(uuid4()))

    def test_nobody_revokes_somebody_else_s(self, desk: Desk) -> None:
        made = desk.create()
        desk.revoke(made.token_id, BORIS)
        assert desk.who(made.secret) is not None

    def test_an_expired_one_may_be_revoked_so_that_it_is_not_listed(self, desk: Desk) -> None:
        made = desk.create(days=1)
        desk.world.clock.pass_(DAY_SECONDS)
        desk.end_expired()
        desk.revoke(made.token_id)
        assert desk.row_count() == 0

    def test_the_sockets_of_one_that_expires_are_ended_later(self, desk: Desk) -> None:
        made, other = desk.create(days=1), desk.create()
        sockets = [desk.opens(each.secret) for each in (made, other)]
        desk.world.clock.pass_(DAY_SECONDS - 1)
        assert desk.end_expired() == 0
        desk.world.clock.pass_(1)
        assert desk.end_expired() == 1
        assert [desk.is_open(each) for each in sockets] == [False, True]
        assert desk.end_expired() == 0

    @pytest.mark.parametrize("dies", [False, True])
    def test_all_of_somebody_end_at_once(self, desk: Desk, dies: bool) -> None:
        """As a recovery, a reset and a deletion need it; what a death has left is done later."""
        mine = [desk.create() for _ in range(3)]
        theirs = desk.create(BORIS)
        sockets = [desk.opens(each.secret) for each in mine]
        if dies:
            desk.transact(lambda unit: expire_tokens(unit, ANNA))
            assert [desk.who(each.secret) for each in mine] == [None] * 3
            assert desk.end_expired() == 3
        else:
            drive(end_and_remove_tokens_of(desk.world.store.transact, ANNA, desk.world.terms))
            assert desk.tokens() == []
        assert [desk.who(each.secret) for each in mine] == [None] * 3
        assert not any(desk.is_open(each) for each in sockets)
        assert desk.who(theirs.secret) is not None
        found = drive(desk.world.store.observe(lambda u: u.sessions.find(session_of(ANNA))))
        assert found is not None  # who is logged in stays so

    def test_a_death_amid_a_revocation_leaves_nobody_let_in(self, desk: Desk) -> None:
        made = desk.create()
        socket = desk.opens(made.secret)
        transact, count = desk.world.store.transact, 0

        async def dies(work: Callable[[Any], T]) -> T:
            nonlocal count
            count += 1
            if count == 2:
                raise ConnectionError
            return await transact(work)

        with pytest.raises(ConnectionError):
            drive(RevokeToken(dies, desk.world.terms)(actor=ANNA, token_id=made.token_id))
        assert desk.who(made.secret) is None
        assert desk.end_expired() == 1 and not desk.is_open(socket)
