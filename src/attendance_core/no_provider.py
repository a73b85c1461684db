"""Stands for an identity provider where there is none."""

from __future__ import annotations

from attendance_core.errors import NoProvider
from attendance_core.identities import Attempt, Claims, ProviderAnswer


class NoIdentityProvider:
    """Lets nobody log in by a provider: a `ports.IdentityProvider` that may be closed."""

    name: str | None = None

    async def begin(self, attempt: Attempt) -> str:
        """Raises NoProvider."""
        raise NoProvider

    async def finish(self, attempt: Attempt, answer: ProviderAnswer) -> Claims:
        """Raises NoProvider."""
        raise NoProvider

    async def close(self) -> None:
        """Has nothing to end."""
