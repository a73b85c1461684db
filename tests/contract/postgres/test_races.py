"""The PostgreSQL store when people meet: whoever comes second sees what the first did."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterable
from dataclasses import replace
from typing import Any
from uuid import UUID

import pytest
from sqlalchemy import URL, text
from sqlalchemy.util import await_only

from attendance_adapters.notifiers.local import LocalNotifier
from attendance_adapters.sql.postgres import PostgresStore
from attendance_core.accounts import CredentialKind, Session
from attendance_core.errors import (
    AlreadyHolding,
    EventDeleted,
    EventNotFound,
    EventOver,
    LeaseLost,
    MayNotMark,
    NotLoggedIn,
    Refusal,
    ScanNotFound,
    SomebodyWasMarked,
    Taken,
)
from attendance_core.events import Event
from attendance_core.friends import Friend
from attendance_core.marking.connections import Connection, Process, Role
from attendance_core.marking.ledger import NewEntry, Origin
from attendance_core.marking.places import Held, Marked, Place, Waiting
from attendance_core.marking.terms import Terms
from attendance_core.marking.who_marks import WhoMarks
from attendance_core.ports import Unit
from attendance_core.profiles import Confirmation
from attendance_core.testing.clock import NOON, TestClock
from attendance_core.testing.lectures import EVENT, PROCESS, Lecture, session_of, socket, use_cases
from attendance_core.testing.people import mark
from attendance_core.testing.stand_ins import numbered_code
from attendance_core.vocabulary import EventId, UserId
from tests.support.live_house import PATIENCE
from tests.support.postgres_strangers import (
    ANNA,
    BORIS,
    Reruns,
    Stranger,
    asked,
    beside,
    outcomes,
)


def open_all(sockets: Iterable[Connection]) -> Callable[[Unit], None]:
    """Work after which these are open."""

    def work(unit: Unit) -> None:
        for connection in sockets:
            unit.connections.add(connection)

    return work


class TestRaces:
    async def test_fifty_who_choose_one_person_at_once_have_one_winner(
        self, store: PostgresStore
    ) -> None:
        lecture = await Lecture.begun(store, waiting=51)
        markers = [socket(1000 + user_id, user_id, Role.MARKING) for user_id in range(5, 54)]
        await store.transact(open_all(markers))
        for waiting in lecture.waiting[2:]:
            await lecture.do.hang_up(connections=[waiting], goodbye=True)
        told = await outcomes(
            *(
                lecture.do.prepare_to_mark(connection=each, target=ANNA)
                for each in [*markers, lecture.markers[0]]
            )
        )
        assert sum(isinstance(each, Taken) for each in told) == 49
        (won,) = (each for each in told if not isinstance(each, Taken))
        assert await lecture.place(ANNA) == won.place

    async def test_people_who_choose_each_other_never_lock_each_other_out(
        self, store: PostgresStore, reruns: Reruns
    ) -> None:
        """300 pairs; each of a pair locks the place that the other locks, too."""
        lecture = await Lecture.begun(store, waiting=2)
        sockets = {UserId(n): socket(2000 + n, n, Role.MARKING) for n in (ANNA, BORIS)}
        await store.transact(open_all(sockets.values()))

        async def choose(mine: UserId, other: UserId) -> None:
            with pytest.raises(Exception) as refused:
                await lecture.do.prepare_to_mark(connection=sockets[mine], target=other)
            assert type(refused.value).__name__ == "YouAreWaiting"

        both = ((ANNA, BORIS), (BORIS, ANNA))
        for _ in range(100):  # a few at a time: who waits 2 s for a row is turned away
            await asyncio.gather(*(choose(*pair) for _ in range(3) for pair in both))
        assert reruns == []

    async def test_two_sockets_of_one_marker_hold_one_person(self, store: PostgresStore) -> None:
        """The later one waited for the lock and saw, after it, what was not there before."""
        lecture = await Lecture.begun(store, waiting=2)
        again = socket(1000, 1, Role.MARKING)
        await store.transact(lambda u: u.connections.add(again))
        async with Stranger(store) as other:
            await other.run("SELECT FROM places WHERE user_id = 1 FOR UPDATE")
            later = asyncio.create_task(lecture.do.prepare_to_mark(connection=again, target=BORIS))
            await other.is_waited_for()
            await other.run(
                "UPDATE places SET held_by = 1, held_until = :until, version = 1"
                " WHERE user_id = :anna",
                until=int((NOON + 90) * 1_000_000),
                anna=ANNA,
            )
            with asked() as noted:
                await other.connection.commit()
                with pytest.raises(AlreadyHolding):
                    await later
        readings = [each for each in noted if "AS latest_connections" in each.text]
        assert len(readings) == 2, "the first one found a place that was not locked"
        held = await lecture.do.confirm_marking(connection=again)
        assert held.place.user_id == ANNA

    async def test_who_was_marked_while_one_waited_is_seen_as_marked(
        self, store: PostgresStore
    ) -> None:
        lecture = await Lecture.begun(store, waiting=1)
        async with Stranger(store) as other:
            await other.run("SELECT FROM places WHERE user_id = :anna FOR UPDATE", anna=ANNA)
            later = asyncio.create_task(
                lecture.do.mark_me(connection=socket(5000, ANNA, Role.MARK_ME))
            )
            await other.is_waited_for()
            await other.run(
                "INSERT INTO marks (event_id, user_id, marker_id, at, points)"
                " SELECT event_id, :anna, 1, 1, 50 FROM events",
                anna=ANNA,
            )
            await other.run(
                "UPDATE places SET since = NULL, version = 9 WHERE user_id = :anna", anna=ANNA
            )
            await other.connection.commit()
        place = (await later).place
        assert (place.version, place.state) == (9, Marked(UserId(1), 0.000001))

    async def test_of_two_marks_of_a_pair_at_once_one_sees_the_other(
        self, store: PostgresStore
    ) -> None:
        """Contract: 8.12, `display_msg` names what this mark paid, once of a month's last two."""
        await Lecture.begun(store, waiting=2)
        last_two = [EventId(UUID(int=number)) for number in (101, 102)]
        of_before = [EventId(UUID(int=number)) for number in range(103, 106)]

        def prepare(unit: Any) -> None:
            for event_id in (*last_two, *of_before):
                code = numbered_code(event_id.int)
                unit.events.add(Event(event_id, event_id.hex, ANNA, NOON, NOON + 60, code))
            for event_id in of_before:
                mark(unit, ANNA, BORIS, NOON, event_id)

        def confirm(unit: Any, event_id: EventId, at: float) -> bool:
            unit.places.make(event_id, ANNA)
            place = unit.places.lock(event_id, [ANNA])[ANNA].changed(state=Held(at, BORIS, at + 1))
            entry = NewEntry(event_id, ANNA, 1, BORIS, at, Origin.HOLD)
            return bool(unit.ledger.add_mark_from_hold(entry, place.marked(BORIS, at), Terms()))

        def first(unit: Any) -> bool:
            pays = confirm(unit, last_two[0], NOON + 1)
            added.set()
            await_only(somebody_waits())
            return pays

        async def somebody_waits() -> None:
            asked = text("SELECT count(*) FROM pg_stat_activity WHERE wait_event_type = 'Lock'")
            async with beside(store) as looking:
                while not (await looking.execute(asked)).scalar_one():
                    await asyncio.sleep(0)

        await store.transact(prepare)
        added = asyncio.Event()
        begun = asyncio.create_task(store.transact(first))
        await added.wait()
        second = await store.transact(lambda unit: confirm(unit, last_two[1], NOON + 2))
        assert (await begun, second) == (True, False)

    async def test_two_who_ask_each_other_at_once_are_friends(self, store: PostgresStore) -> None:
        lecture = await Lecture.begun(store, waiting=40)
        pairs = [(UserId(n), UserId(n + 1)) for n in range(3, 43, 2)]
        for one, other in pairs:
            await asyncio.gather(
                lecture.do.send_friend_request(actor=one, user_id=other),
                lecture.do.send_friend_request(actor=other, user_id=one),
            )
        for one, other in pairs:
            friends = await lecture.do.get_friend_list(actor=one)
            assert friends == [Friend(other, f"Person {other}", pending=False)]

    async def test_changes_of_one_profile_at_once_are_all_kept(self, store: PostgresStore) -> None:
        lecture = await Lecture.begun(store, waiting=1)
        for number in range(20):
            await asyncio.gather(
                lecture.do.update_profile_info(actor=ANNA, display_name=f"Anna {number}"),
                lecture.do.update_profile_info(actor=ANNA, bio=f"Group {number}"),
                lecture.do.update_profile_picture(actor=ANNA, image=b"picture"),
            )
            found = await store.observe(lambda u: u.profiles.get(ANNA))
            assert (found.display_name, found.bio) == (f"Anna {number}", f"Group {number}")

    async def test_a_scan_replaced_meanwhile_is_not_judged(self, store: PostgresStore) -> None:
        lecture = await Lecture.begun(store, waiting=1)
        await lecture.do.upload_profile_confirmation(actor=ANNA, image=b"one")
        scan, _ = await lecture.do.read_scan(user_id=ANNA)
        async with Stranger(store) as other:
            await other.run("UPDATE scans SET file = 'two'")
            judged = asyncio.create_task(
                lecture.do.judge_scan(user_id=ANNA, file=scan.file, approve=True)
            )
            await other.is_waited_for()
            await other.connection.commit()
        with pytest.raises(ScanNotFound):
            await judged
        kept = await store.observe(lambda u: u.scans.find(ANNA))
        assert kept is not None
        assert (kept.file, kept.state) == ("two", Confirmation.PENDING)

    async def test_a_scan_approved_while_the_name_changes_leaves_no_tick_on_the_new_one(
        self, store: PostgresStore, reruns: Reruns
    ) -> None:
        """Contract: 3.7; the moderator looked at the old name."""
        lecture = await Lecture.begun(store, waiting=1)
        for number in range(20):
            old, new = f"Person of {number}", f"Another of {number}"
            await lecture.do.update_profile_info(actor=ANNA, display_name=old)
            await lecture.do.upload_profile_confirmation(actor=ANNA, image=b"one")
            scan, _ = await lecture.do.read_scan(user_id=ANNA)
            doing = [
                lecture.do.judge_scan(user_id=ANNA, file=scan.file, approve=True, display_name=old),
                lecture.do.update_profile_info(actor=ANNA, display_name=new),
            ]
            judged, renamed = await outcomes(*(doing if number % 2 else doing[::-1]))
            kept = await store.observe(lambda u: u.scans.find(ANNA))
            assert kept is not None and kept.state in {Confirmation.NONE, Confirmation.PENDING}, (
                judged,
                renamed,
            )
        assert reruns == []

    async def test_a_tick_given_while_the_new_name_waits_for_it_goes_again(
        self, store: PostgresStore
    ) -> None:
        """Contract: 3.7."""
        lecture = await Lecture.begun(store, waiting=1)
        await lecture.do.upload_profile_confirmation(actor=ANNA, image=b"one")
        async with Stranger(store) as other:
            await other.run("SELECT FROM profiles WHERE user_id = :anna FOR UPDATE", anna=ANNA)
            await other.run("UPDATE scans SET state = 'approved' WHERE user_id = :anna", anna=ANNA)
            renamed = asyncio.create_task(
                lecture.do.update_profile_info(actor=ANNA, display_name="Another")
            )
            await other.is_waited_for()
            await other.connection.commit()
        await renamed
        kept = await store.observe(lambda u: u.scans.find(ANNA))
        assert kept is not None and kept.state is Confirmation.NONE

    async def test_a_scan_is_judged_behind_the_new_name_that_was_faster(
        self, store: PostgresStore
    ) -> None:
        """Contract: 3.7."""
        lecture = await Lecture.begun(store, waiting=1)
        await lecture.do.upload_profile_confirmation(actor=ANNA, image=b"one")
        scan, _ = await lecture.do.read_scan(user_id=ANNA)
        async with Stranger(store) as other:
            await other.run(
                "UPDATE profiles SET display_name = 'Another', name_key = 'another'"
                " WHERE user_id = :anna",
                anna=ANNA,
            )
            judged = asyncio.create_task(
                lecture.do.judge_scan(
                    user_id=ANNA, file=scan.file, approve=True, display_name=f"Person {ANNA}"
                )
            )
            await other.is_waited_for()
            await other.connection.commit()
        with pytest.raises(ScanNotFound):
            await judged
        kept = await store.observe(lambda u: u.scans.find(ANNA))
        assert kept is not None and kept.state is Confirmation.PENDING

    async def test_one_who_enters_by_two_sockets_at_once_has_one_place(
        self, store: PostgresStore
    ) -> None:
        lecture = await Lecture.begun(store, waiting=0)
        new = await lecture.do.sign_up(username="new", password="correct horse")
        session = Session(session_of(new.user_id), new.user_id, CredentialKind.COOKIE, NOON, NOON)
        await store.transact(lambda u: u.sessions.add(session))
        sockets = [socket(100 + n, new.user_id, Role.MARK_ME) for n in range(8)]
        asked = await asyncio.gather(*(lecture.do.mark_me(connection=each) for each in sockets))
        assert len({each.place for each in asked}) == 1
        assert len(await store.observe(lambda u: u.connections.of(EVENT, new.user_id))) == 8

    async def test_of_a_log_out_and_an_opening_one_sees_the_other(
        self, store: PostgresStore
    ) -> None:
        lecture = await Lecture.begun(store, waiting=30)
        for number, mine in enumerate(lecture.waiting):
            user_id = mine.user_id
            opened, _ = await outcomes(
                lecture.do.mark_me(connection=socket(500 + number, user_id, Role.MARK_ME)),
                lecture.do.log_out(session_id=session_of(user_id)),
            )
            assert not isinstance(opened, Exception) or isinstance(opened, NotLoggedIn)
            assert await lecture.connections(user_id) == []
            assert (await lecture.place(user_id)).state is None

    async def test_of_a_deletion_and_a_mark_one_is_refused(
        self, store: PostgresStore, reruns: Reruns
    ) -> None:
        lecture = await Lecture.begun(store, waiting=1)
        for number in range(20):
            mine = await an_event_with_a_hold(store, number)
            confirmed, deleted = await outcomes(
                lecture.do.confirm_marking(connection=mine),
                lecture.do.delete_event(actor=UserId(1), event_id=mine.event_id),
            )
            if deleted is None:
                assert isinstance(confirmed, EventDeleted)
            else:
                assert isinstance(deleted, SomebodyWasMarked)
                assert isinstance(confirmed.place.state, Marked)
        assert reruns == []

    async def test_whoever_waited_for_a_deletion_does_not_find_the_event(
        self, store: PostgresStore
    ) -> None:
        lecture = await Lecture.begun(store, waiting=1)
        async with Stranger(store) as other:
            await other.run("SELECT FROM places ORDER BY user_id FOR UPDATE")
            doing = [
                asyncio.create_task(each)
                for each in (
                    lecture.do.mark_me(connection=socket(5000, ANNA, Role.MARK_ME)),
                    lecture.do.join_event(actor=ANNA, event_id=EVENT),
                )
            ]
            await other.is_waited_for()
            await other.run("DELETE FROM events")
            await other.connection.commit()
        for each in doing:
            with pytest.raises(EventNotFound):
                await each

    async def test_two_processes_that_sweep_at_once_end_a_hold_once(
        self, store: PostgresStore, postgres_url: URL, notifier: LocalNotifier, clock: TestClock
    ) -> None:
        other = PostgresStore(postgres_url, notifier, clock=clock)
        await other.start()
        lecture = await Lecture.begun(store, waiting=1)
        await lecture.do.prepare_to_mark(connection=lecture.markers[0], target=ANNA)
        clock.pass_(91)
        alive = Process(PROCESS, clock.now(), NOON)
        await store.transact(lambda u: u.processes.put(alive))
        told: list[Any] = []
        await notifier.subscribe(EVENT, told.append)
        sweeps = [use_cases(each).sweep for each in (store, other)]
        await asyncio.gather(*(sweep(process_id=PROCESS) for sweep in sweeps * 5))
        await other.close()
        place = await lecture.place(ANNA)
        assert isinstance(place.state, Waiting)
        assert [each.place for each in told] == [place]


async def an_event_with_a_hold(store: PostgresStore, number: int) -> Connection:
    """An event of its own, in which person 1 holds Anna, and the socket of 1."""
    event_id = EventId(UUID(int=100 + number))
    mine = replace(socket(7000 + number, 1, Role.MARKING), event_id=event_id)

    def work(unit: Any) -> None:
        code = numbered_code(event_id.int)
        unit.events.add(Event(event_id, f"Room {number}", UserId(1), NOON - 60, NOON + 3600, code))
        for user_id in (UserId(1), ANNA):
            unit.places.make(event_id, user_id)
        held = Held(NOON, UserId(1), NOON + 90)
        unit.places.put(Place(event_id, ANNA, True, held, 1))
        unit.connections.add(mine)

    await store.transact(work)
    return mine


class TestOrganisers:
    async def test_whoever_narrows_an_event_waits_for_nobody_who_waits_for_them(
        self, store: PostgresStore, reruns: Reruns
    ) -> None:
        """Contract: 8.6; markers choose, confirm and repeat, while they are let in and left out."""
        lecture = await Lecture.begun(store, waiting=40)
        everybody = [mine.user_id for mine in lecture.waiting]
        for mine in lecture.waiting[20:]:
            await lecture.do.hang_up(connections=[mine], goodbye=True)

        async def narrows(number: int) -> None:
            await lecture.do.update_event(
                actor=UserId(1),
                event_id=EVENT,
                name=f"Name {number}",
                who_marks=list(WhoMarks)[number % 3],
            )

        async def marks(nth: int, number: int) -> None:
            marking = socket(5000 + 40 * number + nth, everybody[20 + nth], Role.MARKING)
            await lecture.do.ready_to_mark(connection=marking)
            target = everybody[(7 * nth + number) % 20]
            await lecture.do.prepare_to_mark(connection=marking, target=target)
            again = everybody[(3 * nth + number) % 20]
            await outcomes(lecture.do.confirm_marking(connection=marking, target=again))
            await lecture.do.refuse_to_mark(connection=marking, target=target)

        for number in range(12):
            doing = [marks(nth, number) for nth in range(20)]
            doing[number : number + 1] = [narrows(number), narrows(number + 1), doing[number]]
            told = await outcomes(*doing)
            assert all(isinstance(each, Refusal | LeaseLost | None) for each in told), told
        assert reruns == []

    @pytest.mark.parametrize("by", ["update_event", "remove_helper"])
    async def test_an_opening_that_began_before_is_seen_and_ended(
        self, store: PostgresStore, by: str
    ) -> None:
        """Contract: 8.6."""
        lecture = await Lecture.begun(store, waiting=1)
        mine: dict[str, Any] = {"actor": UserId(1), "event_id": EVENT}
        narrow, helper = {**mine, "who_marks": WhoMarks.ORGANISERS}, {**mine, "user_id": ANNA}
        if by == "remove_helper":
            await lecture.do.add_helper(**helper)
            await lecture.do.update_event(**narrow)
        new = socket(5000, ANNA, Role.MARKING)
        async with Stranger(store) as other:
            await other.run(
                "INSERT INTO connections SELECT :id, event_id, :anna, role, process_id, session_id"
                " FROM connections WHERE user_id = 1",
                id=new.connection_id,
                anna=ANNA,
            )
            change = narrow if by == "update_event" else helper
            changed = asyncio.create_task(getattr(lecture.do, by)(**change))
            await asyncio.wait_for(other.is_waited_for(), PATIENCE)
            await other.connection.commit()
        await changed
        assert [each.role for each in await lecture.connections(ANNA)] == [Role.MARK_ME]

    async def test_an_opening_that_waited_for_it_is_refused(self, store: PostgresStore) -> None:
        """Contract: 8.6."""
        lecture = await Lecture.begun(store, waiting=0)
        async with Stranger(store) as other:
            await other.run("SELECT FROM events FOR UPDATE")
            await other.run("UPDATE events SET who_marks = 'organisers'")
            opened = asyncio.create_task(
                lecture.do.ready_to_mark(connection=socket(5000, 2, Role.MARKING))
            )
            await other.is_waited_for()
            await other.connection.commit()
        with pytest.raises(MayNotMark):
            await opened

    async def test_an_event_is_over_by_the_clock_after_its_lock(
        self, store: PostgresStore, clock: TestClock
    ) -> None:
        """Contract: UpdateEvent."""
        lecture = await Lecture.begun(store, waiting=0)
        async with Stranger(store) as other:
            await other.run("SELECT FROM events FOR UPDATE")
            prolonged = asyncio.create_task(
                lecture.do.update_event(actor=UserId(1), event_id=EVENT, ends_at=NOON + 9000)
            )
            await other.is_waited_for()
            clock.pass_(3600)
            await other.connection.commit()
        with pytest.raises(EventOver):
            await prolonged
