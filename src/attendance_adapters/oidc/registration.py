"""How we are registered with a provider of OpenID Connect, which calls us a client."""

from __future__ import annotations

from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True)
class Registration:
    """Says how a provider knows us, and what we ask it."""

    issuer: str
    client_id: str
    client_secret: str = field(repr=False)
    redirect_uri: str
    confirmed_claim: str | None = None  # which tells whether it has confirmed who somebody is
