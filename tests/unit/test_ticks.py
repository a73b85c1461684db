"""How a name gets its tick, and loses it. Contract: 3."""

from __future__ import annotations

import pytest

from attendance_core.errors import ScanNotFound
from attendance_core.ports import NoSuchFile
from attendance_core.profiles import Confirmation, ScanReason, scan_file_path
from attendance_core.testing.machine.driving import drive
from attendance_core.vocabulary import FileKey
from tests.support.profile_office import ANNA, BORIS, Office, office

__all__ = ["office"]


class TestUploadProfileConfirmation:
    def test_it_waits_for_a_moderator_and_is_kept_apart_from_pictures(self, office: Office) -> None:
        scan = office.uploads()
        assert office.sees(ANNA, ANNA).confirmation is Confirmation.PENDING
        assert not office.sees(BORIS, ANNA).confirmed
        assert list(office.files.kept) == [scan_file_path(scan.file)]
        assert office.files.kept[scan_file_path(scan.file)] == b"clean picture4096"

    def test_a_new_one_replaces_the_old_and_takes_the_tick_away(self, office: Office) -> None:
        first = office.uploads()
        office.judges(first.file, approve=True)
        assert office.sees(BORIS, ANNA).confirmed
        second = office.uploads()
        assert not office.sees(BORIS, ANNA).confirmed
        assert list(office.files.kept) == [scan_file_path(second.file)]


class TestOperator:
    @pytest.mark.parametrize(
        ("approve", "state"), [(True, Confirmation.APPROVED), (False, Confirmation.REJECTED)]
    )
    def test_a_judged_scan_waits_no_longer(
        self, office: Office, approve: bool, state: Confirmation
    ) -> None:
        office.judges(office.uploads().file, approve)
        assert office.sees(ANNA, ANNA).confirmation is state
        assert drive(office._pending()) == []

    def test_a_scan_that_was_replaced_is_not_judged_by_an_old_look(self, office: Office) -> None:
        first = office.uploads()
        office.uploads()
        with pytest.raises(ScanNotFound):
            office.judges(first.file, approve=True)
        assert office.sees(ANNA, ANNA).confirmation is Confirmation.PENDING

    def test_the_operator_reads_it(self, office: Office) -> None:
        scan = office.uploads()
        assert drive(office._read(user_id=ANNA)) == (scan, b"clean picture4096")

    def test_of_one_who_uploaded_nothing_there_is_none(self, office: Office) -> None:
        with pytest.raises(ScanNotFound):
            drive(office._read(user_id=BORIS))
        with pytest.raises(ScanNotFound):
            office.judges(FileKey("any"), approve=True)

    def test_a_lost_file_is_our_own_slip(self, office: Office) -> None:
        office.uploads()
        office.files.kept.clear()
        with pytest.raises(NoSuchFile):
            drive(office._read(user_id=ANNA))


class TestNewName:
    """Contract: 3.7."""

    @pytest.mark.parametrize("name", ["Вера Петрова", "Анна Смирнова-Петрова", "Смирнова Анна"])
    def test_it_takes_the_tick_away(self, office: Office, name: str) -> None:
        scan = office.uploads()
        office.judges(scan.file, approve=True)
        office.writes(display_name=name)
        assert not office.sees(BORIS, ANNA).confirmed
        assert office.sees(ANNA, ANNA).confirmation is Confirmation.NONE
        assert office.kept().reason is ScanReason.RENAMED
        assert drive(office._pending()) == []
        office.writes(display_name="Анна Смирнова")  # nor does the old one bring it back
        assert not office.sees(BORIS, ANNA).confirmed

    @pytest.mark.parametrize("name", ["АННА смирнова", "Анна\u00a0 Смирнова", " Анна Смирнова "])
    def test_a_change_that_no_search_sees_keeps_it(self, office: Office, name: str) -> None:
        office.judges(office.uploads().file, approve=True)
        office.writes(display_name=name)
        office.writes(bio="ИУ5")
        assert office.sees(BORIS, ANNA).confirmed
        assert office.sees(ANNA, ANNA).confirmation is Confirmation.APPROVED

    @pytest.mark.parametrize("approve", [None, False])
    def test_a_scan_that_gave_no_tick_stays_what_it_is(
        self, office: Office, approve: bool | None
    ) -> None:
        scan = office.uploads()
        if approve is not None:
            office.judges(scan.file, approve)
        before = office.sees(ANNA, ANNA).confirmation
        office.writes(display_name="Вера Петрова")
        assert office.sees(ANNA, ANNA).confirmation is before
        kept = office.kept()
        reason = ScanReason.OTHER if approve is False else None
        assert (kept.file, kept.reason) == (scan.file, reason)

    def test_an_approval_said_twice_does_not_bring_it_back_but_a_new_scan_may(
        self, office: Office
    ) -> None:
        first = office.uploads()
        office.judges(first.file, approve=True)
        office.writes(display_name="Вера Петрова")
        with pytest.raises(ScanNotFound):
            office.judges(first.file, approve=True)
        assert not office.sees(BORIS, ANNA).confirmed
        office.judges(office.uploads().file, approve=True)
        assert office.sees(BORIS, ANNA).confirmed
        assert office.kept().reason is None

    def test_the_operator_judges_the_name_that_was_looked_at(self, office: Office) -> None:
        scan = office.uploads()
        office.writes(display_name="Вера Петрова")
        for approve in (True, False):
            with pytest.raises(ScanNotFound):
                office.judges(scan.file, approve, display_name="Анна Смирнова")
        assert office.sees(ANNA, ANNA).confirmation is Confirmation.PENDING
        office.judges(scan.file, approve=True, display_name="ВЕРА Петрова")
        assert office.sees(BORIS, ANNA).confirmed
