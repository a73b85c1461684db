"""Has a program use a socket as a block, and go through its values as they change."""

from __future__ import annotations

import asyncio
from abc import abstractmethod
from collections.abc import Callable
from types import TracebackType
from typing import Generic, Self, TypeVar

from attendance_core.vocabulary import Seconds
from attendance_web.client.errors import Refused
from attendance_web.client.frames import Frame
from attendance_web.client.reopening import Address, ReopeningSocket

V = TypeVar("V")


class EventSocket(Generic[V]):
    """Is entered, and left with a goodbye; yields what is known now, and again when it changed.

    Values that nobody asked for in time are passed over: each is the whole truth of its moment.
    """

    def __init__(
        self, address: Address, *, patience: Seconds, has_ever_answered: Callable[[], bool]
    ) -> None:
        self._patience = patience
        self._socket = ReopeningSocket(
            address, self, patience=patience, has_ever_answered=has_ever_answered
        )
        self._running: asyncio.Task[None] | None = None
        self._let_in = asyncio.Event()  # by the socket that there is now
        self._woken = asyncio.Event()  # something has changed, or ended
        self._has_changed = False  # since a value was yielded last

    @property
    def is_connected(self) -> bool:
        """Whether there is a connection just now; where not, what is known is of the last one."""
        return self._let_in.is_set()

    def lose_connection(self) -> None:
        """Loses the connection as a phone does that changes networks: to try what happens then."""
        self._let_in.clear()
        self._socket.cut()

    async def __aenter__(self) -> Self:
        """Waits to be let in. Raises Refused, NotAnswered, NotAttendance."""
        self._running = asyncio.create_task(self._socket.run())
        self._running.add_done_callback(self._note_end)
        entry = asyncio.create_task(self._let_in.wait())
        try:
            await asyncio.wait({entry, self._running}, return_when=asyncio.FIRST_COMPLETED)
            if self._running.done():
                self._running.result()
        except BaseException:
            await self._leave(self._running)
            raise
        finally:
            entry.cancel()
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        if self._running is not None:
            await self._leave(self._running)

    def __aiter__(self) -> Self:
        return self

    async def __anext__(self) -> V:
        """Waits until something is other than it was told last. Raises Refused, NotAnswered."""
        while not self._has_changed:
            if (end := self._exception_at_end()) is not None:
                raise end
            self._woken.clear()
            await self._woken.wait()
        self._has_changed = False
        return self._current_value()

    @abstractmethod
    def _current_value(self) -> V:
        """Makes the value of what is known now."""

    @abstractmethod
    async def hear(self, frame: Frame) -> None:
        """Learns from what the socket says."""

    @abstractmethod
    async def hear_no(self, refusal: Refused) -> None:
        """Learns what the socket refuses."""

    def opened(self) -> None:
        """Has whatever is known of the socket before count no more."""

    def lost(self) -> None:
        """Knows that there is no socket."""
        self._let_in.clear()

    def _note_change(self) -> None:
        self._has_changed = True
        self._woken.set()

    def _exception_at_end(self) -> BaseException | None:
        """Tells how it has ended, StopAsyncIteration where it is done; None while it goes on."""
        if self._running is None:
            raise RuntimeError("it is to be entered first: async with")
        if not self._running.done():
            return None
        if self._running.cancelled():
            return StopAsyncIteration()
        return self._running.exception() or StopAsyncIteration()

    def _note_end(self, running: asyncio.Task[None]) -> None:
        self._woken.set()

    @staticmethod
    async def _leave(running: asyncio.Task[None]) -> None:
        running.cancel()
        await asyncio.gather(running, return_exceptions=True)
