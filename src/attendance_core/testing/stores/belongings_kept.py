"""Something of each kind that is kept of a person, and how it is read."""

from __future__ import annotations

from dataclasses import replace
from typing import Any
from uuid import UUID

from attendance_core.belongings import BelongingKind, session_name_of
from attendance_core.browsers import KnownBrowser
from attendance_core.events import Event
from attendance_core.identities import Identity, IdentityKind, Link, LinkRequest
from attendance_core.marking.ledger import AnnulReason, NewEntry, Origin
from attendance_core.profiles import (
    AuditEntry,
    Confirmation,
    ConfirmationScan,
    Profile,
    ReviewLease,
    ScanAct,
    ScanJudge,
)
from attendance_core.recovery import RecoveryCode, ResetLink
from attendance_core.testing.clock import NOON
from attendance_core.testing.lectures import EVENT, session_of
from attendance_core.testing.people import annul, mark
from attendance_core.testing.tokens import add_token, bearer_id
from attendance_core.vocabulary import (
    BoardId,
    BrowserId,
    EventCode,
    EventId,
    FileKey,
    LinkRequestId,
    ResetId,
    ScanId,
    UserId,
)

CREATOR, MARKER, ANNA, BORIS = map(UserId, range(1, 5))
HERS, BORISES = EventId(UUID(int=101)), EventId(UUID(int=102))
HER_SCAN, HIS_SCAN = ScanId(UUID(int=201)), ScanId(UUID(int=202))
SECRET = "secret"
OVER_A_MONTH_SECONDS = 40 * 86_400


def event_of(event_id: EventId, creator: UserId, name: str) -> Event:
    """Makes one that somebody creates; puts it nowhere."""
    return Event(event_id, name, creator, NOON - 60, NOON + 3600, EventCode(f"AAAA{name[:2]}"))


def give_anna_everything(unit: Any) -> None:
    """Gives Anna something of each kind, and Boris as much that is none of hers."""
    unit.profiles.put(Profile(ANNA, "Анна Каренина", "Group 1", FileKey("her-picture.png")))
    for whose, scan_id, file in ((ANNA, HER_SCAN, "hers.png"), (BORIS, HIS_SCAN, "his.png")):
        scan = ConfirmationScan(whose, FileKey(file), NOON, scan_id=scan_id)
        approved = replace(scan, state=Confirmation.APPROVED, judged_at=NOON + 1)
        unit.scans.put(approved if whose == ANNA else scan)  # the tick, at first
        unit.scans.put(scan)
        judge = MARKER if whose == ANNA else ANNA
        lease = ReviewLease(
            judge, session_of(judge), NOON + 600, f"Name {whose}", f"lease secret {whose}"
        )
        unit.scans.put_lease(whose, lease)
        unit.audit_log.add(
            AuditEntry(whose, scan_id, ScanAct.TAKEN, NOON, ScanJudge.MODERATOR, judge)
        )
        unit.known_browsers.put(KnownBrowser(whose, BrowserId(f"browser of {whose}"), NOON))
        codes = [RecoveryCode(whose, each, f"code hash of {whose}") for each in ("AA", "BB")]
        unit.recovery_codes.replace(whose, codes)
        unit.reset_links.put(ResetLink(whose, ResetId(f"reset of {whose}"), NOON))
        add_token(unit, whose, f"token of {whose}", name=f"program of {whose}")
        unit.moderators.add(whose, NOON)
        for subject in (f"at home {whose}", f"abroad {whose}"):
            unit.links.add(Link(Identity(IdentityKind.OIDC, "https://uni", subject), whose, NOON))
        request_id = LinkRequestId(f"link request of {whose}")
        unit.link_requests.put(LinkRequest(whose, request_id, session_of(whose), NOON))
    unit.events.add(event_of(HERS, ANNA, "Hers"))
    unit.events.add(event_of(BORISES, BORIS, "Boris'"))
    for event_id in (HERS, BORISES):
        unit.boards.put(event_id, BoardId(f"board of {event_id.int}"))
        for user_id in (ANNA, BORIS):
            unit.places.make(event_id, user_id)
    unit.helpers.add(BORISES, ANNA, NOON + 5)
    unit.helpers.add(HERS, BORIS, NOON + 6)
    # Anna was marked by hand, with a note, and annulled with another; then by a hold, a month later
    mark_by_hand(unit, HERS, ANNA, BORIS, "she was there")
    annul_with(unit, HERS, ANNA, BORIS, "no, she was not")
    mark(unit, ANNA, BORIS, at=NOON + OVER_A_MONTH_SECONDS, event_id=HERS)
    # And marks two, one of whom somebody else annuls
    mark(unit, MARKER, ANNA, event_id=HERS)
    mark_by_hand(unit, BORISES, BORIS, ANNA, "he was there")
    annul(unit, BORIS, CREATOR, at=NOON + 2, event_id=BORISES)


def mark_by_hand(unit: Any, event_id: EventId, user_id: UserId, actor: UserId, note: str) -> None:
    """Marks somebody by hand, with a note."""
    place = unit.places.lock(event_id, [user_id])[user_id].marked_by_hand(actor, NOON)
    unit.places.put(place)
    entry = NewEntry(event_id, user_id, place.last_n, actor, NOON, Origin.HAND, note=note)
    unit.ledger.add(entry)


def annul_with(unit: Any, event_id: EventId, user_id: UserId, actor: UserId, note: str) -> None:
    """Annuls the standing mark of somebody, with a note."""
    place = unit.places.lock(event_id, [user_id])[user_id].annulled()
    unit.places.put(place)
    why = AnnulReason.NOT_PRESENT
    unit.ledger.add(
        NewEntry(event_id, user_id, place.last_n, actor, NOON + 1, reason=why, note=note)
    )


TIMES = {"time_from": NOON - 60, "time_to": NOON + 3600}
MARKED = {"origin": None, "actor_checked": False, "person_checked": True, "reason": None}
NOT_HELD = {
    "waiting_since": None,
    "held_by": None,
    "held_until": None,
    "last_held_by": None,
    "left_to_others_until": None,
}
# But for the two that are made by chance: the ids of tokens
ANNAS: dict[BelongingKind, list[Any]] = {
    BelongingKind.ACCOUNT: [
        {
            "user_id": ANNA,
            "username": "u3",
            "created_at": NOON,
            "has_password": True,
            "recovery_codes_left": 2,
            "reset_link_made_at": NOON,
            "link_begun_at": NOON,
            "moderator_since": NOON,
        }
    ],
    BelongingKind.PROFILE: [
        {"display_name": "Анна Каренина", "bio": "Group 1", "first_confirmed_at": NOON + 1}
    ],
    BelongingKind.SCAN: [
        {
            "scan": HER_SCAN,
            "uploaded_at": NOON,
            "confirmation": "pending",
            "judged_at": None,
            "reason": None,
            "note": None,
            "taken_by": MARKER,
            "taken_until": NOON + 600,
            "taken_name": "Name 3",
        }
    ],
    BelongingKind.SCAN_LOG: [
        {
            "scan": HER_SCAN,
            "at": NOON,
            "what": "taken",
            "by": "moderator",
            "reason": None,
            "actor_id": MARKER,
        }
    ],
    BelongingKind.SESSIONS: [
        {
            "session": session_name_of(session_id),
            "credential": kind,
            "created_at": NOON,
            "used_at": NOON,
            "client": "",
        }
        for session_id, kind in (
            (bearer_id("token of 3"), "bearer"),
            (session_of(ANNA), "cookie"),
        )
    ],
    BelongingKind.KNOWN_BROWSERS: [{"used_at": NOON}],
    BelongingKind.TOKENS: [
        {
            "name": "program of 3",
            "scopes": ["events", "export", "mark", "read"],
            "created_at": NOON,
            "expires_at": NOON + 86_400,
            "used_at": None,
        }
    ],
    BelongingKind.LINKS: [
        {
            "kind": "oidc",
            "issuer": "https://uni",
            "subject": subject,
            "linked_at": NOON,
            "scan": None,
        }
        for subject in ("abroad 3", "at home 3")
    ],
    BelongingKind.FRIENDS: [
        {
            "user_id": MARKER,
            "display_name": "Person 2",
            "asked_by_me": False,
            "asked_at": NOON,
            "accepted": False,
        },
        {
            "user_id": BORIS,
            "display_name": "Person 4",
            "asked_by_me": True,
            "asked_at": NOON,
            "accepted": False,
        },
    ],
    BelongingKind.CREATED_EVENTS: [
        {
            "event_id": HERS,
            "name": "Hers",
            **TIMES,
            "code": "AAAAHe",
            "who_marks": "everybody",
            "has_board_link": True,
        }
    ],
    BelongingKind.HELPED_EVENTS: [
        {
            "event_id": BORISES,
            "name": "Boris'",
            **TIMES,
            "code": "AAAABo",
            "who_marks": "everybody",
            "added_at": NOON + 5,
        }
    ],
    BelongingKind.PLACES: [
        {"event_id": EVENT, "name": "Lecture", **TIMES, "member": True, **NOT_HELD},
        {"event_id": HERS, "name": "Hers", **TIMES, "member": True, **NOT_HELD},
        {"event_id": BORISES, "name": "Boris'", **TIMES, "member": False, **NOT_HELD},
    ],
    BelongingKind.HOLDS: [{"event_id": EVENT, "user_id": BORIS, "held_until": NOON + 45}],
    BelongingKind.SOCKETS: [
        {
            "event_id": EVENT,
            "session": session_name_of(session_of(ANNA)),
            "role": "mark_me",
            "lost_at": None,
        }
    ],
    BelongingKind.SCANS_TAKEN: [
        {"scan": HIS_SCAN, "user_id": BORIS, "display_name": "Name 4", "taken_until": NOON + 600}
    ],
    BelongingKind.SCANS_HANDLED: [
        {
            "scan": HIS_SCAN,
            "at": NOON,
            "what": "taken",
            "by": "moderator",
            "reason": None,
            "user_id": BORIS,
        }
    ],
    BelongingKind.MARKS_RECEIVED: [
        {
            "event_id": HERS,
            "event": "Hers",
            "n": n,
            "at": at,
            **MARKED,
            **said,
            "actor_id": BORIS,
            "actor": "Person 4",
            "marked_as": marked_as,
        }
        for n, at, said, marked_as in (
            (1, NOON, {"origin": "hand", "note": "she was there"}, "Анна Каренина"),
            (2, NOON + 1, {"reason": "not_present", "note": "no, she was not"}, None),
            (3, NOON + OVER_A_MONTH_SECONDS, {"origin": "hold", "note": None}, "Анна Каренина"),
        )
    ],
    BelongingKind.MARKS_GIVEN: [
        {
            "event_id": event_id,
            "event": name,
            "n": 1,
            "at": NOON,
            **MARKED,
            "origin": origin,
            "person_checked": False,
            "note": note,
            "user_id": whom,
            "display_name": f"Person {whom}",
        }
        for event_id, name, origin, note, whom in (
            (HERS, "Hers", "hold", None, MARKER),
            (BORISES, "Boris'", "hand", "he was there", BORIS),
        )
    ],
}
