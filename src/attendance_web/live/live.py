"""Live rooms over one service: made once in a process, whatever serves its sockets."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator, Awaitable, Callable
from contextlib import aclosing
from types import TracebackType
from typing import Any, Final, Protocol, Self

from attendance_core import ports
from attendance_core.accounts import Actor
from attendance_core.arguments import check_kind, check_kinds
from attendance_core.attendance import CountsSeen
from attendance_core.bearer_tokens import TokenScope
from attendance_core.errors import Language, MissingScope
from attendance_core.marking.connections import Connection, Role
from attendance_core.marking.terms import Terms
from attendance_core.use_cases import UseCases
from attendance_core.vocabulary import EventId, ProcessId
from attendance_core.wrong_use import AlreadyStarted, Closed, NotStarted, WrongLoop
from attendance_web.live.openings import SCOPE, Entrant, FindEntrant, Openings
from attendance_web.live.plain_peer import PlainPeer
from attendance_web.live.rooms import Census
from attendance_web.live.socket import Socket
from attendance_web.live.sockets import OnCommand, Sockets, ignore_command
from attendance_web.live.transports import Transport, TransportEvents
from attendance_web.wire.callers import Caller
from attendance_web.wire.language import DEFAULT_LANGUAGE
from attendance_web.wire.person_turns import person_turns as make_person_turns
from attendance_web.wire.turns import FairTurns

AN_ACTOR: Final = "an Actor, as `admit` answers"


class Heartbeat(Protocol):
    """Keeps the lease that connections of a process count by."""

    @property
    def process_id(self) -> ProcessId: ...

    def call_when_lease_lost(self, callback: Callable[[], None]) -> None:
        """Has this called each time the lease was lost."""


class Service(Protocol):
    """Stands below live rooms: an `attendance_adapters.Attendance`, or what is like it."""

    @property
    def use_cases(self) -> UseCases: ...
    @property
    def notifier(self) -> ports.Notifier: ...
    @property
    def heartbeat(self) -> Heartbeat: ...
    @property
    def terms(self) -> Terms: ...

    def connection(self, user: Actor, event_id: EventId, role: Role) -> Connection:
        """Makes a connection of this process, not stored yet."""
        ...

    async def __aenter__(self) -> Any: ...
    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None: ...


class Live:
    """Keeps the rooms of this process, and everybody who has a socket in them or watches.

    Make one in a process, over the service that its calls use, and enter it within that:
    ``async with service, Live(service) as live:``. At the end it closes every socket and stream, to
    come back elsewhere.

    ``person_turns`` are those that the host's own calls take, where they should share them.
    ``notifier`` is used in place of the service's. ``on_command`` is called after each frame: with
    its message, its code ("ok", or that of a refusal), and how many seconds it took.
    """

    def __init__(
        self,
        service: Service,
        *,
        person_turns: FairTurns | None = None,
        notifier: ports.Notifier | None = None,
        on_command: OnCommand = ignore_command,
    ) -> None:
        heartbeat = service.heartbeat
        self.service = service
        self.sockets = Sockets(
            use_cases=service.use_cases,
            notifier=service.notifier if notifier is None else notifier,
            process_id=lambda: heartbeat.process_id,
            new_connection=service.connection,
            grace_seconds=service.terms.grace_seconds,
            person_turns=make_person_turns() if person_turns is None else person_turns,
            on_command=on_command,
        )
        self._openings = Openings(self.sockets)
        self._loop: asyncio.AbstractEventLoop | None = None  # once these have begun
        self._has_ended = False

    async def __aenter__(self) -> Self:
        """Begins, within the service. Raises AlreadyStarted; Closed where these have ended."""
        if self._has_ended:
            raise Closed("these live rooms have ended: make another Live")
        if self._loop is not None:
            raise AlreadyStarted("these live rooms have begun already: enter a Live once")
        self._loop = asyncio.get_running_loop()
        self.service.heartbeat.call_when_lease_lost(self.sockets.rooms.close_for_restart)
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        """Closes every socket and stream, where `drain` has not, and gives up what is left."""
        try:
            if not self.sockets.is_draining:
                await self.drain()
        finally:
            self._has_ended = True
            await self.sockets.stop_tasks()

    async def visit(
        self,
        actor: Actor,
        event_id: EventId,
        role: Role,
        *,
        transport: Transport,
        language: Language = DEFAULT_LANGUAGE,
        hears_news: bool = False,
    ) -> int | None:
        """Serves one socket of theirs to its end, whatever carries it.

        A refusal is told as on the wire: an error frame, in their ``language``, and a close.
        Answers the code that we have closed it with; None where the other side has ended it.
        ``hears_news``: as ``news=1`` in the address of a socket. Raises NotStarted, Closed,
        WrongLoop.
        """
        check_kind("actor", actor, Actor, words=AN_ACTOR)
        check_kinds(event_id=event_id)

        async def find_entrant() -> Entrant:
            if not actor.may(SCOPE):
                raise MissingScope
            return Entrant(actor, event_id, hears_news)

        events = TransportEvents(transport)
        peer = PlainPeer(events.receive, events.cut)
        socket = _CarriedSocket(peer.receive, events.send, peer=peer, language=language)
        socket.known_caller, socket.address = actor.user_id, f"person {actor.user_id}"
        await self.serve(socket, Role(role), find_entrant)
        await peer.close_if_due(socket)
        return socket.closed_with

    def serve(self, socket: Socket, role: Role, find_entrant: FindEntrant) -> Awaitable[None]:
        """Serves a socket of whoever ``find_entrant`` finds; `attendance_web.asgi` calls it.

        Raises NotStarted, Closed, WrongLoop.
        """
        self._check_running()
        return self._openings.serve(socket, role, find_entrant)

    async def watch(self, actor: Actor, event_id: EventId) -> AsyncGenerator[CountsSeen]:
        """Tells an organiser how many wait, are held and are marked: now, and on every change.

        It ends with the event, with their session or right, and when this process stops. Raises
        EventNotFound, NotAnOrganiser, MissingScope, TooManyRequests, Unavailable, all before the
        first is told; NotStarted, Closed, WrongLoop.
        """
        self._check_running()
        check_kind("actor", actor, Actor, words=AN_ACTOR)
        if not actor.may(TokenScope.READ):
            raise MissingScope
        viewer = await self.service.use_cases.watch_attendance(
            actor=actor.user_id, session_id=actor.session_id, event_id=event_id
        )
        async with (
            self.sockets.open_stream(viewer, "") as stream,
            aclosing(stream.values()) as values,
        ):
            async for seen in values:
                yield seen

    async def drain(self) -> None:
        """Lets nobody in any more, and closes every socket and stream, to come back elsewhere.

        Returns when they have gone, or in 10 s.
        """
        await self.sockets.drain()

    def census(self) -> Census:
        """Counts who is in the rooms of this process."""
        return self.sockets.rooms.census()

    def _check_running(self) -> None:
        if self._has_ended:
            raise Closed("these live rooms have ended: make another Live")
        if self._loop is None:
            raise NotStarted("these live rooms have not begun: use them within `async with`")
        if self._loop is not asyncio.get_running_loop():
            raise WrongLoop("these live rooms have begun in another event loop: use them there")


class _CarriedSocket(Socket):
    """Wraps a socket of somebody who is known before it is opened."""

    known_caller: Caller

    def caller(self) -> Caller:
        return self.known_caller
