"""What holds for the whole suite: the browser tests are no part of it, and it says so."""

from __future__ import annotations

import gc
from collections.abc import Generator
from pathlib import Path
from typing import Any

import pytest
from hypothesis import settings

# They need a browser, and a loop for themselves; named on the command line they are collected
collect_ignore = ["browser"]
CHROMIUM = Path("/usr/bin/chromium-headless-shell")
# For whoever writes and runs them after every change; make test searches as long as it should
settings.register_profile("quick", max_examples=20)
LONG_MARK = "mark.long"  # what the Makefile finds the files by that make long collects


@pytest.hookimpl(wrapper=True)
def pytest_collection() -> Generator[None, Any, Any]:
    """Looks for no garbage among thousands of tests, which are there to stay."""
    gc.disable()
    try:
        return (yield)
    finally:
        gc.enable()


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Has what takes longest begin first, and whoever is done sooner take from the others then.

    Raises where make long would not find a test that is marked for it, and nobody miss it.
    """
    items.sort(key=lambda item: item.get_closest_marker("slow") is None)
    long = {item.path for item in items if item.get_closest_marker("long")}
    hidden = [str(path) for path in sorted(long) if LONG_MARK not in path.read_text("utf-8")]
    if hidden:
        raise pytest.UsageError(f"make long looks for {LONG_MARK} in its files, not in {hidden}")


def pytest_collection_finish() -> None:
    """Spares each later look for garbage a look at them."""
    gc.collect()
    gc.freeze()


def pytest_terminal_summary(
    terminalreporter: pytest.TerminalReporter, config: pytest.Config
) -> None:
    """Says a line or two to whoever runs everything, and thinks that this was all."""
    if config.args_source is pytest.Config.ArgsSource.TESTPATHS:
        need = "" if CHROMIUM.exists() else "apt-get install chromium-headless-shell, then "
        terminalreporter.write_line(f"the browser tests were not run: {need}make browser")
        if config.option.markexpr == "not long":
            terminalreporter.write_line("the tests that take long were not run: make long")
