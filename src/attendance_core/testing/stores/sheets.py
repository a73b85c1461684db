"""The sheet of an event is what its ledger and its places say, over every store. Contract: 8.13."""

from __future__ import annotations

import random
from collections.abc import Sequence
from dataclasses import replace
from typing import Any
from uuid import UUID

import pytest

from attendance_core import attendance
from attendance_core.attendance import (
    MAX_ANNULLED_TOLD,
    AnnulledMark,
    AnnulledSeen,
    ExportAttendance,
    LedgerLine,
    Sheet,
)
from attendance_core.attendance import sheet as sheet_module
from attendance_core.errors import EventNotFound, NotAnOrganiser, TooManyRows
from attendance_core.marking.ledger import AnnulReason, Grade, NewEntry, Origin
from attendance_core.marking.places import Held, Marked, Waiting
from attendance_core.pieces import ListQuery
from attendance_core.profiles import Profile
from attendance_core.sheet_counts import SheetCounts
from attendance_core.testing.clock import NOON
from attendance_core.testing.lectures import EVENT
from attendance_core.testing.open_day import add_open_day
from attendance_core.testing.people import (
    add_event_with_places,
    add_people,
    an_event,
    annul,
    join,
    mark,
)
from attendance_core.vocabulary import EventId, UserId

ENDS_AT = NOON + 3600


def rebuild(lines: Sequence[LedgerLine], names: dict[UserId, str]) -> list[AnnulledSeen]:
    """Makes of entries of one person, the latest first, the marks that do not stand, by pairs."""
    by_number = {line.entry.n: line for line in lines}
    found = []
    for n in range(2, len(lines) + 1, 2):
        made, ended = by_number[n - 1].entry, by_number[n].entry
        assert ended.reason is not None
        found.append(
            AnnulledSeen(
                made.at,
                names[made.actor_id],
                ended.at,
                names[ended.actor_id],
                ended.reason,
                by_number[n].notes.note,
                made.actor_id,
                ended.actor_id,
            )
        )
    return found


class TestSheets:
    @pytest.mark.parametrize("seed", range(3))
    async def test_every_row_can_be_rebuilt_from_the_ledger(
        self, store: Any, seed: int, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(sheet_module, "ROWS_A_LOOK", 7)
        ids = await add_open_day(store, random.Random(seed))
        sheet = await ExportAttendance(store.browse)(actor=ids[0], event_id=EVENT)

        def check(unit: Any) -> None:
            names = {each: unit.profiles.get(each).display_name for each in ids}
            participants = unit.participants.listed(EVENT, ListQuery())
            assert [row.person for row in sheet.rows] == list(participants)
            for row in sheet.rows:
                lines = unit.ledger.of(EVENT, row.person.user_id, ListQuery())
                pairs = rebuild(lines, names)
                assert list(row.annulled) == pairs[-MAX_ANNULLED_TOLD:]
                assert row.annulled_before == max(0, len(pairs) - MAX_ANNULLED_TOLD)
                stands = len(lines) % 2 == 1
                assert (row.state == "marked") is stands
                assert row.marked_by == (names[lines[0].entry.actor_id] if stands else None)
                if stands:
                    assert row.person.state == Marked(
                        lines[0].entry.actor_id, lines[0].entry.at, len(lines), Origin.HOLD
                    )
                elif not row.person.member:
                    assert row.state == "left" and lines
                assert row.person.annulled == (lines[0] if lines and not stands else None)
            assert any(row.annulled_before for row in sheet.rows)

        await store.observe(check)
        assert sheet.counts.joined == len(sheet.rows)
        assert sheet.counts.marked == sum(row.state == "marked" for row in sheet.rows)
        now = sheet.made_at
        assert sheet.counts == await store.observe(
            lambda u: u.participants.counts(u.events.get(EVENT), now)
        )

    async def test_each_state_is_counted_and_organisers_grades_and_notes_are_there(
        self, store: Any
    ) -> None:
        anna, boris, vera, gleb, dasha = await add_people(
            store, "Анна", "Борис", "Вера", "Глеб", "Даша"
        )

        def work(unit: Any) -> None:
            unit.events.add(an_event())
            for person in (anna, boris, vera):
                unit.places.make(EVENT, person)
                place = unit.places.lock(EVENT, [person])[person].joined()
                states = {boris: Waiting(NOON), vera: Held(NOON, anna, NOON + 90)}
                unit.places.put(place.changed(state=states.get(person)))
            unit.places.make(EVENT, gleb)
            marked = unit.places.lock(EVENT, [gleb])[gleb].marked_by_hand(anna, NOON)
            unit.places.put(marked)
            unit.ledger.add(NewEntry(EVENT, gleb, 1, anna, NOON, Origin.HAND, note="без телефона"))
            mark(unit, dasha, boris)
            annul(unit, dasha, anna, NOON + 1)
            unit.profiles.put(Profile(gleb, "Глеб Иванов"))

        await store.transact(work)
        sheet = await ExportAttendance(store.browse)(actor=None, event_id=EVENT)
        assert sheet.counts == SheetCounts(5, 1, 1, 1, 4 - (anna == UserId(1)))
        assert [row.state for row in sheet.rows] == ["joined", "waiting", "held", "marked", "left"]
        by_hand, left = sheet.rows[3:]
        assert (by_hand.marked_by, by_hand.person.grade) == ("Анна", Grade.ORGANISER)
        assert by_hand.person.marked_as == "Глеб" and by_hand.person.notes.note == "без телефона"
        assert left.annulled == (
            AnnulledSeen(NOON, "Борис", NOON + 1, "Анна", AnnulReason.OTHER, "", boris, anna),
        )

    async def test_a_sheet_is_for_organisers_and_for_whoever_runs_the_service(
        self, store: Any
    ) -> None:
        """Contract: ExportAttendance."""
        anna, boris = await add_people(store, "Анна", "Борис")
        await store.transact(lambda unit: unit.events.add(an_event()))
        export = ExportAttendance(store.browse)
        empty = await export(actor=None, event_id=EVENT)
        assert isinstance(empty, Sheet) and empty.rows == () and empty.event.name == "Lecture"
        creator = empty.event.creator_id
        assert (anna == creator) or (boris == creator)
        other = boris if anna == creator else anna
        assert (await export(actor=creator, event_id=EVENT)).counts == SheetCounts(0, 0, 0, 0, 0)
        with pytest.raises(NotAnOrganiser):
            await export(actor=other, event_id=EVENT)
        with pytest.raises(EventNotFound):
            await export(actor=None, event_id=EventId(UUID(int=99)))

    async def test_one_row_too_many_is_refused_before_any(
        self, store: Any, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        """Contract: ExportAttendance. Whoever comes once it is begun is in the next one."""
        assert sheet_module.MAX_SHEET_ROWS == attendance.MAX_SHEET_ROWS == 20_000
        monkeypatch.setattr(sheet_module, "MAX_SHEET_ROWS", 3)
        monkeypatch.setattr(sheet_module, "ROWS_A_LOOK", 2)
        ids = await add_people(store, *"АБВГ")

        def join_all(*who: UserId) -> Any:
            def work(unit: Any) -> None:
                for person in who:
                    join(unit, EVENT, person)

            return work

        await store.transact(lambda unit: unit.events.add(an_event()))
        await store.transact(join_all(*ids[:3]))
        export = ExportAttendance(store.browse)
        pieces = export.pieces(actor=None, event_id=EVENT)
        first = await anext(pieces)
        assert [row.person.display_name for row in first.rows] == ["А", "Б"]
        await store.transact(join_all(*ids[3:]))  # meanwhile
        (last,) = [piece async for piece in pieces]
        assert [row.person.display_name for row in last.rows] == ["В"] and last.counts.joined == 3
        with pytest.raises(TooManyRows):
            await anext(export.pieces(actor=None, event_id=EVENT))

    async def test_everybody_is_in_it_once_whatever_is_renamed_and_undone_meanwhile(
        self, store: Any, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        """Contract: 8.13."""
        monkeypatch.setattr(sheet_module, "ROWS_A_LOOK", 2)
        ids = await add_people(store, *"АБВГДЕ")

        def begin(unit: Any) -> None:
            unit.events.add(an_event())
            for person in ids:
                join(unit, EVENT, person)

        await store.transact(begin)
        pieces = ExportAttendance(store.browse).pieces(actor=None, event_id=EVENT)
        rows = list((await anext(pieces)).rows)

        def move(unit: Any) -> None:
            unit.profiles.put(Profile(ids[0], "Я"))
            unit.profiles.put(Profile(ids[4], "А"))
            unit.places.put(unit.places.lock(EVENT, [ids[2]])[ids[2]].left(NOON))

        await store.transact(move)
        rows += [row async for piece in pieces for row in piece.rows]
        assert [row.person.user_id for row in rows] == [*ids[:2], *ids[3:]]
        assert [row.person.display_name for row in rows] == [*"АБГАЕ"]

    async def test_the_last_annulled_marks_of_somebody_come_with_who_made_them(
        self, store: Any
    ) -> None:
        """Contract: 8.13."""
        anna, boris, vera = await add_people(store, "Анна", "Борис", "Вера")

        def work(unit: Any) -> None:
            unit.events.add(an_event())
            for number in range(3):
                mark(unit, anna, boris, NOON + number)
                annul(unit, anna, vera, NOON + number + 0.5)
            mark(unit, vera, anna)
            annul(unit, vera, boris)
            mark(unit, vera, boris)
            mark(unit, boris, anna)
            asked = [vera, boris, anna, anna, UserId(99)]
            found = unit.ledger.annulled(EVENT, asked, 2)
            assert [(each.user_id, each.annulment_n) for each in found] == [
                (anna, 4),
                (anna, 6),
                (vera, 2),
            ]
            assert found[1] == AnnulledMark(
                anna, 6, NOON + 2, boris, NOON + 2.5, vera, AnnulReason.OTHER, ""
            )
            assert len(unit.ledger.annulled(EVENT, asked, 1)) == 2
            assert not unit.ledger.annulled(EVENT, [boris], 5)

        await store.transact(work)

    async def test_a_sheet_is_counted_by_state(self, store: Any) -> None:
        """Contract: WatchAttendance; who has left is on it with an entry, and not without."""
        names = "waits", "held", "lapsed", "marked", "annulled", "marked and left", "left", "joined"
        anna, *others = await add_event_with_places(store, "Анна", *names)
        waits, held, lapsed, marked, annulled, gone, left, joined = others

        def counts(unit: Any, now: float = NOON, creator: UserId | None = None) -> SheetCounts:
            event = unit.events.get(EVENT)
            event_of_theirs = replace(event, creator_id=creator or event.creator_id)
            found: SheetCounts = unit.participants.counts(event_of_theirs, now)
            return found

        assert await store.observe(counts) == SheetCounts(0, 0, 0, 0, 0)

        def work(unit: Any) -> None:
            states = {
                waits: Waiting(NOON),
                held: Held(NOON, anna, NOON + 1),
                lapsed: Held(NOON, waits, NOON),
            }
            for user_id, place in unit.places.lock(EVENT, others).items():
                unit.places.put(place.joined().changed(state=states.get(user_id)))
            for user_id in (marked, annulled, gone):
                mark(unit, user_id, anna)
            annul(unit, annulled, anna)
            for user_id in (gone, left):
                unit.places.put(unit.places.lock(EVENT, [user_id])[user_id].left(NOON))

        await store.transact(work)
        expected = SheetCounts(joined=7, waiting=2, held=1, marked=2, participants=7)
        assert await store.observe(counts) == expected
        over = expected._replace(waiting=0, held=0)
        assert await store.observe(lambda u: counts(u, ENDS_AT)) == over

        async def participants(creator: UserId, now: float = NOON) -> int:
            found: SheetCounts = await store.observe(lambda u: counts(u, now, creator))
            return found.participants

        only_organise, take_part = (joined, annulled), (waits, held, lapsed, marked, gone)
        assert [await participants(each) for each in only_organise] == [6, 6]
        assert [await participants(each) for each in take_part] == [7] * 5
        assert [await participants(each, ENDS_AT) for each in take_part] == [6, 6, 6, 7, 7]
        await store.transact(lambda u: annul(u, gone, anna))
        assert await store.observe(counts) == expected._replace(marked=1, participants=6)
