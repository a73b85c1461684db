"""What is kept of a person as statements: a list for each kind of it, which goes on by a key.

Which column is in none of them, and why, is in `taken_columns`. Decision 0026.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from sqlalchemy import (
    ColumnElement,
    FromClause,
    Select,
    bindparam,
    case,
    exists,
    func,
    or_,
    select,
    tuple_,
)

from attendance_adapters.sql.column_types import BigId
from attendance_adapters.sql.entries import notes_are_of_entry
from attendance_adapters.sql.pieces import LIMIT, OFFSET
from attendance_adapters.sql.tables import (
    accounts,
    audit_log,
    boards,
    connections,
    events,
    friendships,
    helpers,
    known_browsers,
    ledger,
    ledger_notes,
    link_requests,
    links,
    moderators,
    places,
    profiles,
    recovery_codes,
    reset_links,
    scans,
    sessions,
    tokens,
)
from attendance_core.belongings import BelongingKind as Kind

_me = bindparam("user_id", type_=BigId)
_others = profiles.alias("others")
_held = places.alias("held")


@dataclass(frozen=True)
class BelongingList:
    """A list of one kind: which columns a record has, by their names, and what it goes on by."""

    columns: Mapping[str, ColumnElement[Any]]
    source: FromClause
    condition: ColumnElement[bool]
    keys: Sequence[ColumnElement[Any]]

    def first(self) -> Select[Any]:
        """Makes the statement of the first piece, whose rows begin with the key."""
        return (
            select(*self.keys, *(each.label(f"_{name}") for name, each in self.columns.items()))
            .select_from(self.source)
            .where(self.condition)
            .order_by(*self.keys)
            .limit(LIMIT)
            .offset(OFFSET)
        )

    def after(self) -> Select[Any]:
        """Makes that of a further one, behind the key ``after_0``, ``after_1``..."""
        behind = [bindparam(f"after_{n}", type_=key.type) for n, key in enumerate(self.keys)]
        return self.first().where(tuple_(*self.keys) > tuple_(*behind))


_EVENT = {
    "event_id": events.c.event_id,
    "name": events.c.name,
    "time_from": events.c.starts_at,
    "time_to": events.c.ends_at,
}
_ORGANISED = {**_EVENT, "code": events.c.code, "who_marks": events.c.who_marks}
_ACT = {
    "scan": audit_log.c.scan_id,
    "at": audit_log.c.at,
    "what": audit_log.c.act,
    "by": audit_log.c.judge,
    "reason": audit_log.c.reason,
}
_ENTRY = {
    "event_id": ledger.c.event_id,
    "event": events.c.name,
    "n": ledger.c.n,
    "at": ledger.c.at,
    "origin": ledger.c.origin,
    "actor_checked": ledger.c.actor_checked,
    "person_checked": ledger.c.person_checked,
    "reason": ledger.c.reason,
    "note": ledger_notes.c.note,
}
_entries = ledger.join(events, events.c.event_id == ledger.c.event_id).outerjoin(
    ledger_notes, notes_are_of_entry
)
_other_friend = case(
    (friendships.c.low_id == _me, friendships.c.high_id), else_=friendships.c.low_id
)

LISTS: Final[Mapping[Kind, BelongingList]] = {
    Kind.ACCOUNT: BelongingList(
        {
            "user_id": accounts.c.user_id,
            "username": accounts.c.username,
            "created_at": accounts.c.created_at,
            "has_password": accounts.c.password_hash.is_not(None),
            "recovery_codes_left": select(func.count())
            .where(recovery_codes.c.user_id == accounts.c.user_id)
            .scalar_subquery(),
            "reset_link_made_at": reset_links.c.made_at,
            "link_begun_at": link_requests.c.made_at,
            "moderator_since": moderators.c.added_at,
        },
        accounts.outerjoin(reset_links, reset_links.c.user_id == accounts.c.user_id)
        .outerjoin(link_requests, link_requests.c.user_id == accounts.c.user_id)
        .outerjoin(moderators, moderators.c.user_id == accounts.c.user_id),
        accounts.c.user_id == _me,
        [accounts.c.user_id],
    ),
    Kind.PROFILE: BelongingList(
        {
            "display_name": profiles.c.display_name,
            "bio": profiles.c.bio,
            "first_confirmed_at": profiles.c.checked_at,
        },
        profiles,
        profiles.c.user_id == _me,
        [profiles.c.user_id],
    ),
    Kind.SCAN: BelongingList(
        {
            "scan": scans.c.scan_id,
            "uploaded_at": scans.c.uploaded_at,
            "confirmation": scans.c.state,
            "judged_at": scans.c.judged_at,
            "reason": func.coalesce(scans.c.verdict, scans.c.reason),
            "note": scans.c.note,
            "taken_by": scans.c.taken_by,
            "taken_until": scans.c.taken_until,
            "taken_name": scans.c.taken_name,
        },
        scans,
        scans.c.user_id == _me,
        [scans.c.user_id],
    ),
    Kind.SCAN_LOG: BelongingList(
        {**_ACT, "actor_id": audit_log.c.actor_id},
        audit_log,
        audit_log.c.user_id == _me,
        [audit_log.c.n],
    ),
    Kind.SESSIONS: BelongingList(
        {
            "session": sessions.c.session_id,
            "credential": sessions.c.credential,
            "created_at": sessions.c.created_at,
            "used_at": sessions.c.used_at,
            "client": sessions.c.client,
        },
        sessions,
        sessions.c.user_id == _me,
        [sessions.c.session_id],
    ),
    Kind.KNOWN_BROWSERS: BelongingList(
        {"used_at": known_browsers.c.used_at},
        known_browsers,
        known_browsers.c.user_id == _me,
        [known_browsers.c.browser_id],
    ),
    Kind.TOKENS: BelongingList(
        {
            "token_id": tokens.c.token_id,
            "name": tokens.c.name,
            "scopes": tokens.c.scopes,
            "created_at": tokens.c.created_at,
            "expires_at": tokens.c.expires_at,
            "used_at": tokens.c.used_at,
        },
        tokens,
        tokens.c.user_id == _me,
        [tokens.c.token_id],
    ),
    Kind.LINKS: BelongingList(
        {
            "kind": links.c.kind,
            "issuer": links.c.issuer,
            "subject": links.c.subject,
            "linked_at": links.c.linked_at,
            "scan": links.c.scan_id,
        },
        links,
        links.c.user_id == _me,
        [links.c.kind, links.c.issuer, links.c.subject],
    ),
    Kind.FRIENDS: BelongingList(
        {
            "user_id": _others.c.user_id,
            "display_name": _others.c.display_name,
            "asked_by_me": friendships.c.requester_id == _me,
            "asked_at": friendships.c.requested_at,
            "accepted": friendships.c.accepted,
        },
        friendships.join(_others, _others.c.user_id == _other_friend),
        or_(friendships.c.low_id == _me, friendships.c.high_id == _me),
        [friendships.c.low_id, friendships.c.high_id],
    ),
    Kind.CREATED_EVENTS: BelongingList(
        {
            **_ORGANISED,
            "has_board_link": exists().where(boards.c.event_id == events.c.event_id),
        },
        events,
        events.c.creator_id == _me,
        [events.c.event_id],
    ),
    Kind.HELPED_EVENTS: BelongingList(
        {**_ORGANISED, "added_at": helpers.c.added_at},
        helpers.join(events, events.c.event_id == helpers.c.event_id),
        helpers.c.user_id == _me,
        [helpers.c.event_id],
    ),
    Kind.PLACES: BelongingList(
        {
            **_EVENT,
            "member": places.c.member,
            "waiting_since": places.c.since,
            "held_by": places.c.held_by,
            "held_until": places.c.held_until,
            "last_held_by": places.c.barred_marker,
            "left_to_others_until": places.c.barred_until,
        },
        places.join(events, events.c.event_id == places.c.event_id),
        places.c.user_id == _me,
        [places.c.event_id],
    ),
    # Whoever holds somebody, or has a socket, has a place there: no index begins with them
    Kind.HOLDS: BelongingList(
        {
            "event_id": _held.c.event_id,
            "user_id": _held.c.user_id,
            "held_until": _held.c.held_until,
        },
        places.join(_held, _held.c.event_id == places.c.event_id),
        (places.c.user_id == _me) & (_held.c.held_by == _me),
        [_held.c.event_id],
    ),
    Kind.SOCKETS: BelongingList(
        {
            "event_id": connections.c.event_id,
            "session": connections.c.session_id,
            "role": connections.c.role,
            "lost_at": connections.c.lost_at,
        },
        places.join(connections, connections.c.event_id == places.c.event_id),
        (places.c.user_id == _me) & (connections.c.user_id == _me),
        [connections.c.connection_id],
    ),
    Kind.SCANS_TAKEN: BelongingList(
        {
            "scan": scans.c.scan_id,
            "user_id": scans.c.user_id,
            "display_name": scans.c.taken_name,
            "taken_until": scans.c.taken_until,
        },
        scans,
        scans.c.taken_by == _me,
        [scans.c.user_id],
    ),
    Kind.SCANS_HANDLED: BelongingList(
        {**_ACT, "user_id": audit_log.c.user_id},
        audit_log,
        audit_log.c.actor_id == _me,
        [audit_log.c.n],
    ),
    # In the order of an index, so that a long list costs as much at its end as at its beginning
    Kind.MARKS_RECEIVED: BelongingList(
        {
            **_ENTRY,
            "actor_id": ledger.c.actor_id,
            "actor": _others.c.display_name,
            "marked_as": ledger_notes.c.marked_as,
        },
        _entries.join(_others, _others.c.user_id == ledger.c.actor_id),
        ledger.c.user_id == _me,
        [ledger.c.month, ledger.c.actor_id, ledger.c.event_id, ledger.c.n],
    ),
    Kind.MARKS_GIVEN: BelongingList(
        {
            **_ENTRY,
            "user_id": ledger.c.user_id,
            "display_name": _others.c.display_name,
        },
        _entries.join(_others, _others.c.user_id == ledger.c.user_id),
        ledger.c.actor_id == _me,
        [
            ledger.c.month,
            ledger.c.person_checked,
            ledger.c.at,
            ledger.c.event_id,
            ledger.c.user_id,
            ledger.c.n,
        ],
    ),
}
