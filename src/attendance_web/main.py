"""Puts the service together: the one file that knows the core, the adapters and the web."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable
from contextlib import AbstractAsyncContextManager, AsyncExitStack, asynccontextmanager
from typing import TYPE_CHECKING, Any

from litestar import Litestar
from litestar.datastructures import State

from attendance_adapters import Attendance, CannotStart, connect, openid_provider
from attendance_adapters import migrate as migrate_database
from attendance_adapters import recount_karma as recount_karma_in
from attendance_core.marking.terms import Terms
from attendance_core.version import how_to_install
from attendance_web import socket_descriptions
from attendance_web.asgi.application import SocketApplication
from attendance_web.asgi.identify_by_session import IdentifyBySession
from attendance_web.http.call_services import CallServices
from attendance_web.http.exception_handlers import EXCEPTION_HANDLERS
from attendance_web.http.head_method import answer_without_body
from attendance_web.http.incoming_bodies import Bodies
from attendance_web.http.limits import Limits
from attendance_web.http.list_turns import ListTurns
from attendance_web.http.packing import answer_packed
from attendance_web.http.provider_turns import ProviderTurns
from attendance_web.http.request_turns import RequestTurns
from attendance_web.http.scan_turns import ScanTurns
from attendance_web.http.session_cache import SessionCache
from attendance_web.live.live import Live
from attendance_web.live.sockets import Sockets, ignore_command
from attendance_web.oidc_redirects import CALLBACK_PATH
from attendance_web.pictures import picture_turns
from attendance_web.qr_codes import QrCodes
from attendance_web.routes import BEFORE_SEND, CALLS, ROUTES
from attendance_web.serving.access_log import Answered, ignore_answer
from attendance_web.settings import Settings
from attendance_web.wire import client_gone
from attendance_web.wire.origins import ORIGINS_SETTING
from attendance_web.wire.person_turns import person_turns
from attendance_web.wire.seen_sessions import SeenSessions
from attendance_web.wire.urls import SOCKETS_PATH

if TYPE_CHECKING:
    from attendance_adapters.service_ports import IdentityProvider
    from attendance_adapters.sql.recount import Recount
    from attendance_web.serving.metrics import Metrics

# The command line prints a CannotStart as one line; only this file may know the adapters
__all__ = ["Application", "CannotStart", "attendance_of", "create_app", "migrate", "recount_karma"]


def attendance_of(settings: Settings) -> Attendance:
    """Makes the use cases over what the settings name, still to be started.

    Raises `attendance_adapters.CannotStart`.
    """
    return connect(
        settings.database_url,
        files_url=settings.files_url,
        notifier_url=settings.notifier_url,
        terms=_terms_of(settings),
        provider=_provider_of(settings),
    )


def _provider_of(settings: Settings) -> IdentityProvider | None:
    """Makes who lets people in beside us, where that is set. Raises CannotStart."""
    if not settings.oidc_issuer:
        return None
    return openid_provider(
        issuer=settings.oidc_issuer,
        client_id=settings.oidc_client_id,
        client_secret=settings.oidc_client_secret,
        name=settings.oidc_name,
        redirect_uri=f"{settings.public_url}{CALLBACK_PATH}",
        confirmed_claim=settings.oidc_confirmed_claim or None,
    )


def _terms_of(settings: Settings) -> Terms:
    return Terms(
        hold_seconds=settings.hold_seconds,
        grace_seconds=settings.grace_seconds,
        karma_per_mark=settings.karma_per_mark,
        karma_pair_a_month=settings.karma_pair_a_month,
        karma_unchecked_a_month=settings.karma_unchecked_a_month,
    )


def migrate(settings: Settings) -> None:
    """Brings the database up to date. Raises `attendance_adapters.CannotStart`."""
    migrate_database(settings.database_url, terms=_terms_of(settings))


def recount_karma(settings: Settings) -> Recount:
    """Counts karma anew, see `attendance_adapters.recount_karma`.

    Raises `attendance_adapters.CannotStart`.
    """
    return recount_karma_in(settings.database_url)


class Application:
    """Serves calls by Litestar and sockets by `asgi`, as one ASGI application."""

    def __init__(
        self,
        http: Litestar,
        live: Live,
        socket_application: SocketApplication,
        turns: RequestTurns,
        on_answer: Callable[[Answered], None],
    ) -> None:
        self.live = live
        self.on_answer = on_answer
        self._http = http
        self._turns = turns
        self._socket_application = socket_application

    @property
    def sockets(self) -> Sockets:
        """What the sockets of this process share."""
        return self.live.sockets

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        """Serves one request, one socket, or the lifespan."""
        if scope["type"] == "websocket":
            client_gone.follow_client_of(scope)  # of nobody: its `peer` knows whether it is there
            await self._socket_application(scope, receive, send)
        elif scope["type"] == "http":
            await self._turns.serve(self._answer, scope, receive, send)
        else:
            await self._http(scope, receive, send)

    async def _answer(self, scope: Any, receive: Any, send: Any) -> None:
        if scope["method"] == "HEAD":
            await answer_without_body(self._answer_packed, scope, receive, send)
        else:
            await self._answer_packed(scope, receive, send)

    async def _answer_packed(self, scope: Any, receive: Any, send: Any) -> None:
        await answer_packed(self._http, scope, receive, send)

    def lifespan(self) -> AbstractAsyncContextManager[None]:
        """Starts the service, and closes it in the end."""
        return self._http.lifespan()

    @property
    def services(self) -> CallServices:
        """What the calls need; a test may put another in its place."""
        services: CallServices = self._http.state.services
        return services

    @services.setter
    def services(self, services: CallServices) -> None:
        self._http.state.services = services


def create_app(attendance: Attendance, settings: Settings, worker: int = 0) -> Application:
    """Makes the ASGI application over ``attendance``, which its lifespan starts and closes.

    Sockets need `serving.ws_protocol.PeerProtocol` to tell a goodbye from a loss, which
    `attendance serve` brings. Each ``worker`` shows its metrics at a port of its own. Raises
    CannotStart.
    """
    metrics = _metrics(attendance) if settings.metrics_port else None
    metrics_address = settings.metrics_host, settings.metrics_port + worker
    heartbeat, use_cases = attendance.heartbeat, attendance.use_cases
    turns_by_person = person_turns()
    live = Live(
        attendance,
        person_turns=turns_by_person,
        notifier=None if metrics is None else metrics.timed(attendance.notifier),
        on_command=ignore_command if metrics is None else metrics.count_command,
    )
    sockets, seen_sessions = live.sockets, SeenSessions()
    identify = IdentifyBySession(use_cases.identify, seen_sessions, lambda: sockets.is_draining)
    socket_application = SocketApplication(
        live,
        identify,
        origins=settings.allowed_origins,
        origins_named_in=ORIGINS_SETTING,
        prefix=SOCKETS_PATH,
        caller_of=identify.caller_of,
    )
    services = CallServices(
        use_cases=use_cases,
        files=attendance.files,
        sheets=attendance.sheets,
        limits=Limits(use_cases),
        seen_sessions=seen_sessions,
        session_cache=SessionCache(use_cases.identify),
        person_turns=turns_by_person,
        bodies=Bodies(),
        list_turns=ListTurns(attendance.list_looks_at_once),
        picture_turns=picture_turns(),
        scan_turns=ScanTurns(),
        provider_turns=ProviderTurns(),
        open_stream=sockets.open_stream,
        allowed_origins=settings.allowed_origins,
        is_draining=lambda: sockets.is_draining,
        refuses_calls=lambda: sockets.refuses_calls,
        store_answers=lambda: heartbeat.store_answers,
    )
    http = Litestar(
        route_handlers=[*ROUTES, *socket_descriptions.ROUTES],
        lifespan=[_lifespan(live, metrics, metrics_address)],
        before_send=BEFORE_SEND,
        exception_handlers=EXCEPTION_HANDLERS,
        openapi_config=None,
        logging_config=None,
        state=State(
            {"services": services, "qr_codes": QrCodes(), "public_url": settings.public_url}
        ),
    )
    on_answer = ignore_answer if metrics is None else metrics.count_answer
    turns = RequestTurns(seen_sessions, sockets.refusal_pace)
    return Application(http, live, socket_application, turns, on_answer)


def _lifespan(
    live: Live, metrics: Metrics | None, metrics_address: tuple[str, int]
) -> Callable[[Litestar], AbstractAsyncContextManager[None]]:
    """Makes what starts the service before the first request, and closes it after the last.

    The address of the metrics is their host and port.
    """

    @asynccontextmanager
    async def lifespan(_: Litestar) -> AsyncIterator[None]:
        async with AsyncExitStack() as opened:
            await opened.enter_async_context(live.service)
            if metrics is not None:
                await opened.enter_async_context(metrics.serve(*metrics_address, live.census))
            await opened.enter_async_context(live)
            yield

    return lifespan


def _metrics(attendance: Attendance) -> Metrics:
    """Makes the metrics of it. Raises CannotStart."""
    try:
        from attendance_web.serving.metrics import Metrics
    except ModuleNotFoundError as missing:
        raise CannotStart(
            f"{missing.name} is not installed, and metrics need it; "
            f"please run: {how_to_install('metrics')}"
        ) from None
    heartbeat, sweeper = attendance.heartbeat, attendance.sweeper
    notifier = attendance.notifier
    gauges: dict[str, Callable[[], float]] = {
        "database_in_use": lambda: attendance.store_call_count
    }
    if (pool_use := attendance.pool_use) is not None:
        gauges["database_pool_size"] = lambda: pool_use().size
        gauges["database_pool_taken"] = lambda: pool_use().taken
    return Metrics(
        call_names={call.path: call.name for call in CALLS},
        counters={
            "notifier_reconnects": lambda: notifier.reconnect_count,
            "notifier_dropped": lambda: notifier.dropped_count,
            "sweeps": lambda: sweeper.sweep_count,
            "swept": lambda: sweeper.swept_count,
            "leases_lost": lambda: heartbeat.lost_lease_count,
        },
        gauges=gauges,
    )
