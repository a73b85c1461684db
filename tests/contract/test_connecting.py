"""How a program connects to a database, with what, and what stops it."""

from __future__ import annotations

import asyncio
from pathlib import Path
from typing import Any

import pytest

from attendance_adapters import (
    BadAddress,
    CannotStart,
    NoHeartbeat,
    PendingMigration,
    connect,
    embedded,
    memory,
    migrate,
)
from attendance_core import LeaseLost, Role
from attendance_core.ports import Transact
from attendance_core.testing.stand_ins import DictFiles
from tests.support.pictures import picture


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
