"""All that is kept of a person, as they take it along, on every store. Contract: 9.1."""

from __future__ import annotations

from dataclasses import replace
from typing import Any
from uuid import UUID

import pytest
from sqlalchemy import Column
from sqlalchemy.sql import visitors

from attendance_adapters.sql.belonging_lists import LISTS
from attendance_adapters.sql.leavers import FATES
from attendance_adapters.sql.tables import metadata
from attendance_adapters.sql.taken_columns import LEFT_OUT, TAKEN
from attendance_core.accounts import DataReading, KeptFile
from attendance_core.belongings import BelongingKind, session_name_of
from attendance_core.browsers import KnownBrowser
from attendance_core.errors import NotLoggedIn, TooManyRequests, WrongPassword
from attendance_core.events import Event
from attendance_core.identities import Identity, IdentityKind, Link, LinkRequest
from attendance_core.marking.ledger import AnnulReason, NewEntry, Origin
from attendance_core.marking.places import Waiting
from attendance_core.pieces import ListQuery
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
from attendance_core.testing.clock import NOON, TestClock
from attendance_core.testing.lectures import EVENT, Lecture, session_of
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
MONTHS = 40 * 86_400  # another month, at least


def an_event(event_id: EventId, creator: UserId, name: str) -> Event:
    return Event(event_id, name, creator, NOON - 60, NOON + 3600, EventCode(f"AAAA{name[:2]}"))


def has_all_there_is(unit: Any) -> None:
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
    unit.events.add(an_event(HERS, ANNA, "Hers"))
    unit.events.add(an_event(BORISES, BORIS, "Boris'"))
    for event_id in (HERS, BORISES):
        unit.boards.put(event_id, BoardId(f"board of {event_id.int}"))
        for user_id in (ANNA, BORIS):
            unit.places.make(event_id, user_id)
    unit.helpers.add(BORISES, ANNA, NOON + 5)
    unit.helpers.add(HERS, BORIS, NOON + 6)
    # Anna was marked by hand, with a note, and annulled with another; then by a hold, a month later
    by_hand(unit, HERS, ANNA, BORIS, "she was there")
    annul_with(unit, HERS, ANNA, BORIS, "no, she was not")
    mark(unit, ANNA, BORIS, at=NOON + MONTHS, event_id=HERS)
    # And marks two, one of whom somebody else annuls
    mark(unit, MARKER, ANNA, event_id=HERS)
    by_hand(unit, BORISES, BORIS, ANNA, "he was there")
    annul(unit, BORIS, CREATOR, at=NOON + 2, event_id=BORISES)


def by_hand(unit: Any, event_id: EventId, user_id: UserId, actor: UserId, note: str) -> None:
    place = unit.places.lock(event_id, [user_id])[user_id].marked_by_hand(actor, NOON)
    unit.places.put(place)
    entry = NewEntry(event_id, user_id, place.last_n, actor, NOON, Origin.HAND, note=note)
    unit.ledger.add(entry)


def annul_with(unit: Any, event_id: EventId, user_id: UserId, actor: UserId, note: str) -> None:
    place = unit.places.lock(event_id, [user_id])[user_id].annulled()
    unit.places.put(place)
    why = AnnulReason.NOT_PRESENT
    unit.ledger.add(
        NewEntry(event_id, user_id, place.last_n, actor, NOON + 1, reason=why, note=note)
    )


@pytest.fixture
async def lecture(store: Any) -> Lecture:
    """Anna holds Boris, who waits; hers is all there is."""
    lecture = await Lecture.begun(store, waiting=2)
    await store.transact(has_all_there_is)
    for actor, user in ((ANNA, BORIS), (MARKER, ANNA)):
        await lecture.do.send_friend_request(actor=actor, user_id=user)

    def held(unit: Any) -> None:
        places = unit.places.lock(EVENT, [ANNA, BORIS])
        unit.places.put(places[ANNA].changed(state=None))
        waiting = places[BORIS].changed(state=Waiting(NOON))
        unit.places.put(waiting.held(ANNA, NOON, 45))

    await store.transact(held)
    return lecture


async def records(lecture: Lecture, user_id: UserId, kind: BelongingKind) -> list[Any]:
    """All of one kind, read one by one, and as a whole."""

    def look(unit: Any) -> list[Any]:
        whole = list(unit.belongings.of(user_id, kind, ListQuery()))
        found = list(unit.belongings.of(user_id, kind, ListQuery(1)))
        while found and (piece := unit.belongings.of(user_id, kind, ListQuery(1, after=found[-1]))):
            found += piece
        assert found == whole
        return [each.record for each in whole]

    found: list[Any] = await lecture.store.observe(look)
    return found


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
            (3, NOON + MONTHS, {"origin": "hold", "note": None}, "Анна Каренина"),
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


class TestRecords:
    @pytest.mark.parametrize("kind", BelongingKind)
    async def test_one_has_what_is_theirs(self, lecture: Lecture, kind: BelongingKind) -> None:
        found = await records(lecture, ANNA, kind)
        if kind is BelongingKind.TOKENS:
            found = [{name: each[name] for name in each if name != "token_id"} for each in found]
        if kind is BelongingKind.SESSIONS:
            assert sorted(found, key=lambda each: str(each["credential"])) == ANNAS[kind]
        else:
            assert found == ANNAS[kind]

    async def test_nobody_has_a_secret_nor_what_is_of_somebody_else_alone(
        self, lecture: Lecture
    ) -> None:
        """As little as anybody who sees the calls: names of others are those of profiles."""
        said = str([await records(lecture, ANNA, kind) for kind in BelongingKind])
        secrets = [
            *("hash of", "lease secret", "browser of", "code hash", "reset of", "board of"),
            *(bearer_id("token of 3"), bearer_id("token of 4"), session_of(ANNA)),
            *(
                "link request of",
                "at home 4",
                "program of 4",
                "u4",
                session_of(BORIS),
                session_name_of(session_of(BORIS)),
            ),
        ]
        assert [each for each in secrets if each in said] == []

    async def test_whoever_has_nothing_gets_nothing(self, lecture: Lecture) -> None:
        for kind in BelongingKind:
            assert await records(lecture, UserId(99), kind) == []


def told_columns() -> set[str]:
    """Those of which a record says something."""
    found = set[str]()
    for each in LISTS.values():
        for told in each.columns.values():
            for column in visitors.iterate(told):
                if isinstance(column, Column):
                    table = getattr(column.table, "element", column.table)
                    found.add(f"{table.name}.{column.name}")
    return found


class TestColumns:
    def test_every_column_with_somebody_s_id_is_of_a_kind(self) -> None:
        """Who adds one says what of a download it is, as what becomes of it with the account."""
        assert set(TAKEN) == set(FATES)
        assert {*TAKEN.values()} - {None} == set(BelongingKind)

    def test_every_other_column_of_these_tables_is_in_a_record_or_left_out_for_a_reason(
        self,
    ) -> None:
        tables = {name.partition(".")[0] for name in FATES}
        told = told_columns()
        columns = {
            f"{name}.{column.name}"
            for name in tables
            for column in metadata.tables[name].c
            if not any(str(key.column) in told for key in column.foreign_keys)
        }
        assert columns - told - set(TAKEN) == set(LEFT_OUT)


class TestReading:
    """Contract: 9.1."""

    @pytest.fixture
    def reading_of(self, lecture: Lecture) -> Any:
        async def begun(password: str = SECRET) -> DataReading:
            return await lecture.do.download_data(
                actor=ANNA, session_id=session_of(ANNA), password=password
            )

        return begun

    async def test_it_has_the_files_and_all_kinds_each_once(
        self, lecture: Lecture, reading_of: Any
    ) -> None:
        do: Any = lecture.do
        await do.update_profile_picture(actor=ANNA, image=b"picture" * 100_000)
        await do.upload_profile_confirmation(actor=ANNA, image=b"her scan")
        await do.upload_profile_confirmation(actor=BORIS, image=b"his scan")
        reading = await reading_of()
        assert await reading.begin() == NOON
        files, found = {}, {}
        async for part in reading.parts():
            if isinstance(part, KeptFile):
                content = b"".join([piece async for piece in part.pieces])
                assert len(content) == part.size
                files[part.name] = content
            else:
                found[part.kind] = [record async for piece in part.pieces for record in piece]
        assert files == {"picture.png": b"picture" * 100_000, "scan.png": b"her scan"}
        assert list(found) == list(BelongingKind)
        assert found[BelongingKind.PROFILE] == [{**ANNAS[BelongingKind.PROFILE][0], "karma": 50}]

    async def test_it_is_proven(self, lecture: Lecture, reading_of: Any) -> None:
        with pytest.raises(WrongPassword):
            await reading_of("wrong")
        reading = await reading_of()
        await lecture.do.change_password(
            actor=ANNA, session_id=session_of(ANNA), old_password=SECRET, new_password="new secret"
        )
        with pytest.raises(WrongPassword):
            await reading.begin()

    async def test_one_a_minute(self, reading_of: Any, clock: TestClock) -> None:
        await (await reading_of()).begin()
        clock.pass_(59.5)
        for _ in range(2):
            with pytest.raises(TooManyRequests) as refused:
                await (await reading_of()).begin()
            assert refused.value.words["seconds"] == 1
        clock.pass_(0.5)
        await (await reading_of()).begin()

    async def test_a_log_out_elsewhere_ends_it(self, lecture: Lecture, reading_of: Any) -> None:
        reading = await reading_of()
        await reading.begin()
        seen = []
        with pytest.raises(NotLoggedIn):
            async for part in reading.parts():
                if isinstance(part, KeptFile):
                    continue
                seen.append([record async for piece in part.pieces for record in piece])
                await lecture.do.log_out(session_id=session_of(ANNA))
        assert len(seen) == 1
