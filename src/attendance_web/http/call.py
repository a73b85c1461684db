"""How a call is declared, once: its place, what it takes, what it answers, and who may make it.

A slice's file has the Structs on top and plain functions below. From a declaration come the
Litestar handler, the OpenAPI operation and README's table. Contract: 1.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from typing import Any, Final, Generic, Literal, TypeVar, get_args, get_origin, get_type_hints

import msgspec
from litestar.datastructures import Cookie

from attendance_core import ports
from attendance_core.accounts import Actor, CredentialKind, LoggedIn
from attendance_core.errors import NotLoggedIn
from attendance_core.use_cases import UseCases
from attendance_core.vocabulary import SessionId, UserId
from attendance_web.http.cookies import browser_cookie, no_session_cookie, session_cookie
from attendance_web.http.event_streams import EventStream, Watch
from attendance_web.http.exports import MEDIA_TYPES, Export
from attendance_web.http.incoming_bodies import Bodies
from attendance_web.http.limits import Limits
from attendance_web.http.list_turns import ListTurns
from attendance_web.http.pieces import Pieces
from attendance_web.wire.credentials import Credential
from attendance_web.wire.seen_sessions import SeenSessions
from attendance_web.wire.turns import FairTurns

A = TypeVar("A", bound=msgspec.Struct)

Method = Literal["GET", "POST"]
BODY_BYTES: Final = 16 * 1024  # twice the longest name and bio, however they are encoded
PICTURE_BODY_BYTES: Final = 16 * 1024 * 1024  # 10 MiB of picture in Base64, and some more


@dataclass(frozen=True, slots=True)
class CallServices:
    """What calls need of the service; the application keeps it as its state."""

    use_cases: UseCases
    files: ports.Files
    sheets: ports.Sheets
    limits: Limits
    seen: SeenSessions
    person_turns: FairTurns
    bodies: Bodies
    list_turns: ListTurns
    watch: Watch  # opens a stream for as long as it lasts
    allowed_origins: frozenset[str]
    is_draining: Callable[[], bool]  # whether this process is asked to stop
    refuses_calls: Callable[[], bool]  # whether it takes no calls any more
    store_answers: Callable[[], bool]  # whether it has taken this process's last proof of life


@dataclass(frozen=True, slots=True)
class CallContext(Generic[A]):
    """Holds one call as it is made: what it says, and who makes it."""

    arguments: A
    actor: Actor | None
    credential: Credential | None
    address: str
    use_cases: UseCases
    limits: Limits
    cookies: list[Cookie] = field(default_factory=list)  # to be set with the answer
    secure: bool = False
    browser_secrets: tuple[str, ...] = ()  # what accounts may know this browser by
    board_secret: str | None = None  # where this call takes one

    @property
    def signed_in(self) -> Actor:
        """Says who makes the call, and by which session. Raises NotLoggedIn."""
        if self.actor is None:
            raise NotLoggedIn
        return self.actor

    @property
    def person(self) -> UserId:
        """Names who makes the call. Raises NotLoggedIn."""
        return self.signed_in.user_id

    @property
    def replaceable(self) -> SessionId | None:
        """Names the session of this browser, which another log-in ends."""
        if self.actor is None or not self._is_by_cookie:
            return None
        return self.actor.session_id

    def log_in(self, logged_in: LoggedIn) -> None:
        """Has the browser show this session from now on, and be known when it has ended."""
        self._give_session(logged_in.token)
        if logged_in.browser_secret is not None:
            secrets = dict.fromkeys((logged_in.browser_secret, *self.browser_secrets))
            self.cookies.append(browser_cookie([*secrets], secure=self.secure))

    def keep_session(self) -> None:
        """Has the browser keep the session that it has shown for thirty days from now."""
        if self.credential is not None and self._is_by_cookie:
            self._give_session(self.credential.token)

    def end_session(self) -> None:
        """Has the browser forget its session."""
        self.cookies.append(no_session_cookie(secure=self.secure))

    def _give_session(self, token: str) -> None:
        self.cookies.append(session_cookie(token, secure=self.secure))

    @property
    def _is_by_cookie(self) -> bool:
        return self.credential is not None and self.credential.kind is CredentialKind.COOKIE


Run = Callable[[CallContext[Any]], Awaitable[Any]]


@dataclass(frozen=True, slots=True)
class Call:
    """Declares a call. ``use_case`` is the name of the core's class behind it."""

    method: Method
    path: str
    name: str
    use_case: str
    needs_login: bool
    takes_board: bool  # whether the secret of a board does as well
    heeds_person: bool  # whether it is refused to another person than its header names
    most_bytes: int
    arguments: type[msgspec.Struct]
    answer: Any  # a type that msgspec encodes; None where there is nothing to say
    media_types: tuple[str, ...]  # of the file that it answers; none where it answers no file
    is_list: bool  # whether it answers a list in one look, for which people take turns
    is_stream: bool  # whether its answer goes on, and tells one such thing after another
    summary: str
    run: Run

    @property
    def is_upload(self) -> bool:
        """Whether it brings a file, of which a person has so many an hour."""
        return self.most_bytes == PICTURE_BODY_BYTES


def get(
    path: str,
    *,
    login: bool = True,
    heeds_person: bool = True,
    use_case: str | None = None,
    is_list: bool = False,
    or_board: bool = False,
) -> Callable[[Run], Call]:
    """Declares a call that reads."""
    return _declare("GET", path, login, heeds_person, BODY_BYTES, use_case, None, is_list, or_board)


def post(
    path: str,
    *,
    login: bool = True,
    heeds_person: bool = True,
    most_bytes: int = BODY_BYTES,
    name: str | None = None,
) -> Callable[[Run], Call]:
    """Declares a call that changes something."""
    return _declare("POST", path, login, heeds_person, most_bytes, None, name, False, False)


def _declare(
    method: Method,
    path: str,
    login: bool,
    heeds_person: bool,
    most_bytes: int,
    use_case: str | None,
    name: str | None,
    is_list: bool,
    takes_board: bool,
) -> Callable[[Run], Call]:
    named = name or path.rpartition("/")[2]

    def declared(run: Run) -> Call:
        hints = get_type_hints(run)
        (arguments,) = get_args(hints["call"])
        answer = hints["return"]
        is_stream = get_origin(answer) is EventStream
        if is_stream:
            (answer,) = get_args(answer)
        if get_origin(answer) is Pieces:
            _, answer = get_args(answer)
        media_types: tuple[str, ...] = ()
        if answer is Export:
            answer, media_types = type(None), tuple(MEDIA_TYPES.values())
        return Call(
            method,
            path,
            named,
            use_case or named,
            login,
            takes_board,
            heeds_person,
            most_bytes,
            arguments,
            None if answer is type(None) else answer,
            media_types,
            is_list,
            is_stream,
            (run.__doc__ or "").partition("\n")[0],
            run,
        )

    return declared
