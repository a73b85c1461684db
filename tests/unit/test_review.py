"""Moderators take scans by a lease, and see their pictures. Contract: 9.8."""

from __future__ import annotations

from uuid import uuid4

import pytest

from attendance_core.errors import (
    MayNotReview,
    NotAModerator,
    ScanNotFound,
    ScanTaken,
    TooManyRequests,
)
from attendance_core.limits import SCAN_LOOKS, TAKEN_SCANS
from attendance_core.ports import FileSize
from attendance_core.profiles import REVIEW_LEASE_SECONDS, ScanAct
from attendance_core.testing.lectures import session_of
from attendance_core.testing.machine.driving import drive
from attendance_core.vocabulary import ScanId, SessionId, UserId
from tests.support.review_desk import ANNA, BORIS, MODERATOR, OTHER_MODERATOR, Desk, desk

__all__ = ["desk"]


class TestTakeConfirmation:
    def test_whoever_takes_it_is_seen_until_the_lease_has_run_out(self, desk: Desk) -> None:
        desk.takes()
        assert [each.taken_by for each in desk.pending(OTHER_MODERATOR)] == [MODERATOR]
        desk.world.clock.pass_(REVIEW_LEASE_SECONDS)
        assert [each.taken_by for each in desk.pending(OTHER_MODERATOR)] == [None]

    def test_nobody_else_takes_it_meanwhile(self, desk: Desk) -> None:
        desk.takes()
        desk.world.clock.pass_(REVIEW_LEASE_SECONDS - 1)
        with pytest.raises(ScanTaken):
            desk.takes(OTHER_MODERATOR)
        desk.world.clock.pass_(1)
        assert desk.takes(OTHER_MODERATOR).moderator_id == OTHER_MODERATOR

    def test_again_renews_it_and_leaves_its_address(self, desk: Desk) -> None:
        first = desk.takes()
        desk.world.clock.pass_(REVIEW_LEASE_SECONDS - 1)
        second = desk.takes()
        assert (second.secret, second.until) == (
            first.secret,
            first.until + REVIEW_LEASE_SECONDS - 1,
        )
        assert desk.acts() == [(ScanAct.TAKEN, MODERATOR)]

    def test_from_another_session_it_has_another_address(self, desk: Desk) -> None:
        first, second = desk.takes(), desk.takes(session_id=SessionId("another"))
        assert first.secret != second.secret
        with pytest.raises(ScanNotFound):
            desk.looks(first)
        assert desk.looks(second).content == b"clean picture4096"

    def test_a_friends_scan_is_for_others(self, desk: Desk) -> None:
        desk.befriend(ANNA, MODERATOR, accepted=True)
        with pytest.raises(MayNotReview):
            desk.takes()

    def test_whoever_only_asked_is_no_friend(self, desk: Desk) -> None:
        desk.befriend(ANNA, MODERATOR, accepted=False)
        desk.takes()

    def test_and_so_is_ones_own(self, desk: Desk) -> None:
        desk.uploads(MODERATOR)
        with pytest.raises(MayNotReview):
            desk.takes()

    def test_what_is_judged_is_not_there_to_be_taken(self, desk: Desk) -> None:
        desk.takes()
        scan_id = desk.scan_id
        desk.resolves(scan_id)
        with pytest.raises(ScanNotFound):
            drive(
                desk._take(
                    actor=OTHER_MODERATOR, session_id=session_of(OTHER_MODERATOR), scan_id=scan_id
                )
            )

    @pytest.mark.parametrize("actor", [ANNA, BORIS])
    def test_only_moderators_come_to_the_desk(self, desk: Desk, actor: UserId) -> None:
        scan_id = desk.scan_id
        for doing in (
            lambda: desk.pending(actor),
            lambda: drive(desk._pending.count(actor=actor)),
            lambda: desk.takes(actor),
            lambda: desk.gives_back(scan_id, actor),
            lambda: desk.resolves(scan_id, actor),
        ):
            with pytest.raises(NotAModerator):
                doing()


class TestImage:
    """Contract: 9.9."""

    def test_it_is_shown_to_the_session_that_took_it_while_it_has_it(self, desk: Desk) -> None:
        lease = desk.takes()
        assert desk.looks(lease).content == b"clean picture4096"
        wrong_arguments: tuple[dict[str, UserId | SessionId | ScanId | str], ...] = (
            {"actor": OTHER_MODERATOR},
            {"session_id": SessionId("another")},
            {"scan_id": ScanId(uuid4())},
            {"secret": lease.secret + "x"},
            {"secret": ""},
            {"secret": "ы\ud800"},
        )
        for wrong in wrong_arguments:
            with pytest.raises(ScanNotFound):
                desk.looks(lease, **wrong)
        desk.world.clock.pass_(REVIEW_LEASE_SECONDS)
        with pytest.raises(ScanNotFound):
            desk.looks(lease)
        assert desk.acts() == [(ScanAct.TAKEN, MODERATOR), (ScanAct.LOOKED, MODERATOR)]

    def test_a_later_scan_has_none_of_the_address_before(self, desk: Desk) -> None:
        """Contract: 9.10."""
        lease, scan_id = desk.takes(), desk.scan_id
        desk.uploads()
        for each in (scan_id, desk.scan_id):
            with pytest.raises(ScanNotFound):
                desk.looks(lease, scan_id=each)
        assert [each.taken_by for each in desk.pending()] == [None]

    def test_its_owner_sees_it_until_it_is_judged(self, desk: Desk) -> None:
        assert drive(desk._own(actor=ANNA)).content == b"clean picture4096"
        with pytest.raises(ScanNotFound):
            drive(desk._own(actor=BORIS))
        desk.takes()
        desk.resolves(desk.scan_id)
        with pytest.raises(ScanNotFound):
            drive(desk._own(actor=ANNA))
        assert desk.files.kept == {}

    def test_its_head_is_told_of_a_byte_and_is_no_look(self, desk: Desk) -> None:
        """Contract: 1.6."""
        lease, size = desk.takes(), FileSize(len(b"clean picture4096"), "image/jpeg")
        assert desk.measures(lease) == drive(desk._own.measure(actor=ANNA)) == size
        assert desk.files.read_bytes == 2
        assert desk.acts() == [(ScanAct.TAKEN, MODERATOR)]
        with pytest.raises(ScanNotFound):
            desk.measures(lease, secret="x")
        with pytest.raises(ScanNotFound):
            drive(desk._own.measure(actor=BORIS))


class TestHowOften:
    """Contract: 9.12."""

    def test_taking_and_giving_back_over_and_over_ends_for_an_hour(self, desk: Desk) -> None:
        scan_id = desk.scan_id
        for _ in range(TAKEN_SCANS.most):
            desk.takes()
            desk.gives_back(scan_id)
        acts = desk.acts()
        with pytest.raises(TooManyRequests) as refused:
            desk.takes()
        assert refused.value.words["seconds"] == TAKEN_SCANS.within
        assert (desk.acts(), len(acts)) == (acts, 2 * TAKEN_SCANS.most)
        assert desk.takes(OTHER_MODERATOR).moderator_id == OTHER_MODERATOR
        desk.world.clock.pass_(TAKEN_SCANS.within)
        assert desk.takes().moderator_id == MODERATOR

    def test_renewing_what_one_has_does_not_count(self, desk: Desk) -> None:
        for _ in range(TAKEN_SCANS.most + 1):
            desk.takes()
        assert desk.acts() == [(ScanAct.TAKEN, MODERATOR)]

    def test_looking_over_and_over_ends_for_an_hour(self, desk: Desk) -> None:
        lease = desk.takes()
        for _ in range(SCAN_LOOKS.most):
            desk.looks(lease)
        with pytest.raises(TooManyRequests):
            desk.looks(lease)
        assert desk.acts().count((ScanAct.LOOKED, MODERATOR)) == SCAN_LOOKS.most
        desk.world.clock.pass_(SCAN_LOOKS.within)
        desk.looks(desk.takes())
