"""What is kept of a person who takes it along, in dicts."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any

from attendance_adapters.in_memory.pieces import piece_of
from attendance_adapters.in_memory.tables import EntryKey, Tables
from attendance_core.belongings import Belonging, BelongingKind, Record, session_name_of
from attendance_core.events import Event
from attendance_core.marking.ledger import NO_NOTES, Entry, month_of
from attendance_core.marking.places import Held, Place, Waiting
from attendance_core.pieces import ListQuery
from attendance_core.profiles import AuditEntry
from attendance_core.vocabulary import UserId


class Belongings:
    """Reads records of a person; `repositories.Belongings`."""

    def __init__(self, tables: Tables) -> None:
        self._tables = tables

    def of(
        self, user_id: UserId, kind: BelongingKind, query: ListQuery[Belonging]
    ) -> Sequence[Belonging]:
        return piece_of(_RECORDS[kind](self, user_id), query, lambda each: each.key)

    def _name_of(self, user_id: UserId) -> str:
        return self._tables.profiles[user_id].display_name

    def _account(self, user_id: UserId) -> Iterator[Belonging]:
        tables, account = self._tables, self._tables.accounts.get(user_id)
        if account is None:
            return
        reset_link = tables.reset_links.get(user_id)
        link_request = tables.link_requests.get(user_id)
        yield _belonging(
            (user_id,),
            user_id=user_id,
            username=account.username,
            created_at=tables.signed_up[user_id],
            has_password=account.password_hash is not None,
            recovery_codes_left=sum(each.user_id == user_id for each in tables.recovery_codes),
            reset_link_made_at=None if reset_link is None else reset_link.made_at,
            link_begun_at=None if link_request is None else link_request.made_at,
            moderator_since=tables.moderators.get(user_id),
        )

    def _profile(self, user_id: UserId) -> Iterator[Belonging]:
        profile = self._tables.profiles.get(user_id)
        if profile is not None:
            yield _belonging(
                (user_id,),
                display_name=profile.display_name,
                bio=profile.bio,
                first_confirmed_at=self._tables.first_ticks.get(user_id),
            )

    def _scan(self, user_id: UserId) -> Iterator[Belonging]:
        scan = self._tables.scans.get(user_id)
        if scan is None:
            return
        lease = scan.lease
        yield _belonging(
            (user_id,),
            scan=scan.scan_id,
            uploaded_at=scan.uploaded_at,
            confirmation=scan.state.value,
            judged_at=scan.judged_at,
            reason=None if scan.reason is None else scan.reason.value,
            note=scan.note,
            taken_by=None if lease is None else lease.moderator_id,
            taken_until=None if lease is None else lease.until,
            taken_name=None if lease is None else lease.display_name,
        )

    def _scan_log(self, user_id: UserId) -> Iterator[Belonging]:
        for each in self._tables.audit_log.values():
            if each.user_id == user_id:
                yield _belonging((each.n,), **_record_of_audit_entry(each), actor_id=each.actor_id)

    def _scans_handled(self, user_id: UserId) -> Iterator[Belonging]:
        for each in self._tables.audit_log.values():
            if each.actor_id == user_id:
                yield _belonging((each.n,), **_record_of_audit_entry(each), user_id=each.user_id)

    def _scans_taken(self, user_id: UserId) -> Iterator[Belonging]:
        for scan in self._tables.scans.values():
            lease = scan.lease
            if lease is not None and lease.moderator_id == user_id:
                yield _belonging(
                    (scan.user_id,),
                    scan=scan.scan_id,
                    user_id=scan.user_id,
                    display_name=lease.display_name,
                    taken_until=lease.until,
                )

    def _sessions(self, user_id: UserId) -> Iterator[Belonging]:
        for each in self._tables.sessions.values():
            if each.user_id == user_id:
                yield _belonging(
                    (each.session_id,),
                    session=session_name_of(each.session_id),
                    credential=each.kind.value,
                    created_at=each.created_at,
                    used_at=each.used_at,
                    client=each.client,
                )

    def _known_browsers(self, user_id: UserId) -> Iterator[Belonging]:
        for each in self._tables.known_browsers.values():
            if each.user_id == user_id:
                yield _belonging((each.browser_id,), used_at=each.logged_in_at)

    def _links(self, user_id: UserId) -> Iterator[Belonging]:
        for identity, each in self._tables.links.items():
            if each.user_id == user_id:
                kind, issuer, subject = identity.kind.value, identity.issuer, identity.subject
                yield _belonging(
                    (kind, issuer, subject),
                    kind=kind,
                    issuer=issuer,
                    subject=subject,
                    linked_at=each.linked_at,
                    scan=each.scan_id,
                )

    def _tokens(self, user_id: UserId) -> Iterator[Belonging]:
        for each in self._tables.tokens.values():
            if each.user_id == user_id:
                yield _belonging(
                    (each.token_id,),
                    token_id=each.token_id,
                    name=each.name,
                    scopes=sorted(scope.value for scope in each.scopes),
                    created_at=each.created_at,
                    expires_at=each.expires_at,
                    used_at=each.used_at,
                )

    def _friends(self, user_id: UserId) -> Iterator[Belonging]:
        for pair, each in self._tables.friendships.items():
            if user_id in pair:
                asked_by_me = each.requester == user_id
                other = each.recipient if asked_by_me else each.requester
                yield _belonging(
                    pair,
                    user_id=other,
                    display_name=self._name_of(other),
                    asked_by_me=asked_by_me,
                    asked_at=each.requested_at,
                    accepted=each.accepted,
                )

    def _created_events(self, user_id: UserId) -> Iterator[Belonging]:
        for each in self._tables.events.values():
            if each.creator_id == user_id:
                has_link = each.event_id in self._tables.boards
                yield _belonging(
                    (each.event_id,), **_record_of_organised(each), has_board_link=has_link
                )

    def _helped_events(self, user_id: UserId) -> Iterator[Belonging]:
        for key, added_at in self._tables.helpers.items():
            if key.user_id == user_id:
                event = self._tables.events[key.event_id]
                yield _belonging((key.event_id,), **_record_of_organised(event), added_at=added_at)

    def _places(self, user_id: UserId) -> Iterator[Belonging]:
        for place in self._places_of(user_id):
            state, barred = place.state, place.barred
            held = state if isinstance(state, Held) else None
            yield _belonging(
                (place.event_id,),
                **_record_of_event(self._tables.events[place.event_id]),
                member=place.member,
                waiting_since=state.since if isinstance(state, Waiting | Held) else None,
                held_by=None if held is None else held.marker,
                held_until=None if held is None else held.until,
                last_held_by=None if barred is None else barred.marker,
                left_to_others_until=None if barred is None else barred.until,
            )

    def _places_of(self, user_id: UserId) -> Iterator[Place]:
        return (each for key, each in self._tables.places.items() if key.user_id == user_id)

    def _holds(self, user_id: UserId) -> Iterator[Belonging]:
        for place in self._tables.places.values():
            state = place.state
            if isinstance(state, Held) and state.marker == user_id:
                yield _belonging(
                    (place.event_id,),
                    event_id=place.event_id,
                    user_id=place.user_id,
                    held_until=state.until,
                )

    def _sockets(self, user_id: UserId) -> Iterator[Belonging]:
        for each in self._tables.connections.values():
            if each.user_id == user_id:
                yield _belonging(
                    (each.connection_id,),
                    event_id=each.event_id,
                    session=session_name_of(each.session_id),
                    role=each.role.value,
                    lost_at=each.lost_at,
                )

    def _marks_received(self, user_id: UserId) -> Iterator[Belonging]:
        for key, entry in self._tables.ledger.items():
            if key.user_id == user_id:
                notes = self._tables.ledger_notes.get(key, NO_NOTES)
                yield _belonging(
                    (month_of(entry.at), entry.actor_id, key.event_id, key.n),
                    **self._record_of_entry(key, entry),
                    actor_id=entry.actor_id,
                    actor=self._name_of(entry.actor_id),
                    marked_as=notes.marked_as,
                )

    def _marks_given(self, user_id: UserId) -> Iterator[Belonging]:
        for key, entry in self._tables.ledger.items():
            if entry.actor_id == user_id:
                yield _belonging(
                    (month_of(entry.at), entry.person_checked, entry.at, *key),
                    **self._record_of_entry(key, entry),
                    user_id=key.user_id,
                    display_name=self._name_of(key.user_id),
                )

    def _record_of_entry(self, key: EntryKey, entry: Entry) -> Record:
        return {
            "event_id": key.event_id,
            "event": self._tables.events[key.event_id].name,
            "n": key.n,
            "at": entry.at,
            "origin": None if entry.origin is None else entry.origin.value,
            "actor_checked": entry.actor_checked,
            "person_checked": entry.person_checked,
            "reason": None if entry.reason is None else entry.reason.value,
            "note": self._tables.ledger_notes.get(key, NO_NOTES).note or None,
        }


_RECORDS: Mapping[BelongingKind, Callable[[Belongings, UserId], Iterator[Belonging]]] = {
    BelongingKind.ACCOUNT: Belongings._account,
    BelongingKind.PROFILE: Belongings._profile,
    BelongingKind.SCAN: Belongings._scan,
    BelongingKind.SCAN_LOG: Belongings._scan_log,
    BelongingKind.SESSIONS: Belongings._sessions,
    BelongingKind.KNOWN_BROWSERS: Belongings._known_browsers,
    BelongingKind.TOKENS: Belongings._tokens,
    BelongingKind.LINKS: Belongings._links,
    BelongingKind.FRIENDS: Belongings._friends,
    BelongingKind.CREATED_EVENTS: Belongings._created_events,
    BelongingKind.HELPED_EVENTS: Belongings._helped_events,
    BelongingKind.PLACES: Belongings._places,
    BelongingKind.HOLDS: Belongings._holds,
    BelongingKind.SOCKETS: Belongings._sockets,
    BelongingKind.SCANS_TAKEN: Belongings._scans_taken,
    BelongingKind.SCANS_HANDLED: Belongings._scans_handled,
    BelongingKind.MARKS_RECEIVED: Belongings._marks_received,
    BelongingKind.MARKS_GIVEN: Belongings._marks_given,
}


def _belonging(key: tuple[Any, ...], **record: Any) -> Belonging:
    """Makes one, of what is told of it, by the key that its kind is ordered by."""
    return Belonging(tuple(key), record)


def _record_of_event(event: Event) -> Record:
    return {
        "event_id": event.event_id,
        "name": event.name,
        "time_from": event.starts_at,
        "time_to": event.ends_at,
    }


def _record_of_organised(event: Event) -> Record:
    return {**_record_of_event(event), "code": event.code, "who_marks": event.who_marks.value}


def _record_of_audit_entry(entry: AuditEntry) -> Record:
    return {
        "scan": entry.scan_id,
        "at": entry.at,
        "what": entry.act.value,
        "by": entry.judge.value,
        "reason": None if entry.reason is None else entry.reason.value,
    }
