"""Windows and buckets: exact, and remembering nobody longer than they count."""

from __future__ import annotations

import pytest

from attendance_core.errors import Unavailable
from attendance_core.vocabulary import UserId
from attendance_web.limits import Buckets, Limits, Window, network_of
from attendance_web.refusals import TooManyRequests


class Seconds:
    """A clock that goes when the test says so."""

    def __init__(self) -> None:
        self.at = 1000.0

    def __call__(self) -> float:
        return self.at


class TestFailedLogIns:
    def test_another_address_has_a_count_of_its_own(self) -> None:
        limits = Limits(Seconds())
        for _ in range(10):
            with pytest.raises(ZeroDivisionError), limits.log_in("anna", "192.0.2.1"):
                raise ZeroDivisionError
        with limits.log_in("anna", "192.0.2.2"):
            pass
        with pytest.raises(TooManyRequests), limits.log_in("anna", "192.0.2.1"):
            pass

    def test_many_at_once_are_counted_before_any_is_looked_at(self) -> None:
        limits = Limits(Seconds())
        waiting = [limits.log_in("anna", "192.0.2.1") for _ in range(11)]
        for each in waiting[:10]:
            each.__enter__()
        with pytest.raises(TooManyRequests):
            waiting[10].__enter__()

    def test_one_that_we_could_not_look_at_is_not_counted(self) -> None:
        limits = Limits(Seconds())
        for _ in range(30):
            with pytest.raises(Unavailable), limits.log_in("anna", "192.0.2.1"):
                raise Unavailable


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
