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
_BETWEEN_COMMENTS: Final = re.compile(r"(<!-- bench: (\w+) -->\n).*?(<!-- end -->)", re.DOTALL)
NOT_MEASURED: Final = "\nNot measured yet.\n\n"


def with_sections(
    text: str, sections: Mapping[str, Section], plots: Mapping[str, Sequence[str]]
) -> str:
    """Writes between the comments of a page's text what was measured last."""

    def up_to_date(found: re.Match[str]) -> str:
        begins, bench, ends = found.groups()
        if bench in sections:
            between = _section_text(bench, sections[bench], plots.get(bench, ()))
        else:
            between = NOT_MEASURED
        return f"{begins}{between}{ends}"

    return _BETWEEN_COMMENTS.sub(up_to_date, text)


def rewrite(sections: Mapping[str, Section], plots: Mapping[str, Sequence[str]]) -> None:
    """Writes the page anew."""
    text = with_sections(PAGE.read_text(encoding="utf-8"), sections, plots)
    PAGE.write_text(text, encoding="utf-8")


def _section_text(bench: str, section: Section, plots: Sequence[str]) -> str:
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
