"""Whoever shows a session proves who they are. Contract: 9.1."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any

import pytest

from attendance_core.accounts import (
    PROOF_SECONDS,
    Account,
    CredentialKind,
    LogIn,
    Proof,
    Session,
    prove,
)
from attendance_core.errors import (
    LogInAgain,
    MissingArgument,
    NotLoggedIn,
    WrongCredentials,
    WrongPassword,
)
from attendance_core.testing.lectures import session_of
from attendance_core.testing.machine.driving import drive
from attendance_core.testing.stand_ins import NotingPasswords
from attendance_core.vocabulary import SessionId, UserId
from tests.support.world import World

ANNA, NOBODY = UserId(1), UserId(77)
SECRET = "й" * 8
RAW = "и\u0306" * 8


@dataclass
class Office:
    """Where Anna, who has a session, is asked to prove that she is Anna."""

    world: World
    passwords: NotingPasswords

    def keeps(self, password_hash: str | None) -> None:
        def work(unit: Any) -> None:
            unit.accounts.put(replace(unit.accounts.lock(ANNA), password_hash=password_hash))

        drive(self.world.store.transact(work))

    def proves(
        self,
        password: str | None,
        session_id: SessionId | None = None,
        user_id: UserId = ANNA,
        **more: str,
    ) -> Proof:
        return drive(
            prove(
                self.world.store.observe,
                self.passwords,
                actor=user_id,
                session_id=session_id or session_of(ANNA),
                password=password,
                **more,
            )
        )

    def uses(self, proof: Proof) -> Account:
        return drive(self.world.store.transact(proof.lock))

    def logs_out(self) -> None:
        drive(self.world.store.transact(lambda u: u.sessions.remove([session_of(ANNA)])))


@pytest.fixture
def office() -> Office:
    made = Office(World(person_count=2), NotingPasswords())
    made.keeps(f"hash of {SECRET}")
    return made


class TestWhoHasAPassword:
    @pytest.mark.parametrize("typed", [SECRET, RAW])
    def test_proves_by_it_however_it_is_typed(self, office: Office, typed: str) -> None:
        proof = office.proves(typed)
        assert proof == Proof(ANNA, session_of(ANNA), f"hash of {SECRET}")
        assert office.uses(proof).user_id == ANNA

    @pytest.mark.parametrize("wrong", ["", "wrong", SECRET + "!"])
    def test_is_refused_with_a_wrong_one(self, office: Office, wrong: str) -> None:
        with pytest.raises(WrongPassword):
            office.proves(wrong)
        assert issubclass(WrongPassword, WrongCredentials)  # and so it is counted as one

    @pytest.mark.parametrize("field", ["password", "old_password"])
    def test_has_to_give_it_and_is_told_where(self, office: Office, field: str) -> None:
        with pytest.raises(MissingArgument) as refused:
            office.proves(None, field=field)
        assert refused.value.words["field"] == field

    def test_does_not_prove_by_a_fresh_log_in(self, office: Office) -> None:
        office.world.clock.pass_(-1)
        with pytest.raises(MissingArgument):
            office.proves(None)

    def test_who_changed_it_meanwhile_has_proven_nothing(self, office: Office) -> None:
        proof = office.proves(SECRET)
        office.keeps("hash of another")
        with pytest.raises(WrongPassword):
            office.uses(proof)


class TestWhoHasNone:
    @pytest.fixture(autouse=True)
    def take_password_away(self, office: Office) -> None:
        office.keeps(None)

    @pytest.mark.parametrize("given", [None, "whatever"])
    def test_proves_by_a_log_in_of_the_last_ten_minutes(
        self, office: Office, given: str | None
    ) -> None:
        office.world.clock.pass_(PROOF_SECONDS - 1)
        assert office.uses(office.proves(given)).password_hash is None
        assert not office.passwords.verified
        office.world.clock.pass_(1)
        with pytest.raises(LogInAgain):
            office.proves(given)

    def test_a_session_in_use_is_no_log_in(self, office: Office) -> None:
        office.world.clock.pass_(PROOF_SECONDS)
        drive(
            office.world.store.transact(
                lambda unit: unit.sessions.note_use(session_of(ANNA), unit.now())
            )
        )
        with pytest.raises(LogInAgain):
            office.proves(None)

    def test_another_session_that_is_fresh_is_none_of_this_one(self, office: Office) -> None:
        office.world.clock.pass_(PROOF_SECONDS)
        now, fresh = office.world.clock.now(), SessionId("fresh")
        session = Session(fresh, ANNA, CredentialKind.COOKIE, now, now)
        drive(office.world.store.transact(lambda unit: unit.sessions.add(session)))
        with pytest.raises(LogInAgain):
            office.proves(None)
        assert office.proves(None, fresh).session_id == fresh

    def test_no_password_opens_their_account(self, office: Office) -> None:
        """Contract: 2.3: it takes as long as any."""
        world = office.world
        log_in = LogIn(
            world.store.transact, world.store.observe, office.passwords, world.ids, world.terms
        )
        for password in ("None", "hash of None", "wrong password"):
            with pytest.raises(WrongCredentials):
                drive(log_in(username="Person1", password=password))
        assert office.passwords.verified == [None] * 3


class TestSessions:
    @pytest.mark.parametrize("kept", [f"hash of {SECRET}", None])
    def test_who_has_logged_out_meanwhile_has_proven_nothing(
        self, office: Office, kept: str | None
    ) -> None:
        office.keeps(kept)
        proof = office.proves(SECRET)
        office.logs_out()
        for act in (lambda: office.uses(proof), lambda: office.proves(SECRET)):
            with pytest.raises(NotLoggedIn):
                act()

    def test_a_session_of_somebody_else_proves_nothing(self, office: Office) -> None:
        for user_id in (UserId(2), NOBODY):
            with pytest.raises(NotLoggedIn):
                office.proves(SECRET, user_id=user_id)
