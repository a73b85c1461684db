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
from collections.abc import Awaitable, Callable, Collection, Sequence
from contextlib import suppress
from typing import Final, Protocol

from attendance_adapters.notifiers.encoding import decode, encode
from attendance_adapters.notifiers.listeners import Listeners
from attendance_core import ports
from attendance_core.marking.announcements import Announcement
from attendance_core.vocabulary import EventId, Seconds

OUTGOING_MOST: Final = 10_000  # words that wait to be said; what comes beyond is dropped
AT_ONCE: Final = 100  # words said together
ANSWER_SECONDS: Final[Seconds] = 5.0  # for the server to do one thing; then it counts as gone
CHECK_EVERY: Final[Seconds] = 5.0  # a server that vanished without a word is noticed so
FIRST_PAUSE: Final[Seconds] = 0.1  # between attempts; twice as long each time
LONGEST_PAUSE: Final[Seconds] = 5.0

logger = logging.getLogger(__name__)


class LinkLost(Exception):
    """The server is gone, or does not do what it is asked to."""


class Link(Protocol):
    """A connection to the server. One thing is asked at a time.

    Each method raises LinkLost.
    """

    @property
    def is_lost(self) -> bool:
        """Whether it has been seen to be gone."""
        ...

    async def listen(self, events: Collection[EventId]) -> None:
        """Returns once the server has confirmed it."""
        ...

    async def stop_listening(self, events: Collection[EventId]) -> None: ...

    async def say(self, words: Sequence[tuple[EventId, bytes]]) -> None: ...

    async def check(self) -> None:
        """Returns once the server has answered."""
        ...

    async def close(self) -> None:
        """Whatever state it is in; idempotent, and raises nothing."""
        ...


Heard = Callable[[EventId, bytes], None]
# Opens a link: it calls the first with each word, and the second when it is lost. Raises LinkLost
Open = Callable[[Heard, Callable[[], None]], Awaitable[Link]]


class RemoteNotifier:
    """A `ports.Notifier` over one link to a server, made anew for as long as it takes.

    Listeners of this process are told in this process, at once, and whether or not the server
    is there.
    """

    def __init__(self, open_link: Open) -> None:
        self._open_link = open_link
        self._listeners = Listeners()
        self._origin = secrets.token_hex(8)
        self._outgoing: deque[tuple[EventId, bytes]] = deque()
        self._listened: set[EventId] = set()
        self.is_linked = False  # whether the server is there, and sends us what we listen to
        self._wake = asyncio.Event()
        self._progress = asyncio.Event()
        self._life: asyncio.Task[None] | None = None
        self.reconnects = 0  # links made anew after the first attempt
        self.dropped = 0  # words that were not said, since it was down or too busy

    async def start(self) -> None:
        """Returns once the server was reached, or was not at the first attempt."""
        self._life = asyncio.create_task(self._live(), name="notifier")
        await self._progress.wait()

    async def close(self) -> None:
        """What waits to be said is not said any more; idempotent."""
        task, self._life = self._life, None
        if task is not None:
            task.cancel()
            await asyncio.wait([task])

    def publish(self, announcement: Announcement) -> None:
        """Listeners of other processes hear of it soon, or never: it does not wait."""
        self._listeners.tell(announcement.event_id, announcement)
        if not self.is_linked or len(self._outgoing) >= OUTGOING_MOST:
            self.dropped += 1
            return
        self._outgoing.append((announcement.event_id, encode(announcement, self._origin)))
        self._wake.set()

    async def subscribe(self, event_id: EventId, listener: ports.Listener) -> Callable[[], None]:
        """Returns once the server has confirmed it, or at once while the server is away.

        Then a `Missed` follows when it is back.
        """
        end = self._listeners.add(event_id, listener)

        def unsubscribe() -> None:
            end()
            self._wake.set()

        self._wake.set()
        try:
            while self.is_linked and event_id not in self._listened:
                await self._progress.wait()
        except BaseException:
            unsubscribe()
            raise
        return unsubscribe

    async def _live(self) -> None:
        pause, is_first = FIRST_PAUSE, True
        while True:
            why = "it failed"
            try:
                await self._hold_one(is_first=is_first)
            except LinkLost as lost:
                why = str(lost)
            except Exception:
                logger.exception("the notifier failed; it goes on with a new link")
            if self.is_linked:
                pause = FIRST_PAUSE
            self._let_go()
            if pause == FIRST_PAUSE:  # once an outage: later attempts would say the same again
                logger.warning("the notifier's server is away: %s", why)
            is_first = False
            await asyncio.sleep(pause * random.uniform(0.5, 1.0))
            pause = min(2 * pause, LONGEST_PAUSE)

    async def _hold_one(self, *, is_first: bool) -> None:
        """One link, until it is lost. Raises LinkLost."""
        link: Link | None = None
        try:
            async with asyncio.timeout(ANSWER_SECONDS):
                link = await self._open_link(self._hear, self._wake.set)
            await self._agree(link)
            self.is_linked = True
            self._step()
            if not is_first:
                self.reconnects += 1
                logger.warning("the notifier's server is back")
            self._listeners.tell_everybody(ports.Missed())
            await self._serve(link)
        except TimeoutError:
            raise LinkLost("it does not answer in time") from None
        finally:
            if link is not None:
                with suppress(TimeoutError):
                    async with asyncio.timeout(ANSWER_SECONDS):
                        await link.close()

    async def _serve(self, link: Link) -> None:
        checked_at = time.monotonic()
        while True:
            with suppress(TimeoutError):
                async with asyncio.timeout(checked_at + CHECK_EVERY - time.monotonic()):
                    await self._wake.wait()
            self._wake.clear()
            if link.is_lost:
                raise LinkLost("the connection ended")
            await self._agree(link)
            while self._outgoing:
                words = [self._outgoing.popleft() for _ in range(min(AT_ONCE, len(self._outgoing)))]
                async with asyncio.timeout(ANSWER_SECONDS):
                    await link.say(words)
                await self._agree(link)
            # Also when there is much to say: it may take words and not send us any
            if time.monotonic() >= checked_at + CHECK_EVERY:
                async with asyncio.timeout(ANSWER_SECONDS):
                    await link.check()
                checked_at = time.monotonic()

    async def _agree(self, link: Link) -> None:
        """The server is to send us what somebody here listens to, and nothing else."""
        if wanted := self._listeners.events - self._listened:
            async with asyncio.timeout(ANSWER_SECONDS):
                await link.listen(wanted)
            self._listened |= wanted
            self._step()
        if unwanted := self._listened - self._listeners.events:
            self._listened -= unwanted  # first: who comes meanwhile has to wait for a new one
            async with asyncio.timeout(ANSWER_SECONDS):
                await link.stop_listening(unwanted)

    def _let_go(self) -> None:
        """Nothing is known of the server any more; nobody waits for it."""
        self.is_linked = False
        self._listened.clear()
        self.dropped += len(self._outgoing)
        self._outgoing.clear()
        self._step()

    def _step(self) -> None:
        """Whoever waits for the server looks again."""
        progress, self._progress = self._progress, asyncio.Event()
        progress.set()

    def _hear(self, event_id: EventId, word: bytes) -> None:
        origin, news = decode(event_id, word)
        if origin != self._origin:
            self._listeners.tell(event_id, news)
