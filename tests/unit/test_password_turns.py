"""Log-ins and sign-ups take turns, known browsers of their own. Contract: 1.18."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from contextlib import suppress
from types import SimpleNamespace

import pytest

from attendance_core.errors import TooManyRequests
from attendance_web.http import password_turns
from attendance_web.http.password_turns import PasswordTurns
from attendance_web.wire.client_gone import GONE_EXTENSION, Departure, follow_client_of
from attendance_web.wire.refusals import ClientLeft


async def until(so: Callable[[], bool]) -> None:
    """Returns when it is so."""
    async with asyncio.timeout(5):
        while not so():
            await asyncio.sleep(0)


class People:
    """People who log in; each has their turn until the test says that it is over."""

    def __init__(self) -> None:
        self.turns = PasswordTurns()
        self.begun: list[str] = []
        self.refused: list[str] = []
        self.tasks: dict[str, asyncio.Task[None]] = {}
        self.departures: dict[str, Departure] = {}
        self._over: dict[str, asyncio.Event] = {}

    async def come(self, *names: str) -> None:
        """Has them log in, each from the address of its first letter.

        ``K`` and ``L`` do so in browsers that their accounts know.
        """
        for name in names:
            self._over[name], self.departures[name] = asyncio.Event(), Departure()
            self.tasks[name] = asyncio.create_task(self._log_in(name))
            await asyncio.sleep(0)

    async def _log_in(self, name: str) -> None:
        follow_client_of({"extensions": {GONE_EXTENSION: self.departures[name]}})
        turn = self.turns.turn(name[0], name[:-1] if name[0] in "KL" else None)
        try:
            async with turn:
                self.begun.append(name)
                await self._over[name].wait()
        except TooManyRequests:
            self.refused.append(name)

    async def end_all_turns(self) -> list[str]:
        """Ends each turn as it begins, until nobody waits; answers who has had one, in order."""
        ended = 0
        while ended < len(self.begun):
            self._over[self.begun[ended]].set()
            await self.tasks[self.begun[ended]]
            ended += 1
            await asyncio.sleep(0)
        return self.begun


@pytest.fixture
async def people(monkeypatch: pytest.MonkeyPatch) -> People:
    """Two at a time, small bounds, and no pause before a refusal."""
    for name, value in (
        ("MAX_AT_ONCE", 2),
        ("MAX_OTHERS", 8),
        ("MAX_OTHERS_AN_ADDRESS", 5),
        ("MAX_KNOWN", 4),
        ("MAX_KNOWN_AN_ACCOUNT", 1),
        ("REFUSAL_DELAY_SECONDS", 0.0),
    ):
        monkeypatch.setattr(password_turns, name, value)
    return People()


async def test_a_few_at_a_time_have_a_turn(people: People) -> None:
    await people.come("a1", "a2", "a3", "a4")
    assert people.begun == ["a1", "a2"]
    assert await people.end_all_turns() == ["a1", "a2", "a3", "a4"]
    await people.come("b1", "b2", "b3")
    assert people.begun[4:] == ["b1", "b2"]  # no turn was lost


async def test_addresses_take_turns(people: People) -> None:
    await people.come("a1", "a2", "a3", "a4", "a5", "b1", "c1")
    assert await people.end_all_turns() == ["a1", "a2", "a3", "b1", "c1", "a4", "a5"]


async def test_from_one_address_known_browsers_do_not_wait_for_the_others(people: People) -> None:
    await people.come(*(f"a{number}" for number in range(9)), "K1")
    await until(lambda: len(people.refused) == 2)
    assert people.refused == ["a7", "a8"]
    assert people.begun == ["a0", "a1", "K1"]


async def test_where_all_is_full_the_last_of_the_longest_line_is_refused(people: People) -> None:
    await people.come(*(f"a{number}" for number in range(7)), "b1", "b2", "b3", "c1")
    await until(lambda: len(people.refused) == 1)
    assert people.refused == ["a6"]
    assert (await people.end_all_turns())[2:5] == ["a2", "b1", "c1"]


async def test_known_browsers_are_bounded_too_and_their_accounts_take_turns(people: People) -> None:
    await people.come("Ka1", "Ka2", "Ka3", "Ka4", "Kb1", "a1")
    await until(lambda: len(people.refused) == 1)
    assert people.refused == ["Ka4"]
    assert people.begun == ["Ka1", "Ka2", "a1"]  # nor do the others wait for them
    assert (await people.end_all_turns())[3:] == ["Ka3", "Kb1"]


async def test_whoever_has_many_accounts_keeps_known_browsers_elsewhere_waiting_for_none(
    people: People,
) -> None:
    await people.come("Ka1", "Kb1", "Kc1", "Kd1", "La1")
    assert await people.end_all_turns() == ["Ka1", "Kb1", "La1", "Kc1", "Kd1"]


async def test_who_goes_away_leaves_their_place(people: People) -> None:
    await people.come(*(f"a{number}" for number in range(7)))
    for name in ("a3", "a4"):
        people.tasks[name].cancel()
        with suppress(asyncio.CancelledError):
            await people.tasks[name]
    await people.come("a7", "a8")
    assert await people.end_all_turns() == ["a0", "a1", "a2", "a5", "a6", "a7", "a8"]
    assert people.refused == []


@pytest.mark.parametrize("steps", range(4))
async def test_a_turn_that_comes_as_one_goes_away_is_passed_on(people: People, steps: int) -> None:
    """Before it, at the same moment, and when they have begun."""
    await people.come("a1", "a2", "a3", "a4")
    people._over["a1"].set()
    for _ in range(steps):
        await asyncio.sleep(0)
    people.tasks["a3"].cancel()
    await until(lambda: "a4" in people.begun)
    assert people.tasks["a3"].cancelled()
    for name in ("a2", "a4"):
        people._over[name].set()
        await people.tasks[name]
    await people.come("b1", "b2", "b3")
    assert people.begun[-2:] == ["b1", "b2"]


async def test_whoever_fails_gives_the_turn_back(people: People) -> None:
    for _ in range(5):
        with pytest.raises(ValueError):
            async with people.turns.turn("a"):
                raise ValueError
    await people.come("a1", "a2", "a3")
    assert await people.end_all_turns() == ["a1", "a2", "a3"]


async def test_who_has_no_turn_in_time_is_told_to_come_again(
    people: People, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(password_turns, "TURN_WAIT_SECONDS", 0.01)
    await people.come("a1", "a2", "a3")
    await until(lambda: len(people.refused) == 1)
    assert await people.end_all_turns() == ["a1", "a2"]
    await people.come("b1", "b2")
    assert people.begun[2:] == ["b1", "b2"]


async def test_too_many_are_told_so_late_and_keep_no_place_meanwhile(
    people: People, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Told at once, they would ask again at once."""
    monkeypatch.setattr(password_turns, "REFUSAL_DELAY_SECONDS", 3600)
    await people.come(*(f"a{number}" for number in range(8)))
    assert await people.end_all_turns() == [f"a{number}" for number in range(7)]
    assert not people.tasks["a7"].done() and people.refused == []
    people.tasks["a7"].cancel()


async def test_too_many_at_once_are_not_told_so_at_once(
    people: People, monkeypatch: pytest.MonkeyPatch
) -> None:
    """They would all ask again at once."""
    pauses: list[float] = []

    async def sleep(seconds: float) -> None:
        pauses.append(seconds)

    monkeypatch.setattr(password_turns, "REFUSAL_DELAY_SECONDS", 3.0)
    monkeypatch.setattr(password_turns, "asyncio", SimpleNamespace(sleep=sleep))
    await people.come(*(f"a{number}" for number in range(27)))
    assert len(pauses) == len(set(pauses)) == 20
    assert all(3 <= each <= 6 for each in pauses)


async def test_who_has_left_the_queue_is_not_logged_in(people: People) -> None:
    """Contract: 1.11. Whose password is being looked at is, gone or not."""
    await people.come("a1", "a2", "a3", "a4", "a5", "K1")
    for name in ("a1", "a4"):
        people.departures[name].note()
    await asyncio.wait({people.tasks["a4"]})
    assert isinstance(people.tasks["a4"].exception(), ClientLeft)
    assert await people.end_all_turns() == ["a1", "a2", "K1", "a3", "a5"]
