"""Who judges scans, as an operator says on the machine of the service. Contract: 9.8.

It may run beside the service: both write the same database, one after the other.
"""

from __future__ import annotations

from attendance_core.errors import PersonNotFound
from attendance_core.profiles import Moderator
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


def _moderator_line(moderator: Moderator) -> str:
    added_at = format_time(moderator.added_at)
    return f"{moderator.user_id}\t{moderator.username}\t{moderator.display_name}\t{added_at}"
