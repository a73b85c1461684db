"""A service that is used otherwise than it can be says how, the same over every store."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Awaitable, Callable, Coroutine
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import URL

from attendance_adapters import (
    AlreadyStarted,
    Attendance,
    Closed,
    NotStarted,
    WrongLoop,
    WrongUse,
    connect,
    embedded,
)
from attendance_core import Unavailable
from tests.support.quick_passwords import quickly_hashed
from tests.support.sqlite_file import folder_with_database


@pytest.fixture(params=["memory", "sqlite", "postgres"])
def service(request: pytest.FixtureRequest, tmp_path: Path) -> Attendance:
    with quickly_hashed():
        if request.param == "memory":
            return embedded()
        if request.param == "sqlite":
            return embedded(folder_with_database(tmp_path))
        url: URL = request.getfixturevalue("postgres_url")
        address = url.set(drivername="postgresql").render_as_string(hide_password=False)
        return connect(address, files_url=(tmp_path / "files").as_uri())


def two_calls(service: Attendance) -> list[Callable[[], Awaitable[object]]]:
    do = service.use_cases
    return [do.get_events, lambda: do.sign_up(username="anna", password="correct horse")]


def run_elsewhere(work: Coroutine[Any, Any, object]) -> object:
    """In an event loop of another thread."""
    with ThreadPoolExecutor(1) as thread:
        return thread.submit(asyncio.run, work).result(timeout=30)


async def check_refusal(service: Attendance, by: type[WrongUse]) -> None:
    for ask in two_calls(service):
        with pytest.raises(by) as told:
            await ask()
        assert type(told.value) is by
        assert "\n" not in str(told.value)
    assert service.store_call_count == 0


async def test_a_service_that_is_not_started_answers_nothing(service: Attendance) -> None:
    await check_refusal(service, NotStarted)
    await service.close()
    await check_refusal(service, NotStarted)


async def test_a_service_that_is_closed_answers_nothing(service: Attendance) -> None:
    async with service:
        pass
    await check_refusal(service, Closed)
    with pytest.raises(Closed):
        await service.start()
    await service.close()
    assert issubclass(Closed, Unavailable)  # calls under way at the end know what to do


async def test_a_service_answers_in_the_loop_of_its_start_alone(service: Attendance) -> None:
    async with service:
        run_elsewhere(check_refusal(service, WrongLoop))
        with pytest.raises(WrongLoop):
            run_elsewhere(service.close())
        with pytest.raises(AlreadyStarted):
            run_elsewhere(service.start())
        assert [await ask() for ask in two_calls(service)]


async def test_a_service_whose_loop_is_gone_is_closed(service: Attendance) -> None:
    begun, may_end = threading.Event(), threading.Event()

    async def run_until_told() -> None:
        async with service:
            begun.set()
            await asyncio.to_thread(may_end.wait, 30)

    with ThreadPoolExecutor(1) as thread:
        running = thread.submit(asyncio.run, run_until_told())
        await asyncio.to_thread(begun.wait, 30)
        await check_refusal(service, WrongLoop)
        may_end.set()
        running.result(timeout=30)
    await check_refusal(service, Closed)


async def test_a_service_that_is_started_twice_goes_on(service: Attendance) -> None:
    async with service:
        with pytest.raises(AlreadyStarted):
            await service.start()
        assert [await ask() for ask in two_calls(service)]


async def test_two_starts_at_once_are_one(service: Attendance) -> None:
    starts = await asyncio.gather(service.start(), service.start(), return_exceptions=True)
    assert [type(each) for each in starts] == [type(None), AlreadyStarted]
    assert [await ask() for ask in two_calls(service)]
    await service.close()


async def test_a_service_closed_before_its_start_is_closed_after_it(
    service: Attendance,
) -> None:
    await service.close()
    async with service:
        assert [await ask() for ask in two_calls(service)]
    await check_refusal(service, Closed)
    assert not [each for each in asyncio.all_tasks() if "sweep" in each.get_name()]
