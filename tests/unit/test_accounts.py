"""Signing up, and logging in. Contract: 2."""

from __future__ import annotations

from contextlib import suppress
from typing import Any
from unicodedata import normalize

import pytest

from attendance_core.accounts import Actor, GetUsername, session_id_of
from attendance_core.browsers import RecogniseBrowser
from attendance_core.errors import (
    BadCharacters,
    BadLength,
    BadUsername,
    CommonPassword,
    InvalidArgument,
    NotLoggedIn,
    Refusal,
    UsernameTaken,
    WrongCredentials,
)
from attendance_core.marking.announcements import ConnectionsEnded
from attendance_core.marking.endings import Ending
from attendance_core.testing.machine.driving import drive
from attendance_core.texts import MAX_COMBINING_MARKS
from attendance_core.vocabulary import UserId
from tests.support.front_office import PASSWORD, Office, office

__all__ = ["office"]


class TestSignUp:
    def test_one_is_logged_in_and_shown_by_the_user_name(self, office: Office) -> None:
        anna = office.sign_up("anna")
        actor = office.actor_of(anna.token)
        assert actor == Actor(anna.user_id, session_id_of(anna.token))
        assert office.display_name_of(anna.user_id) == "anna"

    def test_a_display_name_is_kept_tidy(self, office: Office) -> None:
        assert office.display_name_of(office.sign_up(display_name="  Анна ").user_id) == "Анна"

    @pytest.mark.parametrize("username", ["a", "Анна_1.b-c", "x" * 64, "李"])
    def test_letters_digits_and_three_signs_make_a_user_name(
        self, office: Office, username: str
    ) -> None:
        assert office.sign_up(username).user_id == 2

    @pytest.mark.parametrize(
        "username",
        [
            *("", "x" * 65, "a b", "a\n", "a@b", "a/b", "x\u0301", "й" * 65),
            *("anna\u115f", "an\u1160na", "\u3164anna", "anna\uffa0"),  # letters, to Unicode
        ],
    )
    def test_other_user_names_are_refused(self, office: Office, username: str) -> None:
        with pytest.raises(BadUsername):
            office.sign_up(username)

    @pytest.mark.parametrize("typed", ["Андреи\u0306", "андрей", "и\u0306" * 64])
    def test_a_user_name_is_one_however_its_letters_are_typed(
        self, office: Office, typed: str
    ) -> None:
        """Contract: 2.2."""
        anna = office.sign_up(typed)
        for each in (typed, normalize("NFC", typed), normalize("NFD", typed)):
            assert office.log_in(each).user_id == anna.user_id
            with pytest.raises(UsernameTaken):
                office.sign_up(each)
        assert office.display_name_of(anna.user_id) == normalize("NFC", typed)

    def test_a_user_name_is_taken_in_whatever_case(self, office: Office) -> None:
        office.sign_up("Анна")
        with pytest.raises(UsernameTaken):
            office.sign_up("аННА")

    @pytest.mark.parametrize(
        ("password", "refusal"),
        [("x" * 7, BadLength), ("x" * 257, BadLength), ("password", CommonPassword)],
    )
    def test_passwords_too_short_too_long_or_common_are_refused(
        self, office: Office, password: str, refusal: type[Refusal]
    ) -> None:
        with pytest.raises(refusal) as refused:
            office.sign_up(password=password)
        assert refused.value.words["field"] == "password"

    @pytest.mark.parametrize("password", ["x" * 8, "x" * 256])
    def test_8_to_256_characters_are_fine(self, office: Office, password: str) -> None:
        assert office.actor_of(office.sign_up(password=password).token) is not None

    @pytest.mark.parametrize(
        ("name", "refusal"),
        [("  ", BadLength), ("x" * 101, BadLength), ("a\u202eb", BadCharacters)],
    )
    def test_a_bad_display_name_makes_no_account(
        self, office: Office, name: str, refusal: type[Refusal]
    ) -> None:
        with pytest.raises(refusal):
            office.sign_up(display_name=name)
        office.sign_up()

    def test_ids_grow(self, office: Office) -> None:
        assert office.sign_up("one").user_id < office.sign_up("two").user_id


class TestLogIn:
    def test_the_same_person_gets_a_new_session(self, office: Office) -> None:
        first = office.sign_up("anna")
        again = office.log_in("ANNA")
        assert (again.user_id, again.token != first.token) == (first.user_id, True)
        assert office.actor_of(first.token) is not None

    @pytest.mark.parametrize(
        ("username", "password"),
        [("anna", "wrong horse"), ("hanna", PASSWORD), ("not a name", PASSWORD)],
    )
    def test_wrong_name_and_wrong_password_look_alike_and_take_as_long(
        self, office: Office, username: str, password: str
    ) -> None:
        office.sign_up("anna")
        with pytest.raises(WrongCredentials):
            office.log_in(username, password)
        assert len(office.passwords.verified) == 1

    @pytest.mark.parametrize(
        ("kept", "typed"),
        [
            ("пароль для Й", "пароль для Й"),
            ("й" * 8, "и\u0306" * 8),
            ("и\u0306" * 8, "й" * 8),
            ("й" * 256, "и\u0306" * 256),
            ("ᾂ" * 256, normalize("NFD", "ᾂ") * 256),  # one that comes apart into four
        ],
    )
    def test_a_password_is_one_however_its_letters_are_typed(
        self, office: Office, kept: str, typed: str
    ) -> None:
        """Contract: 2.3."""
        anna = office.sign_up(password=kept)
        for each in (kept, typed):
            assert office.log_in("anna", each).user_id == anna.user_id
        for wrong in (kept + "!", typed[:-1], typed + "\u0306"):
            with pytest.raises(WrongCredentials):
                office.log_in("anna", wrong)

    def test_length_of_a_password_is_counted_composed(self, office: Office) -> None:
        """Contract: 2.3."""
        for each in ("и\u0306" * 7, "и\u0306" * 257):
            with pytest.raises(BadLength):
                office.sign_up(password=each)

    def test_a_password_kept_before_in_its_raw_form_still_opens(self, office: Office) -> None:
        """Contract: 2.3."""
        raw = "и\u0306" * 8

        def keep(unit: Any) -> UserId:
            return unit.accounts.add("boris", f"hash of {raw}", 0.0)  # type: ignore[no-any-return]

        boris = drive(office.world.store.transact(keep))
        assert office.log_in("boris", raw).user_id == boris
        with pytest.raises(WrongCredentials):
            office.log_in("boris", raw + "и\u0306")

    @pytest.mark.parametrize("username", ["anna", "boris", "nobody", "not a name"])
    @pytest.mark.parametrize("password", ["й" * 8, "и\u0306" * 8, "и\u0306" * 9])
    def test_how_long_it_takes_is_the_same_whoever_it_is_and_whichever_opens(
        self, office: Office, username: str, password: str
    ) -> None:
        """Contract: 2.3."""
        office.sign_up("anna", "й" * 8)
        raw_hash = "hash of " + "и\u0306" * 8
        drive(office.world.store.transact(lambda unit: unit.accounts.add("boris", raw_hash, 0.0)))
        office.passwords.verified.clear()
        with suppress(WrongCredentials):
            office.log_in(username, password)
        assert len(office.passwords.verified) == (1 if "й" in password else 2)

    def test_the_session_the_browser_had_is_replaced_and_its_sockets_close(
        self, office: Office
    ) -> None:
        first = office.sign_up("anna")
        waiting = office.opens(first.user_id, first.token)
        office.log_in("anna", replacing=session_id_of(first.token))
        assert office.actor_of(first.token) is None
        ended = office.world.announcements[-1]
        assert ended == ConnectionsEnded(
            office.world.event_id, Ending.LOGGED_OUT, frozenset({waiting.connection_id})
        )


class TestCombiningMarks:
    """Contract: 1.13, also for a program that calls no API."""

    MANY = "e" + "\u0316" * (MAX_COMBINING_MARKS + 1)

    @pytest.mark.parametrize(
        ("field", "username", "password"),
        [("username", MANY, PASSWORD), ("password", "anna", MANY)],
    )
    def test_neither_a_name_nor_a_password_has_too_many(
        self, office: Office, field: str, username: str, password: str
    ) -> None:
        for act in (office.sign_up, office.log_in):
            with pytest.raises(InvalidArgument, match=f"«{field}»") as refused:
                act(username, password)
            assert type(refused.value) is InvalidArgument

    def test_nor_a_name_that_is_looked_for(self, office: Office) -> None:
        recognise = RecogniseBrowser(office.world.store.observe)
        with pytest.raises(InvalidArgument, match="«username»"):
            drive(recognise(username=self.MANY, browser_secrets=["a"]))


def test_the_name_that_one_logs_in_with_is_told_to_whoever_has_an_account(office: Office) -> None:
    get_username, nobody = GetUsername(office.world.store.observe), UserId(77)
    assert drive(get_username(actor=office.sign_up("anna").user_id)) == "anna"
    with pytest.raises(Refusal) as refused:
        drive(get_username(actor=nobody))
    assert isinstance(refused.value, NotLoggedIn)
