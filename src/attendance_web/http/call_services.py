"""Holds what calls need of the service that answers them."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from attendance_core import ports
from attendance_core.use_cases import UseCases
from attendance_web.http.event_streams import OpenStream
from attendance_web.http.incoming_bodies import Bodies
from attendance_web.http.limits import Limits
from attendance_web.http.list_turns import ListTurns
from attendance_web.http.provider_turns import ProviderTurns
from attendance_web.http.scan_turns import ScanTurns
from attendance_web.http.session_cache import SessionCache
from attendance_web.wire.seen_sessions import SeenSessions
from attendance_web.wire.turns import FairTurns


@dataclass(frozen=True, slots=True, kw_only=True)
class CallServices:
    """Holds what calls need of the service; the application has it in its state."""

    use_cases: UseCases
    files: ports.Files
    sheets: ports.Sheets
    limits: Limits
    seen_sessions: SeenSessions
    session_cache: SessionCache
    person_turns: FairTurns
    bodies: Bodies
    list_turns: ListTurns
    picture_turns: FairTurns
    scan_turns: ScanTurns
    provider_turns: ProviderTurns
    open_stream: OpenStream  # opens a stream for as long as it lasts
    allowed_origins: frozenset[str]
    is_draining: Callable[[], bool]  # whether this process is asked to stop
    refuses_calls: Callable[[], bool]  # whether it takes no calls any more
    store_answers: Callable[[], bool]  # whether it has taken this process's last proof of life
