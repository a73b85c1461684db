"""One socket that comes back by itself. Contract: 6; docs/wire.md, Coming back."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass
from ssl import SSLContext
from typing import Final, NamedTuple, Protocol

from websockets.asyncio.client import ClientConnection, connect
from websockets.exceptions import ConnectionClosed, InvalidStatus, WebSocketException

from attendance_core.vocabulary import Seconds
from attendance_web.client.answers import NOT_OURS, decoded
from attendance_web.client.errors import NotAnswered, NotAttendance, Refused
from attendance_web.client.frames import Frame, RefusalParams
from attendance_web.client.pauses import Pauses

# The service has decided: coming back by oneself would change nothing
FINAL_CODES: Final = frozenset({1000, 4400, 4401, 4403, 4404, 4409, 4410, 4425})
DONE_CODE: Final = 1000
BEAT_EVERY: Final[Seconds] = 10.0
ANSWER_SECONDS: Final[Seconds] = 5.0
OPEN_SECONDS: Final[Seconds] = 10.0
GOODBYE_SECONDS: Final[Seconds] = 2.0
PING: Final = '{"message":"ping"}'
PONG: Final = "pong"
OK: Final = "ok"
# Of a handshake; with any other of 400 and more it is no service that answers
COME_AGAIN_STATUSES: Final = frozenset({408, 425, 429, *range(500, 600)})


class Owner(Protocol):
    """Stands for whoever is told what a socket says."""

    def opened(self) -> None:
        """Hears that there is a new socket, on which nothing of what was said on another counts."""

    async def hear(self, frame: Frame) -> None:
        """Hears a frame."""

    async def hear_no(self, refusal: Refused) -> None:
        """Hears a refusal: of something that was sent, or why the socket will be closed."""

    def lost(self) -> None:
        """Hears that there is no socket for a while."""


@dataclass(frozen=True)
class Address:
    """Tells where a socket is opened, and what shows who opens it."""

    url: str
    headers: Callable[[], Mapping[str, str]]  # at the moment: a cookie may change
    trusts: SSLContext | None = None


class _End(NamedTuple):
    """Holds how one socket ended."""

    code: int | None  # None: a loss
    reason: str


class ReopeningSocket:
    """Keeps one socket open for as long as `run` runs."""

    def __init__(
        self,
        address: Address,
        owner: Owner,
        *,
        patience: Seconds,
        has_ever_answered: Callable[[], bool],
    ) -> None:
        self._address = address
        self._owner = owner
        self._patience = patience
        self._has_ever_answered = has_ever_answered  # the service, to this client
        self._socket: ClientConnection | None = None
        self._deadline: Seconds | None = None  # by when something has to be heard
        self._timeout: asyncio.Timeout | None = None  # of what is waited for now
        self._refusal: Refused | None = None  # the last one, where nothing was heard since
        self._has_heard = False  # anything but a refusal, on this socket
        self.ping_count = 0  # on this socket
        self.pong_count = 0

    async def run(self) -> None:
        """Opens it, and opens it again; returns once the service is done with it.

        Raises Refused where the service has decided otherwise; NotAnswered, NotAttendance.
        """
        pauses, silent_since = Pauses(), time.monotonic()
        while True:
            self._has_heard = False
            code, reason = await self._serve_one_socket()
            if code in FINAL_CODES:
                if code == DONE_CODE and self._refusal is None:
                    return
                refusal = self._refusal or Refused("closed", code, reason)
                raise Refused(refusal.code, code, refusal.text)
            if self._has_heard:
                pauses.begin_anew()
                silent_since = time.monotonic()
            pause = pauses.next()
            if time.monotonic() + pause > silent_since + self._patience:
                raise NotAnswered(f"{self._address.url}: {reason}", may_be_done=False)
            await asyncio.sleep(pause)

    async def send(self, text: str) -> None:
        """Sends a frame, if there is a socket; nobody tells whether it was lost on the way."""
        socket = self._socket
        if socket is None:
            return
        if text == PING:
            self.ping_count += 1
        with suppress(ConnectionClosed):
            await socket.send(text)
        if self._deadline is None:
            self._deadline = asyncio.get_running_loop().time() + ANSWER_SECONDS
            if self._timeout is not None:
                with suppress(RuntimeError):  # it is over just now
                    self._timeout.reschedule(self._deadline)

    @property
    def is_open(self) -> bool:
        """Whether there is a socket just now."""
        return self._socket is not None

    def cut(self) -> None:
        """Loses the connection, as a phone does that changes networks."""
        if self._socket is not None:
            self._socket.transport.abort()

    async def _serve_one_socket(self) -> _End:
        """Opens one, and listens to it until it ends."""
        loop = asyncio.get_running_loop()
        self._deadline, self._refusal = loop.time() + OPEN_SECONDS, None
        try:
            async with asyncio.timeout_at(self._deadline):
                socket = await self._connect()
        except TimeoutError:
            return _End(None, "no answer")
        except InvalidStatus as error:
            if error.response.status_code in COME_AGAIN_STATUSES:
                return _End(None, str(error))
            raise NotAttendance(f"{self._address.url}: {NOT_OURS}") from None
        except (OSError, EOFError, WebSocketException) as error:
            if isinstance(error, OSError) and not self._has_ever_answered():
                raise NotAnswered(f"{self._address.url}: {error}", may_be_done=False) from None
            return _End(None, str(error))
        self._socket, self.ping_count, self.pong_count = socket, 0, 0
        self._owner.opened()
        try:
            await self.send(PING)  # whose answer says that it is let in
            while True:
                await self._hand_on(await self._receive(socket))
        except ConnectionClosed as closed:
            if closed.rcvd is None:
                return _End(None, "the connection was lost")
            return _End(closed.rcvd.code, closed.rcvd.reason)
        except TimeoutError:
            return _End(None, "no answer")
        except asyncio.CancelledError:
            with suppress(TimeoutError):
                async with asyncio.timeout(GOODBYE_SECONDS):
                    await socket.close()
            raise
        finally:
            self._socket = None
            socket.transport.abort()  # without a Close frame, which would be a goodbye
            self._owner.lost()

    async def _connect(self) -> ClientConnection:
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

    async def _receive(self, socket: ClientConnection) -> str:
        """Waits for a frame, and asks meanwhile whether anybody is there.

        Raises TimeoutError where nobody answers, ConnectionClosed.
        """
        loop = asyncio.get_running_loop()
        while True:
            try:
                beat_at = loop.time() + BEAT_EVERY
                until = beat_at if self._deadline is None else self._deadline
                async with asyncio.timeout_at(until) as self._timeout:
                    text = await socket.recv()
                self._deadline = None
                return text if isinstance(text, str) else text.decode()
            except TimeoutError:
                if self._deadline is not None:
                    raise
                await self.send(PING)
            finally:
                self._timeout = None

    async def _hand_on(self, text: str) -> None:
        frame: Frame = decoded(Frame, text, self._address.url)
        if frame.result != OK:
            params: RefusalParams = decoded(RefusalParams, frame.params, self._address.url)
            self._refusal = Refused(params.code, None, frame.message)
            await self._owner.hear_no(self._refusal)
            return
        self._refusal, self._has_heard = None, True
        if frame.message == PONG:
            self.pong_count += 1
        await self._owner.hear(frame)
