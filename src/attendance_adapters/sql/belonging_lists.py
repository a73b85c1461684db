"""What is kept of a person, a list for each kind of it: where it is, and what a record of it says.

Which column is in none of them, and why, is in `belonging_columns`. Decision 0026.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from sqlalchemy import bindparam, case, exists, func, or_, select

from attendance_adapters.sql.belonging_statements import BelongingList
from attendance_adapters.sql.column_types import BigId
from attendance_adapters.sql.entries import notes_are_of_entry
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

_user_id = bindparam("user_id", type_=BigId)
_other_people = profiles.alias("others")
_held_places = places.alias("held")
# What several kinds have, by the names in a record
_EVENT_COLUMNS = {
    "event_id": events.c.event_id,
    "name": events.c.name,
    "time_from": events.c.starts_at,
    "time_to": events.c.ends_at,
}
_ORGANISED_EVENT_COLUMNS = {
    **_EVENT_COLUMNS,
    "code": events.c.code,
    "who_marks": events.c.who_marks,
}
_AUDIT_COLUMNS = {
    "scan": audit_log.c.scan_id,
    "at": audit_log.c.at,
    "what": audit_log.c.act,
    "by": audit_log.c.judge,
    "reason": audit_log.c.reason,
}
_ENTRY_COLUMNS = {
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
_friend_id = case(
    (friendships.c.low_id == _user_id, friendships.c.high_id), else_=friendships.c.low_id
)

LISTS: Final[Mapping[Kind, BelongingList]] = {
    Kind.ACCOUNT: BelongingList(
        columns={
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
        source=accounts.outerjoin(reset_links, reset_links.c.user_id == accounts.c.user_id)
        .outerjoin(link_requests, link_requests.c.user_id == accounts.c.user_id)
        .outerjoin(moderators, moderators.c.user_id == accounts.c.user_id),
        condition=accounts.c.user_id == _user_id,
        keys=[accounts.c.user_id],
    ),
    Kind.PROFILE: BelongingList(
        columns={
            "display_name": profiles.c.display_name,
            "bio": profiles.c.bio,
            "first_confirmed_at": profiles.c.checked_at,
        },
        source=profiles,
        condition=profiles.c.user_id == _user_id,
        keys=[profiles.c.user_id],
    ),
    Kind.SCAN: BelongingList(
        columns={
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
        source=scans,
        condition=scans.c.user_id == _user_id,
        keys=[scans.c.user_id],
    ),
    Kind.SCAN_LOG: BelongingList(
        columns={**_AUDIT_COLUMNS, "actor_id": audit_log.c.actor_id},
        source=audit_log,
        condition=audit_log.c.user_id == _user_id,
        keys=[audit_log.c.n],
    ),
    Kind.SESSIONS: BelongingList(
        columns={
            "session": sessions.c.session_id,
            "credential": sessions.c.kind,
            "created_at": sessions.c.created_at,
            "used_at": sessions.c.used_at,
            "client": sessions.c.client,
        },
        source=sessions,
        condition=sessions.c.user_id == _user_id,
        keys=[sessions.c.session_id],
    ),
    Kind.KNOWN_BROWSERS: BelongingList(
        columns={"used_at": known_browsers.c.used_at},
        source=known_browsers,
        condition=known_browsers.c.user_id == _user_id,
        keys=[known_browsers.c.browser_id],
    ),
    Kind.TOKENS: BelongingList(
        columns={
            "token_id": tokens.c.token_id,
            "name": tokens.c.name,
            "scopes": tokens.c.scopes,
            "created_at": tokens.c.created_at,
            "expires_at": tokens.c.expires_at,
            "used_at": tokens.c.used_at,
        },
        source=tokens,
        condition=tokens.c.user_id == _user_id,
        keys=[tokens.c.token_id],
    ),
    Kind.LINKS: BelongingList(
        columns={
            "kind": links.c.kind,
            "issuer": links.c.issuer,
            "subject": links.c.subject,
            "linked_at": links.c.linked_at,
            "scan": links.c.scan_id,
        },
        source=links,
        condition=links.c.user_id == _user_id,
        keys=[links.c.kind, links.c.issuer, links.c.subject],
    ),
    Kind.FRIENDS: BelongingList(
        columns={
            "user_id": _other_people.c.user_id,
            "display_name": _other_people.c.display_name,
            "asked_by_me": friendships.c.requester_id == _user_id,
            "asked_at": friendships.c.requested_at,
            "accepted": friendships.c.accepted,
        },
        source=friendships.join(_other_people, _other_people.c.user_id == _friend_id),
        condition=or_(friendships.c.low_id == _user_id, friendships.c.high_id == _user_id),
        keys=[friendships.c.low_id, friendships.c.high_id],
    ),
    Kind.CREATED_EVENTS: BelongingList(
        columns={
            **_ORGANISED_EVENT_COLUMNS,
            "has_board_link": exists().where(boards.c.event_id == events.c.event_id),
        },
        source=events,
        condition=events.c.creator_id == _user_id,
        keys=[events.c.event_id],
    ),
    Kind.HELPED_EVENTS: BelongingList(
        columns={**_ORGANISED_EVENT_COLUMNS, "added_at": helpers.c.added_at},
        source=helpers.join(events, events.c.event_id == helpers.c.event_id),
        condition=helpers.c.user_id == _user_id,
        keys=[helpers.c.event_id],
    ),
    Kind.PLACES: BelongingList(
        columns={
            **_EVENT_COLUMNS,
            "member": places.c.member,
            "waiting_since": places.c.since,
            "held_by": places.c.held_by,
            "held_until": places.c.held_until,
            "last_held_by": places.c.barred_marker,
            "left_to_others_until": places.c.barred_until,
        },
        source=places.join(events, events.c.event_id == places.c.event_id),
        condition=places.c.user_id == _user_id,
        keys=[places.c.event_id],
    ),
    # Whoever holds somebody, or has a socket, has a place there: no index begins with them
    Kind.HOLDS: BelongingList(
        columns={
            "event_id": _held_places.c.event_id,
            "user_id": _held_places.c.user_id,
            "held_until": _held_places.c.held_until,
        },
        source=places.join(_held_places, _held_places.c.event_id == places.c.event_id),
        condition=(places.c.user_id == _user_id) & (_held_places.c.held_by == _user_id),
        keys=[_held_places.c.event_id],
    ),
    Kind.SOCKETS: BelongingList(
        columns={
            "event_id": connections.c.event_id,
            "session": connections.c.session_id,
            "role": connections.c.role,
            "lost_at": connections.c.lost_at,
        },
        source=places.join(connections, connections.c.event_id == places.c.event_id),
        condition=(places.c.user_id == _user_id) & (connections.c.user_id == _user_id),
        keys=[connections.c.connection_id],
    ),
    Kind.SCANS_TAKEN: BelongingList(
        columns={
            "scan": scans.c.scan_id,
            "user_id": scans.c.user_id,
            "display_name": scans.c.taken_name,
            "taken_until": scans.c.taken_until,
        },
        source=scans,
        condition=scans.c.taken_by == _user_id,
        keys=[scans.c.user_id],
    ),
    Kind.SCANS_HANDLED: BelongingList(
        columns={**_AUDIT_COLUMNS, "user_id": audit_log.c.user_id},
        source=audit_log,
        condition=audit_log.c.actor_id == _user_id,
        keys=[audit_log.c.n],
    ),
    # In the order of an index, so that a long list costs as much at its end as at its beginning
    Kind.MARKS_RECEIVED: BelongingList(
        columns={
            **_ENTRY_COLUMNS,
            "actor_id": ledger.c.actor_id,
            "actor": _other_people.c.display_name,
            "marked_as": ledger_notes.c.marked_as,
        },
        source=_entries.join(_other_people, _other_people.c.user_id == ledger.c.actor_id),
        condition=ledger.c.user_id == _user_id,
        keys=[ledger.c.month, ledger.c.actor_id, ledger.c.event_id, ledger.c.n],
    ),
    Kind.MARKS_GIVEN: BelongingList(
        columns={
            **_ENTRY_COLUMNS,
            "user_id": ledger.c.user_id,
            "display_name": _other_people.c.display_name,
        },
        source=_entries.join(_other_people, _other_people.c.user_id == ledger.c.user_id),
        condition=ledger.c.actor_id == _user_id,
        keys=[
            ledger.c.month,
            ledger.c.person_checked,
            ledger.c.at,
            ledger.c.event_id,
            ledger.c.user_id,
            ledger.c.n,
        ],
    ),
}
