"""All sockets of a server are pinged by one timer."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, cast

from attendance_web.serving.pings import TOGETHER_SECONDS, Pings

EVERY = 10.0


class Loop:
    """A loop whose time passes when a test says so; it counts its timers."""

    def __init__(self) -> None:
        self.now = 0.0
        self.timers: list[tuple[float, Callable[[], None]]] = []
        self.timer_count = 0

    def time(self) -> float:
        return self.now

    def call_at(self, when: float, callback: Callable[[], None]) -> object:
        self.timers.append((when, callback))
        self.timer_count += 1
        return object()

    def call_later(self, delay: float, callback: Callable[[], None]) -> object:
        return self.call_at(self.now + delay, callback)

    def pass_(self, seconds: float) -> None:
        until = self.now + seconds
        while self.timers and self.timers[0][0] <= until:
            self.now, callback = self.timers.pop(0)
            callback()
        self.now = until


class Socket:
    """One that answers, or ends at its second ping."""

    def __init__(self, loop: Loop, *, answers: bool = True) -> None:
        self._loop, self._answers = loop, answers
        self.pinged_at: list[float] = []

    def ping_again(self, now: float) -> bool:
        self._loop.now += 0.00001  # which it takes: who is late is not told from it
        if not self._answers and self.pinged_at:
            return False
        self.pinged_at.append(now)
        return True


def new_pings(loop: Loop) -> Pings:
    return Pings(EVERY, cast(Any, loop))


def test_each_is_pinged_every_so_often() -> None:
    loop = Loop()
    pings, early, late = new_pings(loop), Socket(loop), Socket(loop)
    pings.add(early)
    loop.pass_(4)
    pings.add(late)
    loop.pass_(30)
    assert early.pinged_at == [10, 20, 30]
    assert late.pinged_at == [14, 24, 34]


def test_many_share_a_timer() -> None:
    loop = Loop()
    pings, sockets = new_pings(loop), [Socket(loop) for _ in range(1000)]
    for socket in sockets:
        pings.add(socket)
        loop.pass_(0.001)
    loop.pass_(99)
    assert {len(each.pinged_at) for each in sockets} <= {9, 10}
    assert loop.timer_count <= 10 * (1 / TOGETHER_SECONDS + 2)
    for socket in sockets:
        pauses = [b - a for a, b in zip(socket.pinged_at, socket.pinged_at[1:], strict=False)]
        assert all(EVERY - 1e-6 <= each <= EVERY + 2 * TOGETHER_SECONDS for each in pauses), pauses


def test_one_that_ends_or_has_gone_is_pinged_no_more() -> None:
    loop = Loop()
    pings, silent, gone, stays = (
        new_pings(loop),
        Socket(loop, answers=False),
        Socket(loop),
        Socket(loop),
    )
    for socket in (silent, gone, stays):
        pings.add(socket)
    loop.pass_(15)
    pings.remove(gone)
    pings.remove(gone)
    loop.pass_(25)
    assert (len(silent.pinged_at), len(gone.pinged_at), len(stays.pinged_at)) == (1, 1, 4)
    pings.remove(stays)
    loop.pass_(20)
    assert not loop.timers  # nothing wakes up for nobody
