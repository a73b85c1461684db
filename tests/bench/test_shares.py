"""Each sample of a service belongs to the part that is nearest to where the processor was."""

from __future__ import annotations

from pathlib import Path

import pytest

from benchmarks import page
from benchmarks.shares import (
    BETWEEN_COMMENTS,
    DRIVER,
    OTHERS,
    PARTS,
    WRITES,
    part_of,
    shares,
    table,
)

LIVE = "tell (/src/attendance_web/live/room.py:10)"
RULE = "hold (/src/attendance_core/marking/places.py:20)"
OUTSIDE = "sorted (/usr/lib/python3.11/heapq.py:3)"


@pytest.mark.parametrize(
    ("frames", "part"),
    [
        ([LIVE, RULE], "the rules (`core`)"),
        ([LIVE, RULE, OUTSIDE], "the rules (`core`)"),
        ([RULE, LIVE], "rooms, visits and outboxes (`web/live`)"),
        ([LIVE, "fetch (/lib/asyncpg/connection.py:4)"], DRIVER),
        (["_bootstrap (/usr/lib/python3.11/threading.py:3)", OUTSIDE], OTHERS),
    ],
)
def test_the_innermost_frame_that_is_known_decides(frames: list[str], part: str) -> None:
    assert part_of(frames) == part


def test_what_a_line_hands_to_c_is_a_part_of_its_own(tmp_path: Path) -> None:
    folder = tmp_path / "serving"
    folder.mkdir()
    (file := folder / "protocol.py").write_text("self.transport.write(data)\nself.count += 1\n")
    writes, counts = (f"send ({file}:{line})" for line in (1, 2))
    assert part_of([LIVE, writes]) == WRITES
    assert part_of([LIVE, counts]) == "rooms, visits and outboxes (`web/live`)"
    assert part_of([writes, RULE]) == "the rules (`core`)"


def test_all_shares_together_are_one() -> None:
    found = shares([f"{LIVE};{RULE} 30", f"{LIVE} 10", f"{OUTSIDE} 60"])
    assert sum(found.values()) == pytest.approx(1)
    assert found["the rules (`core`)"] == 0.3 and found[OTHERS] == 0.6
    row = next(row for row in table({"a path": found}).splitlines() if "rules" in row)
    assert row == "| the rules (`core`) | 30 % |"
    assert list(found) == [*PARTS, OTHERS]


def test_the_page_has_a_place_for_them() -> None:
    assert len(BETWEEN_COMMENTS.findall(page.PAGE.read_text(encoding="utf-8"))) == 1
