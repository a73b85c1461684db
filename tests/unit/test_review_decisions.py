"""What a moderator decides of a scan, or leaves to others. Contract: 9.8."""

from __future__ import annotations

from uuid import uuid4

import pytest

from attendance_core.errors import (
    BadLength,
    InvalidArgument,
    MayNotReview,
    MissingArgument,
    NotTaken,
    Refusal,
    ScanChanged,
    ScanNotFound,
)
from attendance_core.profiles import (
    MAX_REVIEW_NOTE_LENGTH,
    REVIEW_LEASE_SECONDS,
    Confirmation,
    ScanAct,
    ScanReason,
)
from attendance_core.testing.clock import NOON
from attendance_core.testing.machine.driving import drive
from attendance_core.vocabulary import ScanId
from tests.support.review_office import ANNA, MODERATOR, OTHER_MODERATOR, Office, office

__all__ = ["office"]


class TestReturnConfirmation:
    def test_it_goes_back_to_the_others_and_twice_is_once(self, office: Office) -> None:
        office.takes()
        for _ in range(2):
            office.gives_back(office.scan_id)
        assert [each.taken_by for each in office.pending()] == [None]
        assert office.acts() == [(ScanAct.TAKEN, MODERATOR), (ScanAct.RETURNED, MODERATOR)]

    def test_of_anothers_nothing_changes(self, office: Office) -> None:
        office.takes()
        office.gives_back(office.scan_id, OTHER_MODERATOR)
        assert [each.taken_by for each in office.pending()] == [MODERATOR]

    def test_one_that_was_replaced_is_back_and_one_that_never_was_is_not_found(
        self, office: Office
    ) -> None:
        office.takes()
        scan_id = office.scan_id
        office.uploads()
        office.gives_back(scan_id)
        with pytest.raises(ScanNotFound):
            office.gives_back(ScanId(uuid4()))


class TestResolveConfirmation:
    @pytest.mark.parametrize("approve", [True, False])
    def test_whoever_has_it_judges_it_and_the_image_goes(
        self, office: Office, approve: bool
    ) -> None:
        office.takes()
        office.resolves(office.scan_id, approve=approve, reason=ScanReason.OTHER, note=" Привет ")
        scan = drive(office.world.store.observe(lambda unit: unit.scans.find(ANNA)))
        assert scan is not None
        assert scan.state is (Confirmation.APPROVED if approve else Confirmation.REJECTED)
        assert scan.reason is (None if approve else ScanReason.OTHER)
        assert (scan.note, scan.lease, scan.judged_at) == ("Привет", None, NOON)
        assert office.files.kept == {}
        assert office.acts()[-1] == (ScanAct.APPROVED if approve else ScanAct.REJECTED, MODERATOR)

    def test_nobody_else_does_nor_later(self, office: Office) -> None:
        scan_id = office.scan_id
        with pytest.raises(NotTaken):
            office.resolves(scan_id)
        office.takes()
        with pytest.raises(NotTaken):
            office.resolves(scan_id, OTHER_MODERATOR)
        office.world.clock.pass_(REVIEW_LEASE_SECONDS)
        with pytest.raises(NotTaken):
            office.resolves(scan_id)
        assert office.state() is Confirmation.PENDING

    def test_nor_who_has_become_a_friend(self, office: Office) -> None:
        office.takes()
        office.befriend(MODERATOR, ANNA, accepted=True)
        with pytest.raises(MayNotReview):
            office.resolves(office.scan_id)

    def test_under_another_name_it_goes_back_to_the_queue(self, office: Office) -> None:
        office.takes()
        drive(office._rename(actor=ANNA, display_name="Вера"))
        office.takes()  # to renew it is no new look at the name
        with pytest.raises(ScanChanged):
            office.resolves(office.scan_id)
        assert (office.state(), office.pending()[0].taken_by) == (Confirmation.PENDING, None)
        assert office.acts()[-1] == (ScanAct.RETURNED, MODERATOR)
        assert office.takes(OTHER_MODERATOR).display_name == "Вера"
        office.resolves(office.scan_id, OTHER_MODERATOR)
        assert office.state() is Confirmation.APPROVED

    def test_a_name_that_no_search_tells_apart_is_the_same(self, office: Office) -> None:
        name = office.takes().display_name
        drive(office._rename(actor=ANNA, display_name=f" {name.upper()} "))
        office.resolves(office.scan_id)
        assert office.state() is Confirmation.APPROVED

    def test_one_that_was_replaced_has_changed_and_the_later_one_waits(
        self, office: Office
    ) -> None:
        """Contract: 9.10."""
        office.takes()
        scan_id = office.scan_id
        office.uploads()
        with pytest.raises(ScanChanged):
            office.resolves(scan_id)
        with pytest.raises(ScanNotFound):  # of whoever never had it
            office.resolves(scan_id, OTHER_MODERATOR)
        assert office.state() is Confirmation.PENDING
        assert len(office.files.kept) == 1

    @pytest.mark.parametrize(
        ("reason", "note", "refusal"),
        [
            (None, "", MissingArgument),
            (ScanReason.RENAMED, "", InvalidArgument),
            (ScanReason.OTHER, "x" * (MAX_REVIEW_NOTE_LENGTH + 1), BadLength),
        ],
    )
    def test_whoever_rejects_says_why(
        self, office: Office, reason: ScanReason | None, note: str, refusal: type[Refusal]
    ) -> None:
        office.takes()
        with pytest.raises(refusal):
            office.resolves(office.scan_id, approve=False, reason=reason, note=note)
        assert office.state() is Confirmation.PENDING
