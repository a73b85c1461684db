"""Lists that are read piece by piece while rows come and go. Contract: 1.20."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable, Sequence
from typing import Any
from uuid import uuid4

import pytest
import pytest_asyncio

from attendance_core.attendance import GetAttendance, GetLedger, GetMyAttendance
from attendance_core.errors import EventNotFound, NotAnOrganiser
from attendance_core.events import Event
from attendance_core.friends import Friendship, GetFriendList, GetFriendRequests
from attendance_core.testing.clock import NOON
from attendance_core.testing.lectures import EVENT
from attendance_core.testing.people import add_people, an_event, annul, join, mark
from attendance_core.vocabulary import EventId, UserId


class Meanwhile:
    """Reads two rows at a time, and has something happen behind each of them."""

    def __init__(self, store: Any, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr("attendance_core.pieces.MAX_PIECE", 2)
        self.store = store

    async def read(
        self, pieces: AsyncIterator[Sequence[Any]], *happens: Callable[[Any], None]
    ) -> list[Any]:
        """Reads all pieces; answers their rows."""
        rows: list[Any] = []
        what = iter(happens)
        async for piece in pieces:
            assert len(piece) <= 2
            rows += piece
            if (work := next(what, None)) is not None:
                await self.store.transact(work)
        return rows


class _Fixtures:
    @pytest.fixture
    def meanwhile(self, store: Any, monkeypatch: pytest.MonkeyPatch) -> Meanwhile:
        return Meanwhile(store, monkeypatch)


class TestWhatComesAndGoes(_Fixtures):
    """What stands all the while is in the list once."""

    async def test_whoever_joined_all_the_while_is_in_the_attendance_once(
        self, store: Any, meanwhile: Meanwhile
    ) -> None:
        me, *others = await add_people(store, "я", *"абвгдж")
        ids = dict(zip("абвгдж", others, strict=True))
        late = await add_people(store, "аа", "е")

        def begin(unit: Any) -> None:
            unit.events.add(an_event())
            for other in others:
                join(unit, EVENT, other)

        def two_go_and_two_come(unit: Any) -> None:
            for gone in (ids["б"], ids["г"]):
                place = unit.places.lock(EVENT, [gone])[gone]
                unit.places.put(place.changed(member=False, state=place.state))
            for one in late:
                join(unit, EVENT, one)

        await store.transact(begin)
        pieces = GetAttendance(store.browse).pieces(actor=me, event_id=EVENT)
        read = await meanwhile.read(pieces, two_go_and_two_come)
        assert "".join(row.person.display_name for row in read) == "абвдеж"

    async def test_an_entry_that_stands_all_the_while_is_in_the_ledger_once(
        self, store: Any, meanwhile: Meanwhile
    ) -> None:
        me, *others = await add_people(store, "я", *"абвг")

        def begin(unit: Any) -> None:
            unit.events.add(an_event())
            for number, other in enumerate(others):
                mark(unit, other, me, NOON + number)

        def one_is_annulled(unit: Any) -> None:
            annul(unit, others[0], me, NOON + 9)

        await store.transact(begin)
        pieces = GetLedger(store.browse).pieces(actor=me, event_id=EVENT)
        read = await meanwhile.read(pieces, one_is_annulled)
        assert [line.entry.user_id for line in read] == others[::-1]
        assert {line.entry.n for line in read} == {1}

    async def test_an_event_that_is_there_all_the_while_is_among_those_attended_once(
        self, store: Any, meanwhile: Meanwhile
    ) -> None:
        (me,) = await add_people(store, "я")
        ids = {name: EventId(uuid4()) for name in "абвгд"}

        def begin(unit: Any) -> None:
            for name, event_id in ids.items():
                unit.events.add(an_event(name, event_id))
                join(unit, event_id, me)

        def two_go(unit: Any) -> None:
            unit.events.remove(ids["б"])
            unit.events.remove(ids["г"])

        await store.transact(begin)
        pieces = GetMyAttendance(store.browse).pieces(actor=me)
        read = await meanwhile.read(pieces, two_go)
        assert "".join(row.event.name for row in read) == "абвд"

    async def test_friends_and_requesters_of_all_the_while_are_listed_once(
        self, store: Any, meanwhile: Meanwhile
    ) -> None:
        me, *others = await add_people(store, "я", *"абвгд")

        def begin(unit: Any) -> None:
            for other in others:
                unit.friendships.add(Friendship(other, me, NOON))

        def two_are_accepted(unit: Any) -> None:
            for other in (others[1], others[3]):
                unit.friendships.put(Friendship(other, me, NOON, accepted=True))

        def all_are_accepted(unit: Any) -> None:
            for other in others:
                unit.friendships.put(Friendship(other, me, NOON, accepted=True))

        def two_are_no_more(unit: Any) -> None:
            for other in (others[1], others[3]):
                unit.friendships.remove(me, other)

        await store.transact(begin)
        requests_in_pieces = GetFriendRequests(store.browse).pieces(actor=me)
        assert await meanwhile.read(requests_in_pieces, two_are_accepted) == [
            *others[:3],
            others[4],
        ]
        await store.transact(all_are_accepted)
        friends_in_pieces = GetFriendList(store.browse).pieces(actor=me)
        read = await meanwhile.read(friends_in_pieces, two_are_no_more)
        assert "".join(row.display_name for row in read) == "абвд"


class TestWhoMaySee(_Fixtures):
    """Contract: 8.5. They have to be who they were when it began, for every piece."""

    @pytest_asyncio.fixture
    async def helper(self, store: Any) -> UserId:
        """Adds an event with a helper and four people, all of them marked; answers the helper."""
        creator, helper, *others = await add_people(store, "создатель", "помощник", *"абвг")

        def work(unit: Any) -> None:
            event = an_event()
            unit.events.add(Event(EVENT, event.name, creator, NOON, NOON + 60, event.code))
            unit.helpers.add(EVENT, helper, NOON)
            for other in (helper, *others):
                mark(unit, other, creator)

        await store.transact(work)
        return helper

    @pytest.mark.parametrize("what", ["attendance", "ledger", "ledger of one"])
    async def test_who_helps_no_more_sees_no_more(
        self, store: Any, meanwhile: Meanwhile, helper: UserId, what: str
    ) -> None:
        arguments: Any = {"actor": helper, "event_id": EVENT}
        lists: dict[str, AsyncIterator[Sequence[Any]]] = {
            "attendance": GetAttendance(store.browse).pieces(**arguments),
            "ledger": GetLedger(store.browse).pieces(**arguments),
            "ledger of one": GetLedger(store.browse).pieces(
                **arguments, user_id=UserId(helper + 1)
            ),
        }
        pieces = lists[what]
        read: list[Any] = []
        if what == "ledger of one":

            def annul_and_mark(unit: Any) -> None:
                annul(unit, UserId(helper + 1), helper)
                mark(unit, UserId(helper + 1), helper)

            await store.transact(annul_and_mark)
        read += await anext(pieces)
        await store.transact(lambda unit: unit.helpers.remove(EVENT, helper))
        with pytest.raises(NotAnOrganiser):
            read += await anext(pieces)
        assert len(read) == 2

    async def test_who_reads_their_own_entries_reads_on_when_they_help_no_more(
        self, store: Any, meanwhile: Meanwhile, helper: UserId
    ) -> None:
        def annul_and_mark(unit: Any) -> None:
            annul(unit, helper, helper)
            mark(unit, helper, UserId(helper + 1))

        await store.transact(annul_and_mark)
        pieces = GetLedger(store.browse).pieces(actor=helper, event_id=EVENT, user_id=helper)
        await anext(pieces)
        await store.transact(lambda unit: unit.helpers.remove(EVENT, helper))
        assert [line.entry.n for line in await anext(pieces)] == [1]

    async def test_who_begins_with_their_own_entries_gets_no_others_once_they_help(
        self, store: Any, meanwhile: Meanwhile, helper: UserId
    ) -> None:
        person = UserId(helper + 1)

        def annul_and_mark(unit: Any) -> None:
            annul(unit, person, helper)
            mark(unit, person, helper)

        await store.transact(annul_and_mark)
        pieces = GetLedger(store.browse).pieces(actor=person, event_id=EVENT)
        await anext(pieces)
        await store.transact(lambda unit: unit.helpers.add(EVENT, person, NOON))
        assert {line.entry.user_id for line in await anext(pieces)} == {person}

    async def test_an_event_that_is_gone_is_not_found(
        self, store: Any, meanwhile: Meanwhile
    ) -> None:
        me, *others = await add_people(store, "я", *"абв")

        def begin(unit: Any) -> None:
            unit.events.add(an_event())
            for other in others:
                join(unit, EVENT, other)

        await store.transact(begin)
        pieces = GetAttendance(store.browse).pieces(actor=me, event_id=EVENT)
        await anext(pieces)
        await store.transact(lambda unit: unit.events.remove(EVENT))
        with pytest.raises(EventNotFound):
            await anext(pieces)
