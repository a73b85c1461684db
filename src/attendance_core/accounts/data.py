"""A person takes along all that is kept of them. Contract: POST /accounts/data/. Decision 0026."""

from __future__ import annotations

from collections.abc import AsyncGenerator, Callable, Sequence
from dataclasses import dataclass
from typing import NamedTuple, TypeVar

from attendance_core import ports
from attendance_core.accounts.proof import Proof, prove
from attendance_core.arguments import check_kinds
from attendance_core.belongings import Belonging, BelongingKind, Record
from attendance_core.errors import NotLoggedIn, TooManyRequests, Unavailable
from attendance_core.limits import DATA_DOWNLOADS, count_or_wait
from attendance_core.marking.terms import Terms
from attendance_core.pieces import ListQuery, itself, read_in_pieces
from attendance_core.ports import NoSuchFile
from attendance_core.profiles import Confirmation, picture_file_path, scan_file_path
from attendance_core.vocabulary import Instant, SessionId, UserId

T = TypeVar("T")

PART_BYTES = 256 * 1024  # of a file, in memory at once


class KeptFile(NamedTuple):
    """A file of a person: what it is called, how large it is, and its bytes, piece by piece."""

    name: str
    size: int
    pieces: AsyncGenerator[bytes, None]


class Records(NamedTuple):
    """All records of one kind, piece by piece."""

    kind: BelongingKind
    pieces: AsyncGenerator[Sequence[Record], None]


class _Begun(NamedTuple):
    """Holds when a download has begun, or in how many seconds one may; 0: now."""

    at: Instant
    seconds: int


class _StoredFile(NamedTuple):
    """Tells what a file is called in a download, and at which path it is kept."""

    name: str
    path: str


@dataclass(slots=True)
class DataReading:
    """Reads all that is kept of somebody, who has given proof, once.

    Each look checks that their session is still there: a log-out elsewhere ends the reading.
    """

    transact: ports.Transact
    browse: ports.Browse
    files: ports.Files
    terms: Terms
    proof: Proof

    async def begin(self) -> Instant:
        """Counts this download, and tells when it has begun.

        Raises NotLoggedIn, WrongPassword; TooManyRequests where there was one just now.
        """

        def work(unit: ports.Unit) -> _Begun:
            self.proof.lock(unit)
            seconds = count_or_wait(unit, DATA_DOWNLOADS, str(self.proof.user_id))
            return _Begun(unit.now(), seconds)

        begun = await self.transact(work)
        if begun.seconds:
            raise TooManyRequests(seconds=begun.seconds)
        return begun.at

    async def parts(self) -> AsyncGenerator[KeptFile | Records, None]:
        """Reads part after part, each to its end before the next: the files, then the records.

        Raises NotLoggedIn, Unavailable.
        """
        for stored in await self._look(self._stored_files):
            file = await self._open(stored)
            if file is not None:
                yield file
        for kind in BelongingKind:
            yield Records(kind, self._records(kind))

    async def _look(self, look: Callable[[ports.Unit], T]) -> T:
        def check_and_look(unit: ports.Unit) -> T:
            if unit.sessions.find(self.proof.session_id) is None:
                raise NotLoggedIn
            return look(unit)

        return await self.browse(check_and_look)

    def _stored_files(self, unit: ports.Unit) -> Sequence[_StoredFile]:
        """Lists the files that there are of this person."""
        profile = unit.profiles.get(self.proof.user_id)
        scan = unit.scans.find(self.proof.user_id)
        paths: dict[str, str] = {}
        if profile.picture is not None:
            paths["picture"] = picture_file_path(profile.picture)
        if scan is not None and scan.state is Confirmation.PENDING:
            paths["scan"] = scan_file_path(scan.file)
        return [
            _StoredFile(f"{name}.{path.rpartition('.')[2]}", path) for name, path in paths.items()
        ]

    async def _open(self, stored: _StoredFile) -> KeptFile | None:
        """Opens a file; None where another has just taken its place."""
        try:
            first = await self.files.get_part(stored.path, 0, PART_BYTES)
        except NoSuchFile:
            return None

        async def pieces() -> AsyncGenerator[bytes, None]:
            yield first.content
            for start in range(PART_BYTES, first.file_size, PART_BYTES):
                try:
                    yield (await self.files.get_part(stored.path, start, PART_BYTES)).content
                except NoSuchFile as error:  # half of it is no file
                    raise Unavailable from error

        return KeptFile(stored.name, first.file_size, pieces())

    async def _records(self, kind: BelongingKind) -> AsyncGenerator[Sequence[Record], None]:
        def look(query: ListQuery[Belonging], unit: ports.Unit) -> Sequence[Belonging]:
            belongings = unit.belongings.of(self.proof.user_id, kind, query)
            if kind is not BelongingKind.PROFILE:
                return belongings
            karma = unit.ledger.karma(self.proof.user_id, self.terms)
            return [each._replace(record={**each.record, "karma": karma}) for each in belongings]

        everything: ListQuery[Belonging] = ListQuery()
        async for piece in read_in_pieces(self._look, everything, look, itself):
            yield [each.record for each in piece]


@dataclass(frozen=True, slots=True)
class DownloadData:
    """Reads all that is kept of a person, for themselves. Contract: POST /accounts/data/."""

    transact: ports.Transact
    observe: ports.Observe
    browse: ports.Browse
    passwords: ports.Passwords
    files: ports.Files
    terms: Terms

    async def __call__(
        self, *, actor: UserId, session_id: SessionId, password: str | None = None
    ) -> DataReading:
        """Makes a reading, which has not looked yet, for whoever gives a proof.

        Raises what `prove` raises, Unavailable.
        """
        check_kinds(actor=actor, session_id=session_id)
        proof = await prove(
            self.observe, self.passwords, actor=actor, session_id=session_id, password=password
        )
        return DataReading(self.transact, self.browse, self.files, self.terms, proof)
