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
from tests.support.recovery_desk import NEW, OLD, Desk, desk

__all__ = ["desk"]


class TestResetPassword:
    """Contract: POST /accounts/reset/."""

    def test_a_link_lets_its_person_in_once(self, desk: Desk) -> None:
        phone, link = desk.log_in(), desk.link()
        back = desk.resets(link)
        assert back.user_id == desk.anna.user_id
        assert [desk.is_in(each) for each in (desk.anna, phone, back)] == [False, False, True]
        assert desk.log_in(NEW).user_id == desk.anna.user_id
        with pytest.raises(WrongCredentials):
            desk.log_in(OLD)
        with pytest.raises(WrongResetLink):
            desk.resets(link)

    def test_for_a_day(self, desk: Desk) -> None:
        link = desk.link()
        desk.world.clock.pass_(RESET_SECONDS)
        with pytest.raises(WrongResetLink):
            desk.resets(link)
        desk.world.clock.pass_(-1)
        assert desk.resets(link).user_id == desk.anna.user_id

    def test_another_link_ends_it(self, desk: Desk) -> None:
        old, new = desk.link(), desk.link()
        with pytest.raises(WrongResetLink):
            desk.resets(old)
        assert desk.resets(new).user_id == desk.anna.user_id

    def test_a_link_survives_a_messenger_and_is_not_kept(self, desk: Desk) -> None:
        link = desk.link()
        assert len(link) == 64 and link == link.lower() and link.isalnum()  # 256 bits
        assert reset_id_of(link) != link

    def test_a_password_that_is_refused_uses_nothing_up(self, desk: Desk) -> None:
        link = desk.link()
        for password, refusal in (("x" * 7, BadLength), ("password", CommonPassword)):
            for token in (link, "none"):
                with pytest.raises(refusal) as refused:
                    desk.resets(token, password)
                assert refused.value.words["field"] == "new_password"
        assert desk.resets(link).user_id == desk.anna.user_id

    def test_whatever_is_wrong_is_told_alike_and_costs_no_hash(self, desk: Desk) -> None:
        used = desk.link()
        desk.resets(used)
        replaced, expired = desk.link(), desk.link()
        desk.world.clock.pass_(RESET_SECONDS)
        alike = {
            desk.tried(lambda token=token: desk.resets(token))  # type: ignore[misc]
            for token in (used, replaced, expired, "", "x", "\ud800", "x" * 10_000)
        }
        assert len(alike) == 1
        ((verified, hashed, kind, _),) = alike
        assert (verified, hashed, kind) == (0, 0, WrongResetLink)

    def test_codes_of_before_are_void_afterwards(self, desk: Desk) -> None:
        """Whoever the account is taken back from may have made them."""
        codes = desk.codes()
        desk.resets(desk.link())
        with pytest.raises(WrongRecoveryCode):
            desk.recovers(codes[0])

    def test_of_two_who_use_one_at_once_one_is_let_in(self, desk: Desk) -> None:
        link = desk.link()
        hash_ = desk.passwords.hash

        async def another_is_quicker(password: str) -> str:
            desk.passwords.hash = hash_  # type: ignore[method-assign]
            desk.resets(link, password="of the quicker one")
            return await hash_(password)

        desk.passwords.hash = another_is_quicker  # type: ignore[method-assign]
        with pytest.raises(WrongResetLink):
            desk.resets(link)
        assert desk.log_in("of the quicker one").user_id == desk.anna.user_id

    def test_links_whose_day_is_over_are_forgotten(self, desk: Desk) -> None:
        reset_id = reset_id_of(desk.link())

        def is_there() -> bool:
            drive(desk.forget())
            look = desk.world.store.observe
            found = drive(look(lambda unit: unit.reset_links.find(reset_id, made_after=0)))
            return found is not None

        desk.world.clock.pass_(RESET_SECONDS - 1)
        assert is_there()
        desk.world.clock.pass_(1)
        assert not is_there()

    @pytest.mark.parametrize("username", ["nobody", "", "no name at all"])
    def test_an_unknown_person_gets_none(self, desk: Desk, username: str) -> None:
        with pytest.raises(PersonNotFound):
            desk.link(username)
