"""How a name gets its tick, and loses it. Contract: 3."""

from __future__ import annotations

import pytest

from attendance_core.errors import ScanNotFound
from attendance_core.ports import NoSuchFile
from attendance_core.profiles import Confirmation, ScanReason, scan_file_path
from attendance_core.testing.machine.driving import drive
from attendance_core.vocabulary import FileKey
from tests.support.profile_desk import ANNA, BORIS, Desk, desk

__all__ = ["desk"]


class TestUploadProfileConfirmation:
    def test_it_waits_for_a_moderator_and_is_kept_apart_from_pictures(self, desk: Desk) -> None:
        scan = desk.uploads()
        assert desk.sees(ANNA, ANNA).confirmation is Confirmation.PENDING
        assert not desk.sees(BORIS, ANNA).confirmed
        assert list(desk.files.kept) == [scan_file_path(scan.file)]
        assert desk.files.kept[scan_file_path(scan.file)] == b"clean picture4096"

    def test_a_new_one_replaces_the_old_and_takes_the_tick_away(self, desk: Desk) -> None:
        first = desk.uploads()
        desk.judges(first.file, approve=True)
        assert desk.sees(BORIS, ANNA).confirmed
        second = desk.uploads()
        assert not desk.sees(BORIS, ANNA).confirmed
        assert list(desk.files.kept) == [scan_file_path(second.file)]


class TestOperator:
    @pytest.mark.parametrize(
        ("approve", "state"), [(True, Confirmation.APPROVED), (False, Confirmation.REJECTED)]
    )
    def test_a_judged_scan_waits_no_longer(
        self, desk: Desk, approve: bool, state: Confirmation
    ) -> None:
        desk.judges(desk.uploads().file, approve)
        assert desk.sees(ANNA, ANNA).confirmation is state
        assert drive(desk._pending()) == []

    def test_a_scan_that_was_replaced_is_not_judged_by_an_old_look(self, desk: Desk) -> None:
        first = desk.uploads()
        desk.uploads()
        with pytest.raises(ScanNotFound):
            desk.judges(first.file, approve=True)
        assert desk.sees(ANNA, ANNA).confirmation is Confirmation.PENDING

    def test_the_operator_reads_it(self, desk: Desk) -> None:
        scan = desk.uploads()
        assert drive(desk._read(user_id=ANNA)) == (scan, b"clean picture4096")

    def test_of_one_who_uploaded_nothing_there_is_none(self, desk: Desk) -> None:
        with pytest.raises(ScanNotFound):
            drive(desk._read(user_id=BORIS))
        with pytest.raises(ScanNotFound):
            desk.judges(FileKey("any"), approve=True)

    def test_a_lost_file_is_our_own_slip(self, desk: Desk) -> None:
        desk.uploads()
        desk.files.kept.clear()
        with pytest.raises(NoSuchFile):
            drive(desk._read(user_id=ANNA))


class TestNewName:
    """Contract: 3.7."""

    @pytest.mark.parametrize("name", ["Вера Петрова", "Анна Смирнова-Петрова", "Смирнова Анна"])
    def test_it_takes_the_tick_away(self, desk: Desk, name: str) -> None:
        scan = desk.uploads()
        desk.judges(scan.file, approve=True)
        desk.writes(display_name=name)
        assert not desk.sees(BORIS, ANNA).confirmed
        assert desk.sees(ANNA, ANNA).confirmation is Confirmation.NONE
        assert desk.kept().reason is ScanReason.RENAMED
        assert drive(desk._pending()) == []
        desk.writes(display_name="Анна Смирнова")  # nor does the old one bring it back
        assert not desk.sees(BORIS, ANNA).confirmed

    @pytest.mark.parametrize("name", ["АННА смирнова", "Анна\u00a0 Смирнова", " Анна Смирнова "])
    def test_a_change_that_no_search_sees_keeps_it(self, desk: Desk, name: str) -> None:
        desk.judges(desk.uploads().file, approve=True)
        desk.writes(display_name=name)
        desk.writes(bio="ИУ5")
        assert desk.sees(BORIS, ANNA).confirmed
        assert desk.sees(ANNA, ANNA).confirmation is Confirmation.APPROVED

    @pytest.mark.parametrize("approve", [None, False])
    def test_a_scan_that_gave_no_tick_stays_what_it_is(
        self, desk: Desk, approve: bool | None
    ) -> None:
        scan = desk.uploads()
        if approve is not None:
            desk.judges(scan.file, approve)
        before = desk.sees(ANNA, ANNA).confirmation
        desk.writes(display_name="Вера Петрова")
        assert desk.sees(ANNA, ANNA).confirmation is before
        kept = desk.kept()
        reason = ScanReason.OTHER if approve is False else None
        assert (kept.file, kept.reason) == (scan.file, reason)

    def test_an_approval_said_twice_does_not_bring_it_back_but_a_new_scan_may(
        self, desk: Desk
    ) -> None:
        first = desk.uploads()
        desk.judges(first.file, approve=True)
        desk.writes(display_name="Вера Петрова")
        with pytest.raises(ScanNotFound):
            desk.judges(first.file, approve=True)
        assert not desk.sees(BORIS, ANNA).confirmed
        desk.judges(desk.uploads().file, approve=True)
        assert desk.sees(BORIS, ANNA).confirmed
        assert desk.kept().reason is None

    def test_the_operator_judges_the_name_that_was_looked_at(self, desk: Desk) -> None:
        scan = desk.uploads()
        desk.writes(display_name="Вера Петрова")
        for approve in (True, False):
            with pytest.raises(ScanNotFound):
                desk.judges(scan.file, approve, display_name="Анна Смирнова")
        assert desk.sees(ANNA, ANNA).confirmation is Confirmation.PENDING
        desk.judges(scan.file, approve=True, display_name="ВЕРА Петрова")
        assert desk.sees(BORIS, ANNA).confirmed
