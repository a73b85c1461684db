"""Codes by which people come back who have lost their password. Contract: 9.1."""

from __future__ import annotations

import math

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from attendance_adapters.system import RandomIds
from attendance_core.accounts import LogOut, session_id_of
from attendance_core.errors import (
    BadLength,
    CommonPassword,
    InvalidArgument,
    MissingArgument,
    NotLoggedIn,
    Refusal,
    WrongCredentials,
    WrongPassword,
    WrongRecoveryCode,
    WrongResetLink,
)
from attendance_core.events import CODE_LETTERS
from attendance_core.marking.announcements import ConnectionsEnded
from attendance_core.marking.endings import Ending
from attendance_core.recovery.codes import (
    NO_CODE,
    RECOVERY_CODE_COUNT,
    RECOVERY_CODE_LENGTH,
    SECRET_LENGTH,
    SELECTOR_LENGTH,
    TypedCode,
    code_as_shown,
    draw_codes,
    typed_code,
)
from attendance_core.session_ends import SOCKETS_ENDED_AT_ONCE
from attendance_core.testing.machine.driving import drive
from attendance_core.texts import MAX_COMBINING_MARKS
from tests.support.recovery_office import NEW, OLD, Office, office

__all__ = ["office"]
LETTERS = st.text(CODE_LETTERS, min_size=RECOVERY_CODE_LENGTH, max_size=RECOVERY_CODE_LENGTH)


class TestCodes:
    """Contract: POST /accounts/recovery/codes/."""

    @settings(deadline=None, max_examples=30)  # each has sixteen letters, and what is between
    @given(LETTERS, st.data())
    def test_case_hyphens_and_blanks_are_forgiven(self, letters: str, data: st.DataObject) -> None:
        expected = TypedCode(letters[:SELECTOR_LENGTH], letters[SELECTOR_LENGTH:])
        assert typed_code(code_as_shown(letters)) == expected
        between = st.text("- \u2010\u2011\u2013\u2014\u2212\u00a0\t", max_size=2)
        typed = "".join(
            data.draw(between) + data.draw(st.sampled_from([each, each.lower()]))
            for each in letters
        )
        assert typed_code(typed) == expected

    @settings(deadline=None)
    @given(st.text(max_size=80))
    def test_whatever_is_typed_is_a_code_or_none(self, text: str) -> None:
        selector, secret = typed_code(text)
        assert (selector, secret) == NO_CODE or (
            (len(selector), len(secret)) == (SELECTOR_LENGTH, SECRET_LENGTH)
            and set(selector + secret) <= set(CODE_LETTERS)
        )

    @pytest.mark.parametrize(
        "text", ["", "x", "A" * 15, "A" * 17, "0" * 16, "ſ" * 16, "А" * 16, "A-" * 16 + "-" * 40]
    )
    def test_what_can_be_none_is_none(self, text: str) -> None:
        assert typed_code(text) == NO_CODE

    def test_they_are_shown_in_groups(self) -> None:
        assert code_as_shown("ABCDEFGHJKMN2345") == "ABCD-EFGH-JKMN-2345"

    def test_ten_begin_each_otherwise(self) -> None:
        for _ in range(50):
            drawn = draw_codes(RandomIds())
            assert len({each[:SELECTOR_LENGTH] for each in drawn}) == RECOVERY_CODE_COUNT
            assert {len(each) for each in drawn} == {RECOVERY_CODE_LENGTH}

    def test_no_two_letters_look_alike_and_a_secret_has_68_bits(self) -> None:
        assert not set("01OILU") & set(CODE_LETTERS)
        assert math.floor(math.log2(len(CODE_LETTERS)) * SECRET_LENGTH) == 68


class TestMakeRecoveryCodes:
    """Contract: POST /accounts/recovery/codes/."""

    def test_each_lets_its_owner_in_and_no_hash_tells_it(self, office: Office) -> None:
        codes = office.make_codes()
        assert len(set(codes)) == RECOVERY_CODE_COUNT
        for code in codes:
            assert office.recovers(code).user_id == office.anna.user_id
        hashed = [each for each in office.passwords.hashed if each not in (OLD, NEW)]
        assert hashed == [typed_code(each).secret for each in codes]

    def test_those_before_are_void(self, office: Office) -> None:
        old, new = office.make_codes(), office.make_codes()
        for code in old:
            with pytest.raises(WrongRecoveryCode):
                office.recovers(code)
        assert office.recovers(new[0]).user_id == office.anna.user_id

    def test_they_need_proof(self, office: Office) -> None:
        with pytest.raises(WrongPassword):
            office.make_codes("wrong horse")
        with pytest.raises(MissingArgument, match="«password»"):
            office.make_codes(None)
        other = office.log_in_anna()
        drive(
            LogOut(office.world.store.transact, office.world.terms)(
                session_id=session_id_of(other.token)
            )
        )
        with pytest.raises(NotLoggedIn):
            office.make_codes(token=other.token)
        assert office.passwords.hashed == [OLD]

    def test_proof_that_has_gone_meanwhile_makes_none(self, office: Office) -> None:
        """A thief's codes of before do not outlive the owner's new password."""
        hers = office.make_codes()
        hash_ = office.passwords.hash

        async def recovers_meanwhile(password: str) -> str:
            office.passwords.hash = hash_  # type: ignore[method-assign]
            office.recovers(hers[0])
            return await hash_(password)

        office.passwords.hash = recovers_meanwhile  # type: ignore[method-assign]
        with pytest.raises((NotLoggedIn, WrongPassword)):
            office.make_codes()
        assert office.recovers(hers[1]).user_id == office.anna.user_id


class TestRecover:
    """Contract: POST /accounts/recovery/."""

    def test_the_new_password_is_the_password_and_the_old_one_is_not(self, office: Office) -> None:
        back = office.recovers(office.make_codes()[3].lower().replace("-", ""))
        assert office.is_in(back) and back.user_id == office.anna.user_id
        assert office.log_in_anna(NEW).user_id == office.anna.user_id
        with pytest.raises(WrongCredentials):
            office.log_in_anna(OLD)

    def test_a_code_works_once(self, office: Office) -> None:
        first, second, *_ = office.make_codes()
        office.recovers(first)
        with pytest.raises(WrongRecoveryCode):
            office.recovers(first)
        assert office.recovers(second).user_id == office.anna.user_id

    def test_all_other_sessions_end_with_their_sockets(self, office: Office) -> None:
        code = office.make_codes()[0]
        phone, laptop = office.log_in_anna(), office.log_in_anna()
        connection_ids = {
            office.opens(each.user_id, each.token).connection_id for each in (phone, laptop)
        }
        back = office.recovers(code, replacing=session_id_of(laptop.token))
        assert [office.is_in(each) for each in (office.anna, phone, laptop, back)] == [
            *(False, False, False, True)
        ]
        ended = [each for each in office.world.announcements if isinstance(each, ConnectionsEnded)]
        assert {each.why for each in ended} == {Ending.LOGGED_OUT}
        assert {one for each in ended for one in each.connection_ids or ()} == connection_ids

    def test_the_session_of_somebody_else_in_this_browser_ends_too(self, office: Office) -> None:
        boris = office.sign_up("boris", OLD)
        office.recovers(office.make_codes()[0], replacing=session_id_of(boris.token))
        assert not office.is_in(boris)

    def test_a_browser_is_known_afterwards(self, office: Office) -> None:
        back = office.recovers(office.make_codes()[0], browser_secrets=["made up"])
        assert back.browser_secret not in (None, "made up")

    @pytest.mark.parametrize(
        ("password", "refusal"),
        [("x" * 7, BadLength), ("x" * 257, BadLength), ("password", CommonPassword)],
    )
    def test_a_password_that_is_refused_uses_nothing_up(
        self, office: Office, password: str, refusal: type[Refusal]
    ) -> None:
        code = office.make_codes()[0]
        for each in (code, "no code"):
            with pytest.raises(refusal) as refused:
                office.recovers(each, password=password)
            assert refused.value.words["field"] == "new_password"
        assert office.is_in(office.anna)
        assert office.recovers(code).user_id == office.anna.user_id

    def test_whatever_is_wrong_is_told_alike_and_costs_one_hash(self, office: Office) -> None:
        code, used, *others = office.make_codes()
        office.sign_up("boris", OLD)  # who has no codes
        office.recovers(used)
        wrong_secret = code[:-1] + ("2" if code[-1] != "2" else "3")
        selectors = {each[:2] for each in (code, used, *others)}
        free_selector = next(
            a + b for a in CODE_LETTERS for b in CODE_LETTERS if a + b not in selectors
        )
        alike = {
            office.tried(lambda given=given: office.recovers(*given))  # type: ignore[misc]
            for given in (
                (wrong_secret,),
                (free_selector + code[2:],),
                (used,),
                ("",),
                ("x" * 10_000,),
                ("0" * 16,),
                (code, "boris"),
                (code, "nobody"),
                (code, "no name at all"),
                (code, ""),
                (code, "x" * 10_000),
                ("no code", "nobody"),
            )
        }
        assert len(alike) == 1
        ((verified, hashed, kind, _),) = alike
        assert (verified, hashed, kind) == (1, 0, WrongRecoveryCode)

    def test_a_right_one_costs_two(self, office: Office) -> None:
        code = office.make_codes()[0]
        assert office.tried(lambda: office.recovers(code))[:3] == (1, 1, None)

    def test_a_link_of_an_operator_s_is_void_afterwards(self, office: Office) -> None:
        link = office.make_reset_link()
        office.recovers(office.make_codes()[0])
        with pytest.raises(WrongResetLink):
            office.resets(link)

    def test_of_two_who_use_one_at_once_one_is_let_in(self, office: Office) -> None:
        code = office.make_codes()[0]
        hash_ = office.passwords.hash

        async def another_is_quicker(password: str) -> str:
            office.passwords.hash = hash_  # type: ignore[method-assign]
            office.recovers(code, password="of the quicker one")
            return await hash_(password)

        office.passwords.hash = another_is_quicker  # type: ignore[method-assign]
        with pytest.raises(WrongRecoveryCode):
            office.recovers(code)
        assert office.log_in_anna("of the quicker one").user_id == office.anna.user_id

    def test_whoever_dies_between_two_batches_has_only_ended_sessions(self, office: Office) -> None:
        code = office.make_codes()[0]
        for _ in range(2 * SOCKETS_ENDED_AT_ONCE):
            office.world.event_id = office.world.create_event(
                f"Class {office.world.ids.event_id()}"
            )
            office.opens(office.anna.user_id, office.anna.token)

        def dies() -> None:
            raise ZeroDivisionError

        office.after_each = dies
        with pytest.raises(ZeroDivisionError):
            office.recovers(code)
        office.after_each = bool
        assert office.log_in_anna(OLD).user_id == office.anna.user_id
        assert office.recovers(code).user_id == office.anna.user_id

    def test_neither_name_nor_password_has_too_many_marks(self, office: Office) -> None:
        """Contract: 1.13, also for a program that calls no API."""
        many = "e" + "\u0316" * (MAX_COMBINING_MARKS + 1)
        for argument, field in (("username", "username"), ("password", "new_password")):
            with pytest.raises(InvalidArgument, match=f"«{field}»"):
                office.recovers("code", **{argument: many})
