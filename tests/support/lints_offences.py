"""`python -m tests.support.lints_offences OFFENCES`, run in a copy of the project that it spoils.

OFFENCES is JSON: a list of contract, file under src, and the text that the file has meanwhile.
Prints what import-linter says of each, as JSON: one process, since each would import all anew.
Those of different contracts and files are planted at once: what takes long is to read the imports.
"""

from __future__ import annotations

import contextlib
import importlib
import io
import json
import sys
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any, NamedTuple

from importlinter.application.app_config import settings
from importlinter.cli import lint_imports

CONFIG = Path(__file__).parents[2] / "pyproject.toml"


class Offence(NamedTuple):
    """Says which contract a file breaks while it has this text."""

    contract: str
    file: str
    text: str


class OneGraph:
    """Builds the graph of imports once; each contract is checked on a copy of it."""

    def __init__(self, builder: Any) -> None:
        self._builder, self._graph = builder, None

    def build(self, **how: Any) -> Any:
        self._graph = self._graph or self._builder.build(**how)
        return self._graph


@contextlib.contextmanager
def planted(offences: Sequence[Offence]) -> Iterator[None]:
    """Gives files these texts during the block, and has one graph be built of them."""
    files = [Path("src", each.file) for each in offences]
    before = [file.read_bytes() if file.exists() else None for file in files]
    builder = settings.GRAPH_BUILDER
    for file, each in zip(files, offences, strict=True):
        file.write_text(each.text + "\n")
    importlib.invalidate_caches()
    settings.configure(GRAPH_BUILDER=OneGraph(builder))
    try:
        yield
    finally:
        settings.configure(GRAPH_BUILDER=builder)
        for file, content in zip(files, before, strict=True):
            file.unlink() if content is None else file.write_bytes(content)


def said_of(contract: str) -> str:
    """Checks one contract; answers what is printed of it."""
    with contextlib.redirect_stdout(io.StringIO()) as said:
        lint_imports(str(CONFIG), (contract,), no_cache=True)
    return said.getvalue()


def rounds(offences: Sequence[Offence]) -> list[list[Offence]]:
    """Parts offences into few rounds, in none of which a contract or a file is twice."""
    found: list[list[Offence]] = []
    for offence in offences:
        for others in found:
            if not any({*offence[:2]} & {*each[:2]} for each in others):
                others.append(offence)
                break
        else:
            found.append([offence])
    return found


if __name__ == "__main__":
    offences = [Offence(*each) for each in json.loads(sys.argv[1])]
    said: dict[Offence, str] = {}
    for together in rounds(offences):
        with planted(together):
            said |= {each: said_of(each.contract) for each in together}
    print(json.dumps([said[each] for each in offences]))
