"""Stores in memory with a fault each, by the test of the published contract that names it."""

from __future__ import annotations

import asyncio
import sqlite3
import unicodedata
from collections.abc import Callable
from contextlib import suppress
from dataclasses import replace
from typing import Any

from attendance_adapters.in_memory import MemoryStore
from attendance_adapters.in_memory.unit import MemoryUnit
from attendance_core.errors import UsernameTaken
from attendance_core.marking.announcements import ConnectionsEnded, EventChanged, PlaceChanged
from attendance_core.marking.places import Waiting
from attendance_core.vocabulary import UserId

Spoil = Callable[[Any], None]
TEXTS = ("display_name", "bio")


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
    unit.places.lapsed = lambda now, limit: lapsed(now, 10**9)


def lost_sockets_come_all_at_once(unit: Any) -> None:
    lapsed = unit.connections.lapsed
    unit.connections.lapsed = lambda lost, renewed, limit: lapsed(lost, renewed, 10**9)


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


def friends_are_lost_with_a_name(unit: Any) -> None:
    put = unit.profiles.put

    def puts(profile: Any) -> None:
        for pair in list(unit.friendships._friendships):
            if profile.user_id in pair:
                unit.friendships.remove(*pair)
        put(profile)

    unit.profiles.put = puts


def what_was_noted_is_lost_with_a_name(unit: Any) -> None:
    put, notes = unit.profiles.put, unit.ledger._tables.ledger_notes

    def puts(profile: Any) -> None:
        for key in [each for each in notes if each.user_id == profile.user_id]:
            del notes[key]
        put(profile)

    unit.profiles.put = puts


def all_that_is_theirs_is_erased_at_once(unit: Any) -> None:
    erase_some = unit.leavers.erase_some
    unit.leavers.erase_some = lambda user_id, limit: erase_some(user_id, 10**9)


def some_that_are_erased_are_never_notes(unit: Any) -> None:
    erase_some, notes = unit.leavers.erase_some, unit.leavers._tables.ledger_notes

    def erases(user_id: UserId, limit: int) -> int:
        kept = dict(notes)
        erased: int = erase_some(user_id, limit)
        stayed_count = len(kept) - len(notes)
        notes.update(kept)
        return erased - stayed_count

    unit.leavers.erase_some = erases


def profiles_are_put_as(change: Callable[[Any], Any]) -> Spoil:
    def spoil(unit: Any) -> None:
        put = unit.profiles.put
        unit.profiles.put = lambda profile: put(change(profile))

    return spoil


def composed(profile: Any) -> Any:
    changes = {each: unicodedata.normalize("NFC", getattr(profile, each)) for each in TEXTS}
    return replace(profile, **changes)


def instants_are_rounded(unit: Any) -> None:
    put = unit.places.put

    def puts(place: Any) -> None:
        if isinstance(place.state, Waiting):
            place = replace(place, state=Waiting(round(place.state.since, 3)))
        put(place)

    unit.places.put = puts


def never_announces(kind: type) -> Spoil:
    def spoil(unit: Any) -> None:
        announce = unit.announce
        unit.announce = lambda word: None if isinstance(word, kind) else announce(word)

    return spoil


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


class LosesOneOfTwoMarks(LocksNothing):
    """Only where somebody is marked: what else is done at once is kept."""

    async def transact(self, work: Any) -> Any:
        before = self._tables
        unit = MemoryUnit(before.copy(), self._clock)
        with suppress(Exception):
            work(unit)
        if len(unit.ledger._tables.ledger) == len(before.ledger):
            return await MemoryStore.transact(self, work)
        return await super().transact(work)


class TwoMayHold(LocksNothing):
    """Only where somebody is chosen."""

    async def transact(self, work: Any) -> Any:
        unit = MemoryUnit(self._tables.copy(), self._clock)
        with suppress(Exception):
            work(unit)
        changed = [each for each in unit.announcements if isinstance(each, PlaceChanged)]
        if not any(hasattr(each.place.state, "until") for each in changed):
            return await MemoryStore.transact(self, work)
        return await super().transact(work)


class GivesUpAtTheClose(MemoryStore):
    def __init__(self, *given: Any) -> None:
        super().__init__(*given)
        self._under_way: set[asyncio.Task[Any]] = set()

    async def transact(self, work: Any) -> Any:
        async def later() -> Any:
            await asyncio.sleep(0)
            return await MemoryStore.transact(self, work)

        task = asyncio.create_task(later())
        self._under_way.add(task)
        task.add_done_callback(self._under_way.discard)
        return await asyncio.shield(task)

    async def close(self) -> None:
        for task in self._under_way:
            task.cancel()


class PublishesInAThread(MemoryStore):
    async def transact(self, work: Any) -> Any:
        return await asyncio.to_thread(lambda: asyncio.run(MemoryStore.transact(self, work)))


class SaysWhatItsDriverSays(MemoryStore):
    """Its disk is full when a test says so."""

    is_full = False

    async def transact(self, work: Any) -> Any:
        if self.is_full:
            raise sqlite3.OperationalError("database or disk is full")
        return await super().transact(work)


class HasNoScrub(MemoryStore):
    @property
    def scrub(self) -> Any:
        raise AttributeError


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
    "TestConnections::test_no_more_lapsed_connections_are_listed_than_were_asked_for": spoilt(
        lost_sockets_come_all_at_once
    ),
    "TestAccounts::test_whoever_locks_an_account_sees_what_others_made_of_it": LocksNothing,
    "TestReferencedFiles::test_pictures_that_somebody_has_and_scans_that_wait_are_named": (
        NamesNoFiles
    ),
    "TestTransact::test_work_that_raises_leaves_nothing": KeepsWhatFailed,
    "TestTransact::test_announcements_come_after_the_commit_and_only_then": AnnouncesAtOnce,
    "TestAccounts::test_a_user_name_is_taken_in_whatever_case": spoilt(user_names_differ_by_case),
    "TestConnections::test_a_connection_keeps_the_instant_it_was_lost_first": spoilt(
        a_loss_is_noted_again
    ),
    "TestFriendships::test_a_pair_has_one_row_in_either_order": spoilt(
        a_friendship_has_a_row_each_way
    ),
    "TestSessions::test_sessions_are_found_used_and_removed": spoilt(a_session_stays),
    "TestProfiles::test_search_is_folded_literal_and_ordered": spoilt(
        names_are_searched_as_they_are_written
    ),
    "TestScans::test_scans_that_wait_are_listed_by_age_and_counted": spoilt(
        scans_are_listed_by_whom_they_are_of
    ),
    "TestService::test_it_has_all_that_a_service_asks_of_a_store": HasNoScrub,
    "TestKeptAsItIs::test_friends_stay_friends_when_one_is_called_otherwise": spoilt(
        friends_are_lost_with_a_name
    ),
    "TestRecords::test_who_is_called_otherwise_keeps_all_there_is": spoilt(
        what_was_noted_is_lost_with_a_name
    ),
    "TestKeptAsItIs::test_a_profile_is_kept_letter_by_letter[a bio]": spoilt(
        profiles_are_put_as(lambda profile: replace(profile, bio=profile.bio[:200]))
    ),
    "TestKeptAsItIs::test_a_profile_is_kept_letter_by_letter[a name]": spoilt(
        profiles_are_put_as(composed)
    ),
    "TestKeptAsItIs::test_instants_are_kept_to_the_microsecond": spoilt(instants_are_rounded),
    "TestDeleteAccount::test_no_transaction_erases_more_than_some_rows": spoilt(
        all_that_is_theirs_is_erased_at_once
    ),
    "TestDeleteAccount::test_some_at_a_time_are_theirs": spoilt(
        some_that_are_erased_are_never_notes
    ),
    **{
        f"TestTransact::test_an_announcement_of_every_kind_goes_out_as_it_was_made[{each}]": spoilt(
            never_announces(kind)
        )
        for each, kind in (
            ("EventChanged", EventChanged),
            ("PlaceChanged", PlaceChanged),
            ("ConnectionsEnded", ConnectionsEnded),
        )
    },
    "TestTransact::test_announcements_go_out_in_their_order_in_the_event_loop": PublishesInAThread,
    "TestClose::test_what_was_handed_over_before_the_close_is_carried_out": GivesUpAtTheClose,
    "TestBreakdowns::test_work_that_cannot_be_committed_is_unavailable_and_announces_nothing": (
        SaysWhatItsDriverSays
    ),
    "TestMarkersAtOnce::test_of_two_markers_who_choose_one_asker_exactly_one_holds": TwoMayHold,
    "TestMarkersAtOnce::test_marks_of_two_people_at_one_moment_are_both_kept": LosesOneOfTwoMarks,
}
