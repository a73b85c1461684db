"""Who people are elsewhere, and links that are about to be made, in SQL."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from sqlalchemy import String, bindparam, delete, insert, select, update

from attendance_adapters.sql.column_types import BigId
from attendance_adapters.sql.executor import WITH_TIME, Executor
from attendance_adapters.sql.tables import link_requests, links
from attendance_adapters.sql.upserts import add_or_change
from attendance_core.identities import Identity, IdentityKind, Link, LinkRequest
from attendance_core.vocabulary import Instant, UserId

_SELECT_LINKS = select(
    links.c.kind,
    links.c.issuer,
    links.c.subject,
    links.c.user_id,
    links.c.linked_at,
    links.c.scan_id,
)
_IS_IDENTITY = (
    links.c.kind == bindparam("where_kind"),
    links.c.issuer == bindparam("where_issuer"),
    links.c.subject == bindparam("where_subject"),
)
ADD_LINK = insert(links)
FIND_LINK = _SELECT_LINKS.where(*_IS_IDENTITY)
_SELECT_BY_AGE = _SELECT_LINKS.order_by(
    links.c.linked_at, links.c.kind, links.c.issuer, links.c.subject
)
LINKS_OF = _SELECT_BY_AGE.where(links.c.user_id == bindparam("user_id"))
LINKS_OF_PEOPLE = _SELECT_BY_AGE.where(
    links.c.user_id.in_(bindparam("user_ids", expanding=True, type_=BigId)),
    links.c.kind == bindparam("kind", type_=String),
    links.c.issuer == bindparam("issuer", type_=String),
)
PUT_LINK = update(links).where(*_IS_IDENTITY).values(scan_id=bindparam("scan_id"))
REMOVE_LINK = delete(links).where(*_IS_IDENTITY)

PUT_REQUEST = add_or_change(
    link_requests, [link_requests.c.user_id], ["request_id", "session_id", "made_at"]
)
FIND_REQUEST = (
    select(
        link_requests.c.user_id,
        link_requests.c.request_id,
        link_requests.c.session_id,
        link_requests.c.made_at,
    )
    .where(link_requests.c.user_id == bindparam("user_id"))
    .execution_options(**{WITH_TIME: True})
)
REMOVE_REQUEST = delete(link_requests).where(link_requests.c.user_id == bindparam("user_id"))
REMOVE_EXPIRED_REQUESTS = delete(link_requests).where(
    link_requests.c.made_at <= bindparam("made_until")
)


class Links:
    """Keeps identities that let somebody in; `repositories.Links`."""

    def __init__(self, executor: Executor) -> None:
        self._execute = executor.execute
        self._send = executor.send

    def add(self, link: Link) -> None:
        row = {
            "kind": link.identity.kind.value,
            "issuer": link.identity.issuer,
            "subject": link.identity.subject,
            "user_id": link.user_id,
            "linked_at": link.linked_at,
            "scan_id": link.scan_id,
        }
        self._send(ADD_LINK, row)

    def find(self, identity: Identity) -> Link | None:
        row = self._execute(FIND_LINK, _keys_of(identity)).one_or_none()
        return None if row is None else _link_from(row)

    def of(self, user_id: UserId) -> Sequence[Link]:
        return [_link_from(row) for row in self._execute(LINKS_OF, {"user_id": user_id})]

    def of_people(
        self, kind: IdentityKind, issuer: str, user_ids: Sequence[UserId]
    ) -> Sequence[Link]:
        parameters = {"kind": kind.value, "issuer": issuer, "user_ids": list(user_ids)}
        return [_link_from(row) for row in self._execute(LINKS_OF_PEOPLE, parameters)]

    def put(self, link: Link) -> None:
        self._send(PUT_LINK, {**_keys_of(link.identity), "scan_id": link.scan_id})

    def remove(self, identity: Identity) -> None:
        self._send(REMOVE_LINK, _keys_of(identity))


class LinkRequests:
    """Keeps links that are about to be made; `repositories.LinkRequests`."""

    def __init__(self, executor: Executor) -> None:
        self._execute = executor.execute
        self._send = executor.send

    def put(self, request: LinkRequest) -> None:
        row = {
            "user_id": request.user_id,
            "request_id": request.request_id,
            "session_id": request.session_id,
            "made_at": request.made_at,
        }
        self._send(PUT_REQUEST, row)

    def find(self, user_id: UserId) -> LinkRequest | None:
        row = self._execute(FIND_REQUEST, {"user_id": user_id}).one_or_none()
        return None if row is None else LinkRequest(*row)

    def remove(self, user_id: UserId) -> None:
        self._send(REMOVE_REQUEST, {"user_id": user_id})

    def remove_expired(self, made_until: Instant) -> None:
        self._send(REMOVE_EXPIRED_REQUESTS, {"made_until": made_until})


def _keys_of(identity: Identity) -> Mapping[str, str]:
    return {
        "where_kind": identity.kind.value,
        "where_issuer": identity.issuer,
        "where_subject": identity.subject,
    }


def _link_from(row: Sequence[Any]) -> Link:
    kind, issuer, subject, user_id, linked_at, scan_id = row
    return Link(Identity(IdentityKind(kind), issuer, subject), user_id, linked_at, scan_id)
