"""What the pages show to whoever writes an adapter or tests a host runs as it is shown."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.support.readme import blocks
from tests.support.stranger import SETTINGS, outcomes_of

HOW_TO = Path(__file__).resolve().parents[2] / "docs" / "how-to"
PAGES = {"tests.md": 2, "an-adapter-of-your-own.md": 3}  # and how many examples each has


@pytest.mark.parametrize("name", PAGES)
def test_every_example_of_a_page_passes(name: str, tmp_path: Path) -> None:
    page = (HOW_TO / name).read_text(encoding="utf-8")
    examples = blocks("python", page)
    assert len(examples) == PAGES[name]
    for number, example in enumerate(examples):
        folder = tmp_path / str(number)
        folder.mkdir()
        # The contract of a store is long, and our own memory store is tried by it elsewhere
        whole = "StoreContract" not in example
        found = outcomes_of(
            example, folder, *([] if whole else ["TestMyStore::TestTransact", "TestMarking"])
        )
        passed = {each for each, outcome in found.items() if outcome == "passed in call"}
        skipped = {each for each, outcome in found.items() if outcome == "skipped in call"}
        assert passed
        assert passed | skipped == set(found)
        assert all("listed" in each or "claimed" in each for each in skipped)


def test_the_settings_are_those_that_they_run_with() -> None:
    assert blocks("ini", (HOW_TO / "tests.md").read_text(encoding="utf-8")) == [SETTINGS]
