"""Tokens of programs: who makes one, and what it is for. Contract: 9.1, 9.3."""

from __future__ import annotations

import pytest

from attendance_core.accounts import (
    PROOF_SECONDS,
    SESSION_SECONDS,
    USE_NOTED_EVERY,
    Actor,
    CredentialKind,
    session_id_of,
)
from attendance_core.bearer_tokens import DAY_SECONDS, LISTED_SECONDS, TokenScope
from attendance_core.errors import (
    BadCharacters,
    BadLength,
    InvalidArgument,
    LogInAgain,
    MissingArgument,
    NotLoggedIn,
    TooManyTokens,
    WrongPassword,
)
from attendance_core.testing.lectures import session_of
from attendance_core.testing.machine.driving import drive
from attendance_core.tokens import BEARER_PREFIX, MAX_TOKEN_DAYS, MAX_TOKENS, TOKEN_DAYS
from tests.support.token_office import ANNA, BORIS, Office, office

__all__ = ["office"]


class TestCreateToken:
    """Contract: CreateToken."""

    def test_a_program_is_who_made_its_token_and_may_what_it_is_for(self, office: Office) -> None:
        made = office.create(scopes=[TokenScope.READ, TokenScope.MARK])
        actor = office.who(made.secret)
        assert actor is not None and actor.user_id == ANNA
        assert [each for each in TokenScope if actor.may(each)] == [
            TokenScope.READ,
            TokenScope.MARK,
        ]
        assert not actor.may(None)

    def test_whoever_is_logged_in_may_everything(self) -> None:
        anna = Actor(ANNA, session_of(ANNA))
        assert all(anna.may(each) for each in (*TokenScope, None))

    def test_its_secret_can_be_told_from_other_secrets_and_is_not_kept(
        self, office: Office
    ) -> None:
        made = office.create()
        assert made.secret.startswith(BEARER_PREFIX) and BEARER_PREFIX == "att_"
        assert made.secret.removeprefix("att_") not in repr(office.tokens())
        assert office.create().secret != made.secret

    def test_no_version_without_scopes_finds_it(self, office: Office) -> None:
        """Such a one goes by the hash of the secret alone, for cookies and tokens alike."""
        made = office.create()
        id_by_secret_alone = session_id_of(made.secret)
        assert (
            drive(office.world.store.observe(lambda unit: unit.sessions.find(id_by_secret_alone)))
            is None
        )
        assert office.who(made.secret, CredentialKind.COOKIE) is None

    def test_it_lasts_90_days_or_as_long_as_was_asked(self, office: Office) -> None:
        assert TOKEN_DAYS == 90
        now = office.world.clock.now()
        office.create()
        office.create(days=1)
        office.create(days=MAX_TOKEN_DAYS)
        lasts = [each.expires_at - now for each in office.tokens()]
        assert sorted(lasts) == [DAY_SECONDS, 90 * DAY_SECONDS, 365 * DAY_SECONDS]

    @pytest.mark.parametrize("days", [0, -1, 366])
    def test_for_no_other_time(self, office: Office, days: int) -> None:
        with pytest.raises(InvalidArgument, match="expires_in_days"):
            office.create(days=days)

    @pytest.mark.parametrize(
        ("name", "error"),
        [("", BadLength), ("  ", BadLength), ("x" * 65, BadLength), ("a\nb", BadCharacters)],
    )
    def test_a_bad_name_is_refused(
        self, office: Office, name: str, error: type[InvalidArgument]
    ) -> None:
        with pytest.raises(error):
            office.create(name=name)

    def test_a_name_is_kept_tidy_and_need_not_be_another(self, office: Office) -> None:
        office.create(name="  mark 5 ")
        office.create(name="mark 5")
        assert {each.name for each in office.tokens()} == {"mark 5"}

    def test_one_for_nothing_is_refused(self, office: Office) -> None:
        with pytest.raises(InvalidArgument, match="scopes"):
            office.create(scopes=[])

    def test_it_takes_the_password(self, office: Office) -> None:
        with pytest.raises(WrongPassword):
            office.create(password="wrong horse")
        with pytest.raises(MissingArgument, match="password"):
            office.create(password=None)
        assert office.tokens() == []

    def test_or_of_whoever_has_none_a_log_in_of_just_now(self, office: Office) -> None:
        office.sets_password(ANNA, None)
        office.create(password=None)
        office.world.clock.pass_(PROOF_SECONDS)
        with pytest.raises(LogInAgain):
            office.create(password=None)

    def test_none_is_made_with_a_password_that_was_changed_meanwhile(self, office: Office) -> None:
        """Whoever changes it, and ends all tokens, finds this one or keeps it from being made."""
        verify = office.passwords.verify

        async def verify_and_change(hashed: str | None, password: str) -> bool:
            is_right = await verify(hashed, password)
            office.sets_password(ANNA, "another")
            return is_right

        office.passwords.verify = verify_and_change  # type: ignore[method-assign]
        with pytest.raises(WrongPassword):
            office.create()
        assert office.row_count() == 0

    def test_nor_with_a_session_that_has_ended(self, office: Office) -> None:
        office.transact(lambda unit: unit.sessions.remove([session_of(ANNA)]))
        with pytest.raises(NotLoggedIn):
            office.create()

    def test_one_has_fifty_at_most_that_have_not_expired(self, office: Office) -> None:
        assert MAX_TOKENS == 50
        made = [office.create() for _ in range(MAX_TOKENS)]
        with pytest.raises(TooManyTokens) as refused:
            office.create()
        assert refused.value.words == {"most": 50}
        office.create(BORIS)
        office.revoke(made[7].token_id)
        office.create()

    def test_of_those_that_have_expired_the_oldest_make_room(self, office: Office) -> None:
        for number in range(MAX_TOKENS):
            office.create(days=1 if number < 3 else 90, name=f"{number}")
            office.world.clock.pass_(1)
        office.world.clock.pass_(DAY_SECONDS)
        assert office.end_expired() == 3
        for _ in range(2):
            office.create(name="new")
        names = [each.name for each in office.tokens()]
        assert len(names) == MAX_TOKENS and names[:2] == ["2", "3"]


class TestItsUse:
    """Contract: 9.3."""

    def test_it_is_noted_at_first_and_then_once_a_minute(self, office: Office) -> None:
        made, clock = office.create(), office.world.clock
        used: list[float | None] = [office.tokens()[0].used_at]
        began = clock.now()
        for seconds in (1.0, USE_NOTED_EVERY - 1, 1.0):
            clock.pass_(seconds)
            office.who(made.secret)
            at = office.tokens()[0].used_at
            used.append(None if at is None else at - began)
        assert used == [None, 1.0, 1.0, 1.0 + USE_NOTED_EVERY]

    def test_one_that_is_not_used_stays_good_until_it_expires(self, office: Office) -> None:
        made = office.create(days=365)
        office.world.clock.pass_(2 * SESSION_SECONDS)
        assert office.who(made.secret) is not None
        office.world.clock.pass_(365 * DAY_SECONDS - 2 * SESSION_SECONDS - 0.001)
        assert office.who(made.secret) is not None
        office.world.clock.pass_(0.001)
        assert office.who(made.secret) is None

    @pytest.mark.parametrize("shown", ["", "att_", "att_forged", "token-1"])
    def test_nobody_made_this_one(self, office: Office, shown: str) -> None:
        office.create()
        assert office.who(shown) is None


class TestGetTokens:
    """Contract: GetTokens."""

    def test_one_sees_one_s_own_in_the_order_they_were_made(self, office: Office) -> None:
        for name in ("b", "a"):
            office.create(name=name)
            office.world.clock.pass_(1)
        office.create(BORIS)
        assert [each.name for each in office.tokens()] == ["b", "a"]
        assert [each.user_id for each in office.tokens(BORIS)] == [BORIS]

    def test_expired_ones_are_listed_for_30_days_and_then_forgotten(self, office: Office) -> None:
        assert LISTED_SECONDS == 30 * DAY_SECONDS
        office.create(days=1)
        office.world.clock.pass_(DAY_SECONDS + LISTED_SECONDS - 1)
        office.end_expired()
        office.forget()
        assert len(office.tokens()) == 1
        office.world.clock.pass_(1)
        assert office.tokens() == [] and office.row_count() == 1
        office.forget()
        assert office.row_count() == 0
