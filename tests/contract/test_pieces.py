"""Every list goes on behind any row of it, whatever the rows have alike. Contract: 1.20."""

from __future__ import annotations

import random
from collections.abc import AsyncIterator, Callable, Sequence
from dataclasses import replace
from typing import Any
from uuid import uuid4

import pytest

from attendance_core.attendance import GetAttendance, GetLedger, GetMyAttendance
from attendance_core.errors import EventNotFound, NotAnOrganiser
from attendance_core.events import Event, EventQuery
from attendance_core.folding import fold, name_order
from attendance_core.friends import Friendship, GetFriendList, GetFriendRequests
from attendance_core.pieces import ListQuery
from attendance_core.testing.clock import NOON
from attendance_core.testing.lectures import EVENT
from attendance_core.testing.people import an_event, annul, mark, people
from attendance_core.testing.stand_ins import any_code
from attendance_core.vocabulary import EventId, UserId

NAMES = ("вера", "Вера", "ВЕРА", "анна", "Глеб", "ё", "е")  # three of them folded alike
NAMES_FOLDED_OTHERWISE = ("ав", "бб", "ва", "гя", "да", "еб")
OTHERS, EVENTS, FILLED = 20, 9, 4
List = Callable[[Any, UserId, ListQuery[Any]], Sequence[Any]]

LISTS: dict[str, tuple[List, Callable[[Any], Any]]] = {
    "participants": (
        lambda unit, me, query: unit.participants.listed(EVENT, query),
        lambda row: (*name_order(row.display_name), row.user_id),
    ),
    "the ledger": (
        lambda unit, me, query: unit.ledger.of(EVENT, None, query),
        lambda row: (-row.entry.at, -row.entry.user_id, -row.entry.n),
    ),
    "the ledger of one": (
        lambda unit, me, query: unit.ledger.of(EVENT, me, query),
        lambda row: -row.entry.n,
    ),
    "attended": (
        lambda unit, me, query: unit.events.attended_by(me, query),
        lambda row: (-row.event.starts_at, fold(row.event.name)),
    ),
    "friends": (
        lambda unit, me, query: unit.friendships.friends_of(me, query),
        lambda row: (*name_order(row.display_name), row.user_id),
    ),
    "requests": (
        lambda unit, me, query: unit.friendships.requests_to(me, query),
        lambda row: (row.requested_at, row.requester),
    ),
}


def join(unit: Any, event_id: EventId, user_id: UserId) -> None:
    unit.places.make(event_id, user_id)
    unit.places.put(unit.places.lock(event_id, [user_id])[user_id].joined())


def be_there(
    unit: Any, chance: random.Random, event_id: EventId, person: UserId, by: UserId
) -> bool:
    """Joins, is marked, and loses the mark again, by chance; tells whether they are listed then."""
    times, entries = chance.sample((NOON, NOON, NOON + 1, NOON + 2), 3), chance.randint(0, 3)
    has_joined = chance.random() < 0.5
    if has_joined:
        join(unit, event_id, person)
    for number in range(entries):
        put_down = annul if number % 2 else mark
        put_down(unit, person, by, times[number], event_id)
    return has_joined or entries > 0


async def filled(store: Any, chance: random.Random) -> tuple[UserId, dict[str, int]]:
    """Somebody in the middle of lists made by chance, and how long some of them are."""
    me, marker, *others = await people(store, *(chance.choice(NAMES) for _ in range(OTHERS + 2)))

    def work(unit: Any) -> dict[str, int]:
        unit.events.add(an_event())
        rooms = [EVENT]
        for number in range(EVENTS):
            starts = NOON - chance.randint(0, 2)
            event = Event(EventId(uuid4()), f"№{number}", me, starts, NOON + 60, any_code())
            unit.events.add(event)
            rooms.append(event.event_id)
        attended = sum(be_there(unit, chance, room, me, marker) for room in rooms)
        listed = sum(be_there(unit, chance, EVENT, other, me) for other in others)
        listed += any(row.user_id == me for row in unit.participants.listed(EVENT, ListQuery()))
        counts = {"attended": attended, "participants": listed, "friends": 0, "requests": 0}
        for other in others:
            requester, recipient = chance.sample((me, other), 2)
            at, accepted = NOON - chance.randint(0, 2), chance.random() < 0.3
            unit.friendships.add(Friendship(requester, recipient, at, accepted))
            counts["friends" if accepted or requester == me else "requests"] += 1
        return counts

    return me, await store.transact(work)


@pytest.mark.parametrize("name", LISTS)
async def test_pieces_of_every_size_are_together_the_whole_in_its_order(
    store: Any, name: str
) -> None:
    look, key = LISTS[name]
    chance = random.Random(120)
    me, counts = await filled(store, chance)

    def work(unit: Any) -> None:
        whole = list(look(unit, me, ListQuery()))
        assert whole == sorted(whole, key=key) and len(whole) == counts.get(name, len(whole))
        assert len(whole) >= FILLED or name == "the ledger of one"
        for limit in range(1, len(whole) + 2):
            for offset in (0, 1, chance.randint(0, len(whole) + 1)):
                query: ListQuery[Any] = ListQuery(limit, offset)
                found: list[Any] = []
                while piece := look(unit, me, query):
                    assert len(piece) <= limit
                    found += piece
                    query = ListQuery(limit, after=piece[-1])
                assert found == whole[offset:]

    await store.observe(work)


@pytest.mark.parametrize("name", ["participants", "attended", "events", "friends"])
async def test_what_another_python_has_folded_is_in_its_list_once(
    store: Any, monkeypatch: pytest.MonkeyPatch, name: str
) -> None:
    """It may know other letters, and keeps its rows in another order than we would."""
    lists = {**LISTS, "events": (lambda unit, me, query: unit.events.search(None, query), None)}
    look, _ = lists[name]
    with monkeypatch.context() as another:
        for module in ("events", "profiles"):
            another.setattr(f"attendance_adapters.sql.{module}.fold", lambda text: fold(text)[::-1])
        me, *others = await people(store, *NAMES_FOLDED_OTHERWISE)

        def work(unit: Any) -> None:
            unit.events.add(an_event())
            for number, other in enumerate(others):
                join(unit, EVENT, other)
                unit.friendships.add(Friendship(me, other, NOON))
                event_id = EventId(uuid4())
                unit.events.add(an_event(NAMES_FOLDED_OTHERWISE[number], event_id, NOON - 1))
                join(unit, event_id, me)

        await store.transact(work)

    def read(unit: Any) -> None:
        for asked in (EventQuery(), EventQuery(newest_first=True)):
            whole = look(unit, me, asked)
            assert len(whole) >= len(others)
            found: list[Any] = []
            query = replace(asked, limit=1)
            while len(found) <= len(whole) and (piece := look(unit, me, query)):
                found += piece
                query = replace(query, after=piece[-1])
            assert found == whole

    await store.observe(read)


class Meanwhile:
    """Reads two rows at a time, and has something happen behind each of them."""

    def __init__(self, store: Any, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr("attendance_core.pieces.MAX_PIECE", 2)
        self.store = store

    async def read(
        self, pieces: AsyncIterator[Sequence[Any]], *happens: Callable[[Any], None]
    ) -> list[Any]:
        """The rows of all pieces."""
        rows: list[Any] = []
        what = iter(happens)
        async for piece in pieces:
            assert len(piece) <= 2
            rows += piece
            if (work := next(what, None)) is not None:
                await self.store.transact(work)
        return rows


@pytest.fixture
def meanwhile(store: Any, monkeypatch: pytest.MonkeyPatch) -> Meanwhile:
    return Meanwhile(store, monkeypatch)


class TestWhatComesAndGoes:
    """What stands all the while is in the list once."""

    async def test_of_an_event(self, store: Any, meanwhile: Meanwhile) -> None:
        me, *others = await people(store, "я", *"абвгдж")
        ids = dict(zip("абвгдж", others, strict=True))
        late = await people(store, "аа", "е")

        def begin(unit: Any) -> None:
            unit.events.add(an_event())
            for other in others:
                join(unit, EVENT, other)

        def one_goes_and_two_come(unit: Any) -> None:
            for gone in (ids["б"], ids["г"]):
                place = unit.places.lock(EVENT, [gone])[gone]
                unit.places.put(place.changed(member=False, state=place.state))
            for one in late:
                join(unit, EVENT, one)

        await store.transact(begin)
        seen = GetAttendance(store.browse).pieces(actor=me, event_id=EVENT)
        read = await meanwhile.read(seen, one_goes_and_two_come)
        assert "".join(row.person.display_name for row in read) == "абвдеж"

    async def test_of_a_ledger(self, store: Any, meanwhile: Meanwhile) -> None:
        me, *others = await people(store, "я", *"абвг")

        def begin(unit: Any) -> None:
            unit.events.add(an_event())
            for number, other in enumerate(others):
                mark(unit, other, me, NOON + number)

        def one_is_annulled(unit: Any) -> None:
            annul(unit, others[0], me, NOON + 9)

        await store.transact(begin)
        lines = GetLedger(store.browse).pieces(actor=me, event_id=EVENT)
        read = await meanwhile.read(lines, one_is_annulled)
        assert [line.entry.user_id for line in read] == others[::-1]
        assert {line.entry.n for line in read} == {1}

    async def test_of_where_one_was(self, store: Any, meanwhile: Meanwhile) -> None:
        (me,) = await people(store, "я")
        ids = {name: EventId(uuid4()) for name in "абвгд"}

        def begin(unit: Any) -> None:
            for name, event_id in ids.items():
                unit.events.add(an_event(name, event_id))
                join(unit, event_id, me)

        def one_goes(unit: Any) -> None:
            unit.events.remove(ids["б"])
            unit.events.remove(ids["г"])

        await store.transact(begin)
        attended = GetMyAttendance(store.browse).pieces(actor=me)
        read = await meanwhile.read(attended, one_goes)
        assert "".join(row.event.name for row in read) == "абвд"

    async def test_of_friends_and_of_who_asks(self, store: Any, meanwhile: Meanwhile) -> None:
        me, *others = await people(store, "я", *"абвгд")

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
        asked = GetFriendRequests(store.browse).pieces(actor=me)
        assert await meanwhile.read(asked, two_are_accepted) == [*others[:3], others[4]]
        await store.transact(all_are_accepted)
        friends = GetFriendList(store.browse).pieces(actor=me)
        read = await meanwhile.read(friends, two_are_no_more)
        assert "".join(row.display_name for row in read) == "абвд"


class TestWhoMaySee:
    """Contract: 8.5. They have to be who they were when it began, for every piece."""

    @pytest.fixture
    async def helper(self, store: Any) -> UserId:
        """Of an event with four people, all of them marked."""
        creator, helper, *others = await people(store, "создатель", "помощник", *"абвг")

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
        whom: Any = {"actor": helper, "event_id": EVENT}
        lists: dict[str, AsyncIterator[Sequence[Any]]] = {
            "attendance": GetAttendance(store.browse).pieces(**whom),
            "ledger": GetLedger(store.browse).pieces(**whom),
            "ledger of one": GetLedger(store.browse).pieces(**whom, user_id=UserId(helper + 1)),
        }
        found = lists[what]
        read: list[Any] = []
        if what == "ledger of one":

            def again(unit: Any) -> None:
                annul(unit, UserId(helper + 1), helper)
                mark(unit, UserId(helper + 1), helper)

            await store.transact(again)
        read += await anext(found)
        await store.transact(lambda unit: unit.helpers.remove(EVENT, helper))
        with pytest.raises(NotAnOrganiser):
            read += await anext(found)
        assert len(read) == 2

    async def test_who_sees_their_own_is_not_asked(
        self, store: Any, meanwhile: Meanwhile, helper: UserId
    ) -> None:
        def again(unit: Any) -> None:
            annul(unit, helper, helper)
            mark(unit, helper, UserId(helper + 1))

        await store.transact(again)
        found = GetLedger(store.browse).pieces(actor=helper, event_id=EVENT, user_id=helper)
        await anext(found)
        await store.transact(lambda unit: unit.helpers.remove(EVENT, helper))
        assert [line.entry.n for line in await anext(found)] == [1]

    async def test_one_who_begins_with_their_own_ends_with_it(
        self, store: Any, meanwhile: Meanwhile, helper: UserId
    ) -> None:
        person = UserId(helper + 1)

        def again(unit: Any) -> None:
            annul(unit, person, helper)
            mark(unit, person, helper)

        await store.transact(again)
        found = GetLedger(store.browse).pieces(actor=person, event_id=EVENT)
        await anext(found)
        await store.transact(lambda unit: unit.helpers.add(EVENT, person, NOON))
        assert {line.entry.user_id for line in await anext(found)} == {person}

    async def test_an_event_that_is_gone_is_not_found(
        self, store: Any, meanwhile: Meanwhile
    ) -> None:
        me, *others = await people(store, "я", *"абв")

        def begin(unit: Any) -> None:
            unit.events.add(an_event())
            for other in others:
                join(unit, EVENT, other)

        await store.transact(begin)
        found = GetAttendance(store.browse).pieces(actor=me, event_id=EVENT)
        await anext(found)
        await store.transact(lambda unit: unit.events.remove(EVENT))
        with pytest.raises(EventNotFound):
            await anext(found)
