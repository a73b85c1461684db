"""Reads what a README shows: its blocks, and the commands in them with what they say.

In a ```console block a line after ``$ `` is a command, and the lines below it are what it says,
with ``...`` for what differs each time.
"""

from __future__ import annotations

import fnmatch
import re
import shlex
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

README = (Path(__file__).resolve().parents[2] / "README.md").read_text(encoding="utf-8")
SERVES = "attendance serve"


@dataclass(frozen=True)
class Command:
    """One line to type, and what it should say."""

    line: str
    says: str

    @property
    def needs_curl(self) -> bool:
        return "curl" in shlex.split(self.line)

    def agrees(self, said: str) -> bool:
        """Tells whether this is what was said, ``...`` standing for anything."""
        pattern = re.sub(r"([\[*?])", r"[\1]", self.says.strip()).replace("...", "*")
        return fnmatch.fnmatchcase(said.strip(), pattern)


def blocks(language: str, text: str = README) -> list[str]:
    """Finds what stands in the fenced blocks of a language."""
    return re.findall(rf"^```{language}\n(.*?)^```$", text, re.MULTILINE | re.DOTALL)


def commands(text: str = README) -> Iterator[Command]:
    """Finds the commands in a text, in their order."""
    for block in blocks("console", text):
        for part in re.split(r"^\$ ", block, flags=re.MULTILINE)[1:]:
            line, says = part.split("\n", 1)
            while line.endswith("\\"):
                more, _, says = says.partition("\n")
                line = f"{line[:-1].rstrip()} {more.strip()}"
            yield Command(line.partition("  #")[0].strip(), says)


COMMANDS = list(commands())
