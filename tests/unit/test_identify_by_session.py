"""Who opens a socket is looked up in turns: by address, or by person once a session was seen."""

from __future__ import annotations

import asyncio

import pytest

from attendance_core.accounts import Actor, CredentialKind, session_id_of
from attendance_core.vocabulary import UserId
from attendance_web.asgi import identify_by_session
from attendance_web.asgi.identify_by_session import IdentifyBySession
from attendance_web.live import opening_turns
from attendance_web.wire import seen_sessions
from attendance_web.wire.seen_sessions import SeenSessions


class Register:
    """Finds who people are by their tokens, which name them, a step of the loop each."""

    def __init__(self) -> None:
        self.order: list[str] = []
        self.seen = SeenSessions()
        self.identify = IdentifyBySession(self._look, self.seen, lambda: False)

    async def _look(self, *, token: str, kind: CredentialKind) -> Actor:
        self.order.append(token)
        await asyncio.sleep(0)
        return Actor(UserId(int(token[1:])), session_id_of(token, kind))

    async def looked_at(self, *token_and_address: tuple[str, str]) -> list[str]:
        """Lists the tokens in the order in which they were looked at, all of which come at once."""
        self.order = []
        scopes = [
            {"headers": [(b"cookie", b"sessionid=" + token.encode())], "client": (address, 1)}
            for token, address in token_and_address
        ]
        await asyncio.gather(*(self.identify(scope) for scope in scopes))
        return self.order


class TestWhoItIs:
    """Looks wait for one another by address, or by person where their session was seen."""

    @pytest.fixture
    def register(self, monkeypatch: pytest.MonkeyPatch) -> Register:
        """Two are looked at at once, and nobody is told to come again."""
        monkeypatch.setattr(opening_turns, "MAX_AT_ONCE", 2)
        monkeypatch.setattr(identify_by_session, "MAX_OF_ONE_ADDRESS", 2)
        monkeypatch.setattr(opening_turns, "TURN_WAIT_SECONDS", 60.0)
        return Register()

    async def test_a_crowd_at_one_address_is_behind_everybody_s_first(
        self, register: Register
    ) -> None:
        crowd = [(f"a{number}", "10.0.0.1") for number in range(10)]
        order = await register.looked_at(*crowd, ("b90", "10.0.0.2"), ("c91", "10.0.0.3"))
        assert set(order[:6]) == {"a0", "a1", "a2", "a3", "b90", "c91"}

    async def test_who_was_seen_is_not_behind_those_who_were_not(self, register: Register) -> None:
        await register.looked_at(("b90", "10.0.0.1"))
        crowd = [(f"a{number}", "10.0.0.1") for number in range(10)]
        order = await register.looked_at(*crowd, ("b90", "10.0.0.1"))
        assert order.index("b90") <= 4

    async def test_one_person_has_one_look_at_a_time(self, register: Register) -> None:
        await register.looked_at(("b90", "10.0.0.1"), ("c91", "10.0.0.1"))
        order = await register.looked_at(*[("b90", "10.0.0.1")] * 10, ("c91", "10.0.0.1"))
        assert order.index("c91") <= 1  # though two may be had at once

    async def test_a_subscriber_s_addresses_are_one(self, register: Register) -> None:
        crowd = [(f"a{number}", f"2001:db8::{number}") for number in range(10)]
        order = await register.looked_at(*crowd, ("b90", "2001:db8:1::1"))
        assert order.index("b90") <= 4

    async def test_only_so_many_sessions_are_kept_in_mind(
        self, register: Register, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(seen_sessions, "MAX_SEEN", 2)
        for token in ("a1", "a2", "a1", "a3"):
            await register.looked_at((token, ""))
        assert list(register.seen._people.values()) == [1, 3]
