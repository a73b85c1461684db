"""Proof, beside a session, that it is the person who asks and not whoever found their browser.

That is their password; or, for whoever has none, that they have just logged in. Contract: 9.1.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import NamedTuple

from attendance_core import ports
from attendance_core.accounts.account import Account, is_right
from attendance_core.accounts.sessions import Session
from attendance_core.errors import LogInAgain, MissingArgument, NotLoggedIn, WrongPassword
from attendance_core.vocabulary import Instant, Seconds, SessionId, UserId

PROOF_SECONDS: Seconds = 600  # Contract: 9.1, of a log-in, for whoever has no password


@dataclass(frozen=True, slots=True)
class Proof:
    """What somebody has proven themselves by: this session, and the password of then.

    It took a while to look at that password: the transaction that
    does what was to be proven checks it again.
    """

    user_id: UserId
    session_id: SessionId
    password_hash: str | None

    def lock(self, unit: ports.Unit) -> Account:
        """Locks their account, and checks that this still stands.

        Raises NotLoggedIn, WrongPassword.
        """
        account = unit.accounts.lock(self.user_id)
        if account is None or unit.sessions.find(self.session_id) is None:
            raise NotLoggedIn
        if account.password_hash != self.password_hash:
            raise WrongPassword
        return account


class _Seen(NamedTuple):
    """Holds what a proof is looked at by."""

    account: Account | None
    session: Session | None
    now: Instant


async def prove(
    observe: ports.Observe,
    passwords: ports.Passwords,
    *,
    actor: UserId,
    session_id: SessionId,
    password: str | None,
    field: str = "password",
) -> Proof:
    """Looks at the proof that an actor gives; ``field`` is the argument of their password.

    Raises InvalidArgument; MissingArgument where there is one and none is given, WrongPassword;
    LogInAgain for whoever has none and logged in too long ago; NotLoggedIn, Unavailable.
    """

    def look(unit: ports.Unit) -> _Seen:
        account = unit.accounts.find_by_id(actor)
        return _Seen(account, unit.sessions.find(session_id), unit.now())

    account, session, now = await observe(look)
    if account is None or session is None or session.user_id != actor:
        raise NotLoggedIn
    if account.password_hash is None:
        if now >= session.created_at + PROOF_SECONDS:
            raise LogInAgain(minutes=int(PROOF_SECONDS // 60))
    elif password is None:
        raise MissingArgument(field=field)
    elif not await is_right(passwords, account.password_hash, password, field):
        raise WrongPassword
    return Proof(actor, session_id, account.password_hash)
