"""Sentences for docs/wire.md: wrapped, or taken word for word from where they are kept."""

from __future__ import annotations

import re
import textwrap
from pathlib import Path
from typing import Final

ROOT: Final = Path(__file__).resolve().parents[1]
CONTRACT: Final = (ROOT / "docs" / "contract.md").read_text(encoding="utf-8")


def paragraph(text: str, begins: str = "") -> str:
    """Wraps a text into lines of up to 100 characters; ``begins`` is what a list has in front."""
    return textwrap.fill(
        text,
        100,
        initial_indent=begins,
        subsequent_indent=" " * len(begins),
        break_long_words=False,
        break_on_hyphens=False,
    )


def first_line(kind: type) -> str:
    """Finds what a docstring says first, for a cell of a table."""
    said = (kind.__doc__ or "").partition("\n")[0].partition(" Contract:")[0]
    return said.replace("|", "\\|").replace("``", "`")


def rule(number: str) -> str:
    """Quotes a rule of the contract."""
    (found,) = re.findall(rf"^\*\*{re.escape(number)}\*\* (.+?)\n\n", CONTRACT, re.M | re.S)
    return "\n".join(f"> {line}" for line in found.splitlines())
