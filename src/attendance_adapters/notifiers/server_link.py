"""What carries a notifier's messages to its server, until that goes away."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Collection, Iterator, Sequence
from contextlib import contextmanager
from typing import Final, NamedTuple, Protocol

from attendance_core.vocabulary import EventId, Seconds

ANSWER_SECONDS: Final[Seconds] = 5.0  # for the server to do one thing; then it counts as gone


class LinkLost(Exception):
    """Raised when the server is gone, or does not do what it is asked to."""


@contextmanager
def link_lost_on(failures: tuple[type[Exception], ...]) -> Iterator[None]:
    """Turns what a driver raises into LinkLost: the connection is of no use any more."""
    try:
        yield
    except failures as error:
        raise LinkLost(type(error).__name__) from error


class Message(NamedTuple):
    """Holds an encoded announcement, and the event whose listeners are to get it."""

    event_id: EventId
    content: bytes


class ServerLink(Protocol):
    """Connects to the server. Its methods are called one at a time.

    Each but `close` raises LinkLost.
    """

    @property
    def is_lost(self) -> bool:
        """Whether the connection is known to have ended."""
        ...

    async def listen(self, event_ids: Collection[EventId]) -> None:
        """Asks for the messages of these events; returns once the server has confirmed it."""
        ...

    async def stop_listening(self, event_ids: Collection[EventId]) -> None:
        """Asks for no more messages of these events."""
        ...

    async def send(self, messages: Sequence[Message]) -> None:
        """Sends messages to whoever listens to their events."""
        ...

    async def check(self) -> None:
        """Returns once the server has answered."""
        ...

    async def close(self) -> None:
        """Ends the connection, whatever state it is in; idempotent, and raises nothing."""
        ...


OnMessage = Callable[[EventId, bytes], None]
# Opens a link, which calls the first function with the event and the content of each message that
# comes, and the second when it is lost. Raises LinkLost
OpenLink = Callable[[OnMessage, Callable[[], None]], Awaitable[ServerLink]]
