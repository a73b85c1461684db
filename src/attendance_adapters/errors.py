"""What keeps a service from starting: each one line for whoever starts it."""

from __future__ import annotations


class CannotStart(Exception):
    """Raised when something outside has to be put right first; the text says what, in one line."""


class BadAddress(CannotStart, ValueError):
    """Raised for an address of a database, of files or of a notifier that cannot be used."""


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
