"""Every list goes on behind any row of it, whatever the rows have alike. Contract: 1.20."""

from __future__ import annotations

import random
from collections.abc import Callable, Sequence
from typing import Any, NamedTuple
from uuid import uuid4

import pytest

from attendance_core.events import Event
from attendance_core.folding import fold, name_order
from attendance_core.friends import Friendship
from attendance_core.pieces import ListQuery
from attendance_core.testing.clock import NOON
from attendance_core.testing.lectures import EVENT
from attendance_core.testing.people import add_people, an_event, annul, join, mark
from attendance_core.testing.stand_ins import any_code
from attendance_core.vocabulary import EventId, UserId

NAMES = ("вера", "Вера", "ВЕРА", "анна", "Глеб", "ё", "е")  # three of them folded alike
NAMES_FOLDED_OTHERWISE = ("ав", "бб", "ва", "гя", "да", "еб")
OTHER_COUNT, EVENT_COUNT, LEAST_ROWS = 20, 9, 4
ReadList = Callable[[Any, UserId, ListQuery[Any]], Sequence[Any]]

LISTS: dict[str, tuple[ReadList, Callable[[Any], Any]]] = {
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


def attend_by_chance_and_tell_if_listed(
    unit: Any, chance: random.Random, event_id: EventId, person: UserId, actor: UserId
) -> bool:
    """Joins, is marked, and loses the mark again, by chance; tells whether they are listed then."""
    times, entry_count = chance.sample((NOON, NOON, NOON + 1, NOON + 2), 3), chance.randint(0, 3)
    has_joined = chance.random() < 0.5
    if has_joined:
        join(unit, event_id, person)
    for number in range(entry_count):
        mark_or_annul = annul if number % 2 else mark
        mark_or_annul(unit, person, actor, times[number], event_id)
    return has_joined or entry_count > 0


class Filled(NamedTuple):
    """Somebody in the middle of lists, and how many rows some of these have, by their names."""

    me: UserId
    counts: dict[str, int]


async def fill_lists(store: Any, chance: random.Random) -> Filled:
    """Fills the lists of somebody by chance."""
    me, marker, *others = await add_people(
        store, *(chance.choice(NAMES) for _ in range(OTHER_COUNT + 2))
    )

    def work(unit: Any) -> dict[str, int]:
        unit.events.add(an_event())
        event_ids = [EVENT]
        for number in range(EVENT_COUNT):
            starts = NOON - chance.randint(0, 2)
            event = Event(EventId(uuid4()), f"№{number}", me, starts, NOON + 60, any_code())
            unit.events.add(event)
            event_ids.append(event.event_id)
        attended_count = sum(
            attend_by_chance_and_tell_if_listed(unit, chance, event_id, me, marker)
            for event_id in event_ids
        )
        listed_count = sum(
            attend_by_chance_and_tell_if_listed(unit, chance, EVENT, other, me) for other in others
        )
        listed_count += any(
            row.user_id == me for row in unit.participants.listed(EVENT, ListQuery())
        )
        counts = {
            "attended": attended_count,
            "participants": listed_count,
            "friends": 0,
            "requests": 0,
        }
        for other in others:
            requester, recipient = chance.sample((me, other), 2)
            at, accepted = NOON - chance.randint(0, 2), chance.random() < 0.3
            unit.friendships.add(Friendship(requester, recipient, at, accepted))
            counts["friends" if accepted or requester == me else "requests"] += 1
        return counts

    return Filled(me, await store.transact(work))


class TestListsReadInPieces:
    @pytest.mark.parametrize("name", LISTS)
    async def test_pieces_of_every_size_are_together_the_whole_in_its_order(
        self, store: Any, name: str
    ) -> None:
        look, key = LISTS[name]
        chance = random.Random(120)
        me, counts = await fill_lists(store, chance)

        def work(unit: Any) -> None:
            whole = list(look(unit, me, ListQuery()))
            assert whole == sorted(whole, key=key) and len(whole) == counts.get(name, len(whole))
            assert len(whole) >= LEAST_ROWS or name == "the ledger of one"
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
