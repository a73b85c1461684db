"""The published contract names what is wrong with a store: each of these faults, planted."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

from attendance_adapters.in_memory import MemoryStore
from attendance_adapters.in_memory.unit import MemoryUnit
from attendance_core.errors import UsernameTaken
from attendance_core.vocabulary import UserId
from tests.support.stranger import outcomes_of

Spoil = Callable[[Any], None]


class SpoiltStore(MemoryStore):
    """Spoils each unit before anybody works with it."""

    spoil: Spoil

    async def transact(self, work: Any) -> Any:
        return await super().transact(lambda unit: work(self._spoilt(unit)))

    async def observe(self, look: Any) -> Any:
        return await super().observe(lambda unit: look(self._spoilt(unit)))

    def _spoilt(self, unit: Any) -> Any:
        type(self).spoil(unit)
        return unit


def holds_that_ran_out_come_all_at_once(unit: Any) -> None:
    lapsed = unit.places.lapsed
    unit.places.lapsed = lambda now, most: lapsed(now, 10**9)


def lost_sockets_come_all_at_once(unit: Any) -> None:
    lapsed = unit.connections.lapsed
    unit.connections.lapsed = lambda lost, renewed, most: lapsed(lost, renewed, 10**9)


def user_names_differ_by_case(unit: Any) -> None:
    add = unit.accounts.add

    def adds(username: str, *rest: Any) -> UserId:
        try:
            return add(username, *rest)  # type: ignore[no-any-return]
        except UsernameTaken:
            return add(username + "2", *rest)  # type: ignore[no-any-return]

    unit.accounts.add = adds


def a_loss_is_noted_again(unit: Any) -> None:
    find, lose = unit.connections.find, unit.connections.lose

    def loses(ids: Any, at: float) -> None:
        for each in ids:
            if (found := find(each)) is not None:
                unit.connections.remove([each])
                unit.connections.add(replace(found, lost_at=None, process=None))
        lose(ids, at)

    unit.connections.lose = loses


def a_friendship_has_a_row_each_way(unit: Any) -> None:
    lock = unit.friendships.lock
    unit.friendships.lock = lambda one, other: lock(one, other) if one > other else None


def a_session_stays(unit: Any) -> None:
    unit.sessions.remove = lambda session_ids: None


def names_are_searched_as_they_are_written(unit: Any) -> None:
    search = unit.profiles.search
    unit.profiles.search = lambda part, *rest: [
        each for each in search(part, *rest) if part in each.display_name
    ]


def scans_are_listed_by_whom_they_are_of(unit: Any) -> None:
    pending = unit.scans.pending
    unit.scans.pending = lambda *given: sorted(pending(*given), key=lambda each: each.user_id)


class AnnouncesAtOnce(MemoryStore):
    async def transact(self, work: Any) -> Any:
        def hasty(unit: Any) -> Any:
            unit.announce = self._notifier.publish
            return work(unit)

        return await super().transact(hasty)


class KeepsWhatFailed(MemoryStore):
    async def transact(self, work: Any) -> Any:
        unit = MemoryUnit(self._tables, self._clock)
        result = work(unit)
        for announcement in unit.announcements:
            self._notifier.publish(announcement)
        return result


class LocksNothing(MemoryStore):
    async def transact(self, work: Any) -> Any:
        tables = self._tables.copy()
        await asyncio.sleep(0)
        unit = MemoryUnit(tables, self._clock)
        result = work(unit)
        await asyncio.sleep(0)
        self._tables = tables
        for announcement in unit.announcements:
            self._notifier.publish(announcement)
        return result


class NamesNoFiles(MemoryStore):
    async def referenced_files(self) -> frozenset[str]:
        return frozenset()


def spoilt(spoil: Spoil) -> type[MemoryStore]:
    return type("Spoilt", (SpoiltStore,), {"spoil": staticmethod(spoil)})


# By the test of the contract that names it
FAULTS: dict[str, type[MemoryStore]] = {
    "TestPlaces::test_no_more_holds_that_ran_out_are_listed_than_were_asked_for": spoilt(
        holds_that_ran_out_come_all_at_once
    ),
    "TestConnections::test_no_more_that_lapsed_are_listed_than_were_asked_for": spoilt(
        lost_sockets_come_all_at_once
    ),
    "TestAccounts::test_whoever_locks_an_account_sees_what_others_made_of_it": LocksNothing,
    "TestReferencedFiles::test_pictures_that_somebody_has_and_scans_that_wait_are_named": (
        NamesNoFiles
    ),
    "TestTransact::test_work_that_raises_leaves_nothing": KeepsWhatFailed,
    "TestTransact::test_announcements_come_after_the_commit_and_only_then": AnnouncesAtOnce,
    "TestAccounts::test_a_user_name_is_taken_in_whatever_case": spoilt(user_names_differ_by_case),
    "TestConnections::test_the_first_loss_stays": spoilt(a_loss_is_noted_again),
    "TestFriendships::test_a_pair_has_one_row_in_either_order": spoilt(
        a_friendship_has_a_row_each_way
    ),
    "TestAccounts::test_sessions_are_found_used_and_removed": spoilt(a_session_stays),
    "TestProfiles::test_search_is_folded_literal_and_ordered": spoilt(
        names_are_searched_as_they_are_written
    ),
    "TestScans::test_those_that_wait_are_listed_and_counted_by_age": spoilt(
        scans_are_listed_by_whom_they_are_of
    ),
}

# As an adapter's author writes it, with pytest as it is without settings; a class a fault
MODULE = f"""
import sys
import pytest_asyncio
from attendance_core.testing import StoreContract

def contract_of(made):
    class Contract(StoreContract):
        @pytest_asyncio.fixture
        async def store(self, clock, notifier):
            store = made(clock, notifier)
            await store.start()
            yield store
            await store.close()
    return Contract

for number, made in enumerate(sys.modules[{__name__!r}].FAULTS.values()):
    globals()[f"TestFault{{number}}"] = contract_of(made)
"""


def test_each_is_named_by_a_test_of_the_contract(tmp_path: Path) -> None:
    assert len(FAULTS) == 12
    names = [f"TestFault{number}::{name}" for number, name in enumerate(FAULTS)]
    plain = "[pytest]\nasyncio_default_fixture_loop_scope = function\n"
    found = outcomes_of(MODULE, tmp_path, *names, settings=plain)
    assert found == dict.fromkeys(names, "failed in call")
