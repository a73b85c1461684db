"""Who somebody is elsewhere, and how that lets them in here. Contract: 9.5, 9.6."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, field
from enum import Enum

from attendance_core.vocabulary import (
    Instant,
    LinkRequestId,
    ScanId,
    Seconds,
    SessionId,
    UserId,
)

LINK_REQUEST_SECONDS: Seconds = 600  # Contract: 9.6, from a proof to the answer of the provider
MAX_SUBJECT_LENGTH = 255  # OpenID Connect: 2
MAX_ISSUER_LENGTH = 255  # Contract: 10.1, and as much as stores keep of any


class IdentityKind(Enum):
    """Who says who somebody is."""

    OIDC = "oidc"  # a provider of OpenID Connect
    HOST = "host"  # a program that this one runs in, or beside, and that has people of its own


class Purpose(Enum):
    """What somebody logs in at a provider for."""

    LOG_IN = "login"
    LINK = "link"


@dataclass(frozen=True, slots=True)
class Identity:
    """Somebody, as an issuer knows them: it gives a subject to nobody else, ever."""

    kind: IdentityKind
    issuer: str
    subject: str


@dataclass(frozen=True, slots=True)
class Link:
    """An identity that lets somebody in.

    ``scan_id`` names the tick that it gave last; whatever else is judged of them has another.
    """

    identity: Identity
    user_id: UserId
    linked_at: Instant
    scan_id: ScanId | None = None


@dataclass(frozen=True, slots=True)
class LinkRequest:
    """A link that somebody has given proof for, and that the provider has not answered yet.

    A person has one at most; only the session that asked for it may finish it.
    """

    user_id: UserId
    request_id: LinkRequestId
    session_id: SessionId
    made_at: Instant

    def is_live(self, now: Instant) -> bool:
        """Tells whether the link may still be made."""
        return now < self.made_at + LINK_REQUEST_SECONDS


@dataclass(frozen=True, slots=True)
class Attempt:
    """What a browser keeps while its person is at the provider. Decision 0027.

    ``state`` comes back with them, ``nonce`` in what the provider signs, and ``verifier`` shows
    the provider that whoever brings its code is whom it has sent.
    """

    purpose: Purpose
    state: str = field(repr=False)
    nonce: str = field(repr=False)
    verifier: str = field(repr=False)


@dataclass(frozen=True, slots=True)
class ProviderAnswer:
    """What somebody brings back from the provider, as it stands in the address."""

    state: str | None
    code: str | None = field(repr=False)
    error: str | None = None
    issuer: str | None = None


@dataclass(frozen=True, slots=True)
class Claims:
    """What a provider says of whoever has logged in there.

    ``confirmed`` tells whether it counts them as its student; None where it is not asked that.
    """

    issuer: str
    subject: str
    name: str | None
    confirmed: bool | None


def request_id_of(state: str) -> LinkRequestId:
    """Makes the name that a request is kept under, of the ``state`` of its attempt."""
    return LinkRequestId(hashlib.sha256(state.encode("utf-8", "surrogatepass")).hexdigest())


def link_name_of(link: Link) -> str:
    """Makes the name that calls have for a link: 32 hexadecimal digits, which let nobody in."""
    identity = link.identity
    spelt = "\n".join((identity.kind.value, identity.issuer, identity.subject))
    return hashlib.sha256(spelt.encode()).hexdigest()[:32]
