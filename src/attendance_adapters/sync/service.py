"""A service whose event loop runs in a thread, and how one is opened."""

from __future__ import annotations

from collections.abc import AsyncIterable, Coroutine, Iterator
from types import TracebackType
from typing import Any, Self, TypeVar

from attendance_adapters.service import Attendance
from attendance_adapters.sync.loop_thread import LoopThread
from attendance_adapters.sync.use_cases import SyncUseCases
from attendance_core.accounts import Actor, LoggedIn
from attendance_core.marking.connections import Connection, Role
from attendance_core.vocabulary import EventId
from attendance_core.wrong_use import Closed

T = TypeVar("T")


class SyncAttendance:
    """Everything that runs over one set of adapters, for callers without an event loop.

    `open_sync` makes one. Whatever is asked of it after `close` raises Closed, and in another
    process than it was opened in WrongLoop.
    """

    def __init__(self, service: Attendance, thread: LoopThread) -> None:
        self._service = service
        self._thread = thread
        self.use_cases = SyncUseCases(service.use_cases, thread.run)

    def connection(self, user: Actor | LoggedIn, event_id: EventId, role: Role) -> Connection:
        """Makes a new connection of this process, to be opened by `mark_me` or `ready_to_mark`."""
        return self._service.connection(user, event_id, role)

    def run(self, coroutine: Coroutine[Any, Any, T]) -> T:
        """Waits for a coroutine that is none of a use case, as of what one has answered."""
        return self._thread.run(coroutine)

    def iterate(self, iterable: AsyncIterable[T]) -> Iterator[T]:
        """Goes through what can else only be gone through by ``async for``."""
        iterator, end = aiter(iterable), object()

        async def next_value() -> T | object:
            return await anext(iterator, end)

        while (value := self.run(next_value())) is not end:
            yield value  # type: ignore[misc]

    def close(self) -> None:
        """Finishes what was handed over and closes everything. Idempotent."""
        try:
            self._thread.run(self._service.close())
        except Closed:
            return
        finally:
            self._thread.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.close()


def open_sync(service: Attendance) -> SyncAttendance:
    """Starts a service in a thread, of `embedded` or `connect`, which is not started yet.

    One that forks afterwards opens another in each process. A program that ends without `close`
    ends as a process that dies: nothing is lost. Raises what `Attendance.start` raises.
    """
    thread = LoopThread()
    try:
        thread.run(service.start())
    except BaseException:
        thread.close()
        raise
    return SyncAttendance(service, thread)
