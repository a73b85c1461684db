"""A lecture played against a running service, to see it at work and to check it."""

from __future__ import annotations

import asyncio
import random
import secrets
from collections.abc import Callable

from rich.console import Console

from attendance_web.client import NotAnswered, NotAttendance, Refused
from attendance_web.demo.failures import LectureFailed
from attendance_web.demo.lecture import Lecture
from attendance_web.demo.report import Result, result_table, what_was_compared
from attendance_web.demo.roles import MIN_NOT_MARKING, can_give_roles
from attendance_web.demo.stages import Stages

MAX_LINES = 20  # of differences

__all__ = ["DemoFailed", "play"]


class DemoFailed(Exception):
    """The service did not do what it promises, or did not answer; a line each says what."""


def play(
    url: str, *, people: int, markers: int, seed: int | None, karma_of_marks: Callable[[int], int]
) -> None:
    """Plays it, and prints who marked whom, and how fast. Raises DemoFailed.

    ``karma_of_marks`` tells what so many marks pay their marker.
    """
    if not can_give_roles(people, markers):
        raise DemoFailed(
            f"half of the people, and {MIN_NOT_MARKING} at least, must be free to wait: "
            "take fewer markers"
        )
    console = Console()
    chosen = secrets.randbelow(1_000_000) if seed is None else seed
    try:
        result = asyncio.run(
            _play(url, people, markers, karma_of_marks, random.Random(chosen), console)
        )
    except (Refused, NotAnswered, NotAttendance, LectureFailed) as failure:
        raise DemoFailed(_shortened(str(failure), chosen)) from None
    console.print(result_table(result))
    console.print(
        f"{what_was_compared(result)} (seed {chosen}).\n"
        f"To look around, log in as {result.username} with the password {result.password}",
        highlight=False,
        soft_wrap=True,
    )


async def _play(
    url: str,
    people: int,
    markers: int,
    karma_of_marks: Callable[[int], int],
    chance: random.Random,
    console: Console,
) -> Result:
    lecture = Lecture(
        url, people=people, markers=markers, karma_of_marks=karma_of_marks, chance=chance
    )
    try:
        with Stages(console) as stages:
            return await lecture.play(stages)
    except NotAnswered:
        if lecture.has_begun:
            raise
        raise DemoFailed(f"nothing answers at {url}: start the service with make run") from None


def _shortened(failure: str, seed: int) -> str:
    """Shortens what may be hundreds of differences."""
    lines = failure.splitlines()
    more = len(lines) - MAX_LINES
    first, *others = lines[:MAX_LINES]
    others += [f"and {more} more"] if more > 0 else []
    return "\n".join([f"{first} (seed {seed})", *others])
