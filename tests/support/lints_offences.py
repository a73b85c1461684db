"""`python -m tests.support.lints_offences OFFENCES`, run in a copy of the project that it spoils.

OFFENCES is JSON: a list of contract, file under src, and the text that the file has meanwhile.
Prints what import-linter says of each, as JSON: one process, since each would import all anew.
"""

from __future__ import annotations

import contextlib
import importlib
import io
import json
import sys
from pathlib import Path

from importlinter.cli import lint_imports

CONFIG = Path(__file__).parents[2] / "pyproject.toml"


def said_of(contract: str, file: Path, text: str) -> str:
    """What it says while the file has this text."""
    before = file.read_bytes() if file.exists() else None
    file.write_text(text + "\n")
    importlib.invalidate_caches()
    try:
        with contextlib.redirect_stdout(io.StringIO()) as said:
            lint_imports(str(CONFIG), (contract,), no_cache=True)
        return said.getvalue()
    finally:
        if before is None:
            file.unlink()
        else:
            file.write_bytes(before)


if __name__ == "__main__":
    offences = json.loads(sys.argv[1])
    said = [said_of(contract, Path("src", file), text) for contract, file, text in offences]
    print(json.dumps(said))
