"""What keeps a service from starting: each one line for whoever starts it."""

from __future__ import annotations


class CannotStart(Exception):
    """Something outside has to be put right first; the text says what, in one line."""


class BadAddress(CannotStart, ValueError):
    """An address of a database, of files or of a notifier that we cannot use."""


class UnusableFolder(CannotStart):
    """A folder that cannot be made, or not written to."""


class UnusableDatabase(CannotStart):
    """A database that cannot be opened, or is none."""


class PendingMigration(CannotStart):
    """A database that is not at the revision this version works with."""


class WrongPragmas(CannotStart):
    """A database file that would not be kept as durably as we promise."""
