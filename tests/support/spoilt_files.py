"""Files in memory with a fault each, and the test of their contract that names it."""

from __future__ import annotations

from secrets import token_hex

from attendance_adapters.errors import CannotStart
from attendance_adapters.in_memory import MemoryFiles
from attendance_adapters.service_ports import StoredFile
from attendance_core.ports import Transact


class ClaimedFiles(MemoryFiles):
    """Nothing is wrong with these."""

    owner: str | None = None

    async def claim(self, transact: Transact) -> None:
        ours = await transact(lambda unit: unit.installation.database_id(token_hex()))
        self.owner = self.owner or ours
        if self.owner != ours:
            raise CannotStart


class CannotBeListed(ClaimedFiles):
    async def list_below(self, path: str) -> list[StoredFile]:
        raise NotImplementedError


class ListsByTheBeginning(ClaimedFiles):
    async def list_below(self, path: str) -> list[StoredFile]:
        return [each for each in await super().list_below("") if each.path.startswith(path)]


class ListsWhatIsDeleted(ClaimedFiles):
    def __init__(self) -> None:
        super().__init__()
        self._gone: list[StoredFile] = []

    async def delete(self, path: str) -> None:
        self._gone += [each for each in await super().list_below("") if each.path == path]
        await super().delete(path)

    async def list_below(self, path: str) -> list[StoredFile]:
        return sorted([*await super().list_below(path), *self._gone])


class IsClaimedOnce(ClaimedFiles):
    async def claim(self, transact: Transact) -> None:
        if self.owner is not None:
            raise CannotStart
        await super().claim(transact)


class IsClaimedByAnybody(ClaimedFiles):
    async def claim(self, transact: Transact) -> None: ...


FILE_FAULTS: dict[type[MemoryFiles], str] = {
    CannotBeListed: "test_files_are_listed_below_a_path_with_when_they_were_written",
    ListsByTheBeginning: "test_files_are_listed_below_a_path_with_when_they_were_written",
    ListsWhatIsDeleted: "test_one_that_is_deleted_is_listed_no_more",
    IsClaimedOnce: "test_files_are_claimed_by_one_database_again_and_again",
    IsClaimedByAnybody: "test_files_of_one_database_are_not_claimed_by_another",
}
