"""An operator's links to a new password. Contract: 9.1."""

from __future__ import annotations

import pytest

from attendance_core.errors import (
    BadLength,
    CommonPassword,
    PersonNotFound,
    WrongCredentials,
    WrongRecoveryCode,
    WrongResetLink,
)
from attendance_core.recovery import RESET_SECONDS, reset_id_of
from attendance_core.testing.machine.driving import drive
from tests.support.recovery_office import NEW, OLD, Office, office

__all__ = ["office"]


class TestResetPassword:
    """Contract: POST /accounts/reset/."""

    def test_a_link_lets_its_person_in_once(self, office: Office) -> None:
        phone, link = office.log_in_anna(), office.make_reset_link()
        back = office.resets(link)
        assert back.user_id == office.anna.user_id
        assert [office.is_in(each) for each in (office.anna, phone, back)] == [False, False, True]
        assert office.log_in_anna(NEW).user_id == office.anna.user_id
        with pytest.raises(WrongCredentials):
            office.log_in_anna(OLD)
        with pytest.raises(WrongResetLink):
            office.resets(link)

    def test_for_a_day(self, office: Office) -> None:
        link = office.make_reset_link()
        office.world.clock.pass_(RESET_SECONDS)
        with pytest.raises(WrongResetLink):
            office.resets(link)
        office.world.clock.pass_(-1)
        assert office.resets(link).user_id == office.anna.user_id

    def test_another_link_ends_it(self, office: Office) -> None:
        old, new = office.make_reset_link(), office.make_reset_link()
        with pytest.raises(WrongResetLink):
            office.resets(old)
        assert office.resets(new).user_id == office.anna.user_id

    def test_a_link_survives_a_messenger_and_is_not_kept(self, office: Office) -> None:
        link = office.make_reset_link()
        assert len(link) == 64 and link == link.lower() and link.isalnum()  # 256 bits
        assert reset_id_of(link) != link

    def test_a_password_that_is_refused_uses_nothing_up(self, office: Office) -> None:
        link = office.make_reset_link()
        for password, refusal in (("x" * 7, BadLength), ("password", CommonPassword)):
            for token in (link, "none"):
                with pytest.raises(refusal) as refused:
                    office.resets(token, password)
                assert refused.value.words["field"] == "new_password"
        assert office.resets(link).user_id == office.anna.user_id

    def test_whatever_is_wrong_is_told_alike_and_costs_no_hash(self, office: Office) -> None:
        used = office.make_reset_link()
        office.resets(used)
        replaced, expired = office.make_reset_link(), office.make_reset_link()
        office.world.clock.pass_(RESET_SECONDS)
        alike = {
            office.tried(lambda token=token: office.resets(token))  # type: ignore[misc]
            for token in (used, replaced, expired, "", "x", "\ud800", "x" * 10_000)
        }
        assert len(alike) == 1
        ((verified, hashed, kind, _),) = alike
        assert (verified, hashed, kind) == (0, 0, WrongResetLink)

    def test_codes_of_before_are_void_afterwards(self, office: Office) -> None:
        """Whoever the account is taken back from may have made them."""
        codes = office.make_codes()
        office.resets(office.make_reset_link())
        with pytest.raises(WrongRecoveryCode):
            office.recovers(codes[0])

    def test_of_two_who_use_one_at_once_one_is_let_in(self, office: Office) -> None:
        link = office.make_reset_link()
        hash_ = office.passwords.hash

        async def another_is_quicker(password: str) -> str:
            office.passwords.hash = hash_  # type: ignore[method-assign]
            office.resets(link, password="of the quicker one")
            return await hash_(password)

        office.passwords.hash = another_is_quicker  # type: ignore[method-assign]
        with pytest.raises(WrongResetLink):
            office.resets(link)
        assert office.log_in_anna("of the quicker one").user_id == office.anna.user_id

    def test_links_whose_day_is_over_are_forgotten(self, office: Office) -> None:
        reset_id = reset_id_of(office.make_reset_link())

        def is_there() -> bool:
            drive(office.forget())
            look = office.world.store.observe
            found = drive(look(lambda unit: unit.reset_links.find(reset_id, made_after=0)))
            return found is not None

        office.world.clock.pass_(RESET_SECONDS - 1)
        assert is_there()
        office.world.clock.pass_(1)
        assert not is_there()

    @pytest.mark.parametrize("username", ["nobody", "", "no name at all"])
    def test_an_unknown_person_gets_none(self, office: Office, username: str) -> None:
        with pytest.raises(PersonNotFound):
            office.make_reset_link(username)
