"""Why a service cannot start, or cannot be used as it is; each text is a line for programmers."""

from __future__ import annotations

from attendance_core.errors import Unavailable


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


class WrongUse(RuntimeError):
    """Raised for a mistake of the program that uses the library; the text says which."""


class NotStarted(WrongUse):
    """Raised by whatever is asked of a service before its start."""


class AlreadyStarted(WrongUse):
    """Raised by the start of a service that runs."""


class WrongLoop(WrongUse):
    """Raised where a service is asked by another event loop than the one it was started in."""


class NoHeartbeat(WrongUse):
    """Raised where a socket is to be opened of a service without a heartbeat."""


class Closed(WrongUse, Unavailable):
    """Raised by whatever is asked of a service that is closed; a call under way then may be."""
