"""What every store promises: the docstrings of `attendance_core.repositories`, one by one."""

from __future__ import annotations

import asyncio
from contextlib import suppress
from dataclasses import replace
from typing import Any
from uuid import uuid4

import pytest

from attendance_adapters.system import RandomIds
from attendance_core.accounts import (
    MAX_SESSIONS,
    Account,
    ChangePassword,
    CredentialKind,
    LogIn,
    Session,
    SignUp,
    session_id_of,
)
from attendance_core.browsers import KnownBrowser
from attendance_core.errors import (
    EventNameTaken,
    EventNotFound,
    PersonNotFound,
    SomebodyWasMarked,
    TooManyEvents,
    UsernameTaken,
    WrongCredentials,
)
from attendance_core.events import CreateEvent, Event, EventQuery
from attendance_core.friends import Friend, Friendship
from attendance_core.marking.announcements import ConnectionsEnded
from attendance_core.marking.endings import Ending
from attendance_core.marking.places import Marked
from attendance_core.marking.terms import Terms
from attendance_core.pieces import ListQuery
from attendance_core.profiles import (
    Confirmation,
    ConfirmationScan,
    PendingScan,
    Profile,
    ProfileSummary,
    ScanReason,
)
from attendance_core.vocabulary import BrowserId, EventId, FileKey, ScanId, SessionId, UserId
from tests.support.lecture import EVENT
from tests.support.stand_ins import NOON, QuickPasswords, any_code
from tests.support.stored_people import a_connection, an_event, an_event_with, mark, people


class TestTransact:
    async def test_work_that_raises_leaves_nothing(self, store: Any) -> None:
        await people(store, "Анна")

        def work(unit: Any) -> None:
            unit.events.add(an_event())
            unit.announce(ConnectionsEnded(EVENT, Ending.DELETED))
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
        word = ConnectionsEnded(EVENT, Ending.DELETED)

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

    async def test_one_is_found_by_id_and_locked(self, store: Any) -> None:
        anna = await store.transact(lambda u: u.accounts.add("anna", "hash", NOON))
        for find in (
            store.observe(lambda u: u.accounts.find_by_id(anna)),
            store.transact(lambda u: u.accounts.lock(anna)),
        ):
            assert await find == Account(anna, "anna", "hash")
        assert await store.observe(lambda u: u.accounts.find_by_id(UserId(77))) is None
        assert await store.transact(lambda u: u.accounts.lock(UserId(77))) is None

    async def test_a_person_may_have_no_password_and_get_one_and_lose_it(self, store: Any) -> None:
        """Contract: 9.1."""
        anna = await store.transact(lambda u: u.accounts.add("anna", None, NOON))
        boris = await store.transact(lambda u: u.accounts.add("boris", "his", NOON))
        for password_hash in (None, "new$hash", "another", None):
            account = Account(anna, "anna", password_hash)
            await store.transact(lambda u, account=account: u.accounts.put(account))
            assert await store.observe(lambda u: u.accounts.find("ANNA")) == account
        found = await store.observe(lambda u: u.accounts.find_by_id(boris))
        assert found.password_hash == "his"

    async def test_whoever_locks_an_account_sees_what_others_made_of_it(self, store: Any) -> None:
        anna = await store.transact(lambda u: u.accounts.add("anna", "0", NOON))

        def work(unit: Any) -> None:
            account = unit.accounts.lock(anna)
            unit.accounts.put(Account(anna, "anna", str(int(account.password_hash) + 1)))

        await asyncio.gather(*(store.transact(work) for _ in range(8)))
        found = await store.observe(lambda u: u.accounts.find_by_id(anna))
        assert found.password_hash == "8"

    async def test_sessions_of_a_person_are_listed_the_latest_first(self, store: Any) -> None:
        """Contract: GetSessions."""
        anna, boris = await people(store, "Анна", "Борис")

        async def add(name: str, whose: UserId, used_at: float, kind: CredentialKind) -> Session:
            session = Session(SessionId(name * 64), whose, kind, NOON, used_at)
            await store.transact(lambda u: u.sessions.add(session))
            return session

        first = await add("b", anna, NOON + 1, CredentialKind.COOKIE)
        latest = await add("a", anna, NOON + 2, CredentialKind.COOKIE)
        same = await add("c", anna, NOON + 1, CredentialKind.COOKIE)
        await add("d", anna, NOON + 3, CredentialKind.BEARER)
        await add("e", boris, NOON + 3, CredentialKind.COOKIE)
        assert await store.observe(lambda u: u.sessions.of(anna)) == [latest, first, same]
        assert await store.observe(lambda u: u.sessions.of(anna, 2)) == [latest, first]
        gone = [first.session_id, latest.session_id, SessionId("f" * 64)]
        await store.transact(lambda u: u.sessions.remove(gone))
        await store.transact(lambda u: u.sessions.remove([]))
        assert await store.observe(lambda u: u.sessions.of(anna)) == [same]

    async def test_those_opened_long_ago_are_found_the_first_ones_first(self, store: Any) -> None:
        """Contract: 9.2."""
        (anna,) = await people(store, "Анна")
        names = [SessionId(each * 64) for each in "abcd"]
        for name, age in zip(names, (2, 3, 1, 0), strict=True):
            session = Session(name, anna, CredentialKind.COOKIE, NOON - age, NOON)
            await store.transact(lambda u, session=session: u.sessions.add(session))
        for limit, found in ((10, [names[1], names[0], names[2]]), (2, [names[1], names[0]])):
            look = store.observe(lambda u, most=limit: u.sessions.lapsed(NOON - 1, most))
            assert await look == found

    async def test_one_too_many_ends_with_its_sockets(self, store: Any, notifier: Any) -> None:
        """Contract: 9.11."""
        await an_event_with(store, "Анна")
        kind, now = CredentialKind.COOKIE, await store.observe(lambda u: u.now())
        name, password = f"anna{uuid4().hex}", "tea at five"
        heard: list[Any] = []
        await notifier.subscribe(EVENT, heard.append)

        def work(unit: Any) -> UserId:
            user_id: UserId = unit.accounts.add(name, f"hash of {password}", now)
            unit.profiles.add(Profile(user_id, "Анна"))
            for number in range(MAX_SESSIONS):
                used_at = now - (number if number else 5_000)  # the first is the oldest
                session_id = SessionId(f"{number:064}")
                unit.sessions.add(Session(session_id, user_id, kind, now - 9_000, used_at))
            return user_id

        boris = await store.transact(work)
        socket = replace(a_connection(boris), session_id=SessionId(f"{0:064}"))
        await store.transact(lambda u: u.places.make(EVENT, boris))
        await store.transact(lambda u: u.connections.add(socket))
        log_in = LogIn(store.transact, store.observe, QuickPasswords(), RandomIds(), Terms())
        opened = await log_in(username=name, password=password, client="a\x00b")
        left = {each.session_id for each in await store.observe(lambda u: u.sessions.of(boris))}
        numbers = range(1, MAX_SESSIONS)
        assert left == {
            session_id_of(opened.token),
            *(SessionId(f"{each:064}") for each in numbers),
        }
        assert await store.observe(lambda u: u.connections.find(socket.connection_id)) is None
        ended = [each for each in heard if isinstance(each, ConnectionsEnded)]
        assert ended == [
            ConnectionsEnded(EVENT, Ending.LOGGED_OUT, frozenset({socket.connection_id}))
        ]

    async def test_no_log_in_with_the_old_password_outlives_its_change(self, store: Any) -> None:
        """Contract: 9.1."""
        passwords, ids, terms = QuickPasswords(), RandomIds(), Terms()
        name, old = f"anna{uuid4().hex}", "tea at five"
        log_in = LogIn(store.transact, store.observe, passwords, ids, terms)
        here = await SignUp(store.transact, passwords, ids, terms)(username=name, password=old)
        here_id = session_id_of(here.token)
        change = ChangePassword(store.transact, store.observe, passwords, terms)

        async def logs_in() -> None:
            with suppress(WrongCredentials):
                await log_in(username=name, password=old)

        await asyncio.gather(
            *(logs_in() for _ in range(4)),
            change(
                actor=here.user_id,
                session_id=here_id,
                old_password=old,
                new_password="coffee at six",
            ),
            *(logs_in() for _ in range(4)),
        )
        left = await store.observe(lambda u: u.sessions.of(here.user_id))
        assert [each.session_id for each in left] == [here_id]

    async def test_sessions_are_found_used_and_removed(self, store: Any) -> None:
        (anna,) = await people(store, "Анна")
        kind, client = CredentialKind.COOKIE, "Chrome on Android"
        session = Session(SessionId("a" * 64), anna, kind, NOON, NOON, client)
        await store.transact(lambda u: u.sessions.add(session))
        await store.transact(lambda u: u.sessions.note_use(session.session_id, NOON + 1.5))
        found = await store.observe(lambda u: u.sessions.find(session.session_id))
        assert found == replace(session, used_at=NOON + 1.5)
        await store.transact(lambda u: u.sessions.remove([session.session_id]))
        await store.transact(lambda u: u.sessions.remove([session.session_id]))
        assert await store.observe(lambda u: u.sessions.find(session.session_id)) is None


class TestKnownBrowsers:
    """Contract: 9.4."""

    async def test_those_of_a_person_are_listed_the_latest_first(self, store: Any) -> None:
        anna, boris = await people(store, "Анна", "Борис")
        ids = [BrowserId(letter * 64) for letter in "abc"]

        async def put(user_id: UserId, number: int, at: float) -> KnownBrowser:
            browser = KnownBrowser(user_id, ids[number], at)
            await store.transact(lambda u: u.known_browsers.put(browser))
            return browser

        async def known(user_id: UserId) -> Any:
            return await store.observe(lambda u: u.known_browsers.of(user_id))

        first, second = await put(anna, 0, NOON), await put(anna, 1, NOON + 1)
        same_browser = await put(boris, 0, NOON + 2)
        assert await known(anna) == [second, first]
        first = await put(anna, 0, NOON + 1.5)
        assert await known(anna) == [first, second]
        for _ in range(2):
            await store.transact(lambda u: u.known_browsers.remove(anna, [ids[0], ids[2]]))
        assert await known(anna) == [second]
        assert await known(boris) == [same_browser]
        assert await known(UserId(77)) == []

    async def test_one_that_is_noted_many_times_at_once_is_one(self, store: Any) -> None:
        (anna,) = await people(store, "Анна")
        browser = KnownBrowser(anna, BrowserId("a" * 64), NOON)

        def note(unit: Any) -> None:
            unit.known_browsers.of(anna)
            unit.known_browsers.put(browser)

        await asyncio.gather(*(store.transact(note) for _ in range(8)))
        assert await store.observe(lambda u: u.known_browsers.of(anna)) == [browser]


class TestProfiles:
    async def test_unknown_people_are_not_found(self, store: Any) -> None:
        with pytest.raises(PersonNotFound):
            await store.observe(lambda u: u.profiles.get(UserId(77)))

    async def test_search_is_folded_literal_and_ordered(self, store: Any) -> None:
        ids = await people(store, "Ёлкина Зоя", "ёлкина Анна", "100% Ёлкин_а", "Other")
        found = await store.observe(lambda u: u.profiles.search("елкин", 10, 0))
        assert [each.user_id for each in found] == [ids[2], ids[1], ids[0]]
        for part, wanted in (("%", [ids[2]]), ("_ %", [ids[2]]), ("%%", [])):
            found = await store.observe(lambda u, part=part: u.profiles.search(part, 10, 0))
            assert [each.user_id for each in found] == wanted
        page = await store.observe(lambda u: u.profiles.search("елкин", 1, 1))
        assert [each.user_id for each in page] == [ids[1]]

    async def test_people_are_listed_with_yo_beside_ye(self, store: Any) -> None:
        """Contract: 3.8."""
        names = [
            "Белова Анна",
            "Ежов Иван",
            "Ёжов Иван",
            "Ёлкин Борис",
            "Елкина Анна",
            "Яковлев Ян",
        ]
        *ids, me = await people(store, *reversed(names), "Я")

        def work(unit: Any) -> None:
            unit.events.add(an_event())
            for other in ids:
                unit.friendships.add(Friendship(me, other, NOON))
                unit.places.make(EVENT, other)
                unit.places.put(unit.places.lock(EVENT, [other])[other].joined())

        await store.transact(work)
        found = await store.observe(lambda u: u.profiles.search("", 10, 0))
        friends = await store.observe(lambda u: u.friendships.friends_of(me, ListQuery()))
        listed = await store.observe(lambda u: u.participants.listed(EVENT, ListQuery()))
        for those in (found, friends, listed):
            assert [each.display_name for each in those if each.user_id != me] == names

    async def test_summaries_are_of_those_who_exist_with_their_tick(self, store: Any) -> None:
        anna, boris, vera = await people(store, "Анна", "Борис", "Вера")

        def work(unit: Any) -> None:
            unit.profiles.put(Profile(anna, "Анна", "БПМИ-231\nФКН", FileKey("a.jpg")))
            for user_id, state in (
                (anna, Confirmation.APPROVED),
                (boris, Confirmation.REJECTED),
            ):
                unit.scans.put(
                    ConfirmationScan(
                        user_id, FileKey("s"), NOON, state, NOON, scan_id=ScanId(uuid4())
                    )
                )

        await store.transact(work)
        asked = [boris, anna, UserId(77), vera, anna]
        found = await store.observe(lambda u: u.profiles.summaries(asked))
        assert sorted(found, key=lambda each: each.user_id) == [
            ProfileSummary(anna, "Анна", FileKey("a.jpg"), confirmed=True, group="БПМИ-231"),
            ProfileSummary(boris, "Борис", None, confirmed=False),
            ProfileSummary(vera, "Вера", None, confirmed=False),
        ]
        assert not await store.observe(lambda u: u.profiles.summaries([]))

    async def test_a_scan_replaces_the_one_before(self, store: Any) -> None:
        (anna,) = await people(store, "Анна")
        first, second = ScanId(uuid4()), ScanId(uuid4())
        earlier = ConfirmationScan(anna, FileKey("1"), NOON, scan_id=first)
        await store.transact(lambda u: u.scans.put(earlier))
        later = ConfirmationScan(anna, FileKey("2"), NOON + 1, scan_id=second)
        await store.transact(lambda u: u.scans.put(later))
        waits: ListQuery[PendingScan] = ListQuery()
        assert await store.observe(lambda u: u.scans.pending(waits)) == [PendingScan(later, "Анна")]
        judged = later.judged(Confirmation.APPROVED, None, None, NOON + 2)
        await store.transact(lambda u: u.scans.put(judged))
        assert await store.observe(lambda u: u.scans.find(anna)) == judged
        assert await store.observe(lambda u: u.scans.pending(waits)) == []

    async def test_the_reason_is_kept_with_a_scan(self, store: Any) -> None:
        """Contract: 3.7."""
        (anna,) = await people(store, "Анна")
        renamed = ConfirmationScan(
            anna,
            FileKey("1"),
            NOON,
            Confirmation.NONE,
            NOON + 1,
            ScanReason.RENAMED,
            scan_id=ScanId(uuid4()),
        )
        await store.transact(lambda u: u.scans.put(renamed))
        assert await store.observe(lambda u: u.scans.find(anna)) == renamed
        assert await store.transact(lambda u: u.scans.lock(anna)) == renamed


class TestFriendships:
    async def test_a_pair_has_one_row_in_either_order(self, store: Any) -> None:
        anna, boris = await people(store, "Анна", "Борис")
        asked = Friendship(boris, anna, NOON)
        await store.transact(lambda u: u.friendships.add(asked))
        assert await store.transact(lambda u: u.friendships.lock(anna, boris)) == asked
        assert await store.observe(lambda u: u.friendships.requests_to(anna, ListQuery())) == [
            asked
        ]
        assert await store.observe(lambda u: u.friendships.friends_of(anna, ListQuery())) == []
        accepted = Friendship(boris, anna, NOON, accepted=True)
        await store.transact(lambda u: u.friendships.put(accepted))
        assert await store.observe(lambda u: u.friendships.requests_to(anna, ListQuery())) == []
        friends = await store.observe(lambda u: u.friendships.friends_of(anna, ListQuery()))
        assert friends == [Friend(boris, "Борис", pending=False)]
        await store.transact(lambda u: u.friendships.remove(anna, boris))
        assert await store.transact(lambda u: u.friendships.lock(boris, anna)) is None

    async def test_requests_come_in_pages_the_oldest_first(self, store: Any) -> None:
        anna, *others = await people(store, "Анна", "Борис", "Вера", "Глеб")
        for number, other in enumerate(others):
            asked = Friendship(other, anna, NOON - number)
            await store.transact(lambda u, asked=asked: u.friendships.add(asked))
        oldest_first = others[::-1]
        for limit, offset, page in (
            (None, 0, oldest_first),
            (2, 0, oldest_first[:2]),
            (2, 2, oldest_first[2:]),
            (None, 1, oldest_first[1:]),
            (1, 3, []),
        ):
            query: ListQuery[Friendship] = ListQuery(limit, offset)
            found = await store.observe(
                lambda u, query=query: u.friendships.requests_to(anna, query)
            )
            assert [each.requester for each in found] == page

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
            lambda u: u.events.search(None),
            lambda u: u.events.created_by(UserId(1)),
        ):
            assert [each.name for each in await store.observe(look)] == ["В", "а", "Б"]
        page = await store.observe(lambda u: u.events.search(None, EventQuery(1, 1)))
        assert [each.name for each in page] == ["а"]
        found = await store.observe(lambda u: u.events.search("б"))
        assert [each.name for each in found] == ["Б"]

    async def test_lists_are_asked_for_by_their_times_and_the_newest_first(
        self, store: Any
    ) -> None:
        """Contract: 5.10."""
        (anna,) = await people(store, "Анна")

        def work(unit: Any) -> None:
            for name, starts, ends in (
                ("лекция а", NOON, NOON + 60),
                ("лекция б", NOON, NOON + 120),
                ("лекция в", NOON + 60, NOON + 90),
                ("лекция г", NOON - 60, NOON + 300),
            ):
                event = Event(EventId(uuid4()), name, anna, starts, ends, any_code())
                unit.events.add(event)
                unit.places.make(event.event_id, anna)
                unit.places.put(unit.places.lock(event.event_id, [anna])[anna].joined())

        await store.transact(work)
        for look in (
            lambda u, query: u.events.search(None, query),
            lambda u, query: u.events.search("лекц", query),
            lambda u, query: u.events.search("ле", query),  # too short for an index
            lambda u, query: u.events.created_by(anna, query),
            lambda u, query: u.events.joined_by(anna, query),
        ):
            for query, names in (
                (EventQuery(), "габв"),
                (EventQuery(newest_first=True), "вабг"),
                (EventQuery(2, 1, newest_first=True), "аб"),
                (EventQuery(ends_after=NOON + 60), "гбв"),
                (EventQuery(1, 1, ends_after=NOON + 60), "б"),
                (EventQuery(starts_before=NOON + 60), "габ"),
                (
                    EventQuery(None, 0, NOON + 60, NOON + 60, newest_first=True),
                    "бг",
                ),
                (EventQuery(ends_after=NOON + 300), ""),
            ):
                found = await store.observe(lambda u, look=look, query=query: look(u, query))
                assert "".join(each.name[-1] for each in found) == names
                if query.limit is None and names:  # it goes on behind any of them, two at a time
                    for at, after in enumerate(found):
                        behind = replace(query, limit=2, after=after)
                        rest = await store.observe(
                            lambda u, look=look, behind=behind: look(u, behind)
                        )
                        assert "".join(each.name[-1] for each in rest) == names[at + 1 : at + 3]

    async def test_a_list_goes_on_behind_an_event_that_is_gone(self, store: Any) -> None:
        """Contract: 1.20."""
        (anna,) = await people(store, "Анна")
        made = [Event(EventId(uuid4()), name, anna, NOON, NOON + 60, any_code()) for name in "абвг"]
        await store.transact(lambda u: [u.events.add(each) for each in made])
        await store.transact(lambda u: u.events.remove(made[1].event_id))
        for newest_first in (False, True):
            query = EventQuery(9, newest_first=newest_first, after=made[1])
            rest = await store.observe(lambda u, query=query: u.events.search(None, query))
            assert rest == made[2:]

    async def test_a_mark_protects_its_event(self, store: Any) -> None:
        anna, boris = await an_event_with(store, "Анна", "Борис")
        await store.transact(lambda u: mark(u, anna, boris))
        with pytest.raises(SomebodyWasMarked):
            await store.transact(lambda u: u.events.remove(EVENT))

    async def test_what_has_not_ended_is_counted_up_to_so_many(self, store: Any) -> None:
        anna, boris = await people(store, "Анна", "Борис")
        for number in range(4):
            ends = NOON + number
            event = Event(EventId(uuid4()), f"{number}", anna, NOON - 9, ends, any_code())
            await store.transact(lambda u, event=event: u.events.add(event))
        for person, now, most, count in (
            (anna, NOON - 1, 9, 4),
            (anna, NOON, 9, 3),
            (anna, NOON, 2, 2),
            (boris, NOON, 9, 0),
        ):
            found = await store.observe(
                lambda u, by=person, now=now, most=most: u.events.count_not_over(by, now, most)
            )
            assert found == count

    async def test_events_made_at_once_are_counted_one_after_the_other(
        self, store: Any, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        """Contract: 1.10."""
        monkeypatch.setattr("attendance_core.events.event.MAX_OPEN_EVENTS", 3)
        (anna,) = await people(store, "Анна")
        create = CreateEvent(store.transact, RandomIds())
        answers = await asyncio.gather(
            *(
                create(actor=anna, name=f"{number}", starts_at=NOON, ends_at=NOON + 60)
                for number in range(8)
            ),
            return_exceptions=True,
        )
        assert sum(isinstance(answer, TooManyEvents) for answer in answers) == 5
        assert len(await store.observe(lambda u: u.events.created_by(anna))) == 3

    async def test_others_joined_also_where_they_have_left(self, store: Any) -> None:
        anna, boris = await an_event_with(store, "Анна", "Борис")
        for one, answer in ((anna, True), (boris, True)):
            look = await store.observe(lambda u, one=one: u.places.others_joined(EVENT, one))
            assert look is answer
        lonely = an_event("Other", EventId(uuid4()))

        def work(unit: Any) -> None:
            unit.events.add(lonely)
            unit.places.make(lonely.event_id, anna)

        await store.transact(work)
        for one, answer in ((anna, False), (boris, True)):
            seen = await store.observe(
                lambda u, one=one: u.places.others_joined(lonely.event_id, one)
            )
            assert seen is answer

    async def test_with_an_event_go_its_places_and_connections(self, store: Any) -> None:
        anna, _ = await an_event_with(store, "Анна", "Борис")
        connection = a_connection(anna)
        await store.transact(lambda u: u.connections.add(connection))
        await store.transact(lambda u: u.events.remove(EVENT))
        assert await store.observe(lambda u: u.places.of(EVENT, [anna])) == []
        find = connection.connection_id
        assert await store.observe(lambda u: u.connections.find(find)) is None

    async def test_who_was_where(self, store: Any) -> None:
        anna, boris = await an_event_with(store, "Анна", "Борис")
        assert await store.observe(lambda u: u.events.attended_by(anna, ListQuery())) == []
        await store.transact(lambda u: mark(u, anna, boris))
        (attended,) = await store.observe(lambda u: u.events.attended_by(anna, ListQuery()))
        assert attended.marked == Marked(boris, NOON)
        assert await store.observe(lambda u: u.events.joined_by(anna)) == []
