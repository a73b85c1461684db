"""What was done with scans, printed on the machine of the service. Contract: 9.10.

It may run beside the service, and only reads.
"""

from __future__ import annotations

from collections.abc import Callable

from attendance_core.profiles import AuditEntry
from attendance_core.use_cases import UseCases
from attendance_web.cli_times import format_time
from attendance_web.cli_use_cases import run_with_use_cases
from attendance_web.settings import Settings


def print_audit(settings: Settings, print_line: Callable[[str], None]) -> None:
    """Prints a line for each look and decision, the earliest first.

    Raises CannotStart, Unavailable.
    """

    async def use(use_cases: UseCases) -> None:
        async for piece in use_cases.get_audit_log.pieces():
            for entry in piece:
                print_line(_audit_line(entry))

    run_with_use_cases(settings, use)


def _audit_line(entry: AuditEntry) -> str:
    who = entry.judge.value if entry.actor_id is None else f"{entry.judge.value} {entry.actor_id}"
    what = entry.act.value if entry.reason is None else f"{entry.act.value}: {entry.reason.value}"
    return f"{format_time(entry.at)}\t{who}\t{what}\tperson {entry.user_id}\t{entry.scan_id}"
