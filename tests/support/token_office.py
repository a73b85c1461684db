"""People who get tokens for their programs, over a world in memory."""

from __future__ import annotations

from collections.abc import Callable, Collection, Sequence
from typing import Any, TypeVar

import pytest

from attendance_core.accounts import Actor, CredentialKind, Identify
from attendance_core.bearer_tokens import Token, TokenScope
from attendance_core.marking.connections import Connection, Role
from attendance_core.testing.lectures import session_of
from attendance_core.testing.machine.driving import drive
from attendance_core.testing.stand_ins import NotingPasswords
from attendance_core.testing.tokens import bearer_id
from attendance_core.tokens import (
    TOKEN_DAYS,
    CreateToken,
    EndExpiredTokens,
    ForgetTokens,
    GetTokens,
    NewToken,
    RevokeToken,
)
from attendance_core.vocabulary import ConnectionId, TokenId, UserId
from tests.support.world import World

T = TypeVar("T")
ANNA, BORIS = UserId(1), UserId(2)
PASSWORD = "correct horse"
READ = frozenset({TokenScope.READ})


class Office:
    """Where people get tokens; both have the same password."""

    def __init__(self) -> None:
        self.world = World(person_count=2)
        self.passwords = NotingPasswords()
        transact, observe = self.world.store.transact, self.world.store.observe
        self._create = CreateToken(transact, observe, self.passwords, self.world.ids)
        self._list = GetTokens(observe)
        self._revoke = RevokeToken(transact, self.world.terms)
        self._end_expired = EndExpiredTokens(transact, observe, self.world.terms)
        self._forget = ForgetTokens(transact)
        self._identify = Identify(transact, observe)
        self.sets_password(ANNA, drive(self.passwords.hash(PASSWORD)))
        self.sets_password(BORIS, drive(self.passwords.hash(PASSWORD)))

    def transact(self, work: Callable[[Any], T]) -> T:
        return drive(self.world.store.transact(work))

    def sets_password(self, user_id: UserId, hashed: str | None) -> None:
        def work(unit: Any) -> None:
            account = unit.accounts.lock(user_id)
            unit.accounts.put(type(account)(user_id, account.username, hashed))

        self.transact(work)

    def create(
        self,
        whose: UserId = ANNA,
        *,
        password: str | None = PASSWORD,
        name: str = "a program",
        scopes: Collection[TokenScope] = READ,
        days: int = TOKEN_DAYS,
    ) -> NewToken:
        return drive(
            self._create(
                actor=whose,
                session_id=session_of(whose),
                password=password,
                name=name,
                scopes=scopes,
                expires_in_days=days,
            )
        )

    def tokens(self, whose: UserId = ANNA) -> Sequence[Token]:
        return drive(self._list(actor=whose))

    def revoke(self, token_id: TokenId, whose: UserId = ANNA) -> None:
        drive(self._revoke(actor=whose, token_id=token_id))

    def end_expired(self) -> int:
        return drive(self._end_expired())

    def forget(self) -> None:
        drive(self._forget())

    def who(self, secret: str, kind: CredentialKind = CredentialKind.BEARER) -> Actor | None:
        return drive(self._identify(token=secret, kind=kind))

    def opens(self, secret: str, whose: UserId = ANNA) -> Connection:
        """Opens a socket by this token."""
        world = self.world
        connection = Connection(
            ConnectionId(world.ids.connection_id()),
            world.event_id,
            whose,
            Role.MARK_ME,
            world.process_id,
            bearer_id(secret),
        )
        drive(world.mark_me(connection=connection))
        return connection

    def is_open(self, connection: Connection) -> bool:
        found = drive(
            self.world.store.observe(lambda unit: unit.connections.find(connection.connection_id))
        )
        return found is not None

    def row_count(self) -> int:
        """Counts the tokens that are kept, listed or not."""
        return drive(
            self.world.store.observe(
                lambda unit: sum(len(unit.tokens.of(each)) for each in (ANNA, BORIS))
            )
        )


@pytest.fixture
def office() -> Office:
    return Office()
