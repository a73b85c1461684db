"""All sessions of a person end, in batches, and what that was for is done with the last one."""

from __future__ import annotations

from collections.abc import Callable
from itertools import pairwise
from typing import Any, TypeVar

import pytest

from attendance_core import ports, session_ends
from attendance_core.accounts import Account, CredentialKind, Session
from attendance_core.errors import NotLoggedIn, WrongPassword
from attendance_core.marking.announcements import ConnectionsEnded
from attendance_core.marking.connections import Connection, Role
from attendance_core.marking.endings import Ending
from attendance_core.session_ends import end_sessions_of
from attendance_core.testing.lectures import session_of
from attendance_core.testing.machine.driving import drive
from attendance_core.vocabulary import ConnectionId, SessionId, UserId
from tests.support.world import World

T = TypeVar("T")
ANNA, BORIS = UserId(1), UserId(2)
SPARED = session_of(ANNA)


class Died(Exception):
    """The process did, before this transaction."""


class Office:
    """Anna with sessions, and a process that may die."""

    def __init__(self) -> None:
        self.world = World(person_count=2)
        self.transaction_count = 0
        self.dies_before: int | None = None
        self.after_each: Callable[[int], object] = bool
        self.check_count = 0

    async def transact(self, work: Callable[[ports.Unit], T]) -> T:
        if self.transaction_count == self.dies_before:
            raise Died
        answer = await self.world.store.transact(work)
        self.transaction_count += 1
        self.after_each(self.transaction_count)
        return answer

    def add_session(self, name: str, user_id: UserId = ANNA, socket_count: int = 0) -> SessionId:
        session_id, now = SessionId(name), self.world.clock.now()
        session = Session(session_id, user_id, CredentialKind.COOKIE, now, now)
        drive(self.world.store.transact(lambda unit: unit.sessions.add(session)))
        for _ in range(socket_count):
            self.opens(session_id, user_id)
        return session_id

    def opens(self, session_id: SessionId, user_id: UserId = ANNA) -> Connection:
        """Opens a socket in an event of its own."""
        world = self.world
        event_id = world.create_event(f"Class {world.ids.event_id()}")
        drive(world.notifier.subscribe(event_id, world._hear))
        connection = Connection(
            ConnectionId(world.ids.connection_id()),
            event_id,
            user_id,
            Role.MARK_ME,
            world.process_id,
            session_id,
        )
        drive(world.mark_me(connection=connection))
        return connection

    def session_ids(self, user_id: UserId = ANNA) -> set[SessionId]:
        return {
            each.session_id
            for each in drive(
                self.world.store.observe(lambda unit: unit.sessions.by_cookie_of(user_id))
            )
        }

    def socket_count(self, session_id: SessionId) -> int:
        return len(
            drive(self.world.store.observe(lambda unit: unit.connections.of_sessions([session_id])))
        )

    @property
    def closed_count(self) -> int:
        """Sockets whose clients hear that they are logged out."""
        return sum(
            len(each.connection_ids or ())
            for each in self.world.announcements
            if isinstance(each, ConnectionsEnded) and each.why is Ending.LOGGED_OUT
        )

    def end(
        self,
        spared: SessionId | None = SPARED,
        check: Callable[[Any], object] | None = None,
    ) -> str:
        """Changes the password with it."""

        def looks(unit: ports.Unit) -> None:
            self.check_count += 1
            if check is not None:
                check(unit)

        def finish(unit: ports.Unit) -> str:
            unit.accounts.put(Account(ANNA, "Person1", "changed"))
            return "done"

        return drive(
            end_sessions_of(
                self.transact, ANNA, self.world.terms, spared=spared, check=looks, finish=finish
            )
        )

    @property
    def is_done(self) -> bool:
        account = drive(self.world.store.observe(lambda unit: unit.accounts.find_by_id(ANNA)))
        assert account is not None
        return account.password_hash == "changed"


@pytest.fixture
def office() -> Office:
    return Office()


def test_all_but_the_spared_one_end_with_their_sockets(office: Office) -> None:
    """Contract: 6.9."""
    others = [office.add_session(name, socket_count=2) for name in ("phone", "laptop")]
    office.opens(SPARED)
    theirs = office.add_session("theirs", BORIS, socket_count=1)
    assert office.end() == "done" and office.is_done
    assert office.session_ids() == {SPARED} and office.socket_count(SPARED) == 1
    assert office.session_ids(BORIS) >= {theirs} and office.socket_count(theirs) == 1
    assert office.closed_count == 4 and not any(map(office.socket_count, others))


def test_without_a_spared_one_all_end(office: Office) -> None:
    office.opens(SPARED)
    assert office.end(spared=None) == "done"
    assert office.session_ids() == set() and office.closed_count == 1


def test_where_there_are_no_others_it_is_done_at_once(office: Office) -> None:
    assert office.end() == "done"
    assert (office.session_ids(), office.transaction_count) == ({SPARED}, 1)


def test_a_token_of_a_program_is_no_session_of_theirs(office: Office) -> None:
    token, now = SessionId("token"), office.world.clock.now()
    session = Session(token, ANNA, CredentialKind.BEARER, now, now)
    drive(office.world.store.transact(lambda unit: unit.sessions.add(session)))
    office.end(spared=None)
    assert drive(office.world.store.observe(lambda unit: unit.sessions.find(token))) == session


@pytest.mark.parametrize(("session_count", "socket_count"), [(101, 0), (250, 0), (3, 20), (105, 1)])
def test_however_many_there_are_few_end_in_one_transaction(
    office: Office, session_count: int, socket_count: int
) -> None:
    for number in range(session_count):
        office.add_session(f"{number}", socket_count=socket_count)
    seen = [(session_count, 0)]
    office.after_each = lambda _: seen.append(
        (len(office.session_ids() - {SPARED}), office.closed_count)
    )
    office.end()
    assert office.session_ids() == {SPARED} and office.closed_count == session_count * socket_count
    for before, after in pairwise(seen):
        assert before[0] - after[0] <= session_ends.SESSIONS_ENDED_AT_ONCE
        assert after[1] - before[1] <= session_ends.SOCKETS_ENDED_AT_ONCE
    assert office.check_count == office.transaction_count > 1  # each of them looked whether it may


@pytest.mark.parametrize("dies_before", range(8))
def test_one_that_dies_has_done_nothing_else_and_leaves_no_socket_without_a_session(
    office: Office, dies_before: int
) -> None:
    others = [office.add_session(f"{number}", socket_count=20) for number in range(5)]
    office.dies_before = dies_before
    try:
        office.end()
    except Died:
        assert not office.is_done
        assert all(each in office.session_ids() for each in others if office.socket_count(each))
        office.dies_before = None
        office.end()
    assert office.is_done and office.session_ids() == {SPARED} and office.closed_count == 100


def test_who_may_no_longer_ends_nothing_more(office: Office) -> None:
    for number in range(150):
        office.add_session(f"{number}")

    def check(unit: Any) -> None:
        if office.transaction_count:
            raise WrongPassword

    with pytest.raises(WrongPassword):
        office.end(check=check)
    assert office.transaction_count == 1 and not office.is_done and len(office.session_ids()) == 51


def test_one_that_may_not_at_all_ends_none(office: Office) -> None:
    phone = office.add_session("phone", socket_count=1)

    def check(unit: Any) -> None:
        raise NotLoggedIn

    with pytest.raises(NotLoggedIn):
        office.end(check=check)
    assert (office.session_ids(), office.closed_count, office.is_done) == (
        {SPARED, phone},
        0,
        False,
    )


def test_a_log_in_between_two_batches_ends_too(office: Office) -> None:
    office.add_session("phone", socket_count=40)
    office.after_each = lambda number: number == 1 and office.add_session("thief", socket_count=1)
    office.end()
    assert office.session_ids() == {SPARED} and office.closed_count == 41


def test_whoever_logs_in_ever_more_is_logged_out_all_the_same(
    office: Office, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(session_ends, "BATCHES_BEFORE_ALL_AT_ONCE", 3)
    office.add_session("phone", socket_count=20)

    def logs_in_more(number: int) -> None:
        if number <= 3:
            for each in range(60):
                office.add_session(f"{number} {each}", socket_count=1)

    office.after_each = logs_in_more
    assert office.end() == "done"
    assert office.session_ids() == {SPARED} and office.transaction_count == 4
