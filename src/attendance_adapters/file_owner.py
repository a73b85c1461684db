"""Whose a folder of files is: each belongs to one database, and a marker in it says which.

Whatever no row of its database names is swept from such a folder, so that a second database
over the same one would lose everything. The database's id is a row like those of limits, one
that never lapses and that older versions leave alone.
"""

from __future__ import annotations

import secrets
from typing import Final

import obstore
from obstore.exceptions import AlreadyExistsError, BaseError
from obstore.store import MemoryStore

from attendance_adapters.errors import ForeignFolder, UnusableFolder
from attendance_adapters.files import ObjectFiles, one_line
from attendance_core import ports
from attendance_core.limits import Tally
from attendance_core.vocabulary import LATEST_INSTANT, Instant, TallyKey

MARKER: Final = "attendance-database"  # the file's name
ID_KEY: Final = TallyKey("id of this database")
NEVER: Final[Instant] = LATEST_INSTANT + 1.0
HALF_BITS: Final = 38  # whole seconds that every store keeps, as exactly as it was given them


async def claim_folder(files: ObjectFiles, transact: ports.Transact) -> None:
    """Marks a folder as this database's, once; files in memory are nobody else's anyway.

    Raises ForeignFolder where it is another database's; UnusableFolder, Unavailable.
    """
    folder = files.store
    if isinstance(folder, MemoryStore):
        return
    ours = f"{await transact(_database_id)}\n".encode()
    try:
        try:
            await obstore.put_async(folder, MARKER, ours, mode="create")
            return
        except AlreadyExistsError:
            found = bytes(await (await obstore.get_async(folder, MARKER)).bytes_async())
    except (OSError, BaseError) as error:
        raise UnusableFolder(f"{files.address} cannot keep files: {one_line(error)}") from error
    if found != ours:
        raise ForeignFolder(
            f"{files.address} has the files of another database: give each a folder of its own "
            f"(or, if these files are this database's, remove {MARKER} there)"
        )


def _database_id(unit: ports.Unit) -> str:
    """Reads the id of this database, which gets one where it has none; a transaction function."""
    kept = unit.tallies.lock(ID_KEY)
    if not kept.taken:
        halves = (float(secrets.randbits(HALF_BITS)), float(secrets.randbits(HALF_BITS)))
        kept = Tally(ID_KEY, halves)
        unit.tallies.put(kept, NEVER)
    return "".join(f"{int(half):012x}" for half in kept.taken)
