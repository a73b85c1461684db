"""The command `attendance`: what it needs beyond the standard library may not be there."""

from __future__ import annotations

import sys

from attendance_core.version import how_to_install

OURS = ("attendance_core", "attendance_adapters", "attendance_web")


def main() -> None:
    """Runs one command and ends the process with its code."""
    try:
        from attendance_web.cli_review import attendance

        attendance(prog_name="attendance")
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
