"""The README's commands and examples are run: what it shows is what one gets.

In a ```console block a line after ``$ `` is a command, and the lines below it are what it says,
with ``...`` for what differs each time. Commands that serve for ever, and those of make, are not
run here; of make they are only looked up. Its program is run in test_library.
"""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
from collections.abc import Sequence
from dataclasses import fields
from pathlib import Path

import pytest

from attendance_web.settings import FROM_FILES, Settings
from tests.support.readme import COMMANDS, README, SERVES, Command, commands
from tests.support.service_process import Service, environment, running

ROOT = Path(__file__).resolve().parents[2]
MAKEFILE = (ROOT / "Makefile").read_text(encoding="utf-8")
USUAL_URL = "http://127.0.0.1:8000"
PATIENCE_SECONDS = 60.0
RUN_HERE = [command for command in COMMANDS if not command.line.startswith(("make ", SERVES))]
TARGETS = sorted(
    {
        word
        for line in re.findall(r"\bmake ([a-z][^`\n#]*)", README)
        for word in line.split()[:1]
        if re.fullmatch(r"[a-z]+", word)
    }
)


def run(command: Command, folder: Path, service: Service) -> str:
    """What it said; it must succeed."""
    done = subprocess.run(
        ["bash", "-c", command.line.replace(USUAL_URL, service.url)],
        cwd=folder,
        env={
            **environment(service.folder),
            "PATH": f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}",
            "COLUMNS": "100",
        },
        capture_output=True,
        text=True,
        timeout=PATIENCE_SECONDS,
        check=False,
    )
    assert done.returncode == 0, f"$ {command.line}\n{done.stdout}{done.stderr}"
    return (done.stdout + done.stderr).replace(service.url, USUAL_URL)


def do_what_is_shown(commands: Sequence[Command], folder: Path) -> None:
    """One after another, beside a service of their own; there are some."""
    assert commands
    reader = folder / "reader"
    reader.mkdir()
    with running(folder) as service:
        for command in commands:
            said = run(command, reader, service)
            if command.says.strip():
                assert command.agrees(said), f"$ {command.line}\n{said}"


def test_the_commands_do_what_is_shown(tmp_path: Path) -> None:
    do_what_is_shown([command for command in RUN_HERE if not command.needs_curl], tmp_path)


@pytest.mark.skipif(shutil.which("curl") is None, reason="no curl here")
def test_the_calls_by_hand_do_what_is_shown(tmp_path: Path) -> None:
    do_what_is_shown([command for command in RUN_HERE if command.needs_curl], tmp_path)


@pytest.mark.parametrize("target", TARGETS)
def test_what_is_to_be_made_can_be(target: str) -> None:
    assert re.search(rf"^{target}:.*## ", MAKEFILE, re.MULTILINE), "no such target, or no help"


def test_every_variable_it_names_is_a_setting() -> None:
    known = {f"ATTENDANCE_{each.name.upper()}" for each in fields(Settings)}
    known |= {f"ATTENDANCE_{name.upper()}_FILE" for name in FROM_FILES}
    named = set(re.findall(r"\bATTENDANCE_[A-Z_]+[A-Z]\b", README))
    assert named <= known


class TestReading:
    """How this file reads a README, on one of its own."""

    TEXT = (
        "```console\n$ make run  # sets all up\n$ attendance \\\n    --version\n0.1...\n```\n"
        "```python\nprint(1)\n```\n```\n$ not run\n```\n"
    )

    def test_finds_commands_and_what_they_say(self) -> None:
        assert list(commands(self.TEXT)) == [
            Command("make run", ""),
            Command("attendance --version", "0.1...\n"),
        ]

    @pytest.mark.parametrize(
        ("says", "said", "agrees"),
        [
            ('{"error":0}', '{"error":0}\n', True),
            ('{"error":0}', '{"error":1}\n', False),
            ("[1, ...]", "[1, 2, 3]", True),
            ("[1]", "1", False),
            ("a?", "ab", False),
        ],
    )
    def test_dots_stand_for_anything_and_nothing_else_does(
        self, says: str, said: str, agrees: bool
    ) -> None:
        assert Command("", says).agrees(said) is agrees
