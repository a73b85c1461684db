"""How a command ends where something is wrong: with one line and a code, and no traceback."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, NoReturn

import click

if TYPE_CHECKING:
    from attendance_web.settings import Settings

CANNOT_CODE, WRONG_USE_CODE = 1, 2  # exit codes; click's own for a wrong option is 2, too


def warn(line: str) -> None:
    """Writes a line on standard error."""
    click.echo(f"attendance: {line}", err=True)


def fail(line: str, code: int = CANNOT_CODE) -> NoReturn:
    """Ends with one line instead of a traceback."""
    warn(line)
    sys.exit(code)


def settings_of_environment(*, warn_of_unknown: bool = True) -> Settings:
    """Reads what the environment asks for, or ends with a line that names the variable."""
    from attendance_web.setting_values import WrongSetting
    from attendance_web.settings import settings_from, unknown_variables

    for line in unknown_variables(os.environ) if warn_of_unknown else ():
        warn(f"warning: {line}")
    try:
        return settings_from(os.environ)
    except WrongSetting as wrong:
        fail(str(wrong), WRONG_USE_CODE)


@contextmanager
def one_line_errors() -> Iterator[None]:
    """Ends with one line where something outside has to be put right first."""
    from attendance_core.errors import Refusal, Unavailable
    from attendance_core.ports import NoSuchFile
    from attendance_web.main import CannotStart
    from attendance_web.serving.listening import CannotListen

    try:
        yield
    except (CannotStart, CannotListen, Refusal) as error:
        fail(str(error))
    except NoSuchFile as error:
        fail(f"the picture {error} is not where files are kept: see ATTENDANCE_FILES_URL")
    except Unavailable as error:
        why = str(error.__cause__ or "try again").partition("\n")[0]  # below it is the statement
        fail(f"the database cannot be used just now: {why}")
    except OSError as error:
        fail(f"{error.filename}: {error.strerror}" if error.filename else str(error))
