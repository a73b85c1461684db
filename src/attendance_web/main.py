"""THE composition root: the one file that knows the core, the adapters and the web."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable
from contextlib import AsyncExitStack, asynccontextmanager
from typing import TYPE_CHECKING

from litestar import Litestar

from attendance_adapters import Attendance, CannotStart, connect
from attendance_adapters import migrate as migrate_database
from attendance_core.marking.connections import Terms
from attendance_core.version import how_to_install
from attendance_web.http.call import Web
from attendance_web.http.limits import Limits
from attendance_web.live import openings as marking
from attendance_web.live.sockets import Presence
from attendance_web.routes import BEFORE_SEND, EXCEPTION_HANDLERS, ROUTES
from attendance_web.settings import Settings

if TYPE_CHECKING:
    from attendance_web.serving.metrics import Metrics

# The command line prints a CannotStart as one line; only this file may know the adapters
__all__ = ["CannotStart", "attendance_of", "create_app", "migrate"]


def attendance_of(settings: Settings) -> Attendance:
    """The use cases over what the settings name, still to be started.

    Raises `attendance_adapters.CannotStart`.
    """
    return connect(
        settings.database_url,
        files_url=settings.files_url,
        notifier_url=settings.notifier_url,
        terms=Terms(
            hold_seconds=settings.hold_seconds,
            grace_seconds=settings.grace_seconds,
            karma_per_mark=settings.karma_per_mark,
        ),
    )


def migrate(settings: Settings) -> None:
    """Brings the database up to date. Raises `attendance_adapters.CannotStart`."""
    migrate_database(settings.database_url)


def create_app(attendance: Attendance, settings: Settings, worker: int = 0) -> Litestar:
    """The ASGI application over ``attendance``, which its lifespan starts and closes.

    ``app.state.presence.drain`` is to be awaited before it stops, ``app.state.presence.shut`` to be
    called once nobody new is let in, and ``app.state.answered`` to be told of each request. Sockets
    need `serving.ws_protocol.PeerProtocol`, which `attendance serve` brings. Each ``worker`` shows
    its metrics at a port of its own. Raises CannotStart.
    """
    metrics = _metrics(attendance) if settings.metrics_port else None
    presence = Presence(
        attendance.use_cases,
        attendance.notifier if metrics is None else metrics.timed(attendance.notifier),
        lambda: attendance.heartbeat.process_id,
        attendance.connection,
        settings.allowed_origins,
        attendance.terms.grace_seconds,
    )
    attendance.heartbeat.on_lease_lost = presence.rooms.restart

    @asynccontextmanager
    async def lifespan(_: Litestar) -> AsyncIterator[None]:
        async with AsyncExitStack() as alive:
            await alive.enter_async_context(attendance)
            if metrics is not None:
                where = settings.metrics_host, settings.metrics_port + worker
                await alive.enter_async_context(metrics.served(*where, presence.rooms.census))
            yield
        await presence.close()

    app = Litestar(
        route_handlers=[*ROUTES, marking.mark_me, marking.marking],
        lifespan=[lifespan],
        before_send=BEFORE_SEND,
        exception_handlers=EXCEPTION_HANDLERS,
        openapi_config=None,
        logging_config=None,
    )
    app.state.presence = presence
    app.state.answered = (lambda _: None) if metrics is None else metrics.answered
    if metrics is not None:
        presence.commanded = metrics.commanded
    app.state.web = Web(
        attendance.use_cases,
        attendance.files,
        Limits(attendance.use_cases),
        settings.allowed_origins,
        is_draining=lambda: presence.is_draining,
        is_shut=lambda: presence.is_shut,
        store_answers=lambda: attendance.heartbeat.store_answers,
    )
    return app


def _metrics(attendance: Attendance) -> Metrics:
    """What is counted of it. Raises CannotStart."""
    try:
        from attendance_web.serving.metrics import Metrics
    except ModuleNotFoundError as missing:
        raise CannotStart(
            f"{missing.name} is not installed, and metrics need it; "
            f"please run: {how_to_install('metrics')}"
        ) from None
    heartbeat, notifier = attendance.heartbeat, attendance.notifier
    gauges: dict[str, Callable[[], float]] = {"database_in_use": lambda: attendance.in_use}
    if (pool := attendance.pool) is not None:
        gauges["database_pool_size"] = lambda: pool()[0]
        gauges["database_pool_taken"] = lambda: pool()[1]
    return Metrics(
        counters={
            "notifier_reconnects": lambda: notifier.reconnects,
            "notifier_dropped": lambda: notifier.dropped,
            "sweeps": lambda: heartbeat.sweeps,
            "swept": lambda: heartbeat.swept,
            "leases_lost": lambda: heartbeat.leases_lost,
        },
        gauges=gauges,
    )
