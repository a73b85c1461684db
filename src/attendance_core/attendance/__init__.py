"""What can be shown of marks afterwards, and how organisers correct it. Contract: 7, 8."""

from attendance_core.attendance.boards import (
    BOARD_SECONDS,
    Admission,
    CheckViewers,
    CountSheet,
    CountsSeen,
    MakeBoardLink,
    RemoveBoardLink,
    Viewer,
    WatchAttendance,
    board_id_of,
)
from attendance_core.attendance.corrections import (
    MARKER_MAY_ANNUL_SECONDS,
    MAX_NOTE_LENGTH,
    AnnulMark,
    MarkParticipant,
)
from attendance_core.attendance.lists import (
    Attended,
    GetAttendance,
    GetLedger,
    GetMyAttendance,
    LedgerLine,
    Participant,
    ParticipantSeen,
    SeenState,
)

__all__ = [
    "BOARD_SECONDS",
    "MARKER_MAY_ANNUL_SECONDS",
    "MAX_NOTE_LENGTH",
    "Admission",
    "AnnulMark",
    "Attended",
    "CheckViewers",
    "CountSheet",
    "CountsSeen",
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
    "Viewer",
    "WatchAttendance",
    "board_id_of",
]
