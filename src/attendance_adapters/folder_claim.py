"""Whose a folder of files is: each belongs to one database, and a marker in it says which.

Whatever no row of its database names is deleted from such a folder, so that a second database
over the same one would lose everything.
"""

from __future__ import annotations

import secrets
from typing import Final

import obstore
from obstore.exceptions import AlreadyExistsError, BaseError

from attendance_adapters.errors import ForeignFolder, UnusableFolder
from attendance_adapters.files import ObjectFiles, one_line
from attendance_core import ports

CLAIM_FILE: Final = "attendance-database"  # the file's name
ID_BYTES: Final = 12


async def claim_folder(files: ObjectFiles, transact: ports.Transact) -> None:
    """Marks a folder as this database's, once.

    Raises ForeignFolder where it is another database's; UnusableFolder, Unavailable.
    """
    folder = files.store
    ours = f"{await transact(_database_id)}\n".encode()
    try:
        try:
            await obstore.put_async(folder, CLAIM_FILE, ours, mode="create")
            return
        except AlreadyExistsError:
            found = bytes(await (await obstore.get_async(folder, CLAIM_FILE)).bytes_async())
    except (OSError, BaseError) as error:
        raise UnusableFolder(f"{files.address} cannot keep files: {one_line(error)}") from error
    if found != ours:
        raise ForeignFolder(
            f"{files.address} has the files of another database: give each a folder of its own "
            f"(or, if these files are this database's, remove {CLAIM_FILE} there)"
        )


def _database_id(unit: ports.Unit) -> str:
    """Reads the id of this database, which gets one where it has none; a transaction function."""
    return unit.installation.database_id(secrets.token_hex(ID_BYTES))
