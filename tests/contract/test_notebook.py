"""The notebook of `examples/` in a kernel, beside the service whose database it reads."""

from __future__ import annotations

import asyncio
import os
import time
from pathlib import Path
from typing import Any

import nbformat
import pytest
from nbclient import NotebookClient

from attendance_adapters import Attendance, embedded
from tests.support.quick_passwords import quickly_hashed

pytestmark = pytest.mark.long  # a kernel takes seconds to start

ROOT = Path(__file__).resolve().parents[2]
FOLDER = ROOT / "examples" / "notebook"
NOTEBOOK = FOLDER / "who_was_there.ipynb"
PATIENCE_SECONDS = 100  # on a slow machine


async def add_two_lectures(service: Attendance) -> int:
    """Adds two lectures, and who came to them; answers the id of their teacher."""
    do, now = service.use_cases, time.time()
    teacher, *students = [
        await do.admit(issuer="school", subject=name, display_name=name)
        for name in ("Teacher", "Anna", "Boris", "Vera")
    ]
    for lecture, there in {"Algebra": students[:2], "Physics": students[:1]}.items():
        event = await do.create_event(
            actor=teacher.user_id, name=lecture, starts_at=now, ends_at=now + 5400
        )
        for each in students:
            await do.join_event(actor=each.user_id, event_id=event.event_id)
        for each in there:
            await do.mark_participant(
                actor=teacher.user_id, event_id=event.event_id, user_id=each.user_id
            )
    return teacher.user_id


def notebook() -> Any:
    """Reads it as it is kept."""
    read: Any = nbformat.read
    return read(NOTEBOOK, as_version=4)


def shown(notebook: Any) -> list[dict[str, str]]:
    """Reads what there is to see below each cell of code, by its kind."""
    return [
        {
            kind: text
            for each in cell.outputs
            for kind, text in (each.get("data") or {each.name: each.text}).items()
        }
        for cell in notebook.cells
        if cell.cell_type == "code"
    ]


async def test_it_answers_what_it_shows(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("JUPYTER_CONFIG_DIR", "JUPYTER_DATA_DIR", "JUPYTER_RUNTIME_DIR", "IPYTHONDIR"):
        monkeypatch.setenv(name, str(tmp_path / "jupyter"))
    kept, ran = notebook(), notebook()
    with quickly_hashed():
        async with embedded(tmp_path / "var") as service:
            environment = {
                **os.environ,
                "PYTHONPATH": str(ROOT / "src"),
                "ATTENDANCE_DATABASE_URL": f"sqlite:///{tmp_path / 'var' / 'attendance.db'}",
                "TEACHER": str(await add_two_lectures(service)),
            }
            client = NotebookClient(ran, timeout=PATIENCE_SECONDS)
            async with asyncio.timeout(PATIENCE_SECONDS):
                await client.async_execute(env=environment, cwd=str(tmp_path))
    assert shown(ran) == shown(kept)
    assert "Anna | 2 of 2" in shown(kept)[2]["text/markdown"]


def test_its_readme_says_what_runs_it() -> None:
    readme = (FOLDER / "README.md").read_text(encoding="utf-8")
    assert f"$ jupyter lab {NOTEBOOK.name}" in readme
    assert "`tests/contract/test_notebook.py`" in readme
