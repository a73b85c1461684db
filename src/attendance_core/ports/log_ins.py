"""What shows who somebody is: their password, or a provider where they log in."""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from attendance_core.identities import Attempt, Claims, ProviderAnswer


class Passwords(Protocol):
    """Hashes passwords: slow on purpose, and never in the way of anybody else."""

    async def hash(self, password: str) -> str: ...

    async def verify(self, hashed: str | None, password: str) -> bool:
        """Compares; as slow for an account that does not exist (None) as for one that does."""
        ...

    def is_common(self, password: str) -> bool:
        """Tells whether everybody tries it first."""
        ...


class IdentityProvider(Protocol):
    """Says who somebody is who logs in there, not here. Contract: 9.5."""

    @property
    def name(self) -> str | None:
        """What people call it; None where there is none."""
        ...

    async def begin(self, attempt: Attempt) -> str:
        """Answers the address that a browser is sent to. Raises NoProvider, Unavailable."""
        ...

    async def finish(self, attempt: Attempt, answer: ProviderAnswer) -> Claims:
        """Answers who has logged in, going by the code that they bring; it opens once.

        Raises NoProvider; ProviderDistrusted for whatever is not of this attempt, of this
        provider, and true by now; Unavailable where it does not answer.
        """
        ...
