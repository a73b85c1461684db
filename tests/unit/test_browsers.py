"""Browsers that an account knows, because somebody logged in to it there. Contract: 9.4."""

from __future__ import annotations

from collections.abc import Sequence

import pytest

from attendance_core.accounts import LoggedIn, LogIn, SignUp
from attendance_core.browsers import (
    BROWSER_SECONDS,
    MAX_BROWSERS,
    RecogniseBrowser,
    browser_id_of,
)
from attendance_core.errors import WrongCredentials
from attendance_core.testing.machine.driving import drive
from attendance_core.testing.stand_ins import NotingPasswords
from tests.support.world import World

SECRET = "correct horse"


class Office:
    """Where Anna and Boris have accounts."""

    def __init__(self) -> None:
        self.world = World(person_count=1)
        store, passwords = self.world.store, NotingPasswords()
        ids, terms = self.world.ids, self.world.terms
        self._sign_up = SignUp(store.transact, passwords, ids, terms)
        self._log_in = LogIn(store.transact, store.observe, passwords, ids, terms)
        self._recognise = RecogniseBrowser(store.observe)

    def sign_up(self, username: str, shown: Sequence[str] | None = ()) -> LoggedIn:
        return drive(self._sign_up(username=username, password=SECRET, browser_secrets=shown))

    def log_in(self, username: str, *shown: str, password: str = SECRET) -> str:
        """Logs in; answers what the browser shows from now on."""
        logged_in = drive(self._log_in(username=username, password=password, browser_secrets=shown))
        assert logged_in.browser_secret is not None
        return logged_in.browser_secret

    def knows(self, username: str, *shown: str) -> bool:
        recognised = drive(self._recognise(username=username, browser_secrets=shown))
        assert recognised in [None, *map(browser_id_of, shown)]
        return recognised is not None

    def kept_count(self) -> int:
        return len(self.world.store._tables.known_browsers)


@pytest.fixture
def office() -> Office:
    return Office()


def test_where_one_signed_up_or_logged_in_one_is_known(office: Office) -> None:
    signed_up = office.sign_up("anna").browser_secret
    assert signed_up is not None
    elsewhere = office.log_in("ANNA")
    for shown in (signed_up, elsewhere):
        assert office.knows("anna", shown) and office.knows("aNNa", "x", shown, "y")
    assert not office.knows("anna") and not office.knows("anna", "made up", "")


def test_nobody_else_is_known_there(office: Office) -> None:
    anna, boris = office.sign_up("anna").browser_secret, office.sign_up("boris").browser_secret
    assert anna is not None and boris is not None
    assert not office.knows("anna", boris) and not office.knows("nobody", anna, boris)
    assert not office.knows("anna", browser_id_of(anna))  # what is kept lets nobody pass


def test_a_secret_stays_when_it_is_shown_again(office: Office) -> None:
    office.sign_up("anna")
    first = office.log_in("anna")
    assert [office.log_in("anna", "made up", first) for _ in range(3)] == [first] * 3
    assert office.kept_count() == 2


def test_what_was_made_up_or_is_another_s_is_never_adopted(office: Office) -> None:
    """Whoever plants a cookie does not share a count with the one who logs in there."""
    boris = office.sign_up("boris").browser_secret
    assert boris is not None
    office.sign_up("anna", shown=["planted", boris])
    given = office.log_in("anna", "planted", boris)
    assert given not in ("planted", boris)
    assert not office.knows("anna", "planted", boris)


def test_a_log_in_that_fails_makes_nothing_known(office: Office) -> None:
    office.sign_up("anna", shown=None)
    with pytest.raises(WrongCredentials):
        office.log_in("anna", "x", password="wrong")
    assert office.kept_count() == 0


def test_a_program_that_keeps_nothing_is_not_remembered(office: Office) -> None:
    assert office.sign_up("anna", shown=None).browser_secret is None
    assert office.kept_count() == 0


def test_of_a_person_so_many_are_known_that_were_used_last(office: Office) -> None:
    boris = office.sign_up("boris").browser_secret
    office.sign_up("anna", shown=None)
    shown = []
    for _ in range(MAX_BROWSERS + 3):
        office.world.clock.pass_(1)
        shown.append(office.log_in("anna"))
    assert [office.knows("anna", each) for each in shown] == [False] * 3 + [True] * MAX_BROWSERS
    office.world.clock.pass_(1)
    assert office.log_in("anna", shown[3]) == shown[3]  # the one used longest ago
    office.world.clock.pass_(1)
    office.log_in("anna")
    assert [office.knows("anna", each) for each in shown[3:5]] == [True, False]
    assert office.kept_count() == MAX_BROWSERS + 1
    assert boris is not None and office.knows("boris", boris)


def test_none_is_known_for_longer_than_its_cookie_lasts(office: Office) -> None:
    office.sign_up("anna", shown=None)
    used, unused = office.log_in("anna"), office.log_in("anna")
    office.world.clock.pass_(BROWSER_SECONDS - 1)
    assert office.log_in("anna", used) == used
    assert office.knows("anna", unused)
    office.world.clock.pass_(1)
    assert [office.knows("anna", each) for each in (used, unused)] == [True, False]
    assert office.log_in("anna", unused) != unused
    assert office.kept_count() == 2
