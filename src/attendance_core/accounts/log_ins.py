"""How people come in: they make an account, or log in to one. Contract: 2."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import NamedTuple

from attendance_core import ports
from attendance_core.accounts.account import (
    MAX_USERNAME_LENGTH,
    USERNAME,
    checked_password,
    checked_username,
    composed,
    is_right,
)
from attendance_core.accounts.sessions import (
    MAX_SESSIONS,
    CredentialKind,
    LoggedIn,
    Session,
    session_id_of,
    tidied_client,
)
from attendance_core.browsers import remember_browser
from attendance_core.errors import WrongCredentials
from attendance_core.marking.terms import Terms
from attendance_core.profiles import Profile, checked_display_name
from attendance_core.session_ends import (
    SESSIONS_ENDED_AT_ONCE,
    end_sessions,
    end_sessions_in_batches,
)
from attendance_core.vocabulary import SessionId, UserId


@dataclass(frozen=True, slots=True)
class Browser:
    """Where somebody logs in: the secrets it has shown, and one to know it by if it is new."""

    secrets: Sequence[str]
    new_secret: str


@dataclass(frozen=True, slots=True)
class NewSession:
    """A session that is to be opened: by which secret, in what, and in place of which one."""

    secret: str
    client: str
    replacing: SessionId | None
    browser: Browser | None


class OpenedSession(NamedTuple):
    """Holds a session that was opened, and those that make room for it and have not ended yet."""

    logged_in: LoggedIn
    to_end: Sequence[SessionId]


def new_session(
    ids: ports.Ids,
    client: str,
    replacing: SessionId | None,
    browser_secrets: Sequence[str] | None,
) -> NewSession:
    """Makes one with a secret of its own; ``browser_secrets`` is None where it is no browser."""
    secret = ids.token()
    browser = None if browser_secrets is None else Browser(browser_secrets, ids.token())
    return NewSession(secret, tidied_client(client), replacing, browser)


def open_session(
    unit: ports.Unit,
    user_id: UserId,
    new: NewSession,
    terms: Terms,
) -> OpenedSession:
    """Opens a session in place of the one this browser had.

    Of the others as many stay as there may be, those used last; what has expired ends, too. The
    account is new, or locked. Contract: 9.11.
    """
    now, replacing, browser = unit.now(), new.replacing, new.browser
    sessions = unit.sessions.by_cookie_of(user_id, MAX_SESSIONS + SESSIONS_ENDED_AT_ONCE)
    others = [each.session_id for each in sessions if each.session_id != replacing]
    live_ids = {each.session_id for each in sessions if each.is_live(now)}
    staying = [each for each in others if each in live_ids][: MAX_SESSIONS - 1]
    to_end = [each for each in others if each not in staying]
    if replacing is not None:
        to_end.append(replacing)
    are_ended = not to_end or end_sessions(unit, to_end, terms)
    kind = CredentialKind.COOKIE
    unit.sessions.add(Session(session_id_of(new.secret), user_id, kind, now, now, new.client))
    browser_secret = None
    if browser is not None:
        browser_secret = remember_browser(unit, user_id, browser.secrets, browser.new_secret)
    return OpenedSession(LoggedIn(user_id, new.secret, browser_secret), [] if are_ended else to_end)


async def transact_opening(
    transact: ports.Transact, work: Callable[[ports.Unit], OpenedSession], terms: Terms
) -> LoggedIn:
    """Runs work that opens a session, and ends what is left of those that make room for it."""
    logged_in, to_end = await transact(work)
    if to_end:
        await end_sessions_in_batches(transact, to_end, terms)
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
        client: str = "",
    ) -> LoggedIn:
        """Opens a session, and ends the one that it is ``replacing`` in this browser.

        ``browser_secrets`` are those by which accounts know the browser, None where it is none;
        ``client`` is what it calls itself. Raises InvalidArgument, BadUsername,
        BadLength, CommonPassword, BadCharacters, UsernameTaken.
        """
        username = checked_username(username)
        password = checked_password(self.passwords, password)
        name = checked_display_name(username if display_name is None else display_name)
        password_hash = await self.passwords.hash(password)
        new = new_session(self.ids, client, replacing, browser_secrets)

        def work(unit: ports.Unit) -> OpenedSession:
            user_id = unit.accounts.add(username, password_hash, unit.now())
            unit.profiles.add(Profile(user_id, name))
            return open_session(unit, user_id, new, self.terms)

        return await transact_opening(self.transact, work, self.terms)


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
        client: str = "",
    ) -> LoggedIn:
        """Opens a session, and ends the one that it is ``replacing`` in this browser.

        ``browser_secrets`` are those by which accounts know the browser, None where it is none;
        ``client`` is what it calls itself. Raises InvalidArgument; WrongCredentials,
        after the same time whichever of the two is wrong.
        """
        username = composed(username, "username", MAX_USERNAME_LENGTH)
        # Whatever nobody can be called is looked for, too: the time says nothing of it
        account = await self.observe(lambda unit: unit.accounts.find(username))
        if not USERNAME.fullmatch(username):
            account = None
        hashed = None if account is None else account.password_hash
        right = await is_right(self.passwords, hashed, password)
        if account is None or not right:
            raise WrongCredentials
        new = new_session(self.ids, client, replacing, browser_secrets)

        def work(unit: ports.Unit) -> OpenedSession:
            # Whoever changes the password ends all sessions: none is opened with the one before
            if unit.accounts.lock(account.user_id) != account:
                raise WrongCredentials
            return open_session(unit, account.user_id, new, self.terms)

        return await transact_opening(self.transact, work, self.terms)
