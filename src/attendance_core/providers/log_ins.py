"""People log in by another service: sent there, and let in when they come back. Contract: 9.5."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import NamedTuple

from attendance_core import ports
from attendance_core.accounts import LoggedIn
from attendance_core.accounts.log_ins import (
    OpenedSession,
    new_session,
    open_session,
    transact_opening,
)
from attendance_core.errors import Unavailable
from attendance_core.identities import Attempt, Identity, Link, ProviderAnswer, Purpose
from attendance_core.limits import PROVIDER_LOG_INS, count_or_raise
from attendance_core.marking.terms import Terms
from attendance_core.profiles import Profile
from attendance_core.providers.answers import checked_attempt, identity_of, name_in, new_attempt
from attendance_core.providers.ticks import judge_tick, new_tick_ids
from attendance_core.vocabulary import SessionId

DEFAULT_DISPLAY_NAME = "Student"  # of whoever has none at the provider that can be shown
MAX_FINDS = 3  # of a link, whose identity may have gone to somebody else since the one before


class Begun(NamedTuple):
    """Where a browser is sent, and what it keeps meanwhile."""

    url: str
    attempt: Attempt


@dataclass(frozen=True, slots=True)
class GetProviderName:
    """Says by which provider people may log in, beside a password."""

    provider: ports.IdentityProvider

    async def __call__(self) -> str | None:
        """Answers the name of the provider, as people call it; None where there is no provider."""
        return self.provider.name


@dataclass(frozen=True, slots=True)
class BeginLogIn:
    """Sends somebody to the provider, to log in there. Contract: 9.5."""

    provider: ports.IdentityProvider
    ids: ports.Ids

    async def __call__(self) -> Begun:
        """Raises NoProvider, Unavailable."""
        attempt = new_attempt(self.ids, Purpose.LOG_IN)
        return Begun(await self.provider.begin(attempt), attempt)


@dataclass(frozen=True, slots=True)
class LogInByProvider:
    """Logs in who comes back from the provider; the first time that makes an account.

    Contract: 9.5.
    """

    transact: ports.Transact
    provider: ports.IdentityProvider
    ids: ports.Ids
    terms: Terms

    async def __call__(
        self,
        *,
        attempt: Attempt | None,
        answer: ProviderAnswer,
        replacing: SessionId | None = None,
        browser_secrets: Sequence[str] | None = None,
        client: str = "",
    ) -> LoggedIn:
        """Opens a session, and ends the one that it is ``replacing`` in this browser.

        ``attempt`` is what the browser kept, None where it kept nothing; the rest is as `LogIn` has
        it. Raises LogInNotBegun, ProviderRefused, ProviderDistrusted, NoProvider, Unavailable;
        TooManyRequests where the account has logged in so too often just now.
        """
        claims = await self.provider.finish(checked_attempt(attempt, answer), answer)
        identity, tick_ids = identity_of(claims), new_tick_ids(self.ids)
        new = new_session(self.ids, client, replacing, browser_secrets)
        # A name that nobody can sign up with, or type at a log-in: it has a colon
        username = f"{identity.kind.value}:{self.ids.token()}"

        def work(unit: ports.Unit) -> OpenedSession:
            link = lock_link(unit, identity)
            if link is None:
                user_id = unit.accounts.add(username, None, unit.now())
                unit.profiles.add(Profile(user_id, name_in(claims) or DEFAULT_DISPLAY_NAME))
                link = Link(identity, user_id, unit.now())
                unit.links.add(link)
            count_or_raise(unit, PROVIDER_LOG_INS, str(link.user_id))
            judge_tick(unit, link, claims, tick_ids)
            return open_session(unit, link.user_id, new, self.terms)

        return await transact_opening(self.transact, work, self.terms)


def lock_link(unit: ports.Unit, identity: Identity) -> Link | None:
    """Finds the link of an identity, and locks the account of its person; None where there is none.

    Whoever removes a link, or its person, has locked their account: so a link that is found again
    behind that lock stays. Raises Unavailable.
    """
    for _ in range(MAX_FINDS):
        link = unit.links.find(identity)
        if link is None:
            return None
        account = unit.accounts.lock(link.user_id)
        found_again = unit.links.find(identity)
        if found_again is not None and found_again.user_id != link.user_id:
            continue
        if found_again is not None and account is None:
            unit.links.remove(identity)  # which an earlier version has left of a deleted person
            return None
        return found_again
    raise Unavailable
