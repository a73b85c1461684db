"""The tutorial is run: each of its programs says what stands below it, and so do its commands."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from tests.support.docs_scripts import DOCS
from tests.support.quick_passwords import quickly_hashed
from tests.support.readme import SERVES, blocks, commands
from tests.support.service_process import attendance

PAGE = (DOCS / "tutorial.md").read_text(encoding="utf-8")
PROGRAMS = re.findall(r"^```python\n(.*?)^```\n\n```text\n(.*?)^```$", PAGE, re.M | re.S)


def test_each_program_has_what_it_says_below_it() -> None:
    assert [program for program, _ in PROGRAMS] == blocks("python", PAGE)
    assert len(PROGRAMS) == len(blocks("text", PAGE)) == 3


@pytest.mark.parametrize(("program", "says"), PROGRAMS)
def test_a_program_says_what_is_shown(
    program: str, says: str, capsys: pytest.CaptureFixture[str]
) -> None:
    with quickly_hashed():
        exec(compile(program, "tutorial.md", "exec"), {"__name__": "__main__"})
    assert capsys.readouterr().out == says


def test_the_commands_do_what_is_shown(tmp_path: Path) -> None:
    shown = [each for each in commands(PAGE) if each.line != SERVES]
    assert [each.line for each in shown] == ["attendance migrate"]
    for command in shown:
        done = attendance(*command.line.split()[1:], folder=tmp_path)
        assert command.agrees(done.stdout), done.stderr
