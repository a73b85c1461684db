"""People and their profiles, over a world in memory."""

from __future__ import annotations

import pytest

from attendance_core.marking.terms import Terms
from attendance_core.profiles import (
    ConfirmationScan,
    FindByName,
    GetPendingScans,
    GetProfile,
    JudgeScan,
    ProfileSeen,
    ReadScan,
    UpdateProfileInfo,
    UpdateProfilePicture,
    UploadProfileConfirmation,
)
from attendance_core.testing.machine.driving import drive
from attendance_core.testing.stand_ins import DictFiles, PrefixedPictures
from attendance_core.vocabulary import FileKey, UserId
from tests.support.world import World

ANNA, BORIS = UserId(1), UserId(2)


class Office:
    """Where profiles are looked at and changed."""

    def __init__(self) -> None:
        self.world = World(person_count=0)
        self.world.add_person("Анна Смирнова")
        self.world.add_person("Борис")
        self.files = DictFiles()
        transact, observe = self.world.store.transact, self.world.store.observe
        pictures, ids = PrefixedPictures(), self.world.ids
        self._get = GetProfile(observe, Terms())
        self._info = UpdateProfileInfo(transact)
        self._picture = UpdateProfilePicture(transact, pictures, self.files, ids)
        self._scan = UploadProfileConfirmation(transact, pictures, self.files, ids)
        self._find = FindByName(observe)
        self._pending = GetPendingScans(observe)
        self._read = ReadScan(transact, self.files)
        self._judge = JudgeScan(transact, self.files)

    def sees(self, actor: UserId, user_id: UserId) -> ProfileSeen:
        return drive(self._get(actor=actor, user_id=user_id))

    def writes(self, display_name: str | None = None, bio: str | None = None) -> None:
        drive(self._info(actor=ANNA, display_name=display_name, bio=bio))

    def shows(self, image: bytes = b"picture") -> FileKey:
        drive(self._picture(actor=ANNA, image=image))
        key = self.sees(ANNA, ANNA).profile.picture
        assert key is not None
        return key

    def uploads(self, image: bytes = b"picture") -> ConfirmationScan:
        drive(self._scan(actor=ANNA, image=image))
        return drive(self._pending())[-1]

    def kept(self) -> ConfirmationScan:
        """Reads Anna's scan, whatever its state."""
        scan = drive(self.world.store.observe(lambda unit: unit.scans.find(ANNA)))
        assert scan is not None
        return scan

    def judges(self, file: FileKey, approve: bool, display_name: str | None = None) -> None:
        drive(self._judge(user_id=ANNA, file=file, approve=approve, display_name=display_name))

    def finds(self, part: str, limit: int = 100, offset: int = 0) -> list[str]:
        found = drive(self._find(display_name_part=part, limit=limit, offset=offset))
        return [each.display_name for each in found]


@pytest.fixture
def office() -> Office:
    return Office()
