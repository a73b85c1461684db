"""Sockets that open in turns: so many at once, the others fairly, nobody for long."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import AsyncExitStack, asynccontextmanager

import pytest

from attendance_core.accounts import Actor, CredentialKind, session_id_of
from attendance_core.vocabulary import UserId
from attendance_web.asgi import identify_by_session
from attendance_web.asgi.identify_by_session import IdentifyBySession
from attendance_web.asgi.socket_params import MAX_FIELDS, SocketParams
from attendance_web.live import opening_turns as module
from attendance_web.live.opening_turns import OpeningQueue
from attendance_web.wire import seen_sessions
from attendance_web.wire.seen_sessions import SeenSessions
from attendance_web.wire.turns import NoTurn

OPENING = 0.4  # seconds that one may take here
LONGER = OPENING + 0.1  # in which one that is not open yet would have been ended


@pytest.fixture
def openings(monkeypatch: pytest.MonkeyPatch) -> OpeningQueue:
    """Two at once, for a moment."""
    monkeypatch.setattr(module, "MAX_AT_ONCE", 2)
    monkeypatch.setattr(module, "OPENING_SECONDS", OPENING)
    monkeypatch.setattr(module, "TURN_WAIT_SECONDS", 0.1)
    return OpeningQueue()


@asynccontextmanager
async def slot(openings: OpeningQueue, user_id: int = 1) -> AsyncIterator[Callable[[], None]]:
    async with openings.opening() as opening, opening.turn(UserId(user_id)) as release:
        yield release


def test_an_address_of_very_many_fields_asks_for_nothing() -> None:
    named = b"event_id=1"
    assert SocketParams.of_query(b"a&" * (MAX_FIELDS - 1) + named).event_ids == ["1"]
    assert not SocketParams.of_query(b"a&" * MAX_FIELDS + named).event_ids


class TestTurns:
    async def test_one_that_is_open_lets_the_next_begin_and_stays(
        self, openings: OpeningQueue
    ) -> None:
        async with AsyncExitStack() as sockets:
            for _ in range(5):
                opened = await sockets.enter_async_context(slot(openings))
                opened()
            await asyncio.sleep(LONGER)  # an open socket is in no haste

    async def test_who_gets_none_in_time_is_told(self, openings: OpeningQueue) -> None:
        async with slot(openings, 1), slot(openings, 2):
            with pytest.raises(NoTurn):
                async with slot(openings, 3):
                    raise AssertionError

    async def test_one_of_a_person_s_begins_when_the_one_before_is_open(
        self, openings: OpeningQueue
    ) -> None:
        """Contract: 1.16."""
        async with slot(openings, 1) as opened, slot(openings, 2):
            with pytest.raises(NoTurn):
                async with slot(openings, 1):
                    raise AssertionError
            opened()
            async with slot(openings, 1):
                pass

    @pytest.mark.slow
    async def test_an_opening_that_takes_too_long_is_ended_and_gives_its_turn_back(
        self, openings: OpeningQueue
    ) -> None:
        for _ in range(3):
            with pytest.raises(TimeoutError):
                async with slot(openings):
                    await asyncio.Event().wait()  # for ever

    async def test_one_that_fails_or_goes_gives_its_turn_back_once(
        self, openings: OpeningQueue
    ) -> None:
        for _ in range(3):
            with pytest.raises(ValueError, match="refused"):
                async with slot(openings):
                    raise ValueError("refused")
            async with slot(openings) as opened:
                opened()
        async with slot(openings, 1), slot(openings, 2):
            with pytest.raises(NoTurn):
                async with slot(openings, 3):
                    raise AssertionError


class Door:
    """Finds who people are by their tokens, which name them, a step of the loop each."""

    def __init__(self) -> None:
        self.order: list[str] = []
        self.seen = SeenSessions()
        self.identify = IdentifyBySession(self._look, self.seen, lambda: False)

    async def _look(self, *, token: str, kind: CredentialKind) -> Actor:
        self.order.append(token)
        await asyncio.sleep(0)
        return Actor(UserId(int(token[1:])), session_id_of(token, kind))

    async def looked_at(self, *asking: tuple[str, str]) -> list[str]:
        """In which order these were looked at, of a token and an address each, all at once."""
        self.order = []
        scopes = [
            {"headers": [(b"cookie", b"sessionid=" + token.encode())], "client": (address, 1)}
            for token, address in asking
        ]
        await asyncio.gather(*(self.identify(scope) for scope in scopes))
        return self.order


class TestWhoItIs:
    """Looks wait for one another by address, or by person where their session was seen."""

    @pytest.fixture
    def door(self, monkeypatch: pytest.MonkeyPatch) -> Door:
        """Two are looked at at once, and nobody is told to come again."""
        monkeypatch.setattr(module, "MAX_AT_ONCE", 2)
        monkeypatch.setattr(identify_by_session, "MAX_OF_ONE_ADDRESS", 2)
        monkeypatch.setattr(module, "TURN_WAIT_SECONDS", 60.0)
        return Door()

    async def test_a_crowd_at_one_address_is_behind_everybody_s_first(self, door: Door) -> None:
        crowd = [(f"a{number}", "10.0.0.1") for number in range(10)]
        order = await door.looked_at(*crowd, ("b90", "10.0.0.2"), ("c91", "10.0.0.3"))
        assert set(order[:6]) == {"a0", "a1", "a2", "a3", "b90", "c91"}

    async def test_who_was_seen_is_not_behind_those_who_were_not(self, door: Door) -> None:
        await door.looked_at(("b90", "10.0.0.1"))
        crowd = [(f"a{number}", "10.0.0.1") for number in range(10)]
        order = await door.looked_at(*crowd, ("b90", "10.0.0.1"))
        assert order.index("b90") <= 4

    async def test_one_person_has_one_look_at_a_time(self, door: Door) -> None:
        await door.looked_at(("b90", "10.0.0.1"), ("c91", "10.0.0.1"))
        order = await door.looked_at(*[("b90", "10.0.0.1")] * 10, ("c91", "10.0.0.1"))
        assert order.index("c91") <= 1  # though two may be had at once

    async def test_a_subscriber_s_addresses_are_one(self, door: Door) -> None:
        crowd = [(f"a{number}", f"2001:db8::{number}") for number in range(10)]
        order = await door.looked_at(*crowd, ("b90", "2001:db8:1::1"))
        assert order.index("b90") <= 4

    async def test_only_so_many_sessions_are_kept_in_mind(
        self, door: Door, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(seen_sessions, "MAX_SEEN", 2)
        for token in ("a1", "a2", "a1", "a3"):
            await door.looked_at((token, ""))
        assert list(door.seen._people.values()) == [1, 3]
