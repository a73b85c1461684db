"""What whoever downloads sheets costs the service and others."""

from __future__ import annotations

import asyncio
import http.client
import math
import tempfile
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from statistics import median
from typing import Final, NamedTuple

import psutil

from attendance_adapters import sheet_worker
from tests.chaos.figures.figure import Figure
from tests.chaos.ground import Ground, ground
from tests.chaos.organiser_floods import ENTRIES
from tests.chaos.siege import LOOK_SECONDS, MEBIBYTE, felt

BYSTANDER_SECONDS: Final = 10.0  # that a bystander is measured for, each time
ROUNDS: Final = 5  # without and with exports, so that whatever else the machine does is in both
PAIRS: Final = 600  # twice as many as meet
WARM_SECONDS: Final = 1.0  # before that, which are not measured
MAX_EXPORT_SECONDS: Final = 3.0
MAX_EXPORT_MEBIBYTES: Final = 30.0  # of whoever writes one
MAX_RATIO: Final = 1.5  # as long as without exports, that a confirm takes
EXPORT: Final = "/api/events/ExportAttendance"


async def exports() -> Figure:
    """Measures workbooks of 10 000 people, one after another, beside people who mark."""
    return await asyncio.to_thread(_measure_exports)


def _measure_exports() -> Figure:
    with (
        tempfile.TemporaryDirectory(dir=".") as name,
        ground(Path(name).absolute(), entries=ENTRIES, to_mark=PAIRS) as on,
    ):
        felt(on, WARM_SECONDS)
        downloads: list[_Download] = []
        memory: list[int] = []
        p99s_ms_without: list[float] = []
        p99s_ms_meanwhile: list[float] = []
        failed = 0
        for _ in range(ROUNDS):
            p99s_ms_without.append(felt(on, BYSTANDER_SECONDS)["confirm"].p99_ms)
            with _exporting(on) as exported:
                during = felt(on, BYSTANDER_SECONDS)
            downloads += exported.downloads
            memory += exported.memory
            p99s_ms_meanwhile.append(during["confirm"].p99_ms)
            failed += sum(each.failed_count for each in during.values())
    took = sorted(each.seconds for each in downloads if each.is_whole) or [math.inf]
    ratio = median(p99s_ms_meanwhile) / max(median(p99s_ms_without), 0.01)
    most_mebibytes = max(memory, default=0) / MEBIBYTE
    found = {
        "sheets": len(downloads),
        "not whole": sum(not each.is_whole for each in downloads),
        "median s": took[len(took) // 2],
        "most s": took[-1],
        "MiB of the worker": round(most_mebibytes, 1),
        "confirm p99 ms without, by round": [round(each, 1) for each in p99s_ms_without],
        "confirm p99 ms meanwhile, by round": [round(each, 1) for each in p99s_ms_meanwhile],
        "times": round(ratio, 2),
        "failed": failed,
    }
    is_whole = not found["failed"] and not found["not whole"]
    is_reached = (
        is_whole
        and took[-1] <= MAX_EXPORT_SECONDS
        and 0 < most_mebibytes <= MAX_EXPORT_MEBIBYTES
        and ratio <= MAX_RATIO
    )
    goal = (
        f"each {MAX_EXPORT_SECONDS:.0f} s, {MAX_EXPORT_MEBIBYTES:.0f} MiB, confirm p99 x{MAX_RATIO}"
    )
    return Figure("sheets of 10 000", goal, found, is_reached)


class _Download(NamedTuple):
    """How long a workbook took, and whether all of it came."""

    seconds: float
    is_whole: bool


class _Exports(NamedTuple):
    """The workbooks that came, and each look at the memory of whoever writes them, in bytes."""

    downloads: list[_Download]
    memory: list[int]


@contextmanager
def _exporting(on: Ground) -> Iterator[_Exports]:
    """Has workbooks made, one after another, as long as the block lasts."""
    found = _Exports([], [])
    over = threading.Event()

    def exporting() -> None:
        while not over.is_set():
            begun = time.monotonic()
            is_whole = _download(on)
            found.downloads.append(_Download(round(time.monotonic() - begun, 2), is_whole))

    def looking() -> None:
        service = psutil.Process(on.service.process.pid)
        workers: list[psutil.Process] = []
        while not over.wait(LOOK_SECONDS):
            if not workers:  # to find one reads every process: too much for a look
                workers = [each for each in service.children() if _writes_sheets(each)]
            for worker in list(workers):
                try:
                    used = worker.memory_info()
                except psutil.NoSuchProcess:
                    workers.remove(worker)
                else:
                    found.memory.append(used.rss - used.shared)  # programs are on the disk

    threads = [threading.Thread(target=each) for each in (exporting, looking)]
    for thread in threads:
        thread.start()
    try:
        yield found
    finally:
        over.set()
        for thread in threads:
            thread.join()


def _writes_sheets(process: psutil.Process) -> bool:
    with suppress(psutil.NoSuchProcess):
        return sheet_worker.__file__ in process.cmdline()
    return False


def _download(on: Ground) -> bool:
    """Reads one workbook; tells whether it is whole."""
    organiser, event_id = on.attacker.people[0], on.attacker.event_id
    connection = http.client.HTTPConnection(*on.service.address, timeout=60)
    try:
        path = f"{EXPORT}?event_id={event_id}&format=xlsx"
        connection.request("GET", path, headers={"Cookie": organiser.cookie})
        answer = connection.getresponse()
        return answer.read().startswith(b"PK") and answer.status == 200
    except (OSError, http.client.HTTPException):
        return False
    finally:
        connection.close()
