"""People who come back without a password, over a world in memory."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, NamedTuple, TypeVar

import pytest

from attendance_adapters.system import RandomIds
from attendance_core import ports
from attendance_core.accounts import EndSessionsOf, LoggedIn, session_id_of
from attendance_core.errors import Refusal
from attendance_core.recovery import (
    ForgetResetLinks,
    MakeRecoveryCodes,
    MakeResetLink,
    ResetPassword,
    UseRecoveryCode,
)
from attendance_core.recovery.recover_account import RecoverAccount
from attendance_core.testing.machine.driving import drive
from tests.support import front_office

T = TypeVar("T")
OLD, NEW = "correct horse", "battery staple"


class Tried(NamedTuple):
    """How many passwords were verified and hashed, and the kind and the texts of a refusal."""

    verified_count: int
    hashed_count: int
    refusal: type[Refusal] | None
    text: str


class Office(front_office.Office):
    """Where people come back, too."""

    def __init__(self) -> None:
        super().__init__()
        transact, observe = self.world.store.transact, self.world.store.observe
        ids, terms = self.world.ids, self.world.terms
        self._make = MakeRecoveryCodes(transact, observe, self.passwords, RandomIds())
        self._link = MakeResetLink(transact, observe, ids)
        self.after_each: Callable[[], object] = bool  # transaction of a recovery
        recover_account = RecoverAccount(self._watched, self.passwords, ids, terms)
        self._recover = UseRecoveryCode(observe, self.passwords, recover_account)
        self._reset = ResetPassword(observe, self.passwords, recover_account)
        self.forget = ForgetResetLinks(transact)
        self.end = EndSessionsOf(transact, observe, terms)
        self.anna = self.sign_up("Anna", OLD)

    async def _watched(self, work: Callable[[ports.Unit], T]) -> T:
        answer = await self.world.store.transact(work)
        self.after_each()
        return answer

    def log_in_anna(self, password: str = OLD) -> LoggedIn:
        return self.log_in("anna", password)

    def make_codes(self, password: str | None = OLD, token: str | None = None) -> list[str]:
        session_id = session_id_of(token or self.anna.token)
        made = self._make(actor=self.anna.user_id, session_id=session_id, password=password)
        return [*drive(made)]

    def recovers(
        self, code: str, username: str = "anna", password: str = NEW, **more: Any
    ) -> LoggedIn:
        given = {"username": username, "code": code, "new_password": password, **more}
        return drive(self._recover(**given))

    def make_reset_link(self, username: str = "ANNA") -> str:
        return drive(self._link(username=username))

    def resets(self, token: str, password: str = NEW, **more: Any) -> LoggedIn:
        return drive(self._reset(token=token, new_password=password, **more))

    def is_in(self, logged_in: LoggedIn) -> bool:
        return self.actor_of(logged_in.token) is not None

    def tried(self, act: Callable[[], object]) -> Tried:
        """Finds what an act costs, and how it is refused."""
        self.passwords.verified.clear()
        self.passwords.hashed.clear()
        kind, text = None, ""
        try:
            act()
        except Refusal as refused:
            kind, text = type(refused), refused.text("en") + refused.text("ru")
        return Tried(len(self.passwords.verified), len(self.passwords.hashed), kind, text)


@pytest.fixture
def office() -> Office:
    return Office()
