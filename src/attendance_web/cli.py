"""The entrance of `attendance`: what it needs beyond the standard library may not be there."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING

from attendance_core.version import how_to_install

if TYPE_CHECKING:
    import click

OURS = ("attendance_core", "attendance_adapters", "attendance_web")


def whole_command() -> click.Group:
    """Makes the command with all that there are. Raises ModuleNotFoundError."""
    from attendance_web import cli_commands, cli_review  # noqa: F401  # they add their commands
    from attendance_web.cli_group import attendance

    return attendance


def main() -> None:
    """Runs one command and ends the process with its code."""
    if sys.argv[1:2] == ["serve"]:
        from attendance_web.serving.freed_memory import allocate_by_glibc

        allocate_by_glibc()
    try:
        whole_command()(prog_name="attendance")
    except ModuleNotFoundError as missing:
        package = (missing.name or "").partition(".")[0]
        if package in OURS:
            raise
        sys.exit(
            f"attendance: {package} is not installed, and the service needs it; "
            f"please run: {how_to_install('web')}"
        )


if __name__ == "__main__":
    main()
