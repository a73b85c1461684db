"""Every store keeps tokens beside their sessions, and finds the expired. Contract: 9.3."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Any
from uuid import UUID, uuid4

from attendance_core.accounts import CredentialKind, Session
from attendance_core.attendance import Admission
from attendance_core.bearer_tokens import Token, TokenScope
from attendance_core.testing.clock import NOON
from attendance_core.testing.lectures import EVENT
from attendance_core.testing.people import add_event_with_places, add_people
from attendance_core.vocabulary import SessionId, TokenId, UserId

READ_AND_MARK = frozenset({TokenScope.READ, TokenScope.MARK})


def a_token(user_id: UserId, name: str = "a program", **more: Any) -> Token:
    session_id = SessionId(f"of {name} of {user_id}")
    until = NOON + 3600
    made = Token(TokenId(uuid4()), user_id, session_id, name, READ_AND_MARK, NOON, until)
    return replace(made, **more)


async def add_tokens(store: Any, *tokens: Token) -> None:
    """Adds tokens, each with its session where it has one."""

    def work(unit: Any) -> None:
        for each in tokens:
            session_id = each.own_session_id
            if session_id is not None:
                session = Session(session_id, each.user_id, CredentialKind.BEARER, NOON, NOON)
                unit.sessions.add(session)
            unit.tokens.add(each)

    await store.transact(work)


async def tokens_of(store: Any, user_id: UserId) -> Sequence[Token]:
    found: Sequence[Token] = await store.observe(lambda u: u.tokens.of(user_id))
    return found


class TestTokens:
    async def test_tokens_are_listed_by_person_in_the_order_they_were_made(
        self, store: Any
    ) -> None:
        anna, boris = await add_people(store, "Анна", "Борис")
        first, second = a_token(anna, "first"), a_token(anna, "second", created_at=NOON + 1)
        same = a_token(anna, "same", token_id=TokenId(UUID(int=1)), scopes=frozenset(TokenScope))
        other = a_token(boris, "other", used_at=NOON + 0.25)
        await add_tokens(store, second, first, other, same)
        assert await tokens_of(store, anna) == [same, first, second]
        assert await tokens_of(store, boris) == [other]
        assert await tokens_of(store, UserId(999)) == []

    async def test_a_token_is_found_by_its_session_while_that_is_there(self, store: Any) -> None:
        (anna,) = await add_people(store, "Анна")
        token, other = a_token(anna), a_token(anna, "other")
        await add_tokens(store, token, other)

        async def found(session_id: SessionId | None) -> Token | None:
            seen: Token | None = await store.observe(lambda u: u.tokens.find(session_id))
            return seen

        assert await found(token.own_session_id) == token
        assert await found(SessionId("unknown")) is None
        await store.transact(lambda u: u.sessions.remove([token.own_session_id]))
        assert await found(token.own_session_id) is None
        await store.transact(lambda u: u.tokens.note_sessions_ended([other.token_id]))
        assert await found(other.own_session_id) is None

    async def test_the_use_of_a_token_is_noted(self, store: Any) -> None:
        (anna,) = await add_people(store, "Анна")
        token, other = a_token(anna), a_token(anna, "other", created_at=NOON + 1)
        await add_tokens(store, token, other)
        await store.transact(lambda u: u.tokens.note_use(token.token_id, NOON + 5))
        await store.transact(lambda u: u.tokens.note_use(TokenId(uuid4()), NOON + 5))
        assert await tokens_of(store, anna) == [replace(token, used_at=NOON + 5), other]

    async def test_no_token_expires_later_than_before(self, store: Any) -> None:
        (anna,) = await add_people(store, "Анна")
        early, late = a_token(anna, "early", expires_at=NOON + 1), a_token(anna, "late")
        untouched = a_token(anna, "untouched", created_at=NOON + 1)
        await add_tokens(store, early, late, untouched)
        ids = [early.token_id, late.token_id]
        for _ in range(2):
            await store.transact(
                lambda u: (u.tokens.expire(ids, NOON + 2), u.tokens.expire([], NOON))
            )
        expiries = {each.name: each.expires_at for each in await tokens_of(store, anna)}
        assert expiries == {"early": NOON + 1, "late": NOON + 2, "untouched": untouched.expires_at}

    async def test_expired_tokens_that_have_a_session_are_found_some_at_a_time(
        self,
        store: Any,
    ) -> None:
        (anna,) = await add_people(store, "Анна")
        made = [a_token(anna, f"{n}", expires_at=NOON + n) for n in range(4)]
        ended = a_token(anna, "ended", expires_at=NOON, own_session_id=None)
        await add_tokens(store, *reversed(made), ended)

        async def expired(until: float, limit: int = 10) -> list[str]:
            found = await store.observe(lambda u: u.tokens.expired_with_session(until, limit))
            return [each.name for each in found]

        assert await expired(NOON - 1) == []
        assert await expired(NOON + 2) == ["0", "1", "2"]
        assert await expired(NOON + 2, 2) == ["0", "1"]
        await store.transact(lambda u: u.tokens.note_sessions_ended([made[0].token_id]))
        await store.transact(lambda u: u.tokens.note_sessions_ended([]))
        assert await expired(NOON + 2) == ["1", "2"]

    async def test_tokens_are_removed(self, store: Any) -> None:
        (anna,) = await add_people(store, "Анна")
        made = [a_token(anna, f"{n}", created_at=NOON + n) for n in range(3)]
        await add_tokens(store, *made)
        for _ in range(2):
            await store.transact(lambda u: u.tokens.remove([made[0].token_id, made[2].token_id]))
        await store.transact(lambda u: u.tokens.remove([]))
        assert await tokens_of(store, anna) == [made[1]]

    async def test_tokens_expired_long_ago_are_forgotten_once_their_session_has_ended(
        self,
        store: Any,
    ) -> None:
        (anna,) = await add_people(store, "Анна")
        old = a_token(anna, "old", expires_at=NOON, own_session_id=None)
        lately = a_token(
            anna, "lately", expires_at=NOON + 1, own_session_id=None, created_at=NOON + 1
        )
        open_ = a_token(anna, "open", expires_at=NOON, created_at=NOON + 2)
        await add_tokens(store, old, lately, open_)
        await store.transact(lambda u: u.tokens.remove_expired_without_session(NOON))
        assert await tokens_of(store, anna) == [lately, open_]

    async def test_no_session_of_a_token_is_among_those_a_person_has_by_cookie(
        self, store: Any
    ) -> None:
        """Nobody ends those with a new password, a log-in or a list of sessions. Contract: 9.3."""
        (anna,) = await add_people(store, "Анна")
        await add_tokens(store, a_token(anna))
        cookie = Session(SessionId("cookie"), anna, CredentialKind.COOKIE, NOON, NOON)
        await store.transact(lambda u: u.sessions.add(cookie))
        assert await store.observe(lambda u: u.sessions.by_cookie_of(anna)) == [cookie]
        assert await store.observe(lambda u: u.sessions.lapsed(NOON, 10)) == [cookie.session_id]

    async def test_whoever_watches_by_a_token_does_until_it_expires(self, store: Any) -> None:
        """Contract: WatchAttendance, 9.3."""
        (anna,) = await add_event_with_places(store, "Анна")
        session_id = SessionId("of a program")
        token = a_token(anna, own_session_id=session_id)
        await add_tokens(store, token)
        found = await store.observe(lambda u: u.admissions.by_session([(session_id, EVENT)]))
        (admission,) = found
        assert admission == Admission(EVENT, session_id, NOON + 3600, NOON, NOON, token.expires_at)
        assert admission.is_live(token.expires_at - 0.001)
        assert not admission.is_live(token.expires_at)
