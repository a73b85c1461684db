"""One call as it is made: its arguments, who makes it, and the cookies set with its answer."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Generic, TypeVar

import msgspec
from litestar.datastructures import Cookie

from attendance_core.accounts import Actor, CredentialKind, LoggedIn
from attendance_core.errors import NotLoggedIn
from attendance_core.use_cases import UseCases
from attendance_core.vocabulary import SessionId, UserId
from attendance_web.http.cookies import browser_cookie, no_session_cookie, session_cookie
from attendance_web.http.limits import Limits
from attendance_web.wire.credentials import Credential

A = TypeVar("A", bound=msgspec.Struct)


@dataclass(frozen=True, slots=True, kw_only=True)
class CallContext(Generic[A]):
    """Holds one call as it is made: what it says, and who makes it."""

    arguments: A
    actor: Actor | None
    credential: Credential | None
    address: str
    use_cases: UseCases
    limits: Limits
    cookies: list[Cookie] = field(default_factory=list)  # to be set with the answer
    people_whose_sessions_may_end: list[UserId] = field(default_factory=list)
    secure: bool = False
    browser_secrets: tuple[str, ...] = ()  # what accounts may know this browser by
    board_secret: str | None = None  # where this call takes one
    client: str = ""  # what it is made with, in a few words

    @property
    def logged_in_actor(self) -> Actor:
        """Who makes the call, and by which session. Raises NotLoggedIn."""
        if self.actor is None:
            raise NotLoggedIn
        return self.actor

    @property
    def actor_id(self) -> UserId:
        """The id of who makes the call. Raises NotLoggedIn."""
        return self.logged_in_actor.user_id

    @property
    def session_to_replace(self) -> SessionId | None:
        """The session of this browser, which a new log-in ends; None where it has none."""
        if self.actor is None or not self._is_by_cookie:
            return None
        return self.actor.session_id

    def set_log_in_cookies(self, logged_in: LoggedIn) -> None:
        """Has the browser show this session from now on, and be known when it has ended."""
        # One was too many, the browser had one, or all others end with a new password
        self.note_sessions_may_end(logged_in.user_id)
        self._set_session_cookie(logged_in.token)
        if logged_in.browser_secret is not None:
            secrets = dict.fromkeys((logged_in.browser_secret, *self.browser_secrets))
            self.cookies.append(browser_cookie([*secrets], secure=self.secure))

    def renew_session_cookie(self) -> None:
        """Has the browser keep the session that it has shown for thirty days from now."""
        if self.credential is not None and self._is_by_cookie:
            self._set_session_cookie(self.credential.token)

    def note_sessions_may_end(self, user_id: UserId) -> None:
        """Notes that some sessions of somebody may end; before they do, where that is known."""
        self.people_whose_sessions_may_end.append(user_id)

    def remove_session_cookie(self) -> None:
        """Has the browser forget its session."""
        self.cookies.append(no_session_cookie(secure=self.secure))

    def _set_session_cookie(self, token: str) -> None:
        self.cookies.append(session_cookie(token, secure=self.secure))

    @property
    def _is_by_cookie(self) -> bool:
        return self.credential is not None and self.credential.kind is CredentialKind.COOKIE
