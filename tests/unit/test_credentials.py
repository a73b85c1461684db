"""What somebody shows who asks, and for whom they do."""

from __future__ import annotations

import pytest

from attendance_core.accounts import Actor, CredentialKind, session_id_of
from attendance_core.errors import NotLoggedIn
from attendance_core.vocabulary import UserId
from attendance_web.wire.credentials import (
    MAX_BROWSER_PEOPLE,
    Credential,
    browser_secrets_from,
    check_person,
    credential_from,
    person_named_in,
)
from attendance_web.wire.headers import cookies_named
from attendance_web.wire.refusals import OtherPerson
from attendance_web.wire.values import InvalidValue


class TestCredentials:
    def test_a_bearer_token_goes_before_a_cookie(self) -> None:
        headers = [(b"authorization", b"Bearer  abc "), (b"cookie", b"sessionid=xyz")]
        for shown, credentials in (
            (headers, Credential("abc", CredentialKind.BEARER)),
            (headers[1:], Credential("xyz", CredentialKind.COOKIE)),
        ):
            assert credential_from(shown, secure=False) == credentials

    def test_who_shows_nothing_is_anonymous(self) -> None:
        for headers in ([], [(b"cookie", b"sessionid="), (b"authorization", b"Basic abc")]):
            assert credential_from(headers, secure=False) is None

    def test_all_cookies_of_one_name_are_found(self) -> None:
        headers = [
            (b"cookie", b'other=1; sessionid=a; sessionid=b; quoted="q"; bare; empty='),
            (b"cookie", b"sessionid=c"),
        ]
        assert cookies_named(headers, "sessionid") == ["a", "b", "c"]
        assert cookies_named(headers, "quoted") == ["q"]
        assert cookies_named(headers, "bare") == cookies_named(headers, "empty") == []

    def test_two_sessions_that_differ_are_nobody_s(self) -> None:
        """Contract: 1.7."""
        for given, token in (
            (b"sessionid=theirs; sessionid=ours", None),
            (b"sessionid=ours; sessionid=ours", "ours"),
            (b"sessionid=ours; sessionid=", "ours"),
        ):
            found = credential_from([(b"cookie", given)], secure=False)
            assert (None if found is None else found.token) == token

    def test_on_https_only_a_cookie_that_no_neighbour_can_set_counts(self) -> None:
        """Contract: 2.5."""
        both = [(b"cookie", b"sessionid=neighbour; __Host-sessionid=ours")]
        ours = credential_from(both, secure=True)
        theirs = credential_from([(b"cookie", b"sessionid=neighbour")], secure=True)
        assert ours == Credential("ours", CredentialKind.COOKIE) and theirs is None


class TestThePersonItIsFor:
    """Contract: 1.8."""

    ANNA = Actor(UserId(7), session_id_of("token"))

    @pytest.mark.parametrize("said", [None, "7", "007"])
    def test_who_is_logged_in_may_go_on(self, said: str) -> None:
        check_person(self.ANNA, said)

    def test_anybody_else_is_refused(self) -> None:
        with pytest.raises(OtherPerson):
            check_person(self.ANNA, "8")

    @pytest.mark.parametrize("said", ["", "x", "7, 7", "-7", "7.0", "0", str(2**63)])
    def test_what_is_no_id_is_malformed(self, said: str) -> None:
        with pytest.raises(InvalidValue):
            check_person(self.ANNA, said)

    def test_nobody_is_asked_to_log_in_before_anything_is_read(self) -> None:
        check_person(None, None)
        for said in ("7", "x"):
            with pytest.raises(NotLoggedIn):
                check_person(None, said)

    def test_a_header_that_comes_twice_is_no_id(self) -> None:
        assert person_named_in([]) is None
        twice = [(b"x-attendance-user", b"7"), (b"x-attendance-user", b"7")]
        assert person_named_in(twice) == "7, 7"


class TestKnownBrowsers:
    """Contract: 9.4."""

    ONE, OTHER = "a" * 43, "-_" + "b" * 41

    def shown(self, *values: str, name: str = "knownbrowser", secure: bool = False) -> list[str]:
        headers = [(b"cookie", f"x=y; {name}={value}".encode("latin-1")) for value in values]
        return list(browser_secrets_from(headers, secure=secure))

    def test_a_browser_shows_a_secret_for_each_of_its_people(self) -> None:
        assert self.shown() == []
        assert self.shown(self.ONE) == [self.ONE]
        assert self.shown(f"{self.ONE}.{self.OTHER}") == [self.ONE, self.OTHER]
        assert self.shown(self.ONE, f"{self.OTHER}.{self.ONE}") == [self.ONE, self.OTHER]

    @pytest.mark.parametrize(
        "forged", ["", ".", "a" * 42, "a" * 44, "a" * 42 + "!", "ы".encode().decode("latin-1") * 20]
    )
    def test_what_we_never_gave_is_not_looked_up(self, forged: str) -> None:
        assert self.shown(forged) == []
        assert self.shown(f"{forged}.{self.ONE}") == [self.ONE]

    def test_of_however_much_is_shown_a_little_is_looked_up(self) -> None:
        many = [f"{number:043}" for number in range(150)]
        assert self.shown(".".join(many)) == many[:MAX_BROWSER_PEOPLE]
        assert self.shown(*many) == many[:MAX_BROWSER_PEOPLE]
        assert self.shown(".".join(many[: MAX_BROWSER_PEOPLE + 1])) == many[:MAX_BROWSER_PEOPLE]
        assert self.shown("." * 6000 + self.ONE) == []

    def test_on_https_only_the_cookie_counts_that_no_neighbour_can_set(self) -> None:
        assert self.shown(self.ONE, secure=True) == []
        assert self.shown(self.ONE, name="__Host-knownbrowser", secure=True) == [self.ONE]
        assert self.shown(self.ONE, name="__Host-knownbrowser") == []
