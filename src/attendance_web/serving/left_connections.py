"""Has connections of whoever leaves them unanswered, over and over, wait until they are let in.

A connection that is asked on and left costs the event loop 0.5 ms, most of it before anybody knows
whose it is; one that is left before it was let in, a tenth of that. Decision 0016.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Container
from typing import Any, Final
from weakref import WeakKeyDictionary

import uvicorn

from attendance_core.vocabulary import Seconds
from attendance_web.wire.callers import network_of
from attendance_web.wire.leaving_pace import (
    MAX_OF_NETWORK,
    MAX_OF_PERSON,
    OF_NETWORK_A_SECOND,
    OF_PERSON_A_SECOND,
    LeavingPace,
)

NOBODY: Final[Container[str]] = ()


class LeftConnections:
    """Counts connections that were left without an answer, by their network.

    Those of ``proxies`` are as many people's as there are, and do not count.
    """

    def __init__(
        self,
        proxies: Container[str] = NOBODY,
        stopwatch: Callable[[], Seconds] = time.monotonic,
    ) -> None:
        self._proxies = proxies
        self._pace = LeavingPace[str](MAX_OF_NETWORK, OF_NETWORK_A_SECOND, stopwatch)
        self._strict_pace = LeavingPace[str](MAX_OF_PERSON, OF_PERSON_A_SECOND, stopwatch)

    def note(self, peer: Any, *, is_strict: bool) -> None:
        """Counts one of this peer: an address and a port, or nothing where they are not known.

        Fewer are borne where it ``is_strict``: of whoever has left too many requests.
        """
        if peer and peer[0] not in self._proxies:
            pace = self._strict_pace if is_strict else self._pace
            pace.note(network_of(peer[0]))

    def wait_of(self, peer: Any) -> Seconds:
        """Tells how long another one of this peer is to wait; mostly 0."""
        if not peer:
            return 0.0
        network = network_of(peer[0])
        return max(self._pace.wait_of(network), self._strict_pace.wait_of(network))


_left_of: WeakKeyDictionary[uvicorn.Config, LeftConnections] = WeakKeyDictionary()


def left_connections_of(config: uvicorn.Config) -> LeftConnections:
    """Finds what counts the connections to a server that were left."""
    left = _left_of.get(config)
    if left is None:
        # What uvicorn believes of who forwards requests
        proxies = getattr(config.loaded_app, "trusted_hosts", NOBODY)
        left = _left_of[config] = LeftConnections(proxies)
    return left
