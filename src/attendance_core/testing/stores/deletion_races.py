"""Deletions of accounts that die on the way, or meet something else. Contract: 9.1."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest
import pytest_asyncio

from attendance_core.accounts import DeleteAccount
from attendance_core.errors import (
    NobodyHeld,
    NotHeld,
    PersonNotFound,
    Refusal,
)
from attendance_core.marking.connections import Role
from attendance_core.marking.places import Marked
from attendance_core.marking.terms import Terms
from attendance_core.pieces import ListQuery
from attendance_core.testing.at_once import at_once, at_once_in_any_order
from attendance_core.testing.clock import NOON
from attendance_core.testing.lectures import (
    EVENT,
    Lecture,
    numbered_connection,
    session_of,
    use_cases,
)
from attendance_core.testing.stand_ins import DictFiles, PlainPasswords, any_ids
from attendance_core.testing.stores.deletion import (
    ANNA,
    CREATOR,
    MARKER,
    NOTHING,
    SECRET,
    deletes,
    give_everything,
    numbered_event,
    traces_of,
)
from attendance_core.vocabulary import UserId


class _Fixtures:
    @pytest_asyncio.fixture
    async def lecture(self, store: Any) -> Lecture:
        return await Lecture.begun(store, waiting=3)


class _Dies(Exception):
    """The process is gone."""


class TestDeletionsThatDie(_Fixtures):
    async def test_who_is_half_deleted_is_logged_in_and_asks_again(
        self, lecture: Lecture, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        """However many transactions it came to."""
        monkeypatch.setattr("attendance_core.accounts.deletion.ROWS_ERASED_AT_ONCE", 1)
        await give_everything(lecture, ANNA)
        do, deaths = lecture.do.delete_account, 0
        while True:
            transactions_left = deaths

            async def transact(work: Any) -> Any:
                nonlocal transactions_left
                if not transactions_left:
                    raise _Dies
                transactions_left -= 1
                return await lecture.store.transact(work)

            dies = DeleteAccount(transact, do.observe, PlainPasswords(), do.files, Terms())
            try:
                await dies(actor=ANNA, session_id=session_of(ANNA), password=SECRET)
            except _Dies:
                deaths += 1
                found = await traces_of(lecture, ANNA)
                assert found["account"] is not None and found["sessions"]
            else:
                break
        assert deaths >= 1
        assert await traces_of(lecture, ANNA) == {**NOTHING, "created": ["Event 2"]}

    async def test_files_go_though_the_process_dies_before_it_deletes_them(
        self, lecture: Lecture
    ) -> None:
        """The scan soon, and the picture once it is deleted as one that nothing names."""
        files = DictFiles()
        do: Any = use_cases(lecture.store, any_ids(), files=files)
        await do.update_profile_picture(actor=ANNA, image=b"picture")
        await do.upload_profile_confirmation(actor=ANNA, image=b"scan")

        class Dying:
            async def delete(self, path: str) -> None:
                raise _Dies

        dies = replace(do.delete_account, files=Dying())
        with pytest.raises(_Dies):
            await dies(actor=ANNA, session_id=session_of(ANNA), password=SECRET)
        assert await traces_of(lecture, ANNA) == NOTHING
        assert await do.forget_scans() == 1
        assert [path.partition("/")[0] for path in files.kept] == ["pictures"]
        assert await lecture.store.referenced_files() == set()

    async def test_what_somebody_uploads_who_has_been_deleted_is_no_file(
        self, lecture: Lecture
    ) -> None:
        """As where the deletion comes between the file and the row that would name it."""
        do: Any = lecture.do
        await deletes(lecture, ANNA)
        for call in (do.update_profile_picture, do.upload_profile_confirmation):
            with pytest.raises(PersonNotFound):
                await call(actor=ANNA, image=b"picture")
        assert do.delete_account.files.kept == {}


class TestDeletionsAtOnce:
    @pytest_asyncio.fixture
    async def lecture(self, store: Any) -> Lecture:
        return await Lecture.begun(store, waiting=10)

    async def test_of_a_deletion_and_a_confirm_the_place_decides(self, lecture: Lecture) -> None:
        for number in range(3, 13):
            user_id = UserId(number)
            marker = lecture.markers[number % 2]
            await lecture.do.prepare_to_mark(connection=marker, target=user_id)
            deleted, confirmed = await at_once_in_any_order(
                deletes(lecture, user_id),
                lecture.do.confirm_marking(connection=marker, target=user_id),
            )
            assert deleted is None

            def look(unit: Any, user_id: UserId = user_id) -> Any:
                return unit.places.of(EVENT, [user_id]), unit.ledger.find(EVENT, user_id, 1)

            places, entry = await lecture.store.observe(look)
            if isinstance(confirmed, Refusal):
                assert isinstance(confirmed, NobodyHeld | NotHeld)
                assert (places, entry) == ([], None)
            else:
                assert isinstance(places[0].state, Marked) and entry is not None
                lines = await lecture.store.observe(
                    lambda unit: unit.ledger.of(EVENT, None, ListQuery())
                )
                assert all(line.notes.marked_as is None for line in lines)

    async def test_whatever_else_somebody_does_meanwhile_nothing_of_them_is_left(
        self, lecture: Lecture
    ) -> None:
        do = use_cases(lecture.store, any_ids())
        others = [numbered_event(number, CREATOR) for number in range(4)]
        await lecture.store.transact(lambda unit: [unit.events.add(each) for each in others])
        for number in range(3, 9):
            me = UserId(number)
            await at_once(
                do.send_friend_request(actor=me, user_id=CREATOR),
                *(do.join_event(actor=me, event_id=each.event_id) for each in others),
                deletes(lecture, me),
                do.add_helper(actor=CREATOR, event_id=EVENT, user_id=me),
                do.mark_participant(
                    actor=CREATOR, event_id=others[0].event_id, user_id=me, note="note"
                ),
                do.create_event(actor=me, name=f"of {me}", starts_at=NOON, ends_at=NOON + 60),
                do.send_friend_request(actor=MARKER, user_id=me),
                do.log_in(username=f"u{me}", password=SECRET),
                do.upload_profile_confirmation(actor=me, image=b"x"),
                do.mark_me(connection=numbered_connection(100 + number, me, Role.MARK_ME)),
            )
            found = await traces_of(lecture, me)
            assert {**found, "created": []} == NOTHING
            lines = await lecture.store.observe(
                lambda unit: unit.ledger.of(others[0].event_id, None, ListQuery())
            )
            assert {(line.notes.marked_as, line.notes.note) for line in lines} <= {(None, "")}
