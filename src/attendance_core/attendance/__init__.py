"""What can be shown of marks afterwards, and how organisers correct it. Contract: 7, 8."""

from attendance_core.attendance.boards import (
    BOARD_AFTER_END_SECONDS,
    MakeBoardLink,
    RemoveBoardLink,
    board_id_of,
)
from attendance_core.attendance.corrections import (
    MARKER_MAY_ANNUL_SECONDS,
    MAX_NOTE_LENGTH,
    AnnulMark,
    MarkParticipant,
)
from attendance_core.attendance.lists import (
    AnnulledMark,
    AttendedEvent,
    GetAttendance,
    GetLedger,
    GetMyAttendance,
    LedgerLine,
    Participant,
    ParticipantSeen,
)
from attendance_core.attendance.sheet import (
    MAX_ANNULLED_TOLD,
    MAX_SHEET_ROWS,
    AnnulledSeen,
    ExportAttendance,
    Sheet,
    SheetBegun,
    SheetPiece,
    SheetReading,
    SheetRow,
)
from attendance_core.attendance.watching import (
    Admission,
    CheckViewers,
    CountSheet,
    CountsSeen,
    Viewer,
    WatchAttendance,
)
from attendance_core.seen_states import SeenState

__all__ = [
    "BOARD_AFTER_END_SECONDS",
    "MARKER_MAY_ANNUL_SECONDS",
    "MAX_ANNULLED_TOLD",
    "MAX_NOTE_LENGTH",
    "MAX_SHEET_ROWS",
    "Admission",
    "AnnulMark",
    "AnnulledMark",
    "AnnulledSeen",
    "AttendedEvent",
    "CheckViewers",
    "CountSheet",
    "CountsSeen",
    "ExportAttendance",
    "GetAttendance",
    "GetLedger",
    "GetMyAttendance",
    "LedgerLine",
    "MakeBoardLink",
    "MarkParticipant",
    "Participant",
    "ParticipantSeen",
    "RemoveBoardLink",
    "SeenState",
    "Sheet",
    "SheetBegun",
    "SheetPiece",
    "SheetReading",
    "SheetRow",
    "Viewer",
    "WatchAttendance",
    "board_id_of",
]
