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
from tests.support.review_office import ANNA, BORIS, MODERATOR, OTHER_MODERATOR, Office, office

__all__ = ["office"]


class TestTakeConfirmation:
    def test_whoever_takes_it_is_seen_until_the_lease_has_run_out(self, office: Office) -> None:
        office.takes()
        assert [each.taken_by for each in office.pending(OTHER_MODERATOR)] == [MODERATOR]
        office.world.clock.pass_(REVIEW_LEASE_SECONDS)
        assert [each.taken_by for each in office.pending(OTHER_MODERATOR)] == [None]

    def test_nobody_else_takes_it_meanwhile(self, office: Office) -> None:
        office.takes()
        office.world.clock.pass_(REVIEW_LEASE_SECONDS - 1)
        with pytest.raises(ScanTaken):
            office.takes(OTHER_MODERATOR)
        office.world.clock.pass_(1)
        assert office.takes(OTHER_MODERATOR).moderator_id == OTHER_MODERATOR

    def test_again_renews_it_and_leaves_its_address(self, office: Office) -> None:
        first = office.takes()
        office.world.clock.pass_(REVIEW_LEASE_SECONDS - 1)
        second = office.takes()
        assert (second.secret, second.until) == (
            first.secret,
            first.until + REVIEW_LEASE_SECONDS - 1,
        )
        assert office.acts() == [(ScanAct.TAKEN, MODERATOR)]

    def test_from_another_session_it_has_another_address(self, office: Office) -> None:
        first, second = office.takes(), office.takes(session_id=SessionId("another"))
        assert first.secret != second.secret
        with pytest.raises(ScanNotFound):
            office.looks(first)
        assert office.looks(second).content == b"clean picture4096"

    def test_a_friends_scan_is_for_others(self, office: Office) -> None:
        office.befriend(ANNA, MODERATOR, accepted=True)
        with pytest.raises(MayNotReview):
            office.takes()

    def test_whoever_only_asked_is_no_friend(self, office: Office) -> None:
        office.befriend(ANNA, MODERATOR, accepted=False)
        office.takes()

    def test_and_so_is_ones_own(self, office: Office) -> None:
        office.uploads(MODERATOR)
        with pytest.raises(MayNotReview):
            office.takes()

    def test_what_is_judged_is_not_there_to_be_taken(self, office: Office) -> None:
        office.takes()
        scan_id = office.scan_id
        office.resolves(scan_id)
        with pytest.raises(ScanNotFound):
            drive(
                office._take(
                    actor=OTHER_MODERATOR, session_id=session_of(OTHER_MODERATOR), scan_id=scan_id
                )
            )

    @pytest.mark.parametrize("actor", [ANNA, BORIS])
    def test_only_moderators_come_to_the_desk(self, office: Office, actor: UserId) -> None:
        scan_id = office.scan_id
        for doing in (
            lambda: office.pending(actor),
            lambda: drive(office._pending.count(actor=actor)),
            lambda: office.takes(actor),
            lambda: office.gives_back(scan_id, actor),
            lambda: office.resolves(scan_id, actor),
        ):
            with pytest.raises(NotAModerator):
                doing()


class TestImage:
    """Contract: 9.9."""

    def test_it_is_shown_to_the_session_that_took_it_while_it_has_it(self, office: Office) -> None:
        lease = office.takes()
        assert office.looks(lease).content == b"clean picture4096"
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
                office.looks(lease, **wrong)
        office.world.clock.pass_(REVIEW_LEASE_SECONDS)
        with pytest.raises(ScanNotFound):
            office.looks(lease)
        assert office.acts() == [(ScanAct.TAKEN, MODERATOR), (ScanAct.LOOKED, MODERATOR)]

    def test_a_later_scan_has_none_of_the_address_before(self, office: Office) -> None:
        """Contract: 9.10."""
        lease, scan_id = office.takes(), office.scan_id
        office.uploads()
        for each in (scan_id, office.scan_id):
            with pytest.raises(ScanNotFound):
                office.looks(lease, scan_id=each)
        assert [each.taken_by for each in office.pending()] == [None]

    def test_its_owner_sees_it_until_it_is_judged(self, office: Office) -> None:
        assert drive(office._own(actor=ANNA)).content == b"clean picture4096"
        with pytest.raises(ScanNotFound):
            drive(office._own(actor=BORIS))
        office.takes()
        office.resolves(office.scan_id)
        with pytest.raises(ScanNotFound):
            drive(office._own(actor=ANNA))
        assert office.files.kept == {}

    def test_its_head_is_told_of_a_byte_and_is_no_look(self, office: Office) -> None:
        """Contract: 1.6."""
        lease, size = office.takes(), FileSize(len(b"clean picture4096"), "image/jpeg")
        assert office.measures(lease) == drive(office._own.measure(actor=ANNA)) == size
        assert office.files.read_bytes == 2
        assert office.acts() == [(ScanAct.TAKEN, MODERATOR)]
        with pytest.raises(ScanNotFound):
            office.measures(lease, secret="x")
        with pytest.raises(ScanNotFound):
            drive(office._own.measure(actor=BORIS))


class TestHowOften:
    """Contract: 9.12."""

    def test_taking_and_giving_back_over_and_over_ends_for_an_hour(self, office: Office) -> None:
        scan_id = office.scan_id
        for _ in range(TAKEN_SCANS.most):
            office.takes()
            office.gives_back(scan_id)
        acts = office.acts()
        with pytest.raises(TooManyRequests) as refused:
            office.takes()
        assert refused.value.words["seconds"] == TAKEN_SCANS.within
        assert (office.acts(), len(acts)) == (acts, 2 * TAKEN_SCANS.most)
        assert office.takes(OTHER_MODERATOR).moderator_id == OTHER_MODERATOR
        office.world.clock.pass_(TAKEN_SCANS.within)
        assert office.takes().moderator_id == MODERATOR

    def test_renewing_what_one_has_does_not_count(self, office: Office) -> None:
        for _ in range(TAKEN_SCANS.most + 1):
            office.takes()
        assert office.acts() == [(ScanAct.TAKEN, MODERATOR)]

    def test_looking_over_and_over_ends_for_an_hour(self, office: Office) -> None:
        lease = office.takes()
        for _ in range(SCAN_LOOKS.most):
            office.looks(lease)
        with pytest.raises(TooManyRequests):
            office.looks(lease)
        assert office.acts().count((ScanAct.LOOKED, MODERATOR)) == SCAN_LOOKS.most
        office.world.clock.pass_(SCAN_LOOKS.within)
        office.looks(office.takes())
