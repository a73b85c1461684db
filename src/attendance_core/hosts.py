"""People of a host: a program that has users of its own, and vouches for them. Decision 0028.

They have no password, and nothing that lets anybody in: whoever asks on their behalf is a program
that holds the use cases. A host's session of theirs has one here, so that its sockets end with it.
"""

from __future__ import annotations

import hashlib
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import partial
from typing import NamedTuple
from unicodedata import category

from attendance_core import ports
from attendance_core.accounts import MAX_SESSIONS, Actor, CredentialKind, Session
from attendance_core.arguments import check_kind, check_user_ids
from attendance_core.errors import BadCharacters, BadLength
from attendance_core.identities import (
    MAX_ISSUER_LENGTH,
    MAX_SUBJECT_LENGTH,
    Identity,
    IdentityKind,
    Link,
)
from attendance_core.marking.terms import Terms
from attendance_core.profiles import Profile, checked_display_name
from attendance_core.profiles.profile import put_profile
from attendance_core.providers.log_ins import lock_link
from attendance_core.session_ends import (
    SESSIONS_ENDED_AT_ONCE,
    end_sessions,
    end_sessions_in_batches,
)
from attendance_core.texts import FORBIDDEN_CATEGORIES
from attendance_core.token_ends import end_sessions_and_remove_tokens_of
from attendance_core.vocabulary import Seconds, SessionId, UserId

ADMISSION_NOTED_EVERY: Seconds = 86_400  # of one that is kept for 30 days from its last
PEOPLE_AT_ONCE = 500  # of whom one look reads the subjects


class _Admitted(NamedTuple):
    """Holds who was let in, and the sessions that make room, where they are still to be ended."""

    actor: Actor
    to_end: Sequence[SessionId]


@dataclass(frozen=True, slots=True)
class Admit:
    """Lets somebody in whom a host has logged in; the first time that makes an account.

    It has no password. Contract: 10.
    """

    transact: ports.Transact
    observe: ports.Observe
    ids: ports.Ids
    terms: Terms

    async def __call__(
        self, *, issuer: str, subject: str, display_name: str, session: str = ""
    ) -> Actor:
        """Takes who vouches, by which name it knows them for ever, and what they are called today.

        ``session`` is the host's name of its own session, by which `Dismiss` ends it. The same
        again writes nothing; another name is a rename. Raises InvalidArgument, BadLength,
        BadCharacters, Unavailable.
        """
        identity = _checked_identity(issuer, subject)
        name = checked_display_name(display_name)
        session_id = _session_id_of(identity, session)
        found = await self.observe(lambda unit: _find_admitted(unit, identity, name, session_id))
        if found is not None:
            return found
        # What nobody can sign up with, or type at a log-in: it has a colon
        username = f"{identity.kind.value}:{self.ids.token()}"

        def work(unit: ports.Unit) -> _Admitted:
            link = lock_link(unit, identity)
            if link is None:
                user_id = unit.accounts.add(username, None, unit.now())
                unit.profiles.add(Profile(user_id, name))
                unit.links.add(Link(identity, user_id, unit.now()))
            else:
                user_id = link.user_id
                profile = unit.profiles.lock(user_id)
                if profile.display_name != name:
                    put_profile(unit, profile, replace(profile, display_name=name))
            to_end = _note_session(unit, user_id, session_id, self.terms)
            return _Admitted(Actor(user_id, session_id), to_end)

        actor, to_end = await self.transact(work)
        if to_end:
            await end_sessions_in_batches(self.transact, to_end, self.terms)
        return actor


@dataclass(frozen=True, slots=True)
class Dismiss:
    """Ends what a host's person has open; their sockets close, without grace. Contract: 10, 6.9."""

    transact: ports.Transact
    observe: ports.Observe
    terms: Terms

    async def __call__(self, *, issuer: str, subject: str, session: str | None = None) -> None:
        """Ends the host's ``session``; without one all of their sessions, and the tokens they made.

        Does nothing where there is none. The account stays, and the next `Admit` opens it again.
        Raises InvalidArgument, BadLength, BadCharacters, Unavailable.
        """
        identity = _checked_identity(issuer, subject)
        if session is not None:
            session_ids = [_session_id_of(identity, session)]
            await end_sessions_in_batches(self.transact, session_ids, self.terms)
            return
        link = await self.observe(lambda unit: unit.links.find(identity))
        if link is not None:
            await end_sessions_and_remove_tokens_of(self.transact, link.user_id, self.terms)


@dataclass(frozen=True, slots=True)
class FindAdmitted:
    """Finds who one of a host's people is here, without letting them in. Contract: 10."""

    observe: ports.Observe

    async def __call__(self, *, issuer: str, subject: str) -> UserId | None:
        """Answers None where this host has not admitted them, or they have deleted their account.

        Raises BadLength, BadCharacters, Unavailable.
        """
        identity = _checked_identity(issuer, subject)
        link = await self.observe(lambda unit: unit.links.find(identity))
        return None if link is None else link.user_id


@dataclass(frozen=True, slots=True)
class Subjects:
    """Tells a host which of its people somebody is; `FindAdmitted` goes the other way.

    Contract: 10.
    """

    observe: ports.Observe

    async def __call__(self, *, issuer: str, user_ids: Collection[UserId]) -> Mapping[UserId, str]:
        """Answers their subjects by user id; whom this host has not admitted is not there.

        Raises BadLength, BadCharacters, PersonNotFound for an id that nobody can have, Unavailable.
        """
        check_user_ids(user_ids)
        checked_issuer = _checked_part(issuer, "issuer", MAX_ISSUER_LENGTH)
        people = sorted(frozenset(user_ids))
        subjects: dict[UserId, str] = {}
        for start in range(0, len(people), PEOPLE_AT_ONCE):
            some = people[start : start + PEOPLE_AT_ONCE]
            links = await self.observe(partial(_links_of, checked_issuer, some))
            subjects |= {each.user_id: each.identity.subject for each in links}
        return subjects


def _links_of(issuer: str, user_ids: Sequence[UserId], unit: ports.Unit) -> Sequence[Link]:
    return unit.links.of_people(IdentityKind.HOST, issuer, user_ids)


def _checked_identity(issuer: str, subject: str) -> Identity:
    """Makes an identity of what a host says of somebody, which is compared exactly.

    Raises BadLength, BadCharacters.
    """
    return Identity(
        IdentityKind.HOST,
        _checked_part(issuer, "issuer", MAX_ISSUER_LENGTH),
        _checked_part(subject, "subject", MAX_SUBJECT_LENGTH),
    )


def _checked_part(text: str, field: str, most: int) -> str:
    check_kind(field, text, str)
    if not 1 <= len(text) <= most:
        raise BadLength(field=field, least=1, most=most)
    if any(category(each) in FORBIDDEN_CATEGORIES for each in text):
        raise BadCharacters(field=field)
    return text


def _session_id_of(identity: Identity, session: str) -> SessionId:
    """Makes the name of a host's session, which begins otherwise than a hash: no secret has it."""
    check_kind("session", session, str)
    # Neither of the first two has a control character
    spelt = "\0".join((identity.issuer, identity.subject, session))
    digest = hashlib.sha256(spelt.encode("utf-8", "surrogatepass")).hexdigest()
    return SessionId(f"{identity.kind.value}:{digest}"[:64])  # as long as a hash is


def _find_admitted(
    unit: ports.Unit, identity: Identity, name: str, session_id: SessionId
) -> Actor | None:
    """Finds whom a host has admitted lately, by this name; None where something is to be noted."""
    link, session = unit.links.find(identity), unit.sessions.find(session_id)
    if link is None or session is None or session.user_id != link.user_id:
        return None
    if unit.now() >= session.used_at + ADMISSION_NOTED_EVERY:
        return None
    if unit.profiles.get_even_deleted(link.user_id).display_name != name:
        return None
    return Actor(link.user_id, session_id)


def _note_session(
    unit: ports.Unit, user_id: UserId, session_id: SessionId, terms: Terms
) -> Sequence[SessionId]:
    """Notes that a host's session is used, or opens it; the account is new, or locked.

    Of the others as many stay as there may be, those used last. Answers those that are still to be
    ended.
    """
    unit.sessions.lock(session_id)  # else it may be forgotten meanwhile
    session, now = unit.sessions.find(session_id), unit.now()
    if session is not None:
        if now >= session.used_at + ADMISSION_NOTED_EVERY:
            unit.sessions.note_use(session_id, now)
        return []
    theirs = unit.sessions.by_host_of(user_id, MAX_SESSIONS + SESSIONS_ENDED_AT_ONCE)
    to_end = [each.session_id for each in theirs[MAX_SESSIONS - 1 :]]
    are_ended = not to_end or end_sessions(unit, to_end, terms)
    unit.sessions.add(Session(session_id, user_id, CredentialKind.HOST, now, now))
    return [] if are_ended else to_end
