"""The command line in this process: its words and its code, without a second for each start.

For a command that sets nothing up that outlives it, as `serve` and `migrate` do; those are run by
`tests.support.service_process.attendance`.
"""

from __future__ import annotations

import os
from collections.abc import Mapping
from contextlib import chdir
from pathlib import Path
from subprocess import CompletedProcess

from click.testing import CliRunner

from attendance_web.cli import whole_command
from tests.support.service_process import environment


def attendance_here(
    *arguments: str, folder: Path, settings: Mapping[str, str] | None = None
) -> CompletedProcess[str]:
    """Runs it once; answers how a process would have ended, or raises what it would have traced."""
    given = environment(folder, settings)
    ours = dict.fromkeys(os.environ.keys() - given.keys())  # they are taken away
    with chdir(folder):
        done = CliRunner().invoke(
            whole_command(), arguments, prog_name="attendance", env={**ours, **given}
        )
    if done.exception is not None and not isinstance(done.exception, SystemExit):
        raise done.exception
    return CompletedProcess(arguments, done.exit_code, done.stdout, done.stderr)
