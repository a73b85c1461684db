"""Links a worker to its parent: it tells that it lives, and stops when the parent is gone."""

from __future__ import annotations

import asyncio
import os
import signal
import socket
import threading
from contextlib import suppress
from typing import Final

from attendance_core.vocabulary import Seconds

SIGN_EVERY: Final[Seconds] = 1.0  # from one sign of life to the next
SIGN: Final = b"."


class Parent:
    """Links a worker to its parent: a channel for signs of life, which ends when that has died."""

    def __init__(self, descriptor: int) -> None:
        self._channel = socket.socket(fileno=descriptor)

    def say_ready(self) -> None:
        """Tells the parent that the worker serves, now and for as long as the event loop turns.

        From now on it stops when the parent is gone.
        """
        self._give_sign(asyncio.get_running_loop())
        threading.Thread(target=self._exit_with_parent, name="parent", daemon=True).start()

    def _give_sign(self, loop: asyncio.AbstractEventLoop) -> None:
        with suppress(OSError):  # it is gone, or stands still and has signs enough to read
            self._channel.send(SIGN, socket.MSG_DONTWAIT)
        loop.call_later(SIGN_EVERY, self._give_sign, loop)

    def _exit_with_parent(self) -> None:
        self._channel.recv(1)  # nothing is ever said: it returns at the end
        os.kill(os.getpid(), signal.SIGTERM)
