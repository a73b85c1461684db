"""Who people are elsewhere, and links that are about to be made, in dicts."""

from __future__ import annotations

from collections.abc import Sequence

from attendance_adapters.in_memory.tables import Tables
from attendance_core.identities import Identity, IdentityKind, Link, LinkRequest
from attendance_core.vocabulary import Instant, UserId


class Links:
    """Keeps identities that let somebody in; `repositories.Links`."""

    def __init__(self, tables: Tables) -> None:
        self._links = tables.links

    def add(self, link: Link) -> None:
        if link.identity in self._links:
            raise ValueError("this identity lets somebody in already")
        self._links[link.identity] = link

    def find(self, identity: Identity) -> Link | None:
        return self._links.get(identity)

    def of(self, user_id: UserId) -> Sequence[Link]:
        theirs = [each for each in self._links.values() if each.user_id == user_id]
        return sorted(theirs, key=_order_of)

    def of_people(
        self, kind: IdentityKind, issuer: str, user_ids: Sequence[UserId]
    ) -> Sequence[Link]:
        people = frozenset(user_ids)
        theirs = [
            each
            for each in self._links.values()
            if each.user_id in people
            and (each.identity.kind, each.identity.issuer) == (kind, issuer)
        ]
        return sorted(theirs, key=_order_of)

    def put(self, link: Link) -> None:
        self._links[link.identity] = link

    def remove(self, identity: Identity) -> None:
        if identity in self._links:
            del self._links[identity]


class LinkRequests:
    """Keeps links that are about to be made; `repositories.LinkRequests`."""

    def __init__(self, tables: Tables) -> None:
        self._requests = tables.link_requests

    def put(self, request: LinkRequest) -> None:
        self._requests[request.user_id] = request

    def find(self, user_id: UserId) -> LinkRequest | None:
        return self._requests.get(user_id)

    def remove(self, user_id: UserId) -> None:
        if user_id in self._requests:
            del self._requests[user_id]

    def remove_expired(self, made_until: Instant) -> None:
        for request in list(self._requests.values()):
            if request.made_at <= made_until:
                del self._requests[request.user_id]


def _order_of(link: Link) -> tuple[Instant, str, str, str]:
    identity = link.identity
    return link.linked_at, identity.kind.value, identity.issuer, identity.subject
