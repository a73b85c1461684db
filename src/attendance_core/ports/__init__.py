"""What the core needs of the outside world; the docstrings are the contract it is tested by.

Of a store it needs `Transact`, `Observe` and `Browse`, each of which hands over a `Unit`; the
repositories that this has are those of `repositories`. All else is no business of a store.
"""

from __future__ import annotations

from attendance_core.ports.files import (
    MEDIA_TYPES,
    FileContent,
    FilePart,
    Files,
    FileSize,
    NoSuchFile,
)
from attendance_core.ports.log_ins import IdentityProvider, Passwords
from attendance_core.ports.notifiers import Listener, Missed, Notifier
from attendance_core.ports.pictures import Picture, Pictures
from attendance_core.ports.sheets import SheetFormat, Sheets, SheetStyle
from attendance_core.ports.system import Clock, Ids
from attendance_core.ports.together import Action, Together, one_after_another
from attendance_core.ports.transactions import Browse, Observe, Transact, Unit

__all__ = [
    "MEDIA_TYPES",
    "Action",
    "Browse",
    "Clock",
    "FileContent",
    "FilePart",
    "FileSize",
    "Files",
    "IdentityProvider",
    "Ids",
    "Listener",
    "Missed",
    "NoSuchFile",
    "Notifier",
    "Observe",
    "Passwords",
    "Picture",
    "Pictures",
    "SheetFormat",
    "SheetStyle",
    "Sheets",
    "Together",
    "Transact",
    "Unit",
    "one_after_another",
]
