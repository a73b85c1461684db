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
from tests.support.token_desk import ANNA, BORIS, Desk, desk

__all__ = ["desk"]


class TestCreateToken:
    """Contract: CreateToken."""

    def test_a_program_is_who_made_its_token_and_may_what_it_is_for(self, desk: Desk) -> None:
        made = desk.create(scopes=[TokenScope.READ, TokenScope.MARK])
        actor = desk.who(made.secret)
        assert actor is not None and actor.user_id == ANNA
        assert [each for each in TokenScope if actor.may(each)] == [
            TokenScope.READ,
            TokenScope.MARK,
        ]
        assert not actor.may(None)

    def test_whoever_is_logged_in_may_everything(self) -> None:
        anna = Actor(ANNA, session_of(ANNA))
        assert all(anna.may(each) for each in (*TokenScope, None))

    def test_its_secret_can_be_told_from_other_secrets_and_is_not_kept(self, desk: Desk) -> None:
        made = desk.create()
        assert made.secret.startswith(BEARER_PREFIX) and BEARER_PREFIX == "att_"
        assert made.secret.removeprefix("att_") not in repr(desk.tokens())
        assert desk.create().secret != made.secret

    def test_no_version_without_scopes_finds_it(self, desk: Desk) -> None:
        """Such a one goes by the hash of the secret alone, for cookies and tokens alike."""
        made = desk.create()
        id_by_secret_alone = session_id_of(made.secret)
        assert (
            drive(desk.world.store.observe(lambda unit: unit.sessions.find(id_by_secret_alone)))
            is None
        )
        assert desk.who(made.secret, CredentialKind.COOKIE) is None

    def test_it_lasts_90_days_or_as_long_as_was_asked(self, desk: Desk) -> None:
        assert TOKEN_DAYS == 90
        now = desk.world.clock.now()
        desk.create()
        desk.create(days=1)
        desk.create(days=MAX_TOKEN_DAYS)
        lasts = [each.expires_at - now for each in desk.tokens()]
        assert sorted(lasts) == [DAY_SECONDS, 90 * DAY_SECONDS, 365 * DAY_SECONDS]

    @pytest.mark.parametrize("days", [0, -1, 366])
    def test_for_no_other_time(self, desk: Desk, days: int) -> None:
        with pytest.raises(InvalidArgument, match="expires_in_days"):
            desk.create(days=days)

    @pytest.mark.parametrize(
        ("name", "error"),
        [("", BadLength), ("  ", BadLength), ("x" * 65, BadLength), ("a\nb", BadCharacters)],
    )
    def test_a_bad_name_is_refused(
        self, desk: Desk, name: str, error: type[InvalidArgument]
    ) -> None:
        with pytest.raises(error):
            desk.create(name=name)

    def test_a_name_is_kept_tidy_and_need_not_be_another(self, desk: Desk) -> None:
        desk.create(name="  mark 5 ")
        desk.create(name="mark 5")
        assert {each.name for each in desk.tokens()} == {"mark 5"}

    def test_one_for_nothing_is_refused(self, desk: Desk) -> None:
        with pytest.raises(InvalidArgument, match="scopes"):
            desk.create(scopes=[])

    def test_it_takes_the_password(self, desk: Desk) -> None:
        with pytest.raises(WrongPassword):
            desk.create(password="wrong horse")
        with pytest.raises(MissingArgument, match="password"):
            desk.create(password=None)
        assert desk.tokens() == []

    def test_or_of_whoever_has_none_a_log_in_of_just_now(self, desk: Desk) -> None:
        desk.sets_password(ANNA, None)
        desk.create(password=None)
        desk.world.clock.pass_(PROOF_SECONDS)
        with pytest.raises(LogInAgain):
            desk.create(password=None)

    def test_none_is_made_with_a_password_that_was_changed_meanwhile(self, desk: Desk) -> None:
        """Whoever changes it, and ends all tokens, finds this one or keeps it from being made."""
        verify = desk.passwords.verify

        async def verify_and_change(hashed: str | None, password: str) -> bool:
            is_right = await verify(hashed, password)
            desk.sets_password(ANNA, "another")
            return is_right

        desk.passwords.verify = verify_and_change  # type: ignore[method-assign]
        with pytest.raises(WrongPassword):
            desk.create()
        assert desk.row_count() == 0

    def test_nor_with_a_session_that_has_ended(self, desk: Desk) -> None:
        desk.transact(lambda unit: unit.sessions.remove([session_of(ANNA)]))
        with pytest.raises(NotLoggedIn):
            desk.create()

    def test_one_has_fifty_at_most_that_have_not_expired(self, desk: Desk) -> None:
        assert MAX_TOKENS == 50
        made = [desk.create() for _ in range(MAX_TOKENS)]
        with pytest.raises(TooManyTokens) as refused:
            desk.create()
        assert refused.value.words == {"most": 50}
        desk.create(BORIS)
        desk.revoke(made[7].token_id)
        desk.create()

    def test_of_those_that_have_expired_the_oldest_make_room(self, desk: Desk) -> None:
        for number in range(MAX_TOKENS):
            desk.create(days=1 if number < 3 else 90, name=f"{number}")
            desk.world.clock.pass_(1)
        desk.world.clock.pass_(DAY_SECONDS)
        assert desk.end_expired() == 3
        for _ in range(2):
            desk.create(name="new")
        names = [each.name for each in desk.tokens()]
        assert len(names) == MAX_TOKENS and names[:2] == ["2", "3"]


class TestItsUse:
    """Contract: 9.3."""

    def test_it_is_noted_at_first_and_then_once_a_minute(self, desk: Desk) -> None:
        made, clock = desk.create(), desk.world.clock
        used: list[float | None] = [desk.tokens()[0].used_at]
        began = clock.now()
        for seconds in (1.0, USE_NOTED_EVERY - 1, 1.0):
            clock.pass_(seconds)
            desk.who(made.secret)
            at = desk.tokens()[0].used_at
            used.append(None if at is None else at - began)
        assert used == [None, 1.0, 1.0, 1.0 + USE_NOTED_EVERY]

    def test_one_that_is_not_used_stays_good_until_it_expires(self, desk: Desk) -> None:
        made = desk.create(days=365)
        desk.world.clock.pass_(2 * SESSION_SECONDS)
        assert desk.who(made.secret) is not None
        desk.world.clock.pass_(365 * DAY_SECONDS - 2 * SESSION_SECONDS - 0.001)
        assert desk.who(made.secret) is not None
        desk.world.clock.pass_(0.001)
        assert desk.who(made.secret) is None

    @pytest.mark.parametrize("shown", ["", "att_", "att_forged", "token-1"])
    def test_nobody_made_this_one(self, desk: Desk, shown: str) -> None:
        desk.create()
        assert desk.who(shown) is None


class TestGetTokens:
    """Contract: GetTokens."""

    def test_one_sees_one_s_own_in_the_order_they_were_made(self, desk: Desk) -> None:
        for name in ("b", "a"):
            desk.create(name=name)
            desk.world.clock.pass_(1)
        desk.create(BORIS)
        assert [each.name for each in desk.tokens()] == ["b", "a"]
        assert [each.user_id for each in desk.tokens(BORIS)] == [BORIS]

    def test_expired_ones_are_listed_for_30_days_and_then_forgotten(self, desk: Desk) -> None:
        assert LISTED_SECONDS == 30 * DAY_SECONDS
        desk.create(days=1)
        desk.world.clock.pass_(DAY_SECONDS + LISTED_SECONDS - 1)
        desk.end_expired()
        desk.forget()
        assert len(desk.tokens()) == 1
        desk.world.clock.pass_(1)
        assert desk.tokens() == [] and desk.row_count() == 1
        desk.forget()
        assert desk.row_count() == 0
