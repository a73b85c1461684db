"""The review desk by its rules alone: leases, decisions, and the log of both. Contract: 9.8."""

from __future__ import annotations

from uuid import uuid4

import pytest

from attendance_core.errors import (
    BadLength,
    InvalidArgument,
    MayNotReview,
    MissingArgument,
    NotAModerator,
    NotTaken,
    Refusal,
    ScanChanged,
    ScanNotFound,
    ScanTaken,
)
from attendance_core.friends import Friendship
from attendance_core.pieces import ListQuery
from attendance_core.ports import FileContent
from attendance_core.profiles import (
    MAX_REVIEW_NOTE_LENGTH,
    REVIEW_LEASE_SECONDS,
    Confirmation,
    GetOwnScan,
    GetPendingConfirmations,
    GetTakenScan,
    PendingSeen,
    ResolveConfirmation,
    ReturnConfirmation,
    ReviewLease,
    ScanAct,
    ScanReason,
    TakeConfirmation,
    UpdateProfileInfo,
    UploadProfileConfirmation,
)
from attendance_core.testing.clock import NOON
from attendance_core.testing.lectures import session_of
from attendance_core.testing.machine.driving import drive
from attendance_core.testing.stand_ins import DictFiles, PlainPictures
from attendance_core.vocabulary import ScanId, SessionId, UserId
from tests.support.world import World

ANNA, BORIS, MODERATOR, OTHER = UserId(1), UserId(2), UserId(3), UserId(4)


class Desk:
    """Anna has handed in a scan; two people judge such."""

    def __init__(self) -> None:
        self.world = World(person_count=4)
        self.files = DictFiles()
        store, ids = self.world.store, self.world.ids
        self._pending = GetPendingConfirmations(store.browse)
        self._take = TakeConfirmation(store.transact, ids)
        self._look = GetTakenScan(store.transact, self.files)
        self._own = GetOwnScan(store.observe, self.files)
        self._return = ReturnConfirmation(store.transact)
        self._resolve = ResolveConfirmation(store.transact, self.files)
        self._upload = UploadProfileConfirmation(store.transact, PlainPictures(), self.files, ids)
        self._rename = UpdateProfileInfo(store.transact)
        for moderator in (MODERATOR, OTHER):
            self.makes_moderator(moderator)
        self.uploads()

    def makes_moderator(self, who: UserId) -> None:
        drive(self.world.store.transact(lambda unit: unit.moderators.add(who, NOON)))

    def uploads(self, who: UserId = ANNA) -> None:
        drive(self._upload(actor=who, image=b"picture"))

    def pending(self, actor: UserId = MODERATOR) -> list[PendingSeen]:
        return [*drive(self._pending(actor=actor))]

    @property
    def scan_id(self) -> ScanId:
        """That of the scan that waits last."""
        return self.pending()[-1].row.scan.scan_id

    def takes(self, actor: UserId = MODERATOR, session_id: SessionId | None = None) -> ReviewLease:
        session_id = session_id or session_of(actor)
        taken = drive(self._take(actor=actor, session_id=session_id, scan_id=self.scan_id))
        assert taken.expires_in == REVIEW_LEASE_SECONDS == 600
        return taken.lease

    def looks(self, lease: ReviewLease, **other: UserId | SessionId | ScanId | str) -> FileContent:
        given = {
            "actor": lease.moderator_id,
            "session_id": lease.session_id,
            "scan_id": self.scan_id,
            "secret": lease.secret,
        }
        return drive(self._look(**{**given, **other}))  # type: ignore[arg-type]

    def resolves(
        self,
        scan_id: ScanId,
        actor: UserId = MODERATOR,
        *,
        approve: bool = True,
        reason: ScanReason | None = None,
        note: str = "",
    ) -> None:
        drive(
            self._resolve(actor=actor, scan_id=scan_id, approve=approve, reason=reason, note=note)
        )

    def gives_back(self, scan_id: ScanId, actor: UserId = MODERATOR) -> None:
        drive(self._return(actor=actor, scan_id=scan_id))

    def state(self, who: UserId = ANNA) -> Confirmation:
        scan = drive(self.world.store.observe(lambda unit: unit.scans.find(who)))
        assert scan is not None
        return scan.state

    def befriend(self, one: UserId, other: UserId, *, accepted: bool) -> None:
        friendship = Friendship(one, other, NOON, accepted=accepted)
        drive(self.world.store.transact(lambda unit: unit.friendships.add(friendship)))

    def acts(self) -> list[tuple[ScanAct, UserId | None]]:
        """What the log has about Anna's scans, the earliest first."""
        entries = drive(
            self.world.store.observe(lambda unit: unit.audit_log.about(ANNA, ListQuery()))
        )
        return [(each.act, each.actor_id) for each in reversed(entries)]


@pytest.fixture
def desk() -> Desk:
    return Desk()


class TestTakeConfirmation:
    def test_whoever_takes_it_is_seen_until_the_lease_has_run_out(self, desk: Desk) -> None:
        desk.takes()
        assert [each.taken_by for each in desk.pending(OTHER)] == [MODERATOR]
        desk.world.clock.pass_(REVIEW_LEASE_SECONDS)
        assert [each.taken_by for each in desk.pending(OTHER)] == [None]

    def test_nobody_else_takes_it_meanwhile(self, desk: Desk) -> None:
        desk.takes()
        desk.world.clock.pass_(REVIEW_LEASE_SECONDS - 1)
        with pytest.raises(ScanTaken):
            desk.takes(OTHER)
        desk.world.clock.pass_(1)
        assert desk.takes(OTHER).moderator_id == OTHER

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
            drive(desk._take(actor=OTHER, session_id=session_of(OTHER), scan_id=scan_id))

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
        others: tuple[dict[str, UserId | SessionId | ScanId | str], ...] = (
            {"actor": OTHER},
            {"session_id": SessionId("another")},
            {"scan_id": ScanId(uuid4())},
            {"secret": lease.secret + "x"},
            {"secret": ""},
            {"secret": "ы\ud800"},
        )
        for other in others:
            with pytest.raises(ScanNotFound):
                desk.looks(lease, **other)
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


class TestReturnConfirmation:
    def test_it_goes_back_to_the_others_and_twice_is_once(self, desk: Desk) -> None:
        desk.takes()
        for _ in range(2):
            desk.gives_back(desk.scan_id)
        assert [each.taken_by for each in desk.pending()] == [None]
        assert desk.acts() == [(ScanAct.TAKEN, MODERATOR), (ScanAct.RETURNED, MODERATOR)]

    def test_of_anothers_nothing_changes(self, desk: Desk) -> None:
        desk.takes()
        desk.gives_back(desk.scan_id, OTHER)
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
            desk.resolves(scan_id, OTHER)
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
        assert desk.takes(OTHER).display_name == "Вера"
        desk.resolves(desk.scan_id, OTHER)
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
            desk.resolves(scan_id, OTHER)
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
