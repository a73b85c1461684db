"""The library as a program uses it: the example of the README, and what stops a start."""

from __future__ import annotations

import asyncio
import re
import subprocess
import sys
from dataclasses import fields, is_dataclass
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import URL

from attendance_adapters import (
    BadAddress,
    CannotStart,
    NoHeartbeat,
    PendingMigration,
    UnusableFolder,
    connect,
    container,
    embedded,
    memory,
    migrate,
)
from attendance_core import (
    LeaseLost,
    Role,
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
from attendance_core.ports import Transact
from attendance_core.testing import TestClock, lecture_in
from attendance_core.testing.stand_ins import DictFiles
from tests.support.pictures import picture
from tests.support.quick_passwords import quickly_hashed

README = Path(__file__).resolve().parents[2] / "README.md"
(EXAMPLE,) = re.findall(
    r"^```python\n(.*?)^```$", README.read_text("utf-8"), re.MULTILINE | re.DOTALL
)


def run(program: str, *arguments: str) -> str:
    """What a program of its own prints, where a warning is an error."""
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
            assert await do.get_event_by_id.observe(lambda _: service.store_calls) == 1
            assert await do.get_events.browse(lambda _: service.store_calls) == 1
            assert await do.create_event.transact(lambda _: service.store_calls) == 1
            assert service.store_calls == 0


class TestConnect:
    async def test_a_migrated_database_is_served(self, tmp_path: Path) -> None:
        url = f"sqlite:///{tmp_path}/it.db"
        migrate(url)
        async with connect(url, files_url="memory://") as service:
            anna = await service.use_cases.sign_up(username="anna", password="correct horse")
        assert anna.user_id == 1

    async def test_connecting_does_not_migrate(self, tmp_path: Path) -> None:
        service = connect(f"sqlite:///{tmp_path}/it.db", files_url="memory://")
        with pytest.raises(
            PendingMigration,
            match=r"run `attendance migrate`, or .* `attendance_adapters.migrate`",
        ):
            await service.start()
        assert list(tmp_path.iterdir()) == []
        await service.close()

    @pytest.mark.parametrize(
        ("url", "told"),
        [
            ("postgresql://me:secret@db", "is at postgresql://user:password@host:port/name"),
            ("postgresql://me:secret@db:port/it", "cannot be read"),
            ("postgresql://me@db/it?password=secret", "has an option 'password'"),
            ("postgresql+psycopg://me:secret@db/it", "not at 'postgresql+psycopg://...'"),
            ("mysql://me:secret@db/it", "not at 'mysql://...'"),
            ("sqlite://", "not at 'sqlite://'"),
            ("sqlite:///:memory:", "not at 'sqlite:///:memory:'"),
            ("it.db", "not at 'it.db'"),
            ("./var/it.db", "not at './var/it.db'"),
            ("", "not at an address without a scheme"),
            ("me:secret@db/it", "not at an address without a scheme"),
            ("secret@db/it", "not at an address without a scheme"),
            ("host=db password=secret", "not at an address without a scheme"),
            ("db/it?password=secret", "not at an address without a scheme"),
            ("me:secret@db://it", "not at an address without a scheme"),
        ],
    )
    def test_an_address_we_cannot_use_is_refused_without_its_secrets(
        self, url: str, told: str
    ) -> None:
        with pytest.raises(BadAddress) as refused:
            connect(url, files_url="memory://")
        assert told in str(refused.value)
        assert "secret" not in str(refused.value)
        assert "\n" not in str(refused.value)
        assert isinstance(refused.value, CannotStart)
        assert isinstance(refused.value, ValueError)

    def test_files_have_an_address_too(self, tmp_path: Path) -> None:
        for url, told in {"ftp://me:secret@x": "'ftp://...'", "./files": "'./files'"}.items():
            with pytest.raises(BadAddress, match=rf"not at {told}$"):
                connect(f"sqlite:///{tmp_path}/it.db", files_url=url)

    def test_a_notifier_has_an_address_too(self, tmp_path: Path) -> None:
        for url, told in {"amqp://me:secret@x": "'amqp://...'", "memory": "'memory'"}.items():
            with pytest.raises(BadAddress, match=rf"not at {told}$"):
                connect("sqlite:///it.db", files_url="memory://", notifier_url=url)

    @pytest.mark.parametrize("name", ["database_url", "files_url", "notifier_url"])
    def test_what_is_no_text_is_no_address(self, name: str, tmp_path: Path) -> None:
        good = {"database_url": f"sqlite:///{tmp_path}/it.db", "files_url": "memory://"}
        given: Any = {**good, name: tmp_path}
        with pytest.raises(TypeError, match=f"^{name} is a str, and no PosixPath$"):
            connect(**given)


class TestWithoutAHeartbeat:
    """For reports and scripts."""

    @pytest.mark.parametrize("where", ["memory", "folder", "address"])
    async def test_nothing_is_taken_nor_swept_and_no_socket_opened(
        self, where: str, tmp_path: Path
    ) -> None:
        if where == "address":
            migrate(f"sqlite:///{tmp_path}/it.db")
            made = connect(f"sqlite:///{tmp_path}/it.db", files_url="memory://", heartbeat=False)
        elif where == "folder":
            made = embedded(tmp_path, heartbeat=False)
        else:
            made = memory(heartbeat=False)
        before = {each.get_name() for each in asyncio.all_tasks()}
        async with made as service:
            do = service.use_cases
            assert {each.get_name() for each in asyncio.all_tasks()} == before
            assert not service.heartbeat.holds_lease
            with pytest.raises(LeaseLost):
                await do.renew_lease(process_id=service.heartbeat.process_id)
            anna = await do.sign_up(username="anna", password="correct horse")
            event = await do.create_event(actor=anna.user_id, name="A", starts_at=1, ends_at=9e9)
            assert [each.name for each in await do.get_events()] == ["A"]
            with pytest.raises(NoHeartbeat):
                service.connection(anna, event.event_id, Role.MARK_ME)


class TestFilesOfOnesOwn:
    async def test_any_files_do_and_orphans_stay_where_they_have_no_list(self) -> None:
        files = DictFiles()
        async with memory(files=files) as service:
            anna = await service.use_cases.sign_up(username="anna", password="correct horse")
            await service.use_cases.update_profile_picture(actor=anna.user_id, image=picture())
            assert len(files.kept) == 1
            assert "delete-orphans" not in {each.get_name() for each in asyncio.all_tasks()}

    async def test_those_that_can_be_claimed_are_at_the_start(self) -> None:
        claimed: list[object] = []

        class Shared(DictFiles):
            async def claim(self, transact: Transact) -> None:
                claimed.append(await transact(lambda unit: unit.installation.database_id("x")))

        async with memory(files=Shared()):
            assert claimed == ["x"]


async def test_a_lecture_is_scripted_in_any_service(current_url: URL) -> None:
    clock, address = TestClock(), current_url.set(drivername=current_url.get_backend_name())
    with quickly_hashed():
        service = connect(
            address.render_as_string(hide_password=False), files_url="memory://", clock=clock
        )
    async with service, lecture_in(service, clock) as t:
        anna, boris = await t.person("Anna"), await t.person("Boris")
        asks, desk = await t.waits(anna), await t.marks(boris)
        await desk.prepare(anna)
        await t.advance(91)
        assert desk.heard(ReservationExpired) == [ReservationExpired(anna.user_id)]
        await desk.prepare(anna)
        await desk.confirm()
        assert asks.heard(WasMarked) == [WasMarked(boris.user_id)]


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
