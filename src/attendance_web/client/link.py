"""One socket that comes back by itself. Contract: 6; docs/wire.md, Coming back."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass
from ssl import SSLContext
from typing import Final, Protocol, TypeVar

from websockets.asyncio.client import ClientConnection, connect
from websockets.exceptions import ConnectionClosed, InvalidStatus, WebSocketException

from attendance_core.vocabulary import Seconds
from attendance_web.client.answers import NOT_OURS, decoded
from attendance_web.client.errors import NotAnswered, NotAttendance, Refused
from attendance_web.client.frames import Frame, RefusalParams
from attendance_web.client.waiting import Pauses

P = TypeVar("P")

# The service has decided: coming back by oneself would change nothing
FINAL: Final = frozenset({1000, 4400, 4401, 4403, 4404, 4409, 4410, 4425})
DONE: Final = 1000
BEAT_EVERY: Final[Seconds] = 10.0
ANSWER_WITHIN: Final[Seconds] = 5.0
OPEN_WITHIN: Final[Seconds] = 10.0
GOODBYE_WITHIN: Final[Seconds] = 2.0
PING: Final = '{"message":"ping"}'
PONG: Final = "pong"
OK: Final = "ok"
# Of a handshake; with any other of 400 and more it is no service that answers
COME_AGAIN: Final = frozenset({408, 425, 429, *range(500, 600)})


class Owner(Protocol):
    """Whoever is told what a socket says."""

    def opened(self) -> None:
        """There is a new socket, which knows nothing of what was said on another."""

    async def hear(self, frame: Frame) -> None:
        """The socket says something."""

    async def hear_no(self, refusal: Refused) -> None:
        """The socket refuses something, or says why it will be closed."""

    def lost(self) -> None:
        """There is no socket for a while."""


@dataclass(frozen=True)
class Address:
    """Where a socket is opened, and what is shown of who opens it."""

    url: str
    headers: Callable[[], Mapping[str, str]]  # at the moment: a cookie may change
    trusts: SSLContext | None = None


class Link:
    """Keeps one socket open for as long as `run` runs."""

    def __init__(
        self, address: Address, owner: Owner, *, patience: Seconds, is_known: Callable[[], bool]
    ) -> None:
        self._address = address
        self._owner = owner
        self._patience = patience
        self._is_known = is_known  # whether the service has ever answered
        self._socket: ClientConnection | None = None
        self._due: Seconds | None = None  # by when something has to be heard
        self._limit: asyncio.Timeout | None = None
        self._refusal: Refused | None = None  # the last one, where nothing was heard since
        self._has_heard = False  # anything but a refusal, on this socket
        self.pings = 0  # that were said on this socket
        self.pongs = 0

    async def run(self) -> None:
        """Opens it, and opens it again; returns once the service is done with it.

        Raises Refused where the service has decided otherwise; NotAnswered, NotAttendance.
        """
        pauses, silent_since = Pauses(), time.monotonic()
        while True:
            self._has_heard = False
            code, why = await self._one_socket()
            if code in FINAL:
                if code == DONE and self._refusal is None:
                    return
                refusal = self._refusal or Refused("closed", code, why)
                raise Refused(refusal.code, code, refusal.text)
            if self._has_heard:
                pauses.begin_anew()
                silent_since = time.monotonic()
            pause = pauses.next()
            if time.monotonic() + pause > silent_since + self._patience:
                raise NotAnswered(f"{self._address.url}: {why}", may_be_done=False)
            await asyncio.sleep(pause)

    async def say(self, text: str) -> None:
        """Says something, if there is a socket; what is lost on the way nobody tells."""
        socket = self._socket
        if socket is None:
            return
        if text == PING:
            self.pings += 1
        with suppress(ConnectionClosed):
            await socket.send(text)
        if self._due is None:
            self._due = asyncio.get_running_loop().time() + ANSWER_WITHIN
            if self._limit is not None:
                with suppress(RuntimeError):  # it is over just now
                    self._limit.reschedule(self._due)

    @property
    def is_open(self) -> bool:
        """Whether there is a socket just now."""
        return self._socket is not None

    def cut(self) -> None:
        """Loses the connection, as a phone does that changes networks."""
        if self._socket is not None:
            self._socket.transport.abort()

    async def _one_socket(self) -> tuple[int | None, str]:
        """Listens to one until it ends; answers its code, None for a loss, and why."""
        loop = asyncio.get_running_loop()
        self._due, self._refusal = loop.time() + OPEN_WITHIN, None
        try:
            async with asyncio.timeout_at(self._due):
                socket = await self._opened()
        except TimeoutError:
            return None, "no answer"
        except InvalidStatus as error:
            if error.response.status_code in COME_AGAIN:
                return None, str(error)
            raise NotAttendance(f"{self._address.url}: {NOT_OURS}") from None
        except (OSError, EOFError, WebSocketException) as error:
            if isinstance(error, OSError) and not self._is_known():
                raise NotAnswered(f"{self._address.url}: {error}", may_be_done=False) from None
            return None, str(error)
        self._socket, self.pings, self.pongs = socket, 0, 0
        self._owner.opened()
        try:
            await self.say(PING)  # whose answer says that it is let in
            while True:
                await self._take(await self._heard(socket))
        except ConnectionClosed as closed:
            if closed.rcvd is None:
                return None, "the connection was lost"
            return closed.rcvd.code, closed.rcvd.reason
        except TimeoutError:
            return None, "no answer"
        except asyncio.CancelledError:
            with suppress(TimeoutError):
                async with asyncio.timeout(GOODBYE_WITHIN):
                    await socket.close()
            raise
        finally:
            self._socket = None
            socket.transport.abort()  # without a Close frame, which would be a goodbye
            self._owner.lost()

    async def _opened(self) -> ClientConnection:
        is_secure = self._address.url.startswith("wss:")
        return await connect(
            self._address.url,
            additional_headers=self._address.headers(),
            user_agent_header=None,  # ours is among the headers
            ssl=(self._address.trusts or True) if is_secure else None,
            compression=None,
            open_timeout=None,
            ping_interval=None,  # a socket without an answer is lost, and not closed
            max_size=None,  # a list has as many people as wait
            proxy=None,
        )

    async def _heard(self, socket: ClientConnection) -> str:
        """Waits for something to be said, and asks whether anybody is there. Raises TimeoutError.

        Raises ConnectionClosed.
        """
        loop = asyncio.get_running_loop()
        while True:
            try:
                until = loop.time() + BEAT_EVERY if self._due is None else self._due
                async with asyncio.timeout_at(until) as self._limit:
                    text = await socket.recv()
                self._due = None
                return text if isinstance(text, str) else text.decode()
            except TimeoutError:
                if self._due is not None:
                    raise
                await self.say(PING)
            finally:
                self._limit = None

    async def _take(self, text: str) -> None:
        frame: Frame = decoded(Frame, text, self._address.url)
        if frame.result != OK:
            params: RefusalParams = decoded(RefusalParams, frame.params, self._address.url)
            self._refusal = Refused(params.code, None, frame.message)
            await self._owner.hear_no(self._refusal)
            return
        self._refusal, self._has_heard = None, True
        if frame.message == PONG:
            self.pongs += 1
        await self._owner.hear(frame)


def read_params(kind: type[P], frame: Frame) -> P:
    """Reads what goes with a frame. Raises NotAttendance."""
    params: P = decoded(kind, frame.params, frame.message)
    return params
