"""What whoever watches a class costs the service."""

from __future__ import annotations

import asyncio
import http.client
import tempfile
import time
from contextlib import AsyncExitStack, suppress
from pathlib import Path
from typing import Final, NamedTuple

import psutil

from attendance_adapters import migrate
from tests.chaos.felt import ANSWER_SECONDS
from tests.chaos.figures.figure import Figure
from tests.support.gathering import Gathering, gatherings, opened
from tests.support.service_process import Service, running
from tests.support.stream_reader import StreamReader, watching
from tests.support.wires import Ended, Wire

CLASS_SIZE: Final = 60  # people, with whoever made it and whoever marks
VIEWERS: Final = 50
MAX_CORES: Final = 0.05  # more than without them
MARKS: Final = 20
MARK_EVERY: Final = 2.0  # seconds
SETTLE_SECONDS: Final = 5.0  # after the openings, which are not measured


async def viewers() -> Figure:
    """Measures a class of 60 with a mark each 2 s, and the same with 50 who watch by its link."""
    with tempfile.TemporaryDirectory(dir=".") as name:
        folder = Path(name).absolute()
        url = f"sqlite:///{folder / 'attendance.db'}"
        migrate(url)
        alone, seen = await gatherings(url, 2, CLASS_SIZE)
        with running(folder, {"ATTENDANCE_DATABASE_URL": url}, migrate=False) as service:
            unwatched = await _mark_class(service, alone, 0)
            watched = await _mark_class(service, seen, VIEWERS)
    costs = watched.cores - unwatched.cores
    found = {
        "of a core without": round(unwatched.cores, 4),
        "of a core with": round(watched.cores, 4),
        "more": round(costs, 4),
        "counts told": watched.times_told,
    }
    is_reached = costs < MAX_CORES and watched.times_told >= VIEWERS * MARKS
    return Figure(
        f"{VIEWERS} viewers of a class of {CLASS_SIZE}", f"{MAX_CORES} of a core", found, is_reached
    )


class _Cost(NamedTuple):
    """What the service used, in cores, and how many counts the viewers were told."""

    cores: float
    times_told: int


async def _mark_class(service: Service, among: Gathering, viewers: int) -> _Cost:
    """Has a class marked before so many viewers."""
    creator, marker, *askers = among.people
    process, told = psutil.Process(service.process.pid), [0]
    async with AsyncExitStack() as stack, asyncio.TaskGroup() as listening:
        with_news = f"{among.event_id}&news=1"  # as the page opens them
        tasks = []
        for each in askers:
            wire = await stack.enter_async_context(opened(service, each, "mark_me", with_news))
            tasks.append(listening.create_task(_hears(wire)))
        if viewers:
            secret = await asyncio.to_thread(_board_secret, service, creator.cookie, among.event_id)
            for _ in range(viewers):
                stream = watching(service.url, secret=secret)
                screen = await stack.enter_async_context(stream)
                tasks.append(listening.create_task(_counts(screen, told)))
        marking = await stack.enter_async_context(opened(service, marker, "marking", with_news))
        await asyncio.sleep(SETTLE_SECONDS)
        before, used, begun = told[0], _cpu_seconds(process), time.perf_counter()
        for number, asker in enumerate(askers[:MARKS], 1):
            await marking.says("prepare_to_mark", user_id=asker.user_id)
            await marking.says("confirm_marking")
            while (await marking.heard())["message"] != "marked":
                pass
            await asyncio.sleep(begun + number * MARK_EVERY - time.perf_counter())
        seconds = time.perf_counter() - begun
        cores = (_cpu_seconds(process) - used) / seconds
        for task in tasks:
            task.cancel()
    return _Cost(cores, told[0] - before)


async def _hears(wire: Wire) -> None:
    with suppress(Ended):
        while True:
            with suppress(TimeoutError):
                await wire.heard()


async def _counts(screen: StreamReader, told: list[int]) -> None:
    while await screen.event() is not None:
        told[0] += 1


def _board_secret(service: Service, cookie: str, event_id: str) -> str:
    connection = http.client.HTTPConnection(*service.address, timeout=ANSWER_SECONDS)
    body = f'{{"event_id": "{event_id}"}}'
    headers = {"Cookie": cookie, "X-CSRFToken": "chaos", "Content-Type": "application/json"}
    connection.request("POST", "/api/events/MakeBoardLink", body, headers)
    answer = connection.getresponse().read().decode()
    connection.close()
    return answer.partition("#")[2].partition('"')[0]


def _cpu_seconds(process: psutil.Process) -> float:
    times = process.cpu_times()
    return float(times.user + times.system)
