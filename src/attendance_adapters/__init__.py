"""The core's ports made real: databases, files, passwords, notifiers.

`memory` needs no other package, and `embedded` keeps everything in a folder; `connect` is for a
service whose database is looked after by somebody. Each returns an `Attendance` that is still to
be started.

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
        memory,
        migrate,
        openid_provider,
        recount_karma,
    )
    from attendance_adapters.errors import (
        BadAddress,
        CannotStart,
        ForeignFolder,
        MissingExtra,
        NoHeartbeat,
        PendingMigration,
        UnusableDatabase,
        UnusableFolder,
        WrongPragmas,
    )
    from attendance_adapters.service import Attendance
    from attendance_core.version import __version__
    from attendance_core.wrong_use import AlreadyStarted, Closed, NotStarted, WrongLoop, WrongUse

__all__ = [
    "AlreadyStarted",
    "Attendance",
    "BadAddress",
    "CannotStart",
    "Closed",
    "ForeignFolder",
    "MissingExtra",
    "NoHeartbeat",
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
    "memory",
    "migrate",
    "openid_provider",
    "recount_karma",
]
_HOMES: Final = {
    "Attendance": "attendance_adapters.service",
    "__version__": "attendance_core.version",
    **dict.fromkeys(
        ("connect", "embedded", "memory", "migrate", "openid_provider", "recount_karma"),
        "attendance_adapters.entrances",
    ),
    **dict.fromkeys(
        ("AlreadyStarted", "Closed", "NotStarted", "WrongLoop", "WrongUse"),
        "attendance_core.wrong_use",
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
