"""What a provider signs of whoever has logged in: whether it is for us, now, for this log-in."""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import Any, Final

from authlib.oidc.core import CodeIDToken
from joserfc import jwt
from joserfc.errors import InvalidKeyIdError
from joserfc.jwk import KeySet

from attendance_adapters.oidc.errors import Distrusted
from attendance_adapters.oidc.registration import Registration
from attendance_core.identities import MAX_SUBJECT_LENGTH
from attendance_core.vocabulary import Instant, Seconds

# By a pair of keys alone: nobody signs with what is published, nor with nothing
ALGORITHMS: Final = (
    *("RS256", "RS384", "RS512"),
    *("PS256", "PS384", "PS512"),
    *("ES256", "ES384", "ES512"),
)
MAX_TOKEN_LENGTH: Final = 32 * 1024
LEEWAY_SECONDS: Final[Seconds] = 60  # by which its clock and ours may differ


class UnknownKey(Distrusted):
    """Raised for a token that is signed with a key which is not known."""


def read_id_token(
    token: object,
    keys: KeySet,
    registration: Registration,
    *,
    nonce: str,
    access_token: str | None,
    now: Instant,
) -> Mapping[str, Any]:
    """Answers what a token says, once its signature, its parties, its time and its nonce are right.

    Raises UnknownKey, Distrusted, and what the libraries raise: all of it means no.
    """
    if not isinstance(token, str) or not token.isascii() or len(token) > MAX_TOKEN_LENGTH:
        raise Distrusted("no ID token")
    try:
        decoded = jwt.decode(token, keys, algorithms=list(ALGORITHMS))
    except InvalidKeyIdError:
        raise UnknownKey("an ID token that is signed with an unknown key") from None
    claims = CodeIDToken(
        decoded.claims,
        decoded.header,
        {
            "iss": {"essential": True, "value": registration.issuer},
            "aud": {"essential": True, "value": registration.client_id},
            "sub": {"essential": True},
            "nonce": {"essential": True, "value": nonce},
        },
        {"nonce": nonce, "client_id": registration.client_id, "access_token": access_token},
    )
    claims.validate(now=int(now), leeway=int(LEEWAY_SECONDS))
    if claims.get("iss") != registration.issuer:  # a text, and exactly this one
        raise Distrusted("an ID token of another issuer")
    if not all(map(_is_time, (claims.get("exp"), claims.get("iat")))):
        raise Distrusted("an ID token of no time")  # NaN is never over
    if not _is_subject(claims.get("sub")):
        raise Distrusted("an ID token of nobody")
    return dict(claims)


def _is_time(value: object) -> bool:
    return isinstance(value, int | float) and math.isfinite(value)


def _is_subject(value: object) -> bool:
    """Tells whether this can be the name of somebody at a provider."""
    return (
        isinstance(value, str)
        and 0 < len(value) <= MAX_SUBJECT_LENGTH
        and value.isascii()
        and value.isprintable()
    )
