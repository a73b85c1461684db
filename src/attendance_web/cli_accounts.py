"""What an operator does for somebody who is locked out, on the machine of the service.

It may run beside the service, which hears of it as of anything that another process does.
Contract: 9.1.
"""

from __future__ import annotations

from attendance_core.use_cases import UseCases
from attendance_web.cli_use_cases import run_with_use_cases
from attendance_web.settings import Settings

RESET_PAGE = "/#/reset/"  # what stands behind the # no browser sends, and no log has


def make_reset_link(settings: Settings, username: str) -> str:
    """Makes a link by which somebody sets a new password; without the public URL only its path.

    Raises CannotStart, Unavailable, PersonNotFound.
    """

    async def use(use_cases: UseCases) -> str:
        return await use_cases.make_reset_link(username=username)

    return settings.public_url + RESET_PAGE + run_with_use_cases(settings, use)


def end_sessions(settings: Settings, username: str) -> None:
    """Ends all sessions and tokens of somebody, with their sockets.

    Raises CannotStart, Unavailable, PersonNotFound.
    """

    async def use(use_cases: UseCases) -> None:
        await use_cases.end_sessions_of(username=username)

    run_with_use_cases(settings, use)
