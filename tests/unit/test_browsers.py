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


class House:
    """Where Anna and Boris have accounts."""

    def __init__(self) -> None:
        self.world = World(people=1)
        store, passwords = self.world.store, NotingPasswords()
        ids, terms = self.world.ids, self.world.terms
        self._sign_up = SignUp(store.transact, passwords, ids, terms)
        self._log_in = LogIn(store.transact, store.observe, passwords, ids, terms)
        self._recognise = RecogniseBrowser(store.observe)

    def sign_up(self, username: str, shown: Sequence[str] | None = ()) -> LoggedIn:
        return drive(self._sign_up(username=username, password=SECRET, browser_secrets=shown))

    def log_in(self, username: str, *shown: str, password: str = SECRET) -> str:
        """What the browser shows from now on."""
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
def house() -> House:
    return House()


def test_where_one_signed_up_or_logged_in_one_is_known(house: House) -> None:
    signed_up = house.sign_up("anna").browser_secret
    assert signed_up is not None
    elsewhere = house.log_in("ANNA")
    for shown in (signed_up, elsewhere):
        assert house.knows("anna", shown) and house.knows("aNNa", "x", shown, "y")
    assert not house.knows("anna") and not house.knows("anna", "made up", "")


def test_nobody_else_is_known_there(house: House) -> None:
    anna, boris = house.sign_up("anna").browser_secret, house.sign_up("boris").browser_secret
    assert anna is not None and boris is not None
    assert not house.knows("anna", boris) and not house.knows("nobody", anna, boris)
    assert not house.knows("anna", browser_id_of(anna))  # what is kept lets nobody pass


def test_a_secret_stays_when_it_is_shown_again(house: House) -> None:
    house.sign_up("anna")
    first = house.log_in("anna")
    assert [house.log_in("anna", "made up", first) for _ in range(3)] == [first] * 3
    assert house.kept_count() == 2


def test_what_was_made_up_or_is_another_s_is_never_adopted(house: House) -> None:
    """Whoever plants a cookie does not share a count with the one who logs in there."""
    boris = house.sign_up("boris").browser_secret
    assert boris is not None
    house.sign_up("anna", shown=["planted", boris])
    given = house.log_in("anna", "planted", boris)
    assert given not in ("planted", boris)
    assert not house.knows("anna", "planted", boris)


def test_a_log_in_that_fails_makes_nothing_known(house: House) -> None:
    house.sign_up("anna", shown=None)
    with pytest.raises(WrongCredentials):
        house.log_in("anna", "x", password="wrong")
    assert house.kept_count() == 0


def test_a_program_that_keeps_nothing_is_not_remembered(house: House) -> None:
    assert house.sign_up("anna", shown=None).browser_secret is None
    assert house.kept_count() == 0


def test_of_a_person_so_many_are_known_that_were_used_last(house: House) -> None:
    boris = house.sign_up("boris").browser_secret
    house.sign_up("anna", shown=None)
    shown = []
    for _ in range(MAX_BROWSERS + 3):
        house.world.clock.pass_(1)
        shown.append(house.log_in("anna"))
    assert [house.knows("anna", each) for each in shown] == [False] * 3 + [True] * MAX_BROWSERS
    house.world.clock.pass_(1)
    assert house.log_in("anna", shown[3]) == shown[3]  # the one used longest ago
    house.world.clock.pass_(1)
    house.log_in("anna")
    assert [house.knows("anna", each) for each in shown[3:5]] == [True, False]
    assert house.kept_count() == MAX_BROWSERS + 1
    assert boris is not None and house.knows("boris", boris)


def test_none_is_known_for_longer_than_its_cookie_lasts(house: House) -> None:
    house.sign_up("anna", shown=None)
    used, unused = house.log_in("anna"), house.log_in("anna")
    house.world.clock.pass_(BROWSER_SECONDS - 1)
    assert house.log_in("anna", used) == used
    assert house.knows("anna", unused)
    house.world.clock.pass_(1)
    assert [house.knows("anna", each) for each in (used, unused)] == [True, False]
    assert house.log_in("anna", unused) != unused
    assert house.kept_count() == 2
