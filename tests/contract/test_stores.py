"""What every store promises: the docstrings of `attendance_core.ports`, one by one."""

from __future__ import annotations

import asyncio
from typing import Any
from uuid import UUID, uuid4

import pytest

from attendance_core.accounts import Credential, Session
from attendance_core.announcements import ConnectionsEnded, Why
from attendance_core.connections import Connection, Process, Role
from attendance_core.errors import (
    AlreadyMarked,
    EventNameTaken,
    EventNotFound,
    PersonNotFound,
    SomebodyWasMarked,
    Taken,
    TooManyRequests,
    UsernameTaken,
)
from attendance_core.events import Event
from attendance_core.friends import Friend, Friendship
from attendance_core.limits import BeginTry, CountOne, Ended, EndTry, Limit, Tally
from attendance_core.places import Held, Mark, Marked, Place, Waiting
from attendance_core.profiles import Confirmation, ConfirmationScan, Profile, ProfileSummary
from attendance_core.vocabulary import (
    ConnectionId,
    EventId,
    FileKey,
    ProcessId,
    SessionId,
    TallyKey,
    UserId,
)
from tests.unit.builders import NOON, SetClock

EVENT = EventId(UUID(int=1))
PROCESS = ProcessId(UUID(int=2))


async def people(store: Any, *names: str) -> list[UserId]:
    def work(unit: Any) -> list[UserId]:
        ids = []
        for number, name in enumerate(names):
            user_id = unit.accounts.add(f"u{number}-{uuid4().hex[:8]}", "hash", unit.now())
            unit.profiles.add(Profile(user_id, name))
            ids.append(user_id)
        return ids

    return await store.transact(work)  # type: ignore[no-any-return]


def an_event(name: str = "Lecture", event_id: EventId = EVENT, starts: float = NOON) -> Event:
    return Event(event_id, name, UserId(1), starts, starts + 3600)


async def a_room(store: Any, *names: str) -> list[UserId]:
    """An event with these people in it."""
    ids = await people(store, *names)

    def work(unit: Any) -> None:
        unit.events.add(an_event())
        unit.processes.put(Process(PROCESS, NOON, NOON))
        for user_id in ids:
            unit.places.enter(EVENT, user_id)

    await store.transact(work)
    return ids


def a_connection(user_id: UserId, **options: Any) -> Connection:
    return Connection(
        ConnectionId(uuid4()),
        EVENT,
        user_id,
        options.get("role", Role.MARK_ME),
        PROCESS,
        SessionId(options.get("session", "s")),
    )


class TestTransact:
    async def test_work_that_raises_leaves_nothing(self, store: Any) -> None:
        await people(store, "Анна")

        def work(unit: Any) -> None:
            unit.events.add(an_event())
            unit.announce(ConnectionsEnded(EVENT, Why.DELETED))
            raise ValueError

        with pytest.raises(ValueError):
            await store.transact(work)
        with pytest.raises(EventNotFound):
            await store.observe(lambda unit: unit.events.get(EVENT))

    async def test_announcements_come_after_the_commit_and_only_then(
        self, store: Any, notifier: Any
    ) -> None:
        heard: list[Any] = []
        await notifier.subscribe(EVENT, heard.append)
        word = ConnectionsEnded(EVENT, Why.DELETED)

        def work(unit: Any) -> int:
            unit.announce(word)
            return len(heard)

        def raises(unit: Any) -> None:
            unit.announce(word)
            raise ValueError

        assert await store.transact(work) == 0
        with pytest.raises(ValueError):
            await store.transact(raises)
        assert heard == [word]

    async def test_a_look_cannot_write(self, store: Any) -> None:
        await people(store, "Анна")
        with pytest.raises(Exception):  # noqa: B017 each engine says so in its own way
            await store.observe(lambda unit: unit.events.add(an_event()))
            await store.observe(lambda unit: unit.events.get(EVENT))

    async def test_two_people_taking_one_name_at_once_get_one_event(self, store: Any) -> None:
        await people(store, "Анна")

        def work_for(number: int) -> Any:
            event = an_event("Ёлка" if number % 2 else "ёлка", EventId(uuid4()))
            return lambda unit: unit.events.add(event)

        answers = await asyncio.gather(
            *(store.transact(work_for(number)) for number in range(8)), return_exceptions=True
        )
        assert sum(answer is None for answer in answers) == 1
        assert sum(isinstance(answer, EventNameTaken) for answer in answers) == 7


class TestAccounts:
    async def test_a_user_name_is_taken_in_whatever_case(self, store: Any) -> None:
        first = await store.transact(lambda u: u.accounts.add("Жанна", "hash", NOON))
        with pytest.raises(UsernameTaken):
            await store.transact(lambda u: u.accounts.add("жАННА", "hash", NOON))
        found = await store.observe(lambda u: u.accounts.find("ЖАННА"))
        assert (found.user_id, found.username) == (first, "Жанна")
        assert await store.observe(lambda u: u.accounts.find("nobody")) is None

    async def test_sessions_are_found_used_and_removed(self, store: Any) -> None:
        (anna,) = await people(store, "Анна")
        session = Session(SessionId("a" * 64), anna, Credential.COOKIE, NOON, NOON)
        await store.transact(lambda u: u.sessions.add(session))
        await store.transact(lambda u: u.sessions.used(session.session_id, NOON + 1.5))
        found = await store.observe(lambda u: u.sessions.find(session.session_id))
        assert found.used_at == NOON + 1.5
        await store.transact(lambda u: u.sessions.remove(session.session_id))
        await store.transact(lambda u: u.sessions.remove(session.session_id))
        assert await store.observe(lambda u: u.sessions.find(session.session_id)) is None

    async def test_a_persons_expired_sessions_are_forgotten(self, store: Any) -> None:
        anna, boris = await people(store, "Анна", "Борис")
        for number, (user_id, used_at) in enumerate(
            [(anna, NOON), (anna, NOON + 1), (boris, NOON - 1)]
        ):
            name = SessionId(str(number) * 64)
            session = Session(name, user_id, Credential.COOKIE, NOON - 2, used_at)
            await store.transact(lambda u, session=session: u.sessions.add(session))
        await store.transact(lambda u: u.sessions.remove_expired(anna, NOON))
        kept = [
            await store.observe(lambda u, n=n: u.sessions.find(SessionId(str(n) * 64)))
            for n in range(3)
        ]
        assert [each is not None for each in kept] == [False, True, True]


class TestProfiles:
    async def test_unknown_people_are_not_found(self, store: Any) -> None:
        with pytest.raises(PersonNotFound):
            await store.observe(lambda u: u.profiles.get(UserId(77)))

    async def test_search_is_folded_literal_and_ordered(self, store: Any) -> None:
        ids = await people(store, "Ёлкина Зоя", "ёлкина Анна", "100% Ёлкин_а", "Other")
        found = await store.observe(lambda u: u.profiles.search("ёлкин", 10, 0))
        assert [each.user_id for each in found] == [ids[2], ids[1], ids[0]]
        for part, wanted in (("%", [ids[2]]), ("_", [ids[2]]), ("%%", [])):
            found = await store.observe(lambda u, part=part: u.profiles.search(part, 10, 0))
            assert [each.user_id for each in found] == wanted
        page = await store.observe(lambda u: u.profiles.search("ёлкин", 1, 1))
        assert [each.user_id for each in page] == [ids[1]]

    async def test_summaries_are_of_those_who_exist_with_their_tick(self, store: Any) -> None:
        anna, boris, vera = await people(store, "Анна", "Борис", "Вера")

        def work(unit: Any) -> None:
            unit.profiles.put(Profile(anna, "Анна", picture=FileKey("a.jpg")))
            for user_id, state in (
                (anna, Confirmation.APPROVED),
                (boris, Confirmation.REJECTED),
            ):
                unit.scans.put(ConfirmationScan(user_id, FileKey("s"), NOON, state, NOON))

        await store.transact(work)
        asked = [boris, anna, UserId(77), vera, anna]
        found = await store.observe(lambda u: u.profiles.summaries(asked))
        assert sorted(found, key=lambda each: each.user_id) == [
            ProfileSummary(anna, "Анна", FileKey("a.jpg"), confirmed=True),
            ProfileSummary(boris, "Борис", None, confirmed=False),
            ProfileSummary(vera, "Вера", None, confirmed=False),
        ]
        assert not await store.observe(lambda u: u.profiles.summaries([]))

    async def test_a_scan_replaces_the_one_before(self, store: Any) -> None:
        (anna,) = await people(store, "Анна")
        await store.transact(lambda u: u.scans.put(ConfirmationScan(anna, FileKey("1"), NOON)))
        later = ConfirmationScan(anna, FileKey("2"), NOON + 1)
        await store.transact(lambda u: u.scans.put(later))
        assert await store.observe(lambda u: u.scans.pending()) == [later]
        judged = ConfirmationScan(anna, FileKey("2"), NOON + 1, Confirmation.APPROVED, NOON + 2)
        await store.transact(lambda u: u.scans.put(judged))
        assert await store.observe(lambda u: u.scans.find(anna)) == judged
        assert await store.observe(lambda u: u.scans.pending()) == []


class TestFriendships:
    async def test_a_pair_has_one_row_in_either_order(self, store: Any) -> None:
        anna, boris = await people(store, "Анна", "Борис")
        asked = Friendship(boris, anna, NOON)
        await store.transact(lambda u: u.friendships.add(asked))
        assert await store.transact(lambda u: u.friendships.find(anna, boris)) == asked
        assert await store.observe(lambda u: u.friendships.requests_to(anna)) == [boris]
        assert await store.observe(lambda u: u.friendships.friends_of(anna)) == []
        accepted = Friendship(boris, anna, NOON, accepted=True)
        await store.transact(lambda u: u.friendships.put(accepted))
        assert await store.observe(lambda u: u.friendships.requests_to(anna)) == []
        friends = await store.observe(lambda u: u.friendships.friends_of(anna))
        assert friends == [Friend(boris, "Борис", pending=False)]
        await store.transact(lambda u: u.friendships.remove(anna, boris))
        assert await store.transact(lambda u: u.friendships.find(boris, anna)) is None

    async def test_with_nobody_there_is_no_friendship(self, store: Any) -> None:
        (anna,) = await people(store, "Анна")
        with pytest.raises(PersonNotFound):
            await store.transact(lambda u: u.friendships.add(Friendship(anna, UserId(99), NOON)))


class TestEvents:
    async def test_lists_are_by_start_then_name(self, store: Any) -> None:
        await people(store, "Анна")
        for name, starts in (("Б", NOON), ("а", NOON), ("В", NOON - 1)):
            event = an_event(name, EventId(uuid4()), starts)
            await store.transact(lambda u, event=event: u.events.add(event))
        for look in (
            lambda u: u.events.search(None, None, 0),
            lambda u: u.events.created_by(UserId(1), None, 0),
        ):
            assert [each.name for each in await store.observe(look)] == ["В", "а", "Б"]
        page = await store.observe(lambda u: u.events.search(None, 1, 1))
        assert [each.name for each in page] == ["а"]
        found = await store.observe(lambda u: u.events.search("б", None, 0))
        assert [each.name for each in found] == ["Б"]

    async def test_a_mark_protects_its_event(self, store: Any) -> None:
        anna, boris = await a_room(store, "Анна", "Борис")
        await store.transact(lambda u: u.marks.add(Mark(EVENT, anna, boris, NOON, 50)))
        with pytest.raises(SomebodyWasMarked):
            await store.transact(lambda u: u.events.remove(EVENT))

    async def test_with_an_event_go_its_places_and_connections(self, store: Any) -> None:
        anna, _ = await a_room(store, "Анна", "Борис")
        connection = a_connection(anna)
        await store.transact(lambda u: u.connections.add(connection))
        await store.transact(lambda u: u.events.remove(EVENT))
        assert await store.observe(lambda u: u.places.of(EVENT, [anna])) == []
        find = connection.connection_id
        assert await store.observe(lambda u: u.connections.find(find)) is None

    async def test_who_was_where(self, store: Any) -> None:
        anna, boris = await a_room(store, "Анна", "Борис")
        assert await store.observe(lambda u: u.events.attended_by(anna, None, 0)) == []
        await store.transact(lambda u: u.marks.add(Mark(EVENT, anna, boris, NOON, 50)))
        (attended,) = await store.observe(lambda u: u.events.attended_by(anna, None, 0))
        assert attended.marked == Marked(boris, NOON, 50)
        assert await store.observe(lambda u: u.events.joined_by(anna, None, 0)) == []


class TestPlaces:
    async def test_nobody_enters_an_event_that_is_not(self, store: Any) -> None:
        (anna,) = await people(store, "Анна")
        with pytest.raises(EventNotFound):
            await store.transact(lambda u: u.places.enter(EVENT, anna))

    async def test_entering_twice_changes_nothing(self, store: Any) -> None:
        anna, boris = await a_room(store, "Анна", "Борис")
        waiting = Place(EVENT, anna, True, Waiting(NOON + 0.25), 1)
        await store.transact(lambda u: u.places.put(waiting))
        await store.transact(lambda u: u.places.enter(EVENT, anna))
        found = await store.transact(lambda u: u.places.lock(EVENT, [boris, anna, UserId(99)]))
        assert found == {anna: waiting, boris: Place(EVENT, boris)}
        assert await store.observe(lambda u: u.places.listed(EVENT)) == [waiting]

    async def test_one_marker_holds_one_person(self, store: Any) -> None:
        anna, boris, vera = await a_room(store, "Анна", "Борис", "Вера")
        held = Place(EVENT, anna, True, Held(NOON, vera, NOON + 90), 2)
        await store.transact(lambda u: u.places.put(held))
        second = Place(EVENT, boris, True, Held(NOON, vera, NOON + 90), 2)
        with pytest.raises(Taken):
            await store.transact(lambda u: u.places.put(second))
        locked = await store.transact(lambda u: u.places.lock(EVENT, [vera], holder=vera))
        assert list(locked) == sorted([anna, vera])
        assert await store.observe(lambda u: u.places.lapsed(NOON + 89.9, 5)) == []
        assert await store.observe(lambda u: u.places.lapsed(NOON + 90, 5)) == [(EVENT, anna)]

    async def test_a_mark_is_known_from_the_ledger_and_made_once(self, store: Any) -> None:
        anna, boris = await a_room(store, "Анна", "Борис")
        marked = Place(EVENT, anna, True, Marked(boris, NOON, 50), 3)

        def work(unit: Any) -> None:
            unit.places.put(marked)
            unit.marks.add(Mark(EVENT, anna, boris, NOON, 50))

        await store.transact(work)
        assert await store.observe(lambda u: u.places.of(EVENT, [anna])) == [marked]
        assert await store.observe(lambda u: u.places.listed(EVENT)) == []
        assert await store.observe(lambda u: u.marks.karma(boris)) == 50
        assert await store.observe(lambda u: u.marks.karma(anna)) == 0
        with pytest.raises(AlreadyMarked):
            await store.transact(lambda u: u.marks.add(Mark(EVENT, anna, boris, NOON, 50)))
        (person,) = await store.observe(lambda u: u.places.participants(EVENT))
        assert (person.display_name, person.state) == ("Анна", marked.state)


class TestConnections:
    async def test_the_first_loss_stays(self, store: Any) -> None:
        (anna,) = await a_room(store, "Анна")
        connection = a_connection(anna)
        await store.transact(lambda u: u.connections.add(connection))
        for at in (NOON + 1, NOON + 2):
            await store.transact(lambda u, at=at: u.connections.lose(connection.connection_id, at))
        found = await store.observe(lambda u: u.connections.find(connection.connection_id))
        assert found.lost_at == NOON + 1
        assert found.process == Process(PROCESS, NOON, NOON)

    async def test_who_lapsed(self, store: Any, clock: SetClock) -> None:
        (anna,) = await a_room(store, "Анна")
        lost, open_ = a_connection(anna), a_connection(anna)
        await store.transact(lambda u: (u.connections.add(lost), u.connections.add(open_)))
        await store.transact(lambda u: u.connections.lose(lost.connection_id, NOON + 1))

        async def lapsed(*given: float | None) -> list[ConnectionId]:
            found = await store.observe(lambda u: u.connections.lapsed(*given, 9))
            return [each.connection_id for each in found]

        assert await lapsed(NOON, None) == []
        assert await lapsed(NOON + 1, None) == [lost.connection_id]
        assert await lapsed(NOON, NOON - 1) == []
        assert await lapsed(NOON, NOON) == [open_.connection_id]

    async def test_they_are_found_by_person_session_and_process(self, store: Any) -> None:
        anna, boris = await a_room(store, "Анна", "Борис")
        hers, his = a_connection(anna, session="hers"), a_connection(boris, session="his")
        await store.transact(lambda u: (u.connections.add(hers), u.connections.add(his)))
        of = await store.observe(lambda u: u.connections.of(EVENT, anna))
        assert [each.connection_id for each in of] == [hers.connection_id]
        of = await store.observe(lambda u: u.connections.of_session(SessionId("his")))
        assert [each.connection_id for each in of] == [his.connection_id]
        here = await store.observe(lambda u: u.connections.here(EVENT, PROCESS))
        assert set(here) == {hers.connection_id, his.connection_id}
        await store.transact(lambda u: u.connections.remove([hers.connection_id]))
        assert await store.observe(lambda u: u.connections.of(EVENT, anna)) == []

    async def test_a_process_without_connections_is_forgotten(self, store: Any) -> None:
        (anna,) = await a_room(store, "Анна")
        idle = ProcessId(UUID(int=3))
        await store.transact(lambda u: u.processes.put(Process(idle, NOON, NOON)))
        await store.transact(lambda u: u.connections.add(a_connection(anna)))
        await store.transact(lambda u: u.processes.put(Process(idle, NOON + 1, NOON)))
        await store.transact(lambda u: u.processes.remove_idle(NOON))
        assert await store.observe(lambda u: u.processes.find(idle)) is not None
        await store.transact(lambda u: u.processes.remove_idle(NOON + 1))
        assert await store.observe(lambda u: u.processes.find(idle)) is None
        assert await store.observe(lambda u: u.processes.find(PROCESS)) is not None


class TestTallies:
    KEY = TallyKey("0123456789abcdef" * 2)
    FULL = Tally(KEY, (NOON, NOON + 0.000001, NOON + 1.5), (NOON + 2.000003,))

    async def kept(self, store: Any) -> Tally:
        return await store.transact(lambda u: u.tallies.lock(self.KEY))  # type: ignore[no-any-return]

    async def put(self, store: Any, tally: Tally, lapses_at: float) -> None:
        def work(unit: Any) -> None:
            unit.tallies.lock(tally.key)
            unit.tallies.put(tally, lapses_at)

        await store.transact(work)

    async def test_there_is_an_empty_one_until_another_is_put(self, store: Any) -> None:
        for _ in range(2):
            assert await self.kept(store) == Tally(self.KEY)
        await self.put(store, self.FULL, NOON + 9)
        assert await self.kept(store) == self.FULL
        await self.put(store, Tally(self.KEY), 0.0)
        assert await self.kept(store) == Tally(self.KEY)

    async def test_those_that_have_lapsed_are_forgotten(self, store: Any) -> None:
        other = Tally(TallyKey("f" * 32), (NOON,))
        await self.put(store, self.FULL, NOON + 9)
        await self.put(store, other, NOON + 9.000001)
        await store.transact(lambda u: u.tallies.remove_lapsed(NOON + 8.999999))
        assert await self.kept(store) == self.FULL
        await store.transact(lambda u: u.tallies.remove_lapsed(NOON + 9))
        assert await self.kept(store) == Tally(self.KEY)
        assert await store.transact(lambda u: u.tallies.lock(other.key)) == other

    async def test_of_many_at_once_no_more_than_the_most_are_taken(self, store: Any) -> None:
        few, count = Limit("few", 7, 60.0), CountOne(store.transact)
        await store.transact(lambda u: u.tallies.lock(self.KEY))
        told = await asyncio.gather(
            *(count(limit=few, whose="anna") for _ in range(30)), return_exceptions=True
        )
        assert sum(each is None for each in told) == 7
        assert sum(isinstance(each, TooManyRequests) for each in told) == 23

    async def test_of_many_tries_at_once_no_more_than_the_most_are_begun(self, store: Any) -> None:
        few = Limit("few", 7, 60.0)
        begin, end = BeginTry(store.transact), EndTry(store.transact)

        async def fail() -> bool:
            began = await begin(limit=few, whose="anna")
            if began is None:
                return False
            await end(limit=few, whose="anna", began=began, ended=Ended.FAILED)
            return True

        failed = 0
        for _ in range(3):
            told = await asyncio.gather(*(fail() for _ in range(30)), return_exceptions=True)
            assert {type(each) for each in told} <= {bool, TooManyRequests}
            failed += sum(each is True for each in told)
        assert failed == 7
