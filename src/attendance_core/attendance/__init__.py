"""What can be shown of marks afterwards, and how organisers correct it. Contract: 7, 8."""

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
    "MARKER_MAY_ANNUL_SECONDS",
    "MAX_NOTE_LENGTH",
    "AnnulMark",
    "Attended",
    "GetAttendance",
    "GetLedger",
    "GetMyAttendance",
    "LedgerLine",
    "MarkParticipant",
    "Participant",
    "ParticipantSeen",
    "SeenState",
]
