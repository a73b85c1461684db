"""The command `attendance`, to which other modules add theirs: see `cli.whole_command`."""

from __future__ import annotations

import sys

import click

from attendance_core.version import __version__


def _kind_of_group() -> type[click.Group]:
    """Chooses a class that draws a frame around help and errors, but not for a service or a worker.

    These draw nothing, and each would need 1.3 MB for it. A worker is begun as `attendance work`.
    """
    arguments = sys.argv[1:]
    if arguments == ["serve"] or arguments[:1] == ["work"]:
        return click.Group
    from rich_click import RichGroup

    return RichGroup


@click.group(cls=_kind_of_group(), context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(__version__, message="%(version)s")
def attendance() -> None:
    """Events, friends, and marking who came.

    Settings are environment variables, ATTENDANCE_PORT and so on; the README lists them.
    """
