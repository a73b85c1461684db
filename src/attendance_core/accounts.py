"""Accounts and sessions: who somebody is, and how they prove it. Contract: 2."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from enum import Enum
from typing import NamedTuple
from unicodedata import normalize

from attendance_core import ports
from attendance_core.browsers import remember_browser
from attendance_core.errors import BadLength, BadUsername, CommonPassword, WrongCredentials
from attendance_core.marking.terms import Terms
from attendance_core.profiles import Profile, checked_display_name
from attendance_core.session_ends import end_session, end_session_in_pieces
from attendance_core.texts import BLANKS, check_marks
from attendance_core.vocabulary import Instant, Seconds, SessionId, UserId

MAX_USERNAME_LENGTH = 64  # Contract: 2.2
# Contract: 2.2; letters are of any script
USERNAME = re.compile(rf"[\w.-]{{1,{MAX_USERNAME_LENGTH}}}")
MIN_PASSWORD_LENGTH, MAX_PASSWORD_LENGTH = 8, 256  # Contract: SignUp
SESSION_SECONDS: Seconds = 30 * 86_400  # Contract: 2, from its last use
USE_NOTED_EVERY: Seconds = 60  # one write a minute a person, not one a call
MAX_CODE_POINTS_COMPOSED = 4  # that NFC makes one code point of


class CredentialKind(Enum):
    """How a session is shown to us."""

    COOKIE = "cookie"
    BEARER = "bearer"


@dataclass(frozen=True, slots=True)
class Account:
    """A person as they log in."""

    user_id: UserId
    username: str
    password_hash: str


@dataclass(frozen=True, slots=True)
class Session:
    """A credential that was given out and can be revoked. Its secret is known to its owner only."""

    session_id: SessionId
    user_id: UserId
    kind: CredentialKind
    created_at: Instant
    used_at: Instant

    def is_live(self, now: Instant) -> bool:
        """Tells whether it still lets its owner in."""
        return now < self.used_at + SESSION_SECONDS


@dataclass(frozen=True, slots=True)
class Actor:
    """Who asks, and by which session.

    ``renewed``: this use was noted, so a cookie that lasts as long has to be set anew.
    """

    user_id: UserId
    session_id: SessionId
    renewed: bool = field(default=False, compare=False)


@dataclass(frozen=True, slots=True)
class LoggedIn:
    """A new session with its secret, which is shown this once.

    ``browser_secret`` is what the browser shows, logged in or not, to be known again.
    """

    user_id: UserId
    token: str
    browser_secret: str | None = None


def session_id_of(token: str) -> SessionId:
    """Makes the name that a secret is kept under."""
    return SessionId(hashlib.sha256(token.encode("utf-8", "surrogatepass")).hexdigest())


def _composed(text: str, field: str, most: int) -> str:
    """Brings a text into NFC; of one that is too long, a part that is so, too.

    Raises InvalidArgument.
    """
    check_marks(text, field)
    return normalize("NFC", text[: MAX_CODE_POINTS_COMPOSED * most + 1])


@dataclass(frozen=True, slots=True)
class _Browser:
    """Where somebody logs in: the secrets it has shown, and one to know it by if it is new."""

    secrets: Sequence[str]
    new_secret: str


class _Opened(NamedTuple):
    """Holds a new session, and the one that it replaces, where that is still to be ended."""

    logged_in: LoggedIn
    to_end: SessionId | None


def _open_session(
    unit: ports.Unit,
    user_id: UserId,
    token: str,
    replacing: SessionId | None,
    browser: _Browser | None,
    terms: Terms,
) -> _Opened:
    """Opens a session in place of the one this browser had; forgets those that have expired."""
    now = unit.now()
    has_ended = replacing is None or end_session(unit, replacing, terms)
    unit.sessions.remove_expired(user_id, now - SESSION_SECONDS)
    unit.sessions.add(Session(session_id_of(token), user_id, CredentialKind.COOKIE, now, now))
    known_by = None
    if browser is not None:
        known_by = remember_browser(unit, user_id, browser.secrets, browser.new_secret)
    return _Opened(LoggedIn(user_id, token, known_by), None if has_ended else replacing)


async def _opened_session(
    transact: ports.Transact, work: Callable[[ports.Unit], _Opened], terms: Terms
) -> LoggedIn:
    """Runs work that opens a session, and ends what is left of the one it replaces."""
    logged_in, to_end = await transact(work)
    if to_end is not None:
        await end_session_in_pieces(transact, to_end, terms)
    return logged_in


@dataclass(frozen=True, slots=True)
class SignUp:
    """Makes an account and logs the person in. Contract: POST /accounts/signup/."""

    transact: ports.Transact
    passwords: ports.Passwords
    ids: ports.Ids
    terms: Terms

    async def __call__(
        self,
        *,
        username: str,
        password: str,
        display_name: str | None = None,
        replacing: SessionId | None = None,
        browser_secrets: Sequence[str] | None = None,
    ) -> LoggedIn:
        """Takes the secrets that a browser has shown; None where it is no browser.

        Raises InvalidArgument, BadUsername, BadLength, CommonPassword, BadCharacters,
        UsernameTaken.
        """
        username = _composed(username, "username", MAX_USERNAME_LENGTH)
        password = _composed(password, "password", MAX_PASSWORD_LENGTH)
        if not USERNAME.fullmatch(username) or not BLANKS.isdisjoint(username):
            raise BadUsername(field="username")
        if not MIN_PASSWORD_LENGTH <= len(password) <= MAX_PASSWORD_LENGTH:
            raise BadLength(field="password", least=MIN_PASSWORD_LENGTH, most=MAX_PASSWORD_LENGTH)
        if self.passwords.is_common(password):
            raise CommonPassword(field="password")
        name = checked_display_name(username if display_name is None else display_name)
        password_hash = await self.passwords.hash(password)
        token = self.ids.token()
        browser = None if browser_secrets is None else _Browser(browser_secrets, self.ids.token())

        def work(unit: ports.Unit) -> _Opened:
            user_id = unit.accounts.add(username, password_hash, unit.now())
            unit.profiles.add(Profile(user_id, name))
            return _open_session(unit, user_id, token, replacing, browser, self.terms)

        return await _opened_session(self.transact, work, self.terms)


@dataclass(frozen=True, slots=True)
class LogIn:
    """Logs a person in by their password. Contract: POST /accounts/login/."""

    transact: ports.Transact
    observe: ports.Observe
    passwords: ports.Passwords
    ids: ports.Ids
    terms: Terms

    async def __call__(
        self,
        *,
        username: str,
        password: str,
        replacing: SessionId | None = None,
        browser_secrets: Sequence[str] | None = None,
    ) -> LoggedIn:
        """Takes the secrets that a browser has shown; None where it is no browser.

        Raises InvalidArgument; WrongCredentials, after the same time whichever of the two is
        wrong.

        A password is compared in NFC, and as it was typed: some were kept so. Both always are,
        so that the time says nothing of how one is kept.
        """
        username = _composed(username, "username", MAX_USERNAME_LENGTH)
        account = None
        if USERNAME.fullmatch(username):
            account = await self.observe(lambda unit: unit.accounts.find(username))
        hashed = None if account is None else account.password_hash
        forms = dict.fromkeys(
            (_composed(password, "password", MAX_PASSWORD_LENGTH), password)
        )  # Contract: 2.3
        right = [
            await self.passwords.verify(hashed, each[: MAX_PASSWORD_LENGTH + 1]) for each in forms
        ]
        if account is None or not any(right):
            raise WrongCredentials
        token = self.ids.token()
        browser = None if browser_secrets is None else _Browser(browser_secrets, self.ids.token())

        def work(unit: ports.Unit) -> _Opened:
            return _open_session(unit, account.user_id, token, replacing, browser, self.terms)

        return await _opened_session(self.transact, work, self.terms)


@dataclass(frozen=True, slots=True)
class Identify:
    """Finds who shows a credential. Every call and every socket begins with it."""

    transact: ports.Transact
    observe: ports.Observe

    async def __call__(self, *, token: str, kind: CredentialKind) -> Actor | None:
        """Answers None where the credential is unknown, of the other sort, expired or revoked."""
        session_id = session_id_of(token)

        def look(unit: ports.Unit) -> tuple[Session | None, Instant]:
            return unit.sessions.find(session_id), unit.now()

        session, now = await self.observe(look)
        if session is None or session.kind is not kind or not session.is_live(now):
            return None
        renewed = now >= session.used_at + USE_NOTED_EVERY
        if renewed:
            await self.transact(lambda unit: unit.sessions.note_use(session_id, unit.now()))
        return Actor(session.user_id, session_id, renewed)


@dataclass(frozen=True, slots=True)
class LogOut:
    """Ends a session; its sockets close, without grace. Contract: POST /accounts/logout/, 6.9."""

    transact: ports.Transact
    terms: Terms

    async def __call__(self, *, session_id: SessionId) -> None:
        """Ends it; does nothing where there is none."""
        await end_session_in_pieces(self.transact, session_id, self.terms)
