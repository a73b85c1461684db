"""What carries out together what may be done at once."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Sequence
from typing import Protocol

Action = Callable[[], Awaitable[None]]
"""What is carried out together with others."""


class Together(Protocol):
    """Carries out actions that do not depend on each other."""

    async def __call__(self, actions: Sequence[Action]) -> None:
        """Carries out all, at once or one after another, whatever one of them raises.

        Raises afterwards an ExceptionGroup of all that they raised.
        """
        ...


async def one_after_another(actions: Sequence[Action]) -> None:
    """Carries actions out as the plainest `Together`: it suspends only where one of them does."""
    failures: list[Exception] = []
    for action in actions:
        try:
            await action()
        except Exception as error:
            failures.append(error)
    if failures:
        raise ExceptionGroup(f"{len(failures)} of {len(actions)} actions failed", failures)
