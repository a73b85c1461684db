"""Mistakes of the program that uses the library, the same whatever it asks; no refusals."""

from __future__ import annotations

from attendance_core.errors import Unavailable


class WrongUse(RuntimeError):
    """Raised for a mistake of the program that uses the library; the text says which."""


class NotStarted(WrongUse):
    """Raised by whatever is asked of a service, or of live rooms, before their start."""


class AlreadyStarted(WrongUse):
    """Raised by the start of a service, or of live rooms, that runs."""


class WrongLoop(WrongUse):
    """Raised where a service, or live rooms, began in another event loop than the one that asks."""


class Closed(WrongUse, Unavailable):
    """Raised by whatever is asked of a service, or of live rooms, that is closed.

    A call that was under way at the close may raise it, too.
    """
