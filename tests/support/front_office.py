"""People who sign up, log in and out, over a world in memory."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TypeVar

import pytest

from attendance_core import ports
from attendance_core.accounts import (
    Actor,
    CredentialKind,
    Identify,
    LoggedIn,
    LogIn,
    LogOut,
    SignUp,
    session_id_of,
)
from attendance_core.marking.connections import Connection, Role
from attendance_core.testing.machine.driving import drive
from attendance_core.testing.stand_ins import NotingPasswords
from attendance_core.vocabulary import ConnectionId, SessionId, UserId
from tests.support.world import World

T = TypeVar("T")
PASSWORD = "correct horse"


class Office:
    """Where people come in."""

    def __init__(self) -> None:
        self.world = World(person_count=1)
        self.passwords = NotingPasswords()
        transact, observe = self.world.store.transact, self.world.store.observe
        ids, terms = self.world.ids, self.world.terms
        self._sign_up = SignUp(transact, self.passwords, ids, terms)
        self._log_in = LogIn(transact, observe, self.passwords, ids, terms)
        self._identify = Identify(transact, observe)

    def sign_up(
        self, username: str = "anna", password: str = PASSWORD, display_name: str | None = None
    ) -> LoggedIn:
        return drive(self._sign_up(username=username, password=password, display_name=display_name))

    def log_in(
        self, username: str, password: str = PASSWORD, replacing: SessionId | None = None
    ) -> LoggedIn:
        return drive(self._log_in(username=username, password=password, replacing=replacing))

    def log_out(self, token: str, after_each: Callable[[], bool] = bool) -> list[bool]:
        """Answers what ``after_each`` does behind each of its transactions."""
        transact, found = self.world.store.transact, list[bool]()

        async def transact_and_look(work: Callable[[ports.Unit], T]) -> T:
            answer = await transact(work)
            found.append(after_each())
            return answer

        drive(LogOut(transact_and_look, self.world.terms)(session_id=session_id_of(token)))
        return found

    def sockets_of(self, token: str) -> Sequence[Connection]:
        """Finds those that were opened with it."""
        session_id = session_id_of(token)
        found: Sequence[Connection] = drive(
            self.world.store.observe(lambda unit: unit.connections.of_sessions([session_id]))
        )
        return found

    def actor_of(self, token: str, kind: CredentialKind = CredentialKind.COOKIE) -> Actor | None:
        return drive(self._identify(token=token, kind=kind))

    def display_name_of(self, user_id: UserId) -> str:
        name: str = drive(
            self.world.store.observe(lambda unit: unit.profiles.get(user_id).display_name)
        )
        return name

    def opens(self, user_id: UserId, token: str) -> Connection:
        connection = Connection(
            ConnectionId(self.world.ids.connection_id()),
            self.world.event_id,
            user_id,
            Role.MARK_ME,
            self.world.process_id,
            session_id_of(token),
        )
        drive(self.world.mark_me(connection=connection))
        return connection


@pytest.fixture
def office() -> Office:
    return Office()
