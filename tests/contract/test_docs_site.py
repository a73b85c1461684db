"""What the site of the documents is built of: every page once, and every public name.

`make docs` builds it, where a link that leads nowhere and a name that is not there are errors.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any, get_type_hints

import pytest

import attendance_core
from attendance_core import UseCases
from tests.support.docs_scripts import DOCS, script

SITE_SCRIPT = script("assemble_site")


def leaves(navigation: Any) -> Iterator[str]:
    """The pages that it leads to."""
    if isinstance(navigation, str):
        yield navigation
    else:
        for each in navigation.values() if isinstance(navigation, dict) else navigation:
            yield from leaves(each)


@pytest.fixture(scope="module")
def assembled(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("site")
    SITE_SCRIPT.assemble(folder)
    return folder


def test_the_way_leads_to_every_page_once(assembled: Path) -> None:
    source = assembled / "source"
    there = [each.relative_to(source).as_posix() for each in source.rglob("*.md")]
    config = json.loads((assembled / "mkdocs.yml").read_text(encoding="utf-8"))
    assert sorted(leaves(config["nav"])) == sorted(there)
    own = {each.relative_to(DOCS).as_posix() for each in DOCS.rglob("*.md")}
    assert own - set(there) == SITE_SCRIPT.WITHOUT_A_PAGE


def test_whatever_is_written_finds_its_place() -> None:
    written = {
        "index.md": "# Home\n",
        "how-to/tests.md": "# Try your own adapter\n",
        "decisions/0001-x.md": "# 0001. `X`\n",
        "of-tomorrow.md": "# Of tomorrow\n",
    }
    assert SITE_SCRIPT.navigation(written) == [
        {"Home": "index.md"},
        {"How to": [{"Try your own adapter": "how-to/tests.md"}]},
        {"Reference": [{"Of tomorrow": "of-tomorrow.md"}]},
        {"Explanation": [{"0001. X": "decisions/0001-x.md"}]},
    ]


@pytest.mark.parametrize(
    ("written", "led"),
    [
        ("[x](../wire.md#sockets)", "[x](../wire.md#sockets)"),
        ("[x](own-users.md)", "[x](own-users.md)"),
        ("[`a`\nb](../../examples/host)", "[`a`\nb](../examples/host.md)"),
        ("[x](../../examples/host/README.md)", "[x](../examples/host.md)"),
        ("the [README](../../README.md) says", "the README says"),
        ("[x](https://example.org/) [y](#below)", "[x](https://example.org/) [y](#below)"),
        ("![x](../screenshots/board.png)", "![x](../screenshots/board.png)"),
    ],
)
def test_a_link_leads_to_what_the_site_has(written: str, led: str) -> None:
    assert SITE_SCRIPT.with_links(written, "docs/how-to/x.md", "how-to/x.md") == led


def test_the_reference_has_every_public_name_and_every_use_case() -> None:
    pages, public = SITE_SCRIPT.reference(), script("public_names")
    named = re.findall(r"^::: attendance_core\.(\w+)$", pages["reference/attendance_core.md"], re.M)
    assert named == [each for each in attendance_core.__all__ if each != "__version__"]
    for module in public.modules():
        there = re.findall(rf"^::: {module}\.(\w+)$", pages[f"reference/{module}.md"], re.M)
        assert there == [*public.names_of(module)]
    listener = "attendance_core.ports.Listener"
    assert f"::: {listener}\n" in pages["reference/attendance_core.ports.md"]
    fields = re.findall(r"^## (\w+)$", pages["reference/use_cases.md"], re.M)
    assert fields == list(UseCases.__dataclass_fields__)


def test_a_notebook_is_shown_with_what_its_cells_have_answered() -> None:
    page = SITE_SCRIPT.examples()["examples/notebook.md"]
    assert "\n### Who was there\n" in page and "\n````python\nimport os\n" in page
    assert "\nAnna | 2 of 2\n" in page
    assert "\n````text\nnever: Vera\n````\n" in page


def test_the_reference_says_what_awaiting_a_list_gives() -> None:
    """Whoever reads it cannot see what `whole` makes of `pieces`."""
    page = SITE_SCRIPT.reference()["reference/use_cases.md"]
    slices = re.split(r"^## ", page, flags=re.M)
    (friends,) = [each for each in slices if each.startswith("get_friend_list\n")]
    assert "a `Sequence[Friend]`." in friends and "members: [pieces]" in friends
    in_pieces = [each for each in get_type_hints(UseCases).values() if hasattr(each, "pieces")]
    assert page.count("members: [pieces]") == page.count("Awaiting it") == len(in_pieces)


def test_it_loads_nothing_from_elsewhere(assembled: Path) -> None:
    config = (assembled / "mkdocs.yml").read_text(encoding="utf-8")
    assert json.loads(config)["theme"]["font"] is False
    assert "http" not in config
    for page in (assembled / "source").rglob("*.md"):
        assert "```mermaid" not in page.read_text(encoding="utf-8")
