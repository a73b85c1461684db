"""Windows and buckets: exact, and remembering nobody longer than they count."""

from __future__ import annotations

import asyncio

import pytest

from attendance_core.errors import TooManyRequests, Unavailable
from attendance_core.errors import WrongCredentials as Wrong
from attendance_core.vocabulary import UserId
from attendance_web.limits import Buckets, Limits, Window, network_of


class Seconds:
    """A clock that goes when the test says so."""

    def __init__(self) -> None:
        self.at = 1000.0

    def __call__(self) -> float:
        return self.at


async def fails(limits: Limits, address: str = "192.0.2.1", why: type[Exception] = Wrong) -> None:
    """A log-in with the wrong password, or one that could not be looked at."""
    with pytest.raises(why):
        async with limits.log_in("anna", address):
            raise why


class TestFailedLogIns:
    async def test_another_address_has_a_count_of_its_own(self) -> None:
        limits = Limits(Seconds())
        for _ in range(10):
            await fails(limits)
        async with limits.log_in("anna", "192.0.2.2"):
            pass
        await fails(limits, why=TooManyRequests)

    async def test_of_many_at_once_no_more_are_looked_at_than_may_fail(self) -> None:
        limits, looked_at, go_on = Limits(Seconds()), 0, asyncio.Event()

        async def guess() -> None:
            nonlocal looked_at
            async with limits.log_in("anna", "192.0.2.1"):
                looked_at += 1
                await go_on.wait()
                raise Wrong

        guesses = [asyncio.create_task(guess()) for _ in range(30)]
        await asyncio.sleep(0)
        await asyncio.sleep(0)
        assert looked_at == 10
        go_on.set()
        ended = await asyncio.gather(*guesses, return_exceptions=True)
        assert looked_at == 10
        assert [type(each) for each in ended] == [Wrong] * 10 + [TooManyRequests] * 20

    async def test_however_many_succeed_at_once_none_is_refused(self) -> None:
        limits, count = Limits(Seconds()), 0

        async def log_in() -> None:
            nonlocal count
            async with limits.log_in("anna", "192.0.2.1"):
                await asyncio.sleep(0)
                count += 1

        await asyncio.gather(*(log_in() for _ in range(50)))
        assert count == 50
        assert not limits._log_ins

    async def test_one_that_we_could_not_look_at_is_not_counted(self) -> None:
        limits = Limits(Seconds())
        for _ in range(30):
            await fails(limits, why=Unavailable)

    async def test_one_who_is_not_waited_for_any_more_leaves_nothing_behind(self) -> None:
        limits = Limits(Seconds())
        for _ in range(9):
            await fails(limits)
        async with limits.log_in("anna", "192.0.2.1"):
            waiting = asyncio.create_task(fails(limits))
            await asyncio.sleep(0)
            waiting.cancel()
            await asyncio.wait({waiting})
        assert not limits._log_ins


class TestMemory:
    def test_a_window_forgets_whom_it_does_not_count_any_more(self) -> None:
        clock = Seconds()
        window = Window[int](2, 10.0, clock)
        for key in range(1000):
            window.take(key)
        clock.at += 5
        window.take(0)
        assert len(window) == 1000
        clock.at += 5
        window.take(2000)
        assert len(window) == 2

    def test_a_window_is_exact(self) -> None:
        clock = Seconds()
        window = Window[str](2, 10.0, clock)
        window.take("a")
        clock.at += 9
        window.take("a")
        for _ in range(5):
            with pytest.raises(TooManyRequests, match="1 s"):
                window.take("a")
        clock.at += 1
        window.take("a")
        with pytest.raises(TooManyRequests, match="9 s"):
            window.take("a")

    def test_a_bucket_that_has_filled_up_is_forgotten(self) -> None:
        clock = Seconds()
        buckets = Buckets(10, 1.0, clock)
        for person in range(500):
            buckets.take(UserId(person))
        assert len(buckets) == 500
        clock.at += 1
        buckets.take(UserId(7))
        assert len(buckets) == 1


@pytest.mark.parametrize(
    ("address", "network"),
    [
        ("192.0.2.1", "192.0.2.1"),
        ("::ffff:192.0.2.1", "192.0.2.1"),
        ("2001:db8:1:2:3:4:5:6", "2001:db8:1:2::/64"),
        ("2001:db8:1:2::1", "2001:db8:1:2::/64"),
        ("testclient", "testclient"),
        ("", ""),
    ],
)
def test_a_subscriber_is_one_however_many_addresses_they_have(address: str, network: str) -> None:
    assert network_of(address) == network
