"""Announcements between processes, by way of a server that may go away and come back.

The server carries hints and is never the record: what is lost is read again. Contract: 6.10.
"""

from __future__ import annotations

import asyncio
import logging
import random
import secrets
import time
from collections import deque
from collections.abc import Callable
from contextlib import suppress
from typing import Final

from attendance_adapters.notifiers.encoding import decode, encode
from attendance_adapters.notifiers.listeners import Listeners
from attendance_adapters.notifiers.server_link import (
    ANSWER_SECONDS,
    LinkLost,
    Message,
    OpenLink,
    ServerLink,
)
from attendance_core import ports
from attendance_core.marking.announcements import Announcement
from attendance_core.vocabulary import EventId, Seconds

MAX_OUTGOING: Final = 10_000  # messages that wait to be sent; further ones are dropped
BATCH_SIZE: Final = 100  # messages sent together
CHECK_EVERY: Final[Seconds] = 5.0  # finds a server that vanished without closing the connection
FIRST_PAUSE_SECONDS: Final[Seconds] = 0.1  # before a link is opened again; twice as long each time
MAX_PAUSE_SECONDS: Final[Seconds] = 5.0
CLOSE_SECONDS: Final[Seconds] = 1.0  # for what still waits to be sent when it is closed

logger = logging.getLogger(__name__)


class RemoteNotifier:
    """Carries announcements to other processes, over a link that is opened again when lost.

    Listeners of this process are called in this process, at once, and whether or not the server
    is there. A `ports.Notifier`.
    """

    def __init__(self, open_link: OpenLink) -> None:
        self._open_link = open_link
        self._listeners = Listeners()
        self._sender = secrets.token_hex(8)  # names this process in its messages
        self._outgoing: deque[Message] = deque()
        self._subscribed: set[EventId] = set()  # events whose messages the server sends us
        self.is_linked = False  # whether the server is there, and sends us what we listen to
        self._work_to_do = asyncio.Event()  # set also when the link is lost
        self._state_changed = asyncio.Event()  # set once and replaced, see _notify_waiters
        self._task: asyncio.Task[None] | None = None
        self._is_closing = False
        self.reconnect_count = 0  # links opened after the first one, or after it could not be
        self.dropped_count = 0  # messages not sent, since the server was away or too slow

    async def start(self) -> None:
        """Returns once the first link is open, or could not be opened."""
        self._task = asyncio.create_task(self._keep_linked(), name="notifier")
        await self._state_changed.wait()

    async def close(self) -> None:
        """Ends the link, once the messages that wait are sent, or after a moment; idempotent.

        A command that does one thing, and ends, has others told of it as well.
        """
        task, self._task = self._task, None
        if task is None:
            return
        self._is_closing = True
        self._work_to_do.set()
        if self.is_linked:
            await asyncio.wait([task], timeout=CLOSE_SECONDS)
        task.cancel()
        await asyncio.wait([task])

    def publish(self, announcement: Announcement) -> None:
        """Calls the listeners here; those of other processes are called soon, or never.

        Does not wait.
        """
        self._listeners.tell(announcement.event_id, announcement)
        if not self.is_linked or len(self._outgoing) >= MAX_OUTGOING:
            self.dropped_count += 1
            return
        content = encode(announcement, self._sender)
        self._outgoing.append(Message(announcement.event_id, content))
        self._work_to_do.set()

    async def subscribe(self, event_id: EventId, listener: ports.Listener) -> Callable[[], None]:
        """Adds a listener and returns what removes it, once the server has confirmed it.

        While the server is away it returns at once; `Missed` follows when the server is back.
        """
        remove = self._listeners.add(event_id, listener)

        def unsubscribe() -> None:
            remove()
            self._work_to_do.set()

        self._work_to_do.set()
        try:
            while self.is_linked and event_id not in self._subscribed:
                await self._state_changed.wait()
        except BaseException:
            unsubscribe()
            raise
        return unsubscribe

    async def _keep_linked(self) -> None:
        pause, is_first = FIRST_PAUSE_SECONDS, True
        while True:
            cause = "it failed"
            try:
                await self._run_link(is_first=is_first)
            except LinkLost as lost:
                cause = str(lost)
            except Exception:
                logger.exception("the notifier failed; it goes on with a new link")
            if self._is_closing:
                return
            if self.is_linked:
                pause = FIRST_PAUSE_SECONDS
            self._reset()
            if pause == FIRST_PAUSE_SECONDS:  # once an outage
                logger.warning("the notifier's server is away: %s", cause)
            is_first = False
            await asyncio.sleep(pause * random.uniform(0.5, 1.0))
            pause = min(2 * pause, MAX_PAUSE_SECONDS)

    async def _run_link(self, *, is_first: bool) -> None:
        """Opens one link and uses it until it is lost. Raises LinkLost."""
        link: ServerLink | None = None
        try:
            async with asyncio.timeout(ANSWER_SECONDS):
                link = await self._open_link(self._receive, self._work_to_do.set)
            await self._sync_subscriptions(link)
            self.is_linked = True
            self._notify_waiters()
            if not is_first:
                self.reconnect_count += 1
                logger.warning("the notifier's server is back")
            self._listeners.tell_all(ports.Missed())
            await self._use_link(link)
        except TimeoutError:
            raise LinkLost("it does not answer in time") from None
        finally:
            if link is not None:
                with suppress(TimeoutError):
                    async with asyncio.timeout(ANSWER_SECONDS):
                        await link.close()

    async def _use_link(self, link: ServerLink) -> None:
        """Sends messages, keeps subscriptions in step and checks the server, until it is closed."""
        checked_at = time.monotonic()
        while True:
            with suppress(TimeoutError):
                async with asyncio.timeout(checked_at + CHECK_EVERY - time.monotonic()):
                    await self._work_to_do.wait()
            self._work_to_do.clear()
            if link.is_lost:
                raise LinkLost("the connection ended")
            await self._sync_subscriptions(link)
            while self._outgoing:
                count = min(BATCH_SIZE, len(self._outgoing))
                messages = [self._outgoing.popleft() for _ in range(count)]
                async with asyncio.timeout(ANSWER_SECONDS):
                    await link.send(messages)
                await self._sync_subscriptions(link)
            if self._is_closing:
                return
            # Also when there is much to send: it may take messages and send us none
            if time.monotonic() >= checked_at + CHECK_EVERY:
                async with asyncio.timeout(ANSWER_SECONDS):
                    await link.check()
                checked_at = time.monotonic()

    async def _sync_subscriptions(self, link: ServerLink) -> None:
        """Has the server send us what somebody here listens to, and nothing else."""
        if wanted := self._listeners.event_ids - self._subscribed:
            async with asyncio.timeout(ANSWER_SECONDS):
                await link.listen(wanted)
            self._subscribed |= wanted
            self._notify_waiters()
        if unwanted := self._subscribed - self._listeners.event_ids:
            self._subscribed -= unwanted  # first: a new listener has to wait for a new subscription
            async with asyncio.timeout(ANSWER_SECONDS):
                await link.stop_listening(unwanted)

    def _reset(self) -> None:
        """Forgets all that was true of a lost link; nobody waits for it."""
        self.is_linked = False
        self._subscribed.clear()
        self.dropped_count += len(self._outgoing)
        self._outgoing.clear()
        self._notify_waiters()

    def _notify_waiters(self) -> None:
        """Wakes whoever waits for the link, to look again at what has changed."""
        changed, self._state_changed = self._state_changed, asyncio.Event()
        changed.set()

    def _receive(self, event_id: EventId, content: bytes) -> None:
        """Calls the listeners here, unless this process sent the message itself."""
        sender, heard = decode(event_id, content)
        if sender != self._sender:
            self._listeners.tell(event_id, heard)
