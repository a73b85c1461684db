"""What comes back from a provider: whether it belongs to what was begun here, and whom it names."""

from __future__ import annotations

import hmac

from attendance_core import ports
from attendance_core.errors import (
    BadCharacters,
    BadLength,
    InvalidArgument,
    LogInNotBegun,
    ProviderRefused,
)
from attendance_core.identities import (
    Attempt,
    Claims,
    Identity,
    IdentityKind,
    ProviderAnswer,
    Purpose,
)
from attendance_core.profiles import checked_display_name


def new_attempt(ids: ports.Ids, purpose: Purpose) -> Attempt:
    """Makes an attempt, by chance, for one browser."""
    return Attempt(purpose, ids.token(), ids.token(), ids.token())


def checked_attempt(attempt: Attempt | None, answer: ProviderAnswer) -> Attempt:
    """Answers the attempt that was begun in this browser, where the answer is one to that.

    So nobody is logged in, or linked, as somebody else by an address that they were sent. Raises
    LogInNotBegun; ProviderRefused where the provider says no.
    """
    if attempt is None or answer.state is None or not _are_alike(attempt.state, answer.state):
        raise LogInNotBegun
    if answer.error is not None or not answer.code:
        raise ProviderRefused
    return attempt


def _are_alike(one: str, other: str) -> bool:
    return hmac.compare_digest(
        one.encode("utf-8", "surrogatepass"), other.encode("utf-8", "surrogatepass")
    )


def identity_of(claims: Claims) -> Identity:
    """Takes that of the claims by which somebody is known again: no name and no address."""
    return Identity(IdentityKind.OIDC, claims.issuer, claims.subject)


def name_in(claims: Claims) -> str | None:
    """Takes the name of the claims, tidied; None where it cannot be a display name."""
    try:
        return None if claims.name is None else checked_display_name(claims.name)
    except (InvalidArgument, BadLength, BadCharacters):
        return None
