"""What we are to a provider, and what it can be wrong about."""

from __future__ import annotations

from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True)
class Client:
    """How a provider knows us, and what we ask it."""

    issuer: str
    client_id: str
    client_secret: str = field(repr=False)
    redirect_uri: str
    confirmed_claim: str | None = None


class Distrusted(Exception):
    """Raised for an answer that a provider of ours would not give; the text is for the log."""
