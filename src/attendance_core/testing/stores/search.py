"""Names are found by a part of them, as a look at each name would find them."""

from __future__ import annotations

import itertools
from collections.abc import Callable
from typing import Any
from uuid import UUID

import pytest

from attendance_core.events import Event
from attendance_core.folding import fold, name_order, search_fold
from attendance_core.profiles import Profile
from attendance_core.testing.clock import NOON
from attendance_core.testing.people import add_people
from attendance_core.testing.stand_ins import numbered_code
from attendance_core.vocabulary import EventId, UserId

NAMES = [
    "Ёлкина Зоя",
    "елкина анна",
    "Щёлкин, Пётр «Петя»",
    "100% ЛЕКЦИЯ_1",
    "100%% лекция_11",
    "a_b",
    "a%b",
    'He said "so"',
    "O'Brien; DROP TABLE",
    "back\\slash \\% \\_",
    "👩‍🎓 Анна 👩‍🎓",
    "🎓🎓🎓",
    "Straße und STRASSE",
    "ﬁnal ﬁsh",
    "İstanbul",
    "Ю",
    "аб",
    "AND OR NOT NEAR(x)",
    "star* col:umn ^caret -minus",
    "  two  spaces  ",
    "ааааааа",
    "日本語の名前",
    "Артём Семёнов",
    "Diyarbakır O’Brien-Smith",
    "Смирнова\u2011Белова  Мар’яна",
]
ODD = ["елкинa", "%%%", "___", "\\\\\\", '"""', "''", "*", "лекция*", "nobody", "🎓🎓🎓🎓", "а" * 8]
ODD += [
    "семен арт",
    "арт семен",
    "белов мар'я",
    "mit o'b dia",
    "mit o'b diy",
    "_ %% лекц",
    "а н з е л",
]
ODD += [
    '" он "',
    "so he",
    'so" "so',
    "not or",
    "анна nobody",
    "nobody анна",
    "-б",
    " ".join("абвгдежзи"),
]
PARTS = list(
    dict.fromkeys(
        ODD
        + [
            search_fold(name)[begin : begin + length]
            for name in NAMES
            for length in (1, 2, 3, 4, 7, 11)
            for begin in range(len(search_fold(name)) - length + 1)
        ]
    )
)
FEW_PARTS = PARTS[::4]
PARTS_AT_ONCE = 100


async def add_named_people(store: Any) -> dict[UserId, str]:
    """Adds somebody of each of NAMES; answers these by id."""
    return dict(zip(await add_people(store, *NAMES), NAMES, strict=True))


def expected(
    names: dict[Any, str], part: str, order: Callable[[str], Any] = name_order
) -> list[Any]:
    """Looks at each name, and finds the keys of those that have all words of the part in them.

    They come in this order of names, then by key.
    """
    found = [
        (order(name), key)
        for key, name in names.items()
        if all(word in search_fold(name) for word in part.split(" "))
    ]
    return [key for _, key in sorted(found)]


async def found_by_part(
    store: Any, parts: list[str], search: Callable[[Any, str], list[Any]]
) -> dict[str, list[Any]]:
    """Asks what each part finds, some in a look: one is answered soon or not at all."""
    answers: dict[str, list[Any]] = {}
    for start in range(0, len(parts), PARTS_AT_ONCE):
        some = parts[start : start + PARTS_AT_ONCE]
        answers |= await store.observe(
            lambda u, some=some: {part: search(u, part) for part in some}
        )
    return answers


async def found_people(store: Any, parts: list[str]) -> dict[str, list[UserId]]:
    def search(unit: Any, part: str) -> list[UserId]:
        return [each.user_id for each in unit.profiles.search(part, 100, 0)]

    return await found_by_part(store, parts, search)


class TestSearchOfPeople:
    async def test_every_part_finds_whom_it_is_in(self, store: Any) -> None:
        names = await add_named_people(store)
        found = await found_people(store, PARTS)
        assert found == {part: expected(names, part) for part in PARTS}

    async def test_a_new_name_is_found_and_the_old_one_is_not(self, store: Any) -> None:
        names = await add_named_people(store)
        for user_id, name in zip(names, reversed(NAMES), strict=True):
            profile = Profile(user_id, name)
            await store.transact(lambda u, profile=profile: u.profiles.put(profile))
            names[user_id] = name
        found = await found_people(store, FEW_PARTS)
        assert found == {part: expected(names, part) for part in FEW_PARTS}

    async def test_what_was_not_committed_is_not_found(self, store: Any) -> None:
        await add_named_people(store)

        def work(unit: Any) -> None:
            unit.profiles.put(Profile(UserId(1), "Nobody"))
            raise ValueError

        with pytest.raises(ValueError):
            await store.transact(work)
        assert await store.observe(lambda u: u.profiles.search("nobody", 100, 0)) == []

    async def test_a_page_is_a_part_of_the_whole(self, store: Any) -> None:
        names = await add_named_people(store)
        whole = expected(names, "а")
        for limit, offset in itertools.product((1, 3, 100), (0, 1, 4, 2**40)):
            page = await store.observe(
                lambda u, at=(limit, offset): u.profiles.search("а", at[0], at[1])
            )
            assert [each.user_id for each in page] == whole[offset : offset + limit]


class TestSearchOfEvents:
    async def test_every_part_finds_what_it_is_in_until_that_is_deleted(self, store: Any) -> None:
        await add_named_people(store)
        names = {EventId(UUID(int=number)): name for number, name in enumerate(NAMES, 1)}

        def add(unit: Any) -> None:
            for event_id, name in names.items():
                code = numbered_code(event_id.int)
                unit.events.add(Event(event_id, name, UserId(1), NOON, NOON + 60, code))

        def search(unit: Any, part: str) -> list[EventId]:
            return [each.event_id for each in unit.events.search(part)]

        await store.transact(add)
        while True:
            answers = await found_by_part(store, FEW_PARTS, search)
            assert answers == {part: expected(names, part, fold) for part in FEW_PARTS}
            if not names:
                break
            for event_id in list(names)[:9]:
                await store.transact(lambda u, gone=event_id: u.events.remove(gone))
                del names[event_id]
