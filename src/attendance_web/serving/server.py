"""Serves in this process: uvicorn over a listening socket, with a graceful end.

`X-Forwarded-For` and `X-Forwarded-Proto` are believed from a proxy on this machine only, which
is uvicorn's default; see `settings`.
"""

from __future__ import annotations

import asyncio
import logging
import signal
import socket
import sys
import time
from collections.abc import Callable
from contextlib import AbstractAsyncContextManager, AsyncExitStack
from types import FrameType
from typing import Any, Final, Protocol, cast

import uvicorn
from uvicorn._types import ASGI3Application

from attendance_core.vocabulary import Seconds
from attendance_web.live.frame_limits import MAX_FRAME_BYTES
from attendance_web.live.live import Live
from attendance_web.serving.accepting import Acceptor
from attendance_web.serving.access_log import AccessLog, Answered
from attendance_web.serving.freed_memory import have_large_blocks_given_back
from attendance_web.serving.garbage import Collections
from attendance_web.serving.http_protocol import CallProtocol
from attendance_web.serving.left_connections import left_connections_of
from attendance_web.serving.listening import BACKLOG
from attendance_web.serving.open_connections import open_connections_of
from attendance_web.serving.small_reads import SmallReads, room_for_reads
from attendance_web.serving.ws_protocol import PeerProtocol
from attendance_web.settings import KEEP_ALIVE_SECONDS

logger = logging.getLogger(__name__)

PING_SECONDS: Final[Seconds] = 10.0  # between pings, and for an answer to one
STOP_SECONDS: Final[Seconds] = 14  # from the signal to the end, whoever is still there
ANSWER_SECONDS: Final[Seconds] = 2  # the last of these, for requests that have no answer yet
# From SIGTERM, in which a balancer can see that it is not ready
DRAIN_NOTICE_SECONDS: Final[Seconds] = 2.0
LATE_CALLS_SECONDS: Final[Seconds] = 0.5  # then, for calls on connections that were just made
# How long a thread that builds rows may keep the loop waiting; the interpreter's own is 5 ms, and
# a command is ten steps
SWITCH_SECONDS: Final[Seconds] = 0.0005
INTERRUPTED: Final = 130  # the code of a program that Ctrl-C ended


class Servable(Protocol):
    """Serves as an application that can be told to stop, and hears of each answer."""

    @property
    def live(self) -> Live: ...

    @property
    def on_answer(self) -> Callable[[Answered], None]: ...

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None: ...

    def lifespan(self) -> AbstractAsyncContextManager[None]: ...


def serve(
    app: Servable,
    listener: socket.socket,
    *,
    on_ready: Callable[[], None],
    keep_alive_seconds: int = KEEP_ALIVE_SECONDS,
) -> int:
    """Serves until SIGTERM or SIGINT, and answers the exit code.

    ``on_ready`` is called once it serves.

    On the signal the sockets are let go and the service is no longer ready. After a moment, which
    Ctrl-C does without, nobody new is let in; another moment later calls are refused, and requests
    that came before are answered. A second Ctrl-C waits for nobody. Raises whatever the start of
    the application raises.
    """
    sys.setswitchinterval(SWITCH_SECONDS)
    have_large_blocks_given_back()
    logged = AccessLog(cast(ASGI3Application, app), app.on_answer)
    config = config_of(logged, keep_alive_seconds)
    server = _Server(config, app, on_ready)
    server.run(sockets=[listener])
    return INTERRUPTED if server.force_exit else 0


def config_of(
    app: ASGI3Application, keep_alive_seconds: int = KEEP_ALIVE_SECONDS
) -> uvicorn.Config:
    """Makes what uvicorn serves by: sockets are pinged, bounded and not compressed."""
    return uvicorn.Config(
        app,
        loop="auto",  # uvloop, where the system has it
        http=CallProtocol,
        ws=PeerProtocol,
        ws_max_size=MAX_FRAME_BYTES,
        ws_ping_interval=PING_SECONDS,
        ws_ping_timeout=PING_SECONDS,
        ws_per_message_deflate=False,
        lifespan="off",  # `_Server` has it: uvicorn would print what it raises and end by itself
        log_config=None,
        access_log=False,
        server_header=False,
        workers=1,
        backlog=BACKLOG,
        timeout_keep_alive=keep_alive_seconds,
    )


def _not_cancelled(record: logging.LogRecord) -> bool:
    """Passes records but of calls that were cut off: uvicorn says at the end how many were."""
    return not (record.exc_info and isinstance(record.exc_info[1], asyncio.CancelledError))


def _unwrap_single(error: BaseException) -> BaseException:
    while isinstance(error, BaseExceptionGroup) and len(error.exceptions) == 1:
        error = error.exceptions[0]
    return error


class _Server(uvicorn.Server):
    """Serves as uvicorn does; tells when it serves, and lets everybody finish."""

    def __init__(self, config: uvicorn.Config, app: Servable, on_ready: Callable[[], None]) -> None:
        super().__init__(config)
        self._app = app
        self._lifespan = AsyncExitStack()  # of the application
        self._on_ready = on_ready
        self._notice_seconds = DRAIN_NOTICE_SECONDS
        self._acceptors: list[Acceptor] = []
        self._collections: Collections | None = None
        self._room = room_for_reads()

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        try:
            await self._lifespan.enter_async_context(self._app.lifespan())
        except BaseExceptionGroup as group:
            raise _unwrap_single(group) from None  # Litestar starts within a task group
        await super().startup(sockets=[])
        left = left_connections_of(self.config)
        open_connections = open_connections_of(self.config)
        self._acceptors = [
            Acceptor(each, self._new_protocol, left, open_connections) for each in sockets or ()
        ]
        self._collections = Collections()
        self._on_ready()

    def _new_protocol(self) -> asyncio.BufferedProtocol:
        """Makes what reads one connection, as uvicorn does, but less at a time."""
        protocol = CallProtocol(
            config=self.config, server_state=self.server_state, app_state=self.lifespan.state
        )
        return SmallReads(protocol, self._room)

    def handle_exit(self, sig: int, frame: FrameType | None) -> None:
        """Takes a signal as a wish that we grant, so it is not raised anew after the end."""
        if sig == signal.SIGINT:
            self.force_exit = self.should_exit
            self._notice_seconds = 0.0
        self.should_exit = True

    async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
        begun = time.monotonic()
        logging.getLogger("uvicorn.error").addFilter(_not_cancelled)
        draining = asyncio.ensure_future(self._app.live.drain())
        while not self.force_exit and time.monotonic() < begun + self._notice_seconds:
            await asyncio.sleep(0.1)
        for acceptor in self._acceptors:
            acceptor.close()
        if self._notice_seconds and not self.force_exit:
            await asyncio.sleep(LATE_CALLS_SECONDS)
        self._app.live.sockets.refuse_calls()
        await self._wait_until_drained(draining, begun + STOP_SECONDS - ANSWER_SECONDS)
        seconds_left = STOP_SECONDS - (time.monotonic() - begun)
        self.config.timeout_graceful_shutdown = max(1, int(seconds_left))
        await super().shutdown(sockets=sockets)
        if self._collections is not None:
            self._collections.close()
        await self._lifespan.aclose()

    async def _wait_until_drained(self, draining: asyncio.Future[None], until: float) -> None:
        """Waits for the sockets to go, unless it takes too long or somebody is impatient."""
        while not draining.done() and not self.force_exit and time.monotonic() < until:
            await asyncio.wait({draining}, timeout=0.1)
        if not draining.done():
            draining.cancel()
        await asyncio.gather(draining, return_exceptions=True)
        if not draining.cancelled() and (error := draining.exception()) is not None:
            logger.error("the sockets could not be drained", exc_info=error)
