"""The numbers of docs/performance.md: between two comments for each bench, and nowhere else."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Final

from benchmarks.figure import Section
from benchmarks.sentences import sentences_of
from benchmarks.table import markdown

DOCS: Final = Path(__file__).parents[1] / "docs"
PAGE: Final = DOCS / "performance.md"
PLOTS: Final = DOCS / "performance"
_BLOCK: Final = re.compile(r"(<!-- bench: (\w+) -->\n).*?(<!-- end -->)", re.DOTALL)
NOT_MEASURED: Final = "\nNot measured yet.\n\n"


def filled(text: str, sections: Mapping[str, Section], plots: Mapping[str, Sequence[str]]) -> str:
    """Fills the places of a page with what was measured last."""

    def block(found: re.Match[str]) -> str:
        begins, bench, ends = found.groups()
        section = sections.get(bench)
        inner = NOT_MEASURED if section is None else _block(bench, section, plots.get(bench, ()))
        return f"{begins}{inner}{ends}"

    return _BLOCK.sub(block, text)


def fill(sections: Mapping[str, Section], plots: Mapping[str, Sequence[str]]) -> None:
    """Writes the page anew."""
    PAGE.write_text(filled(PAGE.read_text(encoding="utf-8"), sections, plots), encoding="utf-8")


def _block(bench: str, section: Section, plots: Sequence[str]) -> str:
    """Writes sentences, a table, how it was measured, and curves."""
    parts = [
        "\n".join(f"- {each}" for each in sentences_of(bench, section)),
        markdown(section.figures),
        _how(section),
        "\n".join(f"![{name.removesuffix('.svg')}](performance/{name})" for name in plots),
    ]
    return "\n" + "".join(f"{part}\n\n" for part in parts if part)


def _how(section: Section) -> str:
    """Writes when, in how many rounds, on which machine and with which versions it was measured."""
    machine = ", ".join(section.machine.values())
    versions = ", ".join(f"{name} {each}" for name, each in section.versions.items())
    return (
        f"*{section.date}, rounds: {section.rounds}, the floors in between; seed {section.seed},"
        f" {section.seconds:.0f} s; {machine}; {versions}.*"
    )
