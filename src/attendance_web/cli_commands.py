"""The commands of a service, its accounts and its sheets. Each imports what is heavy by itself."""

from __future__ import annotations

import gc
import socket
import sys
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Literal

import click

from attendance_web.cli_errors import (
    CANNOT_CODE,
    WRONG_USE_CODE,
    fail,
    one_line_errors,
    settings_of_environment,
    warn,
)
from attendance_web.cli_group import attendance

if TYPE_CHECKING:
    from attendance_web.settings import Settings


@attendance.command()
def serve() -> None:
    """Serve until Ctrl-C or SIGTERM. The database has to be up to date: see migrate."""
    settings = settings_of_environment()
    from attendance_web.serving.lean_imports import import_what_serves

    import_what_serves()
    from attendance_web.serving import logs
    from attendance_web.serving.listening import allow_many_files, listening_socket, print_address
    from attendance_web.serving.workers import Workers

    logs.configure(settings.log_format)
    allow_many_files()
    with one_line_errors(), listening_socket(settings.host, settings.port) as listener:
        on_ready = partial(print_address, settings.host, listener)
        if settings.workers > 1:
            code = Workers(settings.workers, listener, on_ready).run()
        else:
            code = serve_one(settings, listener, on_ready)
    sys.exit(code)


@attendance.command(hidden=True)
@click.option("--index", type=int, required=True)
@click.option("--listener", "listener_descriptor", type=int, required=True)
@click.option("--parent", "parent_descriptor", type=int, required=True)
def work(index: int, listener_descriptor: int, parent_descriptor: int) -> None:
    """Be one of the workers that serve starts, over file descriptors that it has opened."""
    settings = settings_of_environment(warn_of_unknown=False)
    from attendance_web.serving.lean_imports import import_what_serves

    import_what_serves()
    from attendance_web.serving import logs
    from attendance_web.serving.parent import Parent

    logs.configure(settings.log_format, worker=index)
    with one_line_errors(), socket.socket(fileno=listener_descriptor) as listener:
        code = serve_one(settings, listener, Parent(parent_descriptor).say_ready, worker=index)
    sys.exit(code)


def serve_one(
    settings: Settings, listener: socket.socket, on_ready: Callable[[], None], worker: int = 0
) -> int:
    """Serves in one process until it is told to stop; answers its exit code."""
    gc.disable()  # all that is made until it serves is there to stay; `serve` collects from then on
    from attendance_web import main
    from attendance_web.serving.server import serve

    return serve(
        main.create_app(main.attendance_of(settings), settings, worker),
        listener,
        on_ready=on_ready,
        keep_alive_seconds=settings.keep_alive_seconds,
    )


@attendance.command()
def migrate() -> None:
    """Bring the database up to date, making it where there is none."""
    settings = settings_of_environment()
    from attendance_web import main
    from attendance_web.serving import logs

    logs.configure(settings.log_format)
    with one_line_errors():
        main.migrate(settings)
    click.echo("the database is up to date")


@attendance.command("recount-karma")
def recount_karma() -> None:
    """Count karma anew from the ledger, beside a running service. Ends with 1 if any was wrong."""
    settings = settings_of_environment()
    from attendance_web import main

    with one_line_errors():
        month_count, wrong_count = main.recount_karma(settings)
    click.echo(f"{month_count} months of people were counted; {wrong_count} had been counted wrong")
    sys.exit(CANNOT_CODE if wrong_count else 0)


@attendance.command("export")
@click.argument("event")
@click.option(
    "--format", "kind", required=True, type=click.Choice(["xlsx", "csv", "json"]), help="Of what."
)
@click.option("--tz", default="UTC", show_default=True, help="Whose times: Europe/Moscow.")
@click.option("--language", default="ru", show_default=True, type=click.Choice(["ru", "en"]))
@click.option("--to", type=click.Path(path_type=Path, dir_okay=False), help="The file to write.")
def export_sheet(
    event: str,
    kind: Literal["xlsx", "csv", "json"],
    tz: str,
    language: Literal["ru", "en"],
    to: Path | None,
) -> None:
    """Write a file with a row for whoever is in an event, which its id or its code names.

    Without --to it goes to standard output. It may run beside the service.
    """
    from attendance_core.ports import SheetStyle
    from attendance_web.cli_exports import export

    if to is None and kind == "xlsx" and sys.stdout.isatty():
        fail("a workbook is nothing to be read here: name a file by --to", WRONG_USE_CODE)
    settings = settings_of_environment()
    with one_line_errors():
        export(settings, event, SheetStyle(kind, tz, language), to, sys.stdout.buffer)


@attendance.command()
@click.option("--url", default="http://127.0.0.1:8000", show_default=True, help="The service.")
@click.option("--people", default=60, show_default=True, type=click.IntRange(12, 500))
@click.option("--markers", default=5, show_default=True, type=click.IntRange(1, 100))
@click.option("--seed", type=int, help="The same names, roles and choices again.")
def demo(url: str, people: int, markers: int, seed: int | None) -> None:
    """Play a class against a running service, mistakes and all, and check every cell of its sheet.

    It makes people and an event of its own, so it can be played again and again. Ends with 1 where
    anything is not as it was played.
    """
    from attendance_web.demo import DemoFailed, play

    settings = settings_of_environment()

    def karma_of_marks(marks: int) -> int:
        """Tells what they pay as the terms are here: nobody in the demo has a tick."""
        return settings.karma_per_mark * min(marks, settings.karma_unchecked_a_month)

    try:
        play(url, people=people, markers=markers, seed=seed, karma_of_marks=karma_of_marks)
    except DemoFailed as failure:
        fail(str(failure))


@attendance.group()
def accounts() -> None:
    """Help people who cannot log in."""


@accounts.command("reset")
@click.argument("username")
def reset_account(username: str) -> None:
    """Print a link by which somebody sets a new password: once, and within 24 hours.

    Whoever has the link gets in, so give it to nobody but them. It ends the one before.
    """
    from attendance_web.cli_accounts import make_reset_link

    settings = settings_of_environment()
    with one_line_errors():
        link = make_reset_link(settings, username)
    click.echo(link)
    if not settings.public_url:
        warn(
            "put in front of it where people reach the page, like https://example.org, "
            "or set ATTENDANCE_PUBLIC_URL"
        )


@attendance.group()
def sessions() -> None:
    """Log people out."""


@sessions.command("end")
@click.argument("username")
def end_sessions_of(username: str) -> None:
    """Log somebody out everywhere, with all of their tokens. Their password stays."""
    from attendance_web.cli_accounts import end_sessions

    settings = settings_of_environment()
    with one_line_errors():
        end_sessions(settings, username)
    click.echo(f"{username} is logged out everywhere")
