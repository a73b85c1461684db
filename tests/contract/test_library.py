"""The library as a program uses it: the example of the README, and what is in memory."""

from __future__ import annotations

import re
import subprocess
import sys
from dataclasses import fields, is_dataclass
from pathlib import Path

import pytest
from sqlalchemy import URL

from attendance_adapters import UnusableFolder, connect, container, embedded, memory
from attendance_core import (
    UseCases,
    accounts,
    attendance,
    browsers,
    events,
    friends,
    hosts,
    limits,
    profiles,
    providers,
    recovery,
    tokens,
)
from attendance_core.marking import (
    at_once,
    commands,
    endings,
    glances,
    hang_ups,
    openings,
    place_readings,
    readings,
    upkeep,
)
from attendance_core.marking.frames import ReservationExpired, WasMarked
from attendance_core.testing import TestClock, lecture_in
from tests.support.quick_passwords import quickly_hashed

README = Path(__file__).resolve().parents[2] / "README.md"
(EXAMPLE,) = re.findall(
    r"^```python\n(.*?)^```$", README.read_text("utf-8"), re.MULTILINE | re.DOTALL
)


def run(program: str, *arguments: str) -> str:
    """Runs a program of its own, and answers what it prints, where a warning is an error."""
    done = subprocess.run(
        [sys.executable, "-W", "error", "-c", program, *arguments],
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert done.stderr == ""
    assert done.returncode == 0
    return done.stdout


class TestExample:
    def test_the_example_is_short(self) -> None:
        lines = [line for line in EXAMPLE.splitlines() if line]
        assert len(lines) <= 15
        assert all(len(line) <= 100 for line in lines)

    def test_the_example_prints_the_karma_of_one_mark_on_disk(self, tmp_path: Path) -> None:
        on_disk = EXAMPLE.replace("embedded()", f"embedded({str(tmp_path / 'var')!r})")
        assert on_disk != EXAMPLE
        assert run(on_disk) == "50\n"
        assert (tmp_path / "var" / "attendance.db").exists()


class TestUseCases:
    def test_no_use_case_is_forgotten(self) -> None:
        """Whatever the core can be asked for is a field, by its class's name."""
        modules = (
            accounts,
            at_once,
            attendance,
            browsers,
            commands,
            endings,
            events,
            friends,
            glances,
            hang_ups,
            hosts,
            limits,
            openings,
            place_readings,
            profiles,
            providers,
            readings,
            recovery,
            tokens,
            upkeep,
        )
        callable_ = {
            re.sub(r"(?<=[a-z])(?=[A-Z])", "_", name).lower()
            for module in modules
            for name, each in vars(module).items()
            if isinstance(each, type) and is_dataclass(each) and "__call__" in dir(each)
        }
        assert {field.name for field in fields(UseCases)} == callable_

    async def test_each_use_case_is_made_of_its_class(self) -> None:
        do = embedded().use_cases
        assert {type(getattr(do, field.name)).__name__ for field in fields(do)} == {
            str(field.type) for field in fields(do)
        }


class TestEmbedded:
    async def test_a_closed_service_opens_again_where_it_was(self, tmp_path: Path) -> None:
        async with embedded(tmp_path / "100% ours?") as service:
            anna = await service.use_cases.sign_up(username="anna", password="correct horse")
        async with embedded(tmp_path / "100% ours?") as service:
            found = await service.use_cases.log_in(username="ANNA", password="correct horse")
        assert found.user_id == anna.user_id

    async def test_nothing_is_opened_before_the_start(self, tmp_path: Path) -> None:
        embedded(tmp_path)
        assert not (tmp_path / "attendance.db").exists()

    @pytest.mark.parametrize("taken", ["var", "var/files"])
    def test_a_folder_that_cannot_be_made_is_one_line(self, taken: str, tmp_path: Path) -> None:
        (tmp_path / taken).parent.mkdir(exist_ok=True)
        (tmp_path / taken).write_text("a file")
        with pytest.raises(UnusableFolder) as refused:
            embedded(tmp_path / "var")
        assert str(refused.value) == f"{tmp_path / taken} cannot be made: File exists"

    async def test_closing_twice_and_before_the_start_is_harmless(self) -> None:
        service = embedded()
        await service.close()
        async with service:
            pass
        await service.close()

    async def test_it_counts_what_is_under_way_in_its_store(self) -> None:
        async with embedded() as service:
            do = service.use_cases
            assert await do.get_event_by_id.observe(lambda _: service.store_call_count) == 1
            assert await do.get_events.browse(lambda _: service.store_call_count) == 1
            assert await do.create_event.transact(lambda _: service.store_call_count) == 1
            assert service.store_call_count == 0


async def test_a_lecture_is_scripted_in_any_service(current_url: URL) -> None:
    clock, address = TestClock(), current_url.set(drivername=current_url.get_backend_name())
    with quickly_hashed():
        service = connect(
            address.render_as_string(hide_password=False), files_url="memory://", clock=clock
        )
    async with service, lecture_in(service, clock) as scripted:
        anna, boris = await scripted.sign_up("Anna"), await scripted.sign_up("Boris")
        waiting, marking = await scripted.waits(anna), await scripted.comes_to_mark(boris)
        await marking.prepare(anna)
        await scripted.advance(91)
        assert marking.heard(ReservationExpired) == [ReservationExpired(anna.user_id)]
        await marking.prepare(anna)
        await marking.confirm()
        assert waiting.heard(WasMarked) == [WasMarked(boris.user_id)]


def test_where_punq_is_missing_the_core_builds_the_same(monkeypatch: pytest.MonkeyPatch) -> None:
    with_it = memory().use_cases
    monkeypatch.setitem(sys.modules, "punq", None)
    monkeypatch.setattr(container, "_container", container._container.__wrapped__)  # not cached
    without = memory().use_cases

    def parts(made: object) -> object:
        if not is_dataclass(made):
            return type(made).__name__
        return type(made), [(each.name, parts(getattr(made, each.name))) for each in fields(made)]

    assert parts(without) == parts(with_it)


def test_nobody_else_reads_the_folder_of_files(tmp_path: Path) -> None:
    folder = tmp_path / "srv" / "files"
    connect(f"sqlite:///{tmp_path / 'a.db'}", files_url=folder.as_uri())
    assert folder.stat().st_mode & 0o077 == 0
