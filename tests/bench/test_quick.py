"""All of `make bench`, once and small: that it runs, and that every figure has a floor.

How fast anything is does not matter here.
"""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from benchmarks import results
from benchmarks.__main__ import BENCHES
from benchmarks.goals import GOALS
from benchmarks.sentences import SENTENCES

ROOT = Path(__file__).parents[2]


@pytest.mark.long
@pytest.mark.timeout(600)
def test_every_bench_runs_and_every_figure_has_a_floor(tmp_path: Path) -> None:
    file = tmp_path / "results.json"
    command = [sys.executable, "-m", "benchmarks", "--quick", "--results", str(file)]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    sections = results.read(file)
    assert sorted(sections) == sorted(BENCHES)
    figures = [figure for section in sections.values() for figure in section.figures]
    titles = [figure.title for figure in figures]
    assert len(titles) == len(set(titles))
    assert all(title in done.stdout for title in titles)
    for figure in figures:
        assert figure.floors, figure.title
        assert {len(each) for each in figure.floors.values()} == {len(figure.values)}, figure.title
    # Where it is small a curve has other points
    figure_names = tuple(figure.name for figure in figures)
    needed_titles = [*GOALS, *(each.title for some in SENTENCES.values() for each in some)]
    assert [title for title in needed_titles if not title.startswith(figure_names)] == []
