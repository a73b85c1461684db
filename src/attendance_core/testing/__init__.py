"""What others test their adapters and hosts by: our own adapters run the same (extra `testing`).

An adapter's author subclasses `StoreContract`, `NotifierContract` or `FilesContract` and gives it
one fixture; a host moves its `TestClock` on by `advance`, and scripts a lecture by `lecture_in`.

What is named here is loaded when somebody asks for it: a clock needs no pytest.
"""

from __future__ import annotations

from importlib import import_module
from pkgutil import walk_packages
from sys import modules
from types import ModuleType
from typing import TYPE_CHECKING, Final

from attendance_core.version import how_to_install

if TYPE_CHECKING:
    from attendance_core.testing.clock import TestClock
    from attendance_core.testing.files import FilesContract
    from attendance_core.testing.machine.rules import marking_machine
    from attendance_core.testing.notifier import NotifierContract
    from attendance_core.testing.scripted import ScriptedLecture, Seat, lecture_in
    from attendance_core.testing.stand_ins import PlainPasswords
    from attendance_core.testing.store import StoreContract
    from attendance_core.testing.time_passes import advance

__all__ = [
    "FilesContract",
    "NotifierContract",
    "PlainPasswords",
    "ScriptedLecture",
    "Seat",
    "StoreContract",
    "TestClock",
    "advance",
    "lecture_in",
    "marking_machine",
]
_TOOLS: Final = ("pytest", "pytest_asyncio", "hypothesis")
_HOMES: Final = {
    "FilesContract": "files",
    "NotifierContract": "notifier",
    "PlainPasswords": "stand_ins",
    "ScriptedLecture": "scripted",
    "Seat": "scripted",
    "StoreContract": "store",
    "TestClock": "clock",
    "advance": "time_passes",
    "lecture_in": "scripted",
    "marking_machine": "machine.rules",
}


def __getattr__(name: str) -> object:
    """Loads what is asked for. Raises AttributeError, and ModuleNotFoundError for what it needs."""
    if name not in __all__:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    try:
        found: object = getattr(_load(name), name)
    except ModuleNotFoundError as missing:
        if missing.name not in _TOOLS:
            raise
        raise ModuleNotFoundError(
            f"{missing.name} is not installed, and {name} needs it; "
            f"please run: {how_to_install('testing')}",
            name=missing.name,
        ) from None
    globals()[name] = found
    return found


def _load(name: str) -> ModuleType:
    if name.endswith("Contract"):
        import pytest

        # Or a failure would show no values; pytest warns of what is there already
        names = {each.name for each in walk_packages(__path__, f"{__name__}.")} - {*modules}
        pytest.register_assert_rewrite(*names)
    return import_module(f"{__name__}.{_HOMES[name]}")


def __dir__() -> list[str]:
    """Lists what may be asked for."""
    return __all__
