"""The commands about scans, and about who judges them. Contract: 9.8, 9.10."""

from __future__ import annotations

from pathlib import Path

import click

from attendance_web.cli_errors import fail, one_line_errors, settings_of_environment
from attendance_web.cli_group import attendance


@attendance.group()
def scans() -> None:
    """Look at scans of student records, and approve or reject them."""


@scans.command("list")
def list_scans() -> None:
    """List scans nobody has judged yet, oldest first: person, time, key."""
    from attendance_web.cli_scans import list_pending

    settings = settings_of_environment()
    with one_line_errors():
        for line in list_pending(settings):
            click.echo(line)


@scans.command("show")
@click.argument("user_id", type=click.IntRange(min=1))
@click.option("--to", type=click.Path(path_type=Path, dir_okay=False), help="The file to write.")
def show_scan(user_id: int, to: Path | None) -> None:
    """Write a person's scan to a file, and print the file, the person, the time and the key."""
    from attendance_web.cli_scans import show

    settings = settings_of_environment()
    with one_line_errors():
        for line in show(settings, user_id, to):
            click.echo(line)


@scans.command("approve")
@click.argument("user_id", type=click.IntRange(min=1))
@click.option("--scan", "key", required=True, help="The key that list and show print.")
@click.option("--note", default="", help="What the person is told, up to 200 characters.")
def approve_scan(user_id: int, key: str, note: str) -> None:
    """Approve the scan with this key, and no later one; its picture is deleted."""
    judge_scan(user_id, key, approve=True, note=note)


@scans.command("reject")
@click.argument("user_id", type=click.IntRange(min=1))
@click.option("--scan", "key", required=True, help="The key that list and show print.")
@click.option(
    "--reason",
    default="other",
    show_default=True,
    type=click.Choice(["unreadable", "not_a_record_book", "name_differs", "expired", "other"]),
)
@click.option("--note", default="", help="What the person is told, up to 200 characters.")
def reject_scan(user_id: int, key: str, reason: str, note: str) -> None:
    """Reject the scan with this key, and no later one; its picture is deleted."""
    judge_scan(user_id, key, approve=False, reason=reason, note=note)


def judge_scan(user_id: int, key: str, *, approve: bool, note: str, reason: str = "other") -> None:
    """Says yes or no to a scan, or ends with a line that says why not."""
    from attendance_web.cli_scans import WrongKey, judge

    settings = settings_of_environment()
    try:
        with one_line_errors():
            click.echo(judge(settings, user_id, key, approve=approve, reason=reason, note=note))
    except WrongKey as error:
        fail(str(error))


@attendance.group()
def moderators() -> None:
    """Say who judges scans on the page."""


@moderators.command("add")
@click.argument("username")
def add_moderator(username: str) -> None:
    """Have somebody judge scans. Twice does no harm."""
    change_moderators(username, is_added=True)


@moderators.command("remove")
@click.argument("username")
def remove_moderator(username: str) -> None:
    """Have somebody judge scans no more; what they have taken goes back at once."""
    change_moderators(username, is_added=False)


def change_moderators(username: str, *, is_added: bool) -> None:
    """Adds or removes somebody, or ends with a line that says why not."""
    from attendance_web.cli_moderators import UnknownUsername, add, remove

    settings = settings_of_environment()
    try:
        with one_line_errors():
            click.echo((add if is_added else remove)(settings, username))
    except UnknownUsername as error:
        fail(str(error))


@moderators.command("list")
def list_moderators() -> None:
    """List who judges scans: person, user name, name, since when."""
    from attendance_web import cli_moderators

    settings = settings_of_environment()
    with one_line_errors():
        for line in cli_moderators.list_moderators(settings):
            click.echo(line)


@attendance.command()
def audit() -> None:
    """List who looked at scans, and who judged them, the earliest first: when, who, what, whose."""
    from attendance_web.cli_audit import print_audit

    settings = settings_of_environment()
    with one_line_errors():
        print_audit(settings, click.echo)
