"""What a moderator, or the operator, decides of a scan, and what follows. Contract: 9.8."""

from __future__ import annotations

from typing import NamedTuple

from attendance_core import ports
from attendance_core.arguments import check_kind
from attendance_core.errors import InvalidArgument, MissingArgument
from attendance_core.profiles.audit import ScanAct, note_act
from attendance_core.profiles.scans import Confirmation, ConfirmationScan, ScanReason
from attendance_core.texts import checked_text
from attendance_core.vocabulary import UserId

MAX_REVIEW_NOTE_LENGTH = 200  # Contract: ResolveConfirmation


class Verdict(NamedTuple):
    """What somebody decides of a scan, and why."""

    approve: bool
    reason: ScanReason | None
    note: str | None


def checked_verdict(*, approve: bool, reason: ScanReason | None, note: str) -> Verdict:
    """Makes a verdict, its note tidied; whoever rejects a scan says why.

    Raises MissingArgument, InvalidArgument, BadLength, BadCharacters.
    """
    check_kind("approve", approve, bool)
    if reason is not None:
        check_kind("reason", reason, ScanReason)
    tidy_note = checked_text(note, "note", 0, MAX_REVIEW_NOTE_LENGTH) or None
    if approve:
        return Verdict(approve, None, tidy_note)
    if reason is None:
        raise MissingArgument(field="reason")
    if reason is ScanReason.RENAMED:
        raise InvalidArgument(field="reason")
    return Verdict(approve, reason, tidy_note)


def judge_scan(
    unit: ports.Unit, scan: ConfirmationScan, verdict: Verdict, actor: UserId | None
) -> None:
    """Judges a scan that is locked, and writes down who did; None: the operator."""
    state = Confirmation.APPROVED if verdict.approve else Confirmation.REJECTED
    judged = scan.judged(state, unit.now(), reason=verdict.reason, note=verdict.note)
    unit.scans.put(judged)
    act = ScanAct.APPROVED if verdict.approve else ScanAct.REJECTED
    note_act(unit, scan, act, actor, verdict.reason)
