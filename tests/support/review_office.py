"""Moderators and scans, over a world in memory."""

from __future__ import annotations

import pytest

from attendance_core.friends import Friendship
from attendance_core.pieces import ListQuery
from attendance_core.ports import FileContent, FilePart, FileSize
from attendance_core.profiles import (
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
from attendance_core.testing.stand_ins import DictFiles, PrefixedPictures
from attendance_core.vocabulary import ScanId, SessionId, UserId
from tests.support.world import World

ANNA, BORIS, MODERATOR, OTHER_MODERATOR = UserId(1), UserId(2), UserId(3), UserId(4)


class ReadFiles(DictFiles):
    """Files of which it is known how much was read."""

    read_bytes = 0

    async def get(self, path: str) -> FileContent:
        got = await super().get(path)
        self.read_bytes += len(got.content)
        return got

    async def get_part(self, path: str, start: int, limit: int) -> FilePart:
        content = self.kept[path]
        self.read_bytes += len(content[start : start + limit])
        return FilePart(content[start : start + limit], len(content))


class Office:
    """Anna has handed in a scan; two people judge such."""

    def __init__(self) -> None:
        self.world = World(person_count=4)
        self.files = ReadFiles()
        store, ids = self.world.store, self.world.ids
        self._pending = GetPendingConfirmations(store.browse)
        self._take = TakeConfirmation(store.transact, ids)
        self._look = GetTakenScan(store.transact, store.observe, self.files)
        self._own = GetOwnScan(store.observe, self.files)
        self._return = ReturnConfirmation(store.transact)
        self._resolve = ResolveConfirmation(store.transact, self.files)
        self._upload = UploadProfileConfirmation(
            store.transact, PrefixedPictures(), self.files, ids
        )
        self._rename = UpdateProfileInfo(store.transact)
        for moderator in (MODERATOR, OTHER_MODERATOR):
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
        return drive(self._look(**self._asked(lease, other)))  # type: ignore[arg-type]

    def measures(self, lease: ReviewLease, **other: UserId | SessionId | ScanId | str) -> FileSize:
        return drive(self._look.measure(**self._asked(lease, other)))  # type: ignore[arg-type]

    def _asked(
        self, lease: ReviewLease, other: dict[str, UserId | SessionId | ScanId | str]
    ) -> dict[str, UserId | SessionId | ScanId | str]:
        """Makes what a look is asked with, unless told otherwise."""
        given: dict[str, UserId | SessionId | ScanId | str] = {
            "actor": lease.moderator_id,
            "session_id": lease.session_id,
            "scan_id": self.scan_id,
            "secret": lease.secret,
        }
        return {**given, **other}

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
        """Reads what the log has about Anna's scans, the earliest first."""
        entries = drive(
            self.world.store.observe(lambda unit: unit.audit_log.about(ANNA, ListQuery()))
        )
        return [(each.act, each.actor_id) for each in reversed(entries)]


@pytest.fixture
def office() -> Office:
    return Office()
