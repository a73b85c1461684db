"""Shows progress while the demo plays."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import ExitStack
from types import TracebackType
from typing import Self

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn


class Stages:
    """Shows a progress bar for each stage, where somebody looks at a terminal."""

    def __init__(self, console: Console) -> None:
        self._progress = Progress(
            TextColumn("{task.description:<20}"),
            BarColumn(),
            MofNCompleteColumn(),
            TimeElapsedColumn(),
            console=console,
            disable=not console.is_terminal,
        )
        self._shown = ExitStack()

    def __enter__(self) -> Self:
        self._shown.enter_context(self._progress)
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._shown.close()

    def begin(self, name: str, total: int) -> Callable[[], None]:
        """Shows a stage of so many things; answers what is to be called after each of them."""
        task = self._progress.add_task(name, total=total)
        return lambda: self._progress.advance(task)
