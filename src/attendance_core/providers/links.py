"""People link who they are elsewhere to the account they have, and end that. Contract: 9.6.

It is begun by a proof, so that whoever finds a browser that is logged in does not give themselves a
way in that stays.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import NamedTuple

from attendance_core import ports
from attendance_core.accounts import prove
from attendance_core.accounts.account import may_log_in_by_password
from attendance_core.arguments import check_kinds
from attendance_core.errors import (
    LinkedToAnother,
    LogInNotBegun,
    NotLoggedIn,
    OnlyWayIn,
    TooManyLinks,
)
from attendance_core.identities import (
    LINK_REQUEST_SECONDS,
    Attempt,
    IdentityKind,
    Link,
    LinkRequest,
    ProviderAnswer,
    Purpose,
    link_name_of,
    request_id_of,
)
from attendance_core.providers.answers import checked_attempt, identity_of, new_attempt
from attendance_core.providers.log_ins import Begun
from attendance_core.providers.ticks import judge_tick, new_tick_ids, remove_tick_given_by
from attendance_core.vocabulary import SessionId, UserId

MAX_LINKS = 10  # Contract: 9.6, of a person


class WaysIn(NamedTuple):
    """Tells whether somebody has a password, by which they prove who they are; and their links.

    Those that a host made are left out: nobody logs in by them. Decision 0028.
    """

    has_password: bool
    links: Sequence[Link]


@dataclass(frozen=True, slots=True)
class GetWaysIn:
    """Tells by what somebody may log in, and prove who they are. Contract: GetSessions."""

    observe: ports.Observe

    async def __call__(self, *, actor: UserId) -> WaysIn:
        """Lists links in the order they were added. Raises Unavailable."""
        check_kinds(actor=actor)

        def look(unit: ports.Unit) -> WaysIn:
            account = unit.accounts.find_by_id(actor)
            has_password = account is not None and account.password_hash is not None
            return WaysIn(has_password, _of_providers(unit.links.of(actor)))

        return await self.observe(look)


@dataclass(frozen=True, slots=True)
class LinkProvider:
    """Sends somebody to the provider, to link who they are there to their account here.

    Contract: POST /accounts/oidc/link/.
    """

    transact: ports.Transact
    observe: ports.Observe
    passwords: ports.Passwords
    provider: ports.IdentityProvider
    ids: ports.Ids

    async def __call__(
        self, *, actor: UserId, session_id: SessionId, password: str | None = None
    ) -> Begun:
        """Begins it where the password is right, or, where there is none, the log-in is fresh.

        Raises what `prove` raises; NoProvider, Unavailable.
        """
        check_kinds(actor=actor, session_id=session_id)
        attempt = new_attempt(self.ids, Purpose.LINK)
        url = await self.provider.begin(attempt)
        proof = await prove(
            self.observe, self.passwords, actor=actor, session_id=session_id, password=password
        )

        def work(unit: ports.Unit) -> None:
            proof.lock(unit)
            request_id = request_id_of(attempt.state)
            unit.link_requests.put(LinkRequest(actor, request_id, session_id, unit.now()))

        await self.transact(work)
        return Begun(url, attempt)


@dataclass(frozen=True, slots=True)
class FinishLink:
    """Links who comes back from the provider to the account they have left from. Contract: 9.6."""

    transact: ports.Transact
    observe: ports.Observe
    provider: ports.IdentityProvider
    ids: ports.Ids

    async def __call__(
        self,
        *,
        actor: UserId,
        session_id: SessionId,
        attempt: Attempt | None,
        answer: ProviderAnswer,
    ) -> None:
        """Links it where the same session has begun that; done already is no error.

        Raises LogInNotBegun, ProviderRefused, ProviderDistrusted, NoProvider; LinkedToAnother,
        TooManyLinks, NotLoggedIn, Unavailable.
        """
        check_kinds(actor=actor, session_id=session_id)
        own_attempt = checked_attempt(attempt, answer)

        def check(unit: ports.Unit) -> None:
            request = unit.link_requests.find(actor)
            if (
                request is None
                or request.request_id != request_id_of(own_attempt.state)
                or request.session_id != session_id
                or not request.is_live(unit.now())
            ):
                raise LogInNotBegun

        await self.observe(check)
        claims = await self.provider.finish(own_attempt, answer)
        identity, tick_ids = identity_of(claims), new_tick_ids(self.ids)

        def work(unit: ports.Unit) -> None:
            if unit.accounts.lock(actor) is None or unit.sessions.find(session_id) is None:
                raise NotLoggedIn
            check(unit)  # another browser of theirs may have come back by now
            unit.link_requests.remove(actor)
            link = unit.links.find(identity)
            if link is not None and unit.accounts.find_by_id(link.user_id) is None:
                unit.links.remove(identity)  # of a person whom the version before has deleted
                link = None
            if link is None:
                if len(unit.links.of(actor)) >= MAX_LINKS:
                    raise TooManyLinks(most=MAX_LINKS)
                link = Link(identity, actor, unit.now())
                unit.links.add(link)
            elif link.user_id != actor:
                raise LinkedToAnother
            judge_tick(unit, link, claims, tick_ids)

        await self.transact(work)


@dataclass(frozen=True, slots=True)
class UnlinkProvider:
    """Ends a link: it lets nobody in any more. Contract: POST /accounts/oidc/unlink/."""

    transact: ports.Transact

    async def __call__(self, *, actor: UserId, link: str) -> None:
        """Ends the link of this name, and the tick that it has given.

        Does nothing where they have no such link. Raises OnlyWayIn, NotLoggedIn.
        """
        check_kinds(actor=actor)

        def work(unit: ports.Unit) -> None:
            account = unit.accounts.lock(actor)
            if account is None:
                raise NotLoggedIn
            theirs = unit.links.of(actor)
            so_named = (each for each in _of_providers(theirs) if link_name_of(each) == link)
            named = next(so_named, None)
            if named is None:
                return
            if len(theirs) == 1 and not may_log_in_by_password(account):
                raise OnlyWayIn
            remove_tick_given_by(unit, named)
            unit.links.remove(named.identity)

        await self.transact(work)


def remove_provider_links(unit: ports.Unit, user_id: UserId) -> None:
    """Removes all links of somebody who comes back without their password, and has one now.

    Whoever had found the password before may have made them, but none that a host made. Their
    account is locked.
    """
    unit.link_requests.remove(user_id)
    for link in _of_providers(unit.links.of(user_id)):
        remove_tick_given_by(unit, link)
        unit.links.remove(link.identity)


def _of_providers(links: Sequence[Link]) -> Sequence[Link]:
    """Leaves out links that hosts made: nobody logs in here by them, and hosts end them."""
    return [each for each in links if each.identity.kind is not IdentityKind.HOST]


@dataclass(frozen=True, slots=True)
class ForgetLinkRequests:
    """Forgets links that were begun, and nobody came back for in time."""

    transact: ports.Transact

    async def __call__(self) -> None:
        """Removes them."""
        await self.transact(
            lambda unit: unit.link_requests.remove_expired(unit.now() - LINK_REQUEST_SECONDS)
        )
