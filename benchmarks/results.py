"""The one file of results: a section for each bench, which a run of that bench writes anew."""

from __future__ import annotations

from pathlib import Path
from typing import Final

import msgspec

from benchmarks.figure import Section

RESULTS: Final = Path(__file__).with_name("results.json")
DIGITS: Final = 5  # that are worth keeping
Sections = dict[str, Section]


def read(path: Path) -> Sections:
    """Reads all sections; none where there is no file."""
    if not path.exists():
        return {}
    return msgspec.json.decode(path.read_bytes(), type=Sections)


def write(path: Path, sections: Sections) -> None:
    """Replaces the file."""
    spelt = msgspec.json.encode(_rounded(sections))
    new = path.with_suffix(".new")
    new.write_bytes(msgspec.json.format(spelt, indent=1) + b"\n")
    new.replace(path)


def _rounded(what: object) -> object:
    """Leaves out the digits that nobody could measure."""
    match msgspec.to_builtins(what):
        case dict() as found:
            return {name: _rounded(each) for name, each in found.items()}
        case list() as found:
            return [_rounded(each) for each in found]
        case float() as found:
            return float(f"{found:.{DIGITS}g}")
        case found:
            return found
