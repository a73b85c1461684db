"""What a bench says of its figures: ratios, goals, tables, the page and its curves."""

from __future__ import annotations

import random
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import Any, cast
from xml.etree import ElementTree

import pytest
from rich.progress import Progress

from benchmarks import page, plots, results
from benchmarks.figure import Figure, Goal, Section
from benchmarks.run import Run
from benchmarks.table import markdown, row_of

FLOOR = "by hand"
BELOW = "a floor below"  # which is the second one, though not by name
HOLD = Figure(
    "marking, SQLite",
    "ms of CPU",
    [2, 3, 10],
    {FLOOR: [1, 2, 10], BELOW: [1, 1, 1]},
    50,
    "rooms at once",
)
ALONE = replace(HOLD, values=[4, 4, 4], at=1)
SECTION = Section("today", 1.0, 16, 3, {"processors": "2 x slow"}, {"python": "3"}, [ALONE, HOLD])
PAGE = "# Speed\n\n<!-- bench: marking -->\nold\n<!-- end -->\n\nkept\n"


def test_a_ratio_is_the_median_of_what_each_round_says() -> None:
    assert (HOLD.value, HOLD.floor, HOLD.ratio) == (3, 2, 1.5)


def test_there_is_no_ratio_to_nothing() -> None:
    refused = Figure("refused", "people", [0, 1], {FLOOR: [0, 0]})
    assert refused.ratio is None
    assert not Goal(ratio=1).is_reached(refused)
    assert row_of(refused).ratio == ""


@pytest.mark.parametrize(
    ("goal", "is_reached"),
    [
        (Goal(3, 1.5), True),
        (Goal(2.9, 1.5), False),
        (Goal(3, 1.4), False),
        (Goal(ratio=1.5), True),
        (Goal(3, 1.5, at_least=True), True),
        (Goal(4, 1.5, at_least=True), False),
        (Goal(3, 1.6, at_least=True), False),
    ],
)
def test_a_goal_is_reached_where_all_of_it_is(goal: Goal, is_reached: bool) -> None:
    assert goal.is_reached(HOLD) == is_reached


def test_a_row_says_whether_its_goal_is_reached() -> None:
    assert row_of(HOLD).title == "marking, SQLite, 50 rooms at once"
    assert row_of(HOLD)[2:] == ("3", "2", "1.50", "≤ 1.9, ≤ 1.65 x", "NO", FLOOR, f"{BELOW} 1")
    assert row_of(ALONE).reached == ""
    assert markdown([HOLD]).count("\n") == 2


def test_every_variant_is_measured_in_every_round() -> None:
    order: list[str] = []
    with Progress(disable=True) as bar:
        nobody = cast(Any, None)
        run = Run(
            quick=False,
            rounds=3,
            chance=random.Random(1),
            folder=Path("."),
            load=nobody,
            servers=nobody,
            progress=bar,
        )
        found = run.interleaved("all", {name: partial(order.append, name) for name in "abc"})
    assert found == {name: [None] * 3 for name in "abc"}
    assert all(set(order[at : at + 3]) == set("abc") for at in (0, 3, 6))


def test_results_are_read_as_they_were_written(tmp_path: Path) -> None:
    file = tmp_path / "results.json"
    assert results.read(file) == {}
    results.write(file, {"marking": SECTION})
    found = results.read(file)
    assert found["marking"].figures == [ALONE, HOLD]
    assert found["marking"].figures[0].floor_name == FLOOR
    results.write(file, found)
    assert results.read(file) == found


def test_a_page_is_filled_between_its_comments_only() -> None:
    plots = {"marking": ["marking-sqlite.svg"]}
    filled = page.with_sections(PAGE, {"marking": SECTION}, plots)
    assert filled.startswith("# Speed\n\n<!-- bench: marking -->\n\n- In a hall of 300")
    assert filled.endswith("](performance/marking-sqlite.svg)\n\n<!-- end -->\n\nkept\n")
    assert "takes 0.9 s of one core" in filled  # 300 times 3 ms
    assert "old" not in filled
    assert page.with_sections(filled, {"marking": SECTION}, plots) == filled
    assert page.NOT_MEASURED in page.with_sections(filled, {}, {})


def test_the_page_has_a_place_for_every_bench() -> None:
    from benchmarks.__main__ import BENCHES

    text = page.PAGE.read_text(encoding="utf-8")
    assert [text.count(f"<!-- bench: {name} -->") for name in BENCHES] == [1] * len(BENCHES)
    assert text.count("<!-- end -->") == len(BENCHES)


def test_a_curve_has_a_title_axes_and_units_and_runs_nothing(tmp_path: Path) -> None:
    drawn = plots.draw_all({"marking": SECTION}, tmp_path)
    assert drawn == {"marking": ["marking-sqlite.svg"]}
    svg = (tmp_path / "marking-sqlite.svg").read_text(encoding="utf-8")
    texts = {each.text for each in ElementTree.fromstring(svg).iter()}
    assert {"marking, SQLite", "rooms at once", "ms of CPU", "1", "50", FLOOR} <= texts
    assert "<script" not in svg
    assert plots.draw([ALONE, HOLD]) == svg
