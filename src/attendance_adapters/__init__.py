"""The core's ports made real: databases, files, passwords, notifiers.

`embedded` has everything a program needs in its own process; `connect` is for a service whose
database is looked after by somebody. Both return an `Attendance` that is still to be started.

What is named here is loaded when somebody asks for it: a process that cleans one picture needs
none of it, and would take three times as long.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from attendance_adapters.entrances import (
        connect,
        embedded,
        migrate,
        openid_provider,
        recount_karma,
    )
    from attendance_adapters.errors import (
        AlreadyStarted,
        BadAddress,
        CannotStart,
        Closed,
        ForeignFolder,
        MissingExtra,
        NotStarted,
        PendingMigration,
        UnusableDatabase,
        UnusableFolder,
        WrongLoop,
        WrongPragmas,
        WrongUse,
    )
    from attendance_adapters.service import Attendance
    from attendance_core.version import __version__

__all__ = [
    "AlreadyStarted",
    "Attendance",
    "BadAddress",
    "CannotStart",
    "Closed",
    "ForeignFolder",
    "MissingExtra",
    "NotStarted",
    "PendingMigration",
    "UnusableDatabase",
    "UnusableFolder",
    "WrongLoop",
    "WrongPragmas",
    "WrongUse",
    "__version__",
    "connect",
    "embedded",
    "migrate",
    "openid_provider",
    "recount_karma",
]
_HOMES: Final = {
    "Attendance": "attendance_adapters.service",
    "__version__": "attendance_core.version",
    **dict.fromkeys(
        ("connect", "embedded", "migrate", "openid_provider", "recount_karma"),
        "attendance_adapters.entrances",
    ),
}


def __getattr__(name: str) -> object:
    """Loads what is asked for. Raises AttributeError."""
    if name not in __all__:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    found: object = getattr(import_module(_HOMES.get(name, "attendance_adapters.errors")), name)
    globals()[name] = found
    return found


def __dir__() -> list[str]:
    """Lists what may be asked for."""
    return __all__
