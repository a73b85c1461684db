"""Keeps who people are elsewhere, and who is about to link that. See the package."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Protocol

from attendance_core.vocabulary import Instant, UserId

if TYPE_CHECKING:
    from attendance_core.identities import Identity, IdentityKind, Link, LinkRequest


class Links(Protocol):
    """Keeps identities that let somebody in, each of one person."""

    def add(self, link: Link) -> None:
        """Adds one; two who add the same identity at once come one after the other.

        Raises an error where this identity lets somebody in already.
        """
        ...

    def find(self, identity: Identity) -> Link | None: ...

    def of(self, user_id: UserId) -> Sequence[Link]:
        """Lists those of a person, in the order they were added."""
        ...

    def of_people(
        self, kind: IdentityKind, issuer: str, user_ids: Sequence[UserId]
    ) -> Sequence[Link]:
        """Lists those of these people that are of this issuer, by one query.

        They are in the order they were added.
        """
        ...

    def put(self, link: Link) -> None:
        """Replaces what is kept of one whose person is locked."""
        ...

    def remove(self, identity: Identity) -> None:
        """Removes one; does nothing where there is none."""
        ...


class LinkRequests(Protocol):
    """Keeps links that somebody is about to make, one a person."""

    def put(self, request: LinkRequest) -> None:
        """Adds one, in place of what this person had."""
        ...

    def find(self, user_id: UserId) -> LinkRequest | None: ...

    def remove(self, user_id: UserId) -> None:
        """Removes theirs; does nothing where there is none."""
        ...

    def remove_expired(self, made_until: Instant) -> None:
        """Removes those that were made at this instant or before."""
        ...
