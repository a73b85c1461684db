"""The library without await: from plain threads, under WSGI, and beside a notebook's own loop."""

from __future__ import annotations

import asyncio
import contextlib
import importlib.util
import inspect
import io
import os
import re
import threading
from collections.abc import AsyncIterator, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import fields
from pathlib import Path
from typing import Any, assert_type
from wsgiref.util import setup_testing_defaults

import pytest

from attendance_adapters import (
    AlreadyStarted,
    Closed,
    PendingMigration,
    WrongLoop,
    connect,
    embedded,
)
from attendance_adapters.sync import SyncAttendance, SyncUseCases, open_sync
from attendance_core import (
    Actor,
    AlreadyMarked,
    BadLength,
    Event,
    Outcome,
    Refusal,
    Role,
    Taken,
    UseCases,
)
from attendance_core.testing.clock import NOON, TestClock
from attendance_core.vocabulary import EventId
from tests.support.sqlite_file import an_empty_database

ROOT = Path(__file__).resolve().parents[2]
STUB = ROOT / "src" / "attendance_adapters" / "sync" / "use_cases.pyi"
PAGE = ROOT / "docs" / "how-to" / "without-async.md"
THREADS = 8
PATIENCE_SECONDS = 30.0


@pytest.fixture(params=["memory", "sqlite"])
def service(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[SyncAttendance]:
    clock = TestClock()
    made = embedded(clock=clock)
    if request.param == "sqlite":
        database = an_empty_database(tmp_path)
        made = connect(f"sqlite:///{database}", files_url="memory://", clock=clock)
    with open_sync(made) as opened:
        yield opened


def person(service: SyncAttendance, number: int) -> Actor:
    name = f"Person {number}"
    return service.use_cases.admit(issuer="school", subject=f"{number}", display_name=name)


def create_event(service: SyncAttendance, creator: Actor) -> EventId:
    made = service.use_cases.create_event(
        actor=creator.user_id, name="Lecture", starts_at=NOON - 60, ends_at=NOON + 3600
    )
    assert_type(made, Event)
    return made.event_id


class TestThreads:
    def test_of_many_who_mark_one_person_one_does(self, service: SyncAttendance) -> None:
        anna, boris = person(service, 0), person(service, 1)
        event_id = create_event(service, boris)
        service.use_cases.mark_me(connection=service.connection(anna, event_id, Role.MARK_ME))
        all_here = threading.Barrier(THREADS)

        def mark(number: int) -> Outcome | Refusal:
            marker = person(service, number)
            all_here.wait(PATIENCE_SECONDS)
            try:
                return service.use_cases.mark_at_once(
                    actor=marker.user_id, event_id=event_id, user_id=anna.user_id
                )
            except (AlreadyMarked, Taken) as no:
                return no

        with ThreadPoolExecutor(THREADS) as pool:
            told = list(pool.map(mark, range(1, THREADS + 1)))
        (marked,) = (each for each in told if isinstance(each, Outcome))
        sheet = service.use_cases.get_attendance(actor=boris.user_id, event_id=event_id)
        (hers,) = (each.person for each in sheet if each.person.user_id == anna.user_id)
        assert hers.state == marked.place.state

    def test_a_refusal_is_the_same_class(self, service: SyncAttendance) -> None:
        with pytest.raises(BadLength):
            service.use_cases.admit(issuer="", subject="1", display_name="Anna")
        with pytest.raises(TypeError, match="subject"):
            service.use_cases.admit(issuer="x", display_name="Anna")  # type: ignore[call-arg]

    def test_what_is_to_be_awaited_besides_is_run(self, service: SyncAttendance) -> None:
        boris = person(service, 1)
        event_id = create_event(service, boris)

        async def names() -> AsyncIterator[str]:
            for number in range(3):
                await asyncio.sleep(0)
                yield f"{number}"

        assert service.run(asyncio.sleep(0, "slept")) == "slept"
        assert list(service.iterate(names())) == ["0", "1", "2"]
        sheet = service.use_cases.export_attendance(actor=boris.user_id, event_id=event_id)
        assert sheet is not None

    async def test_a_loop_that_runs_already_is_none_of_it(self, service: SyncAttendance) -> None:
        """As in a notebook, whose cells run in a loop."""
        actor = person(service, 1)
        assert service.use_cases.get_profile(actor=actor.user_id, user_id=actor.user_id).karma == 0


class TestLife:
    def test_it_is_where_it_was_when_it_opens_again(self, tmp_path: Path) -> None:
        url = f"sqlite:///{an_empty_database(tmp_path)}"
        with open_sync(connect(url, files_url="memory://")) as service:
            anna = person(service, 1)
        with open_sync(connect(url, files_url="memory://")) as service:
            assert person(service, 1) == anna

    def test_one_that_is_closed_says_so_and_closes_twice(self) -> None:
        service = open_sync(embedded())
        (thread,) = (each for each in threading.enumerate() if each.name == "attendance-sync")
        service.close()
        service.close()
        assert not thread.is_alive()
        with pytest.raises(Closed):
            person(service, 1)

    def test_who_waits_while_it_closes_is_told(self) -> None:
        service = open_sync(embedded())
        begun = threading.Event()

        async def for_ever() -> None:
            begun.set()
            await asyncio.Event().wait()

        with ThreadPoolExecutor(1) as pool:
            waiting = pool.submit(service.run, for_ever())
            assert begun.wait(PATIENCE_SECONDS)
            service.close()
            with pytest.raises(Closed):
                waiting.result(PATIENCE_SECONDS)

    def test_one_that_cannot_start_leaves_no_thread(self, tmp_path: Path) -> None:
        before = threading.active_count()
        with pytest.raises(PendingMigration):
            open_sync(connect(f"sqlite:///{tmp_path}/none.db", files_url="memory://"))
        assert threading.active_count() == before

    def test_one_that_runs_is_not_opened(self) -> None:
        async def opens() -> None:
            async with embedded() as running:
                with pytest.raises(AlreadyStarted):
                    await asyncio.to_thread(open_sync, running)

        asyncio.run(opens())

    def test_a_process_that_was_forked_is_told(self, monkeypatch: pytest.MonkeyPatch) -> None:
        with open_sync(embedded()) as service, monkeypatch.context() as patch:
            patch.setattr(os, "getpid", lambda: -1)
            with pytest.raises(WrongLoop, match="fork"):
                person(service, 1)

    def test_its_own_thread_is_told_and_does_not_hang(self) -> None:
        with open_sync(embedded()) as service:

            async def asks() -> None:
                person(service, 1)

            with pytest.raises(WrongLoop, match="thread of the service itself"):
                service.run(asks())


class TestStub:
    """What mypy and editors know of it."""

    def test_it_is_what_the_use_cases_say(self) -> None:
        printer = ROOT / "docs" / "print_sync_stub.py"
        spec = importlib.util.spec_from_file_location("print_sync_stub", printer)
        assert spec is not None and spec.loader is not None
        module: Any = importlib.util.module_from_spec(spec)
        spec.loader.exec_module(module)
        assert STUB.read_text(encoding="utf-8") == module.stub(), f"run {printer.name}"

    def test_each_use_case_is_a_method_that_says_what_it_does(self) -> None:
        with open_sync(embedded()) as service:
            do, its = service.use_cases, service._service.use_cases
            for each in fields(UseCases):
                method, use_case = getattr(do, each.name), getattr(its, each.name)
                assert method.__doc__ == type(use_case).__doc__
                assert inspect.signature(method) == inspect.signature(use_case)
                assert f"    def {each.name}(" in STUB.read_text(encoding="utf-8")
        assert isinstance(do, SyncUseCases)


def test_its_page_prints_what_it_says() -> None:
    page = PAGE.read_text(encoding="utf-8")
    (program,) = re.findall(r"^```python\n(.*?)^```$", page, re.MULTILINE | re.DOTALL)
    printed = io.StringIO()
    with contextlib.redirect_stdout(printed):
        exec(compile(program, str(PAGE), "exec"), {"__name__": "__main__"})
    lines = printed.getvalue().splitlines()
    assert f"It prints {' and '.join(f'`{each}`' for each in lines)}." in page


def answer_of(application: Any, path: str) -> tuple[str, str]:
    """What a WSGI application answers."""
    environ: dict[str, Any] = {"PATH_INFO": path}
    setup_testing_defaults(environ)
    status: list[str] = []
    body = application(environ, lambda line, headers: status.append(line))
    try:
        return status[0], b"".join(body).decode()
    finally:
        body.close()


def test_people_join_by_django_under_wsgi_from_many_threads(service: SyncAttendance) -> None:
    pytest.importorskip("django")
    from django.conf import settings
    from django.core.wsgi import get_wsgi_application
    from django.http import HttpRequest, HttpResponse
    from django.test.utils import override_settings
    from django.urls import path

    anna, boris = person(service, 0), person(service, 1)
    event_id = create_event(service, boris)

    def joins(request: HttpRequest, number: int) -> HttpResponse:
        actor = person(service, number)
        try:
            service.use_cases.join_event(actor=actor.user_id, event_id=event_id)
        except Refusal as no:
            return HttpResponse(no.code, status=409)
        return HttpResponse(f"{actor.user_id}")

    class Urls:
        urlpatterns = (path("join/<int:number>", joins),)

    if not settings.configured:
        settings.configure(SECRET_KEY="for tests", ALLOWED_HOSTS=["*"], MIDDLEWARE=[])
    with override_settings(ROOT_URLCONF=Urls, ALLOWED_HOSTS=["*"], MIDDLEWARE=[]):
        application = get_wsgi_application()
        with ThreadPoolExecutor(THREADS) as pool:
            told = list(
                pool.map(lambda n: answer_of(application, f"/join/{n}"), [*range(2, 20)] * 2)
            )
    assert {status for status, _ in told} == {"200 OK", "409 Conflict"}
    joined = {body for status, body in told if status == "200 OK"}
    sheet = service.use_cases.get_attendance(actor=boris.user_id, event_id=event_id)
    assert {f"{each.person.user_id}" for each in sheet} == {f"{boris.user_id}", *joined}
    assert len(joined) == 18 and f"{anna.user_id}" not in joined
