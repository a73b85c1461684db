"""A lecture played against a running service, to see it at work and to check it."""

from __future__ import annotations

import asyncio
import random
import secrets
from collections.abc import Callable

from rich.console import Console

from attendance_web.demo.client import CallFailed
from attendance_web.demo.lecture import Lecture, LectureFailed
from attendance_web.demo.report import Stages, table

__all__ = ["DemoFailed", "play"]


class DemoFailed(Exception):
    """The service did not do what it promises, or did not answer; one line says what."""


def play(
    url: str, *, people: int, markers: int, seed: int | None, earned: Callable[[int], int]
) -> None:
    """Plays it, and prints who marked whom, and how fast. Raises DemoFailed.

    ``earned`` tells what so many marks pay their marker.
    """
    if markers * 2 > people:
        raise DemoFailed("at least half of the people must be free to wait: take fewer markers")
    console = Console()
    chosen = secrets.randbelow(1_000_000) if seed is None else seed
    try:
        lecture = Lecture(
            url,
            people=people,
            markers=markers,
            earned=earned,
            chance=random.Random(chosen),
        )
        with Stages(console) as stages:
            result = asyncio.run(lecture.play(stages))
    except ConnectionError:
        raise DemoFailed(f"nothing answers at {url}: start the service with make run") from None
    except (CallFailed, LectureFailed) as failure:
        raise DemoFailed(f"{failure} (seed {chosen})") from None
    console.print(table(result))
    console.print(
        f"Everybody who asked was marked once and told so, and karma adds up (seed {chosen}). "
        f"To look around, log in as {result.login} with the password {result.password}",
        highlight=False,
        soft_wrap=True,
    )
