"""Why a service cannot start, or cannot be used as it is; each text is a line for programmers."""

from __future__ import annotations

from attendance_core.wrong_use import WrongUse


class CannotStart(Exception):
    """Raised when something outside has to be put right first; the text says what, in one line."""


class BadAddress(CannotStart, ValueError):
    """Raised for an address of a database, of files or of a notifier that cannot be used."""


class MissingExtra(CannotStart):
    """Raised where something is asked for that a part of the package does, which is missing."""


class UnusableFolder(CannotStart):
    """Raised for a folder that cannot be made, or not written to."""


class ForeignFolder(CannotStart):
    """Raised for a folder of files that belongs to another database."""


class UnusableDatabase(CannotStart):
    """Raised for a database that cannot be opened, or is none."""


class PendingMigration(CannotStart):
    """Raised for a database that is not at the revision this version works with."""


class WrongPragmas(CannotStart):
    """Raised for a database file that would lose marks when the machine loses power."""


class NoHeartbeat(WrongUse):
    """Raised where a socket is to be opened of a service without a heartbeat."""
