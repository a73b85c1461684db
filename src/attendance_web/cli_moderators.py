"""Who judges scans, and what was done with them, on the machine of the service. Contract: 9.8.

It may run beside the service: both write the same database, one after the other.
"""

from __future__ import annotations

from collections.abc import Callable

from attendance_core.errors import PersonNotFound
from attendance_core.profiles import AuditEntry, Moderator
from attendance_core.use_cases import UseCases
from attendance_web.cli_times import format_time
from attendance_web.cli_use_cases import run_with_use_cases
from attendance_web.settings import Settings


class UnknownUsername(Exception):
    """Nobody has this user name."""


def add(settings: Settings, username: str) -> str:
    """Has somebody judge scans; answers what was done.

    Raises CannotStart, Unavailable, UnknownUsername.
    """

    async def use(use_cases: UseCases) -> str:
        try:
            user_id = await use_cases.add_moderator(username=username)
        except PersonNotFound:
            raise UnknownUsername(f"nobody has the user name {username}") from None
        return f"{username} (person {user_id}) is a moderator"

    return run_with_use_cases(settings, use)


def remove(settings: Settings, username: str) -> str:
    """Has somebody judge no more; answers what was done.

    Raises CannotStart, Unavailable, UnknownUsername.
    """

    async def use(use_cases: UseCases) -> str:
        try:
            user_id = await use_cases.remove_moderator(username=username)
        except PersonNotFound:
            raise UnknownUsername(f"nobody has the user name {username}") from None
        return f"{username} (person {user_id}) is no moderator"

    return run_with_use_cases(settings, use)


def list_moderators(settings: Settings) -> list[str]:
    """Makes a line for each, in the order they were added. Raises CannotStart, Unavailable."""

    async def use(use_cases: UseCases) -> list[str]:
        return [_moderator_line(each) for each in await use_cases.get_moderators()]

    return run_with_use_cases(settings, use) or ["there are no moderators"]


def print_audit(settings: Settings, print_line: Callable[[str], None]) -> None:
    """Prints a line for each look and decision, the earliest first.

    Raises CannotStart, Unavailable.
    """

    async def use(use_cases: UseCases) -> None:
        async for piece in use_cases.get_audit_log.pieces():
            for entry in piece:
                print_line(_audit_line(entry))

    run_with_use_cases(settings, use)


def _moderator_line(moderator: Moderator) -> str:
    added_at = format_time(moderator.added_at)
    return f"{moderator.user_id}\t{moderator.username}\t{moderator.display_name}\t{added_at}"


def _audit_line(entry: AuditEntry) -> str:
    who = entry.judge.value if entry.actor_id is None else f"{entry.judge.value} {entry.actor_id}"
    what = entry.act.value if entry.reason is None else f"{entry.act.value}: {entry.reason.value}"
    return f"{format_time(entry.at)}\t{who}\t{what}\tperson {entry.user_id}\t{entry.scan_id}"
