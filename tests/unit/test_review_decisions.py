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
from tests.support.review_desk import ANNA, MODERATOR, OTHER_MODERATOR, Desk, desk

__all__ = ["desk"]


class TestReturnConfirmation:
    def test_it_goes_back_to_the_others_and_twice_is_once(self, desk: Desk) -> None:
        desk.takes()
        for _ in range(2):
            desk.gives_back(desk.scan_id)
        assert [each.taken_by for each in desk.pending()] == [None]
        assert desk.acts() == [(ScanAct.TAKEN, MODERATOR), (ScanAct.RETURNED, MODERATOR)]

    def test_of_anothers_nothing_changes(self, desk: Desk) -> None:
        desk.takes()
        desk.gives_back(desk.scan_id, OTHER_MODERATOR)
        assert [each.taken_by for each in desk.pending()] == [MODERATOR]

    def test_one_that_was_replaced_is_back_and_one_that_never_was_is_not_found(
        self, desk: Desk
    ) -> None:
        desk.takes()
        scan_id = desk.scan_id
        desk.uploads()
        desk.gives_back(scan_id)
        with pytest.raises(ScanNotFound):
            desk.gives_back(ScanId(uuid4()))


class TestResolveConfirmation:
    @pytest.mark.parametrize("approve", [True, False])
    def test_whoever_has_it_judges_it_and_the_image_goes(self, desk: Desk, approve: bool) -> None:
        desk.takes()
        desk.resolves(desk.scan_id, approve=approve, reason=ScanReason.OTHER, note=" Привет ")
        scan = drive(desk.world.store.observe(lambda unit: unit.scans.find(ANNA)))
        assert scan is not None
        assert scan.state is (Confirmation.APPROVED if approve else Confirmation.REJECTED)
        assert scan.reason is (None if approve else ScanReason.OTHER)
        assert (scan.note, scan.lease, scan.judged_at) == ("Привет", None, NOON)
        assert desk.files.kept == {}
        assert desk.acts()[-1] == (ScanAct.APPROVED if approve else ScanAct.REJECTED, MODERATOR)

    def test_nobody_else_does_nor_later(self, desk: Desk) -> None:
        scan_id = desk.scan_id
        with pytest.raises(NotTaken):
            desk.resolves(scan_id)
        desk.takes()
        with pytest.raises(NotTaken):
            desk.resolves(scan_id, OTHER_MODERATOR)
        desk.world.clock.pass_(REVIEW_LEASE_SECONDS)
        with pytest.raises(NotTaken):
            desk.resolves(scan_id)
        assert desk.state() is Confirmation.PENDING

    def test_nor_who_has_become_a_friend(self, desk: Desk) -> None:
        desk.takes()
        desk.befriend(MODERATOR, ANNA, accepted=True)
        with pytest.raises(MayNotReview):
            desk.resolves(desk.scan_id)

    def test_under_another_name_it_goes_back_to_the_queue(self, desk: Desk) -> None:
        desk.takes()
        drive(desk._rename(actor=ANNA, display_name="Вера"))
        desk.takes()  # to renew it is no new look at the name
        with pytest.raises(ScanChanged):
            desk.resolves(desk.scan_id)
        assert (desk.state(), desk.pending()[0].taken_by) == (Confirmation.PENDING, None)
        assert desk.acts()[-1] == (ScanAct.RETURNED, MODERATOR)
        assert desk.takes(OTHER_MODERATOR).display_name == "Вера"
        desk.resolves(desk.scan_id, OTHER_MODERATOR)
        assert desk.state() is Confirmation.APPROVED

    def test_a_name_that_no_search_tells_apart_is_the_same(self, desk: Desk) -> None:
        name = desk.takes().display_name
        drive(desk._rename(actor=ANNA, display_name=f" {name.upper()} "))
        desk.resolves(desk.scan_id)
        assert desk.state() is Confirmation.APPROVED

    def test_one_that_was_replaced_has_changed_and_the_later_one_waits(self, desk: Desk) -> None:
        """Contract: 9.10."""
        desk.takes()
        scan_id = desk.scan_id
        desk.uploads()
        with pytest.raises(ScanChanged):
            desk.resolves(scan_id)
        with pytest.raises(ScanNotFound):  # of whoever never had it
            desk.resolves(scan_id, OTHER_MODERATOR)
        assert desk.state() is Confirmation.PENDING
        assert len(desk.files.kept) == 1

    @pytest.mark.parametrize(
        ("reason", "note", "refusal"),
        [
            (None, "", MissingArgument),
            (ScanReason.RENAMED, "", InvalidArgument),
            (ScanReason.OTHER, "x" * (MAX_REVIEW_NOTE_LENGTH + 1), BadLength),
        ],
    )
    def test_whoever_rejects_says_why(
        self, desk: Desk, reason: ScanReason | None, note: str, refusal: type[Refusal]
    ) -> None:
        desk.takes()
        with pytest.raises(refusal):
            desk.resolves(desk.scan_id, approve=False, reason=reason, note=note)
        assert desk.state() is Confirmation.PENDING
