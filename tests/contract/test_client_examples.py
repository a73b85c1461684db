"""What docs/how-to/client.md and examples/ show of the client, run as it is at a real service."""

from __future__ import annotations

import asyncio
import io
import re
import runpy
import sys
from collections.abc import AsyncIterator, Callable
from pathlib import Path
from typing import Any

import pytest
import pytest_asyncio

from attendance_core.marking.places import Marked, Waiting
from attendance_core.marking.terms import Terms
from attendance_core.vocabulary import EventId, UserId
from attendance_web import client
from tests.support.eventually import eventually
from tests.support.live_house import House, Visitor, opened_house

pytestmark = pytest.mark.asyncio(loop_scope="module")

ROOT = Path(__file__).resolve().parents[2]
PAGE = (ROOT / "docs" / "how-to" / "client.md").read_text("utf-8")
BLOCKS = re.findall(r"^```python\n(.*?)^```$", PAGE, re.MULTILINE | re.DOTALL)
WHO_IS_MISSING = ROOT / "examples" / "who_is_missing" / "who_is_missing.py"
CARD_READER = ROOT / "examples" / "card_reader" / "card_reader.py"
RunProgram = Callable[..., Any]


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def house() -> AsyncIterator[House]:
    async with opened_house(None, Terms()) as opened:
        yield opened


@pytest.fixture
def run_program(house: House, monkeypatch: pytest.MonkeyPatch) -> RunProgram:
    """Runs something in a thread, as a program of somebody in an event."""

    async def run(program: Path | str, person: Visitor, event_id: EventId, *arguments: str) -> None:
        url = f"http://127.0.0.1:{house.port}"
        monkeypatch.setenv("ATTENDANCE_URL", url)
        monkeypatch.setenv("ATTENDANCE_TOKEN", (await house.add_program(person)).secret)
        monkeypatch.setenv("ATTENDANCE_EVENT", str(event_id))
        monkeypatch.setattr(sys, "argv", ["program", *arguments])
        if isinstance(program, Path):
            await asyncio.to_thread(runpy.run_path, str(program), run_name="__main__")
        else:
            code = compile(program.replace("http://127.0.0.1:8000", url), "client.md", "exec")
            await asyncio.to_thread(exec, code, {"__name__": "__main__"})

    return run


async def until_waiting(house: House, event_id: EventId, person: Visitor) -> None:
    await eventually(lambda: is_waiting(house, event_id, person), 30)


async def is_waiting(house: House, event_id: EventId, person: Visitor) -> bool:
    return isinstance(await house.state_of(event_id, person), Waiting)


async def test_the_page_names_whatever_there_is() -> None:
    named = set(re.findall(r"`(\w+)[`(]", PAGE))
    assert set(client.__all__) <= named


async def test_the_page_shows_four_programs() -> None:
    assert len(BLOCKS) == 4


async def test_the_first_lists_what_its_person_has_joined(
    house: House, run_program: RunProgram, capsys: pytest.CaptureFixture[str]
) -> None:
    anna = await house.add_person()
    event_id = await house.create_event(anna)
    await run_program(BLOCKS[0], anna, event_id)
    assert str(event_id) in capsys.readouterr().out


async def test_the_second_is_refused_a_name_and_exports_a_sheet(
    house: House, run_program: RunProgram, capsys: pytest.CaptureFixture[str]
) -> None:
    anna = await house.add_person()
    await run_program(BLOCKS[1], anna, await house.create_event(anna))
    said = capsys.readouterr().out
    assert said.startswith("event_name_taken 6\n") and "bytes for Algebra" in said


async def test_one_waits_while_another_marks(
    house: House, run_program: RunProgram, capsys: pytest.CaptureFixture[str]
) -> None:
    anna, boris = await house.add_people(2)
    event_id = await house.create_event(anna)
    asking = asyncio.create_task(run_program(BLOCKS[2], boris, event_id))
    await until_waiting(house, event_id, boris)
    await run_program(BLOCKS[3], anna, event_id)
    await asking
    said = capsys.readouterr().out
    assert f"{boris.user_id} Marked" in said and f"marked by {anna.user_id}" in said


async def test_a_card_reader_marks_who_waits_and_nobody_else(
    house: House,
    run_program: RunProgram,
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    anna, boris, vera = await house.add_people(3)
    event_id = await house.create_event(anna)
    await boris.mark_me(event_id)
    cards = f"{boris.user_id}\n\nno card\n{vera.user_id}\n{anna.user_id}\n"
    monkeypatch.setattr(sys, "stdin", io.StringIO(cards))
    await run_program(CARD_READER, anna, event_id, str(event_id))
    assert capsys.readouterr().out.splitlines() == [
        f"{boris.user_id} is marked",
        f"{vera.user_id} is not on the list",
        f"{anna.user_id} is not marked: You cannot mark yourself",
    ]
    assert isinstance(await house.state_of(event_id, boris), Marked)


async def test_a_script_of_twenty_lines_prints_who_is_missing(
    house: House, run_program: RunProgram, capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    anna, boris = await house.add_people(2)
    event_id = await house.create_event(anna)
    await house.attendance.use_cases.mark_participant(
        actor=UserId(anna.user_id), event_id=event_id, user_id=UserId(boris.user_id)
    )
    name = f"PERSON{boris.user_id}"
    (tmp_path / "group.txt").write_text(f"{name}\nВера Попова\n\n", "utf-8")
    await run_program(WHO_IS_MISSING, anna, event_id, str(event_id), str(tmp_path / "group.txt"))
    assert capsys.readouterr().out == "Вера Попова\n"
    lines = [line for line in WHO_IS_MISSING.read_text("utf-8").splitlines() if line.strip()]
    assert len(lines) <= 20
